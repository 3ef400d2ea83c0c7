"""insert_npu_calls: replace what the partition put on the NPU by calls of the runtime.

A pure pass over a captured graph, the last of `backend.py`. Crossings between the devices become
nodes of their own: a value that several NPU ops read is sent once, and one that only NPU ops read
is never received.

Before::

    view(x) -> addmm(bias, _, t(weight)) -> gelu -> view -> addmm(bias, _, t(weight)) -> view

After::

    send_x(x) -> npu_addmm(_, weight, bias, None) -> npu_addmm_1(_, weight, bias, None)
              -> receive_addmm_1(_)

A block of an encoder is one such call, with all its weights; one that makes several values gives a
tuple of them, which getitems take apart. Where an op overwrites what it reads,
whoever reads the value later gets it by way of the CPU, which received it before.

Requires: the partition was made from the `MixedGraph` of this capture. Ensures: the returned module
takes and returns the same values with the strides and dtypes that were traced, lints, and the
capture's module is unchanged.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import torch
from torch import nn
from torch.fx import Graph, GraphModule, Node

from aiec.as_traced import as_traced
from aiec.capture import Capture
from aiec.ir.graph import FusedOp, OpKind
from aiec.ir.partition import Partition


class NpuOps(Protocol):
    """What a session offers for its pieces, GEMMs or blocks; values on the device are opaque."""

    def send(self, piece: Any, /) -> Callable[[torch.Tensor], Any]:
        """Make the call that brings a tensor to the device as the x of `piece`."""
        ...

    def run(self, piece: Any, /) -> Callable[..., Any]:
        """Make the call (x, ...) that computes `piece` on the device; `_others` has its order.

        It gives a value, or a tuple where the piece makes several.
        """
        ...

    def receive(self, value: Any, /) -> torch.Tensor:
        """Bring a value back: contiguous, float32."""
        ...

    def hands_over(self, producer: Any, consumer: Any, /) -> bool:
        """Whether `consumer` can read `producer`'s output on the device."""
        ...

    def overwrites(self, piece: Any, /) -> bool:
        """Whether `piece` leaves its output where its x was."""
        ...


_TRANSPOSE = torch.ops.aten.t.default

Sessions = Mapping[OpKind, NpuOps]


class NpuCall(nn.Module):
    """A call of the runtime as a node of the graph."""

    def __init__(self, label: str, call: Callable[..., Any]) -> None:
        super().__init__()
        self.label, self.call = label, call

    def forward(self, *operands: Any) -> Any:
        """Whatever the runtime's call takes and gives."""
        return self.call(*operands)

    def extra_repr(self) -> str:
        """What is called, for printed graphs."""
        return self.label


def insert_npu_calls(captured: Capture, partition: Partition, sessions: Sessions) -> GraphModule:
    """Return the mixed graph: NPU ops as calls of their sessions, everything else as it was."""
    graph = Graph()
    graph.output(graph.graph_copy(captured.module.graph, val_map={}))
    module = GraphModule(captured.module, graph)
    insertion = _Insertion(module, sessions)
    for op in partition.npu_ops:
        insertion.replace(op)
    graph.eliminate_dead_code()
    graph.lint()
    module.delete_all_unused_submodules()
    module.recompile()
    return module


class _Insertion:
    """Knows which values are on the device already, while ops are replaced in execution order."""

    def __init__(self, module: GraphModule, sessions: Sessions) -> None:
        self._module, self._sessions = module, sessions
        self._nodes = {node.name: node for node in module.graph.nodes}  # by name in the capture
        self._sent: dict[tuple[str, OpKind], Node] = {}
        self._made: dict[str, tuple[Node, FusedOp]] = {}

    def replace(self, op: FusedOp) -> None:
        """Compute `op` on the device; ops of the CPU read what is received."""
        npu, graph = self._sessions[op.kind], self._module.graph
        with graph.inserting_before(min(self._nodes[name] for name in op.outputs)):
            x = self._x(op)
            call = self._call(
                f"npu_{op.name}", op.piece.label, npu.run(op.piece), x, *self._others(op)
            )
            made = [call]
            if len(op.outputs) > 1:
                made = [
                    graph.call_function(operator.getitem, (call, i)) for i in range(len(op.outputs))
                ]
            received = [
                self._receive(op, one, self._nodes[name])
                for one, name in zip(made, op.outputs, strict=True)
            ]
        for node in (call, *made):  # no tensors: what `out` says of shapes is true of `received`
            node.meta = {}
        for name, value, copy in zip(op.outputs, made, received, strict=True):
            out = self._nodes[name]
            copy.meta = dict(out.meta)
            out.replace_all_uses_with(copy)
            self._nodes[name] = copy
            self._made[name] = value, op

    def _receive(self, op: FusedOp, value: Node, out: Node) -> Node:
        """Bring `value` back as the tensor that `out` is to the graph."""
        receive, restore = self._sessions[op.kind].receive, as_traced(out.meta["val"])
        return self._call(
            f"receive_{op.name}", "to the CPU", lambda on_npu: restore(receive(on_npu)), value
        )

    def _x(self, op: FusedOp) -> Node:
        """The op's x on the device; forgotten here if the op overwrites it."""
        npu, name = self._sessions[op.kind], op.x
        handed = self._made.get(name)
        if handed and handed[1].kind is op.kind and npu.hands_over(handed[1].piece, op.piece):
            if npu.overwrites(op.piece):
                del self._made[name]
            return handed[0]
        sent = self._sent.get((name, op.kind))
        if sent is None:
            sent = self._call(f"send_{name}", "to the NPU", npu.send(op.piece), self._nodes[name])
            self._sent[name, op.kind] = sent
        if npu.overwrites(op.piece):
            del self._sent[name, op.kind]
        return sent

    def _others(self, op: FusedOp) -> tuple[Node | None, ...]:
        """Weight, bias and residual of a linear op; all weights of a block."""
        if op.block is not None:
            return tuple(self._nodes[name] for name in op.block.weights)
        assert op.operands is not None, op.name
        names = op.operands.weight, op.operands.bias, op.operands.residual
        weight, *others = (self._nodes[name] if name else None for name in names)
        if op.operands.turned:
            weight = self._module.graph.call_function(_TRANSPOSE, (weight,))
        return weight, *others

    def _call(
        self, name: str, label: str, call: Callable[..., Any], *operands: Node | None
    ) -> Node:
        while hasattr(self._module, name):  # the same value sent again
            name += "_"
        self._module.add_submodule(name, NpuCall(label, call))
        return self._module.graph.call_module(name, operands)
