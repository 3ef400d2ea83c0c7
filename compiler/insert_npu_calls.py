"""insert_npu_calls: replace what the partition put on the NPU by calls of the runtime.

A pure pass over a captured graph, the last of `backend.py`. Crossings between the devices become
nodes of their own: a value that several NPU ops read is sent once, and one that only NPU ops read
is never received.

Before::

    view(x) -> addmm(bias, _, t(weight)) -> gelu -> view -> addmm(bias, _, t(weight)) -> view

After::

    send_x(x) -> npu_addmm(_, weight, bias) -> npu_addmm_1(_, weight, bias) -> receive_addmm_1(_)

A piece is one such call, with all activations that it reads, then all its weights; one that makes
several values gives a tuple of them, which getitems take apart. Where an op overwrites what it
reads, whoever reads the value later gets it by way of the CPU, which received it before.

Requires: the partition was made from the `MixedGraph` of this capture. Ensures: the returned module
takes and returns the same values with the strides and dtypes that were traced, lints, and the
capture's module is unchanged.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import nn
from torch.fx import Graph, GraphModule, Node

from aiec.as_traced import as_traced
from aiec.capture import Capture
from aiec.ir.graph import FusedOp
from aiec.ir.partition import Partition
from aiec.ir.piece import Piece


class NpuOps(Protocol):
    """What a session offers for its pieces; values on the device are opaque."""

    def send(self, piece: Piece, number: int, /) -> Callable[[torch.Tensor], Any]:
        """Make the call that brings a tensor to the device as an input of `piece`."""
        ...

    def run(self, piece: Piece, /) -> Callable[..., Any]:
        """Make the call (inputs, weights) that computes `piece` on the device.

        It gives a value, or a tuple where the piece makes several.
        """
        ...

    def receive(self, value: Any, /) -> torch.Tensor:
        """Bring a value back: contiguous, float32."""
        ...

    def hands_over(self, producer: Piece, result: int, consumer: Piece, number: int, /) -> bool:
        """Whether `consumer` can read a result of `producer` on the device as its input."""
        ...

    def overwrites(self, piece: Piece, /) -> bool:
        """Whether `piece` leaves its output where its first input was."""
        ...


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


def insert_npu_calls(captured: Capture, partition: Partition, npu: NpuOps) -> GraphModule:
    """Return the mixed graph: NPU ops as calls of the session, everything else as it was."""
    graph = Graph()
    graph.output(graph.graph_copy(captured.module.graph, val_map={}))
    module = GraphModule(captured.module, graph)
    insertion = _Insertion(module, npu)
    for op in partition.npu_ops:
        insertion.replace(op)
    graph.eliminate_dead_code()
    graph.lint()
    module.delete_all_unused_submodules()
    module.recompile()
    return module


class _Insertion:
    """Knows which values are on the device already, while ops are replaced in execution order."""

    def __init__(self, module: GraphModule, npu: NpuOps) -> None:
        self._module, self._npu = module, npu
        self._nodes = {node.name: node for node in module.graph.nodes}  # by name in the capture
        self._sent: dict[str, list[tuple[Piece, int, Node]]] = {}
        self._made: dict[str, tuple[Node, Piece, int]] = {}

    def replace(self, op: FusedOp) -> None:
        """Compute `op` on the device; ops of the CPU read what is received."""
        npu, graph, piece = self._npu, self._module.graph, op.piece
        assert piece is not None, op.name
        with graph.inserting_before(min(self._nodes[name] for name in op.outputs)):
            inputs = [self._input(piece, number) for number in range(len(piece.inputs))]
            weights = [self._nodes[name] for name in piece.weights]
            call = self._call(f"npu_{op.name}", piece.label, npu.run(piece), *inputs, *weights)
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
        for number, (name, value, copy) in enumerate(zip(op.outputs, made, received, strict=True)):
            out = self._nodes[name]
            copy.meta = dict(out.meta)
            out.replace_all_uses_with(copy)
            self._nodes[name] = copy
            self._made[name] = value, piece, number

    def _receive(self, op: FusedOp, value: Node, out: Node) -> Node:
        """Bring `value` back as the tensor that `out` is to the graph."""
        receive, restore = self._npu.receive, as_traced(out.meta["val"])
        return self._call(
            f"receive_{op.name}", "to the CPU", lambda on_npu: restore(receive(on_npu)), value
        )

    def _input(self, piece: Piece, number: int) -> Node:
        """An input of the piece on the device; forgotten here if the piece overwrites it."""
        name = piece.inputs[number]
        overwritten = number == 0 and self._npu.overwrites(piece)
        handed = self._made.get(name)
        if handed and self._npu.hands_over(handed[1], handed[2], piece, number):
            if overwritten:
                del self._made[name]
            return handed[0]
        sent = self._sent.setdefault(name, [])
        for place, (other, its_number, node) in enumerate(sent):
            if other.kind is piece.kind and other.takes(its_number) == piece.takes(number):
                if overwritten:
                    del sent[place]
                return node
        send = self._npu.send(piece, number)
        node = self._call(f"send_{name}", "to the NPU", send, self._nodes[name])
        if not overwritten:
            sent.append((piece, number, node))
        return node

    def _call(
        self, name: str, label: str, call: Callable[..., Any], *operands: Node | None
    ) -> Node:
        while hasattr(self._module, name):  # the same value sent again
            name += "_"
        self._module.add_submodule(name, NpuCall(label, call))
        return self._module.graph.call_module(name, operands)
