"""insert_npu_calls: replace what the partition put on the NPU by calls of the runtime.

A pure pass over a captured graph, the last of `backend.py`. Crossings between the devices become
nodes of their own: a value that several NPU ops read is sent once, and one that only NPU ops read
is never received.

Before::

    view(x) -> addmm(bias, _, t(weight)) -> gelu -> view -> addmm(bias, _, t(weight)) -> view

After::

    send_x(x) -> npu_addmm(_, weight, bias, None) -> npu_addmm_1(_, weight, bias, None)
              -> receive_addmm_1(_)

Requires: the partition was made from the `MixedGraph` of this capture. Ensures: the returned module
takes and returns the same values, lints, and the capture's module is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import nn
from torch.fx import Graph, GraphModule, Node

from aiec.capture import Capture
from aiec.ir.graph import FusedOp, Gemm, GemmOperands
from aiec.ir.partition import Partition


class NpuOps(Protocol):
    """What a session offers; values on the device are opaque here."""

    def send(self, gemm: Gemm) -> Callable[[torch.Tensor], Any]:
        """Make the call that brings a tensor to the device as `gemm`'s x."""
        ...

    def gemm_op(self, gemm: Gemm) -> Callable[..., Any]:
        """Make the call (x, weight, bias, residual) that computes `gemm` on the device."""
        ...

    def receive(self, value: Any) -> torch.Tensor:
        """Bring a value back."""
        ...

    def hands_over(self, producer: Gemm, consumer: Gemm) -> bool:
        """Whether `consumer` can read `producer`'s output on the device."""
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
    """Return the mixed graph: NPU ops as calls of `npu`, everything else as it was."""
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
        self._sent: dict[str, Node] = {}
        self._made: dict[str, tuple[Node, Gemm]] = {}

    def replace(self, op: FusedOp) -> None:
        """Compute `op` on the device; ops of the CPU read what is received."""
        assert op.gemm is not None and op.operands is not None, op.name
        out = self._nodes[op.outputs[0]]
        with self._module.graph.inserting_before(out):
            x = self._x(op.gemm, op.operands.x)
            others = self._others(op.operands)
            call = self._call(
                f"npu_{op.name}", op.gemm.label, self._npu.gemm_op(op.gemm), x, *others
            )
            received = self._call(f"receive_{op.name}", "to the CPU", self._npu.receive, call)
        call.meta = {}  # not a tensor: what `out` says of shapes is true of `received`
        received.meta = dict(out.meta)
        out.replace_all_uses_with(received)
        self._nodes[op.outputs[0]] = received
        self._made[op.outputs[0]] = call, op.gemm

    def _x(self, gemm: Gemm, name: str) -> Node:
        if name in self._made and self._npu.hands_over(self._made[name][1], gemm):
            return self._made[name][0]
        if name not in self._sent:
            send = self._npu.send(gemm)
            self._sent[name] = self._call(f"send_{name}", "to the NPU", send, self._nodes[name])
        return self._sent[name]

    def _others(self, operands: GemmOperands) -> tuple[Node | None, ...]:
        names = operands.weight, operands.bias, operands.residual
        return tuple(self._nodes[name] if name else None for name in names)

    def _call(
        self, name: str, label: str, call: Callable[..., Any], *operands: Node | None
    ) -> Node:
        self._module.add_submodule(name, NpuCall(label, call))
        return self._module.graph.call_module(name, operands)
