"""insert_npu_calls: replace what the partition put on the NPU by calls of the runtime.

A pure pass over a captured graph, the last of `backend.py`.

Before::

    view(x) -> addmm(bias, _, t(weight)) -> view -> add(_, residual)

After::

    npu_addmm(x, weight, bias, residual)       # a submodule that calls the session's GEMM

Requires: the partition was made from the `MixedGraph` of this capture. Ensures: the returned module
takes and returns the same values, lints, and the capture's module is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.fx import Graph, GraphModule, Node

from aiec.capture import Capture
from aiec.ir.graph import FusedOp, Gemm
from aiec.ir.partition import Partition

GemmCall = Callable[
    [torch.Tensor, torch.Tensor, torch.Tensor | None, torch.Tensor | None], torch.Tensor
]


class NpuGemm(nn.Module):
    """`out = activation(x @ weight.T + bias) + residual` on the device."""

    def __init__(self, gemm: Gemm, call: GemmCall) -> None:
        super().__init__()
        self.gemm, self.call = gemm, call

    def forward(
        self,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        residual: torch.Tensor | None,
    ) -> torch.Tensor:
        """x (..., k), weight (n, k), bias (n,), residual (..., n); returns (..., n) float32."""
        return self.call(x, weight, bias, residual)

    def extra_repr(self) -> str:
        """The GEMM, for printed graphs."""
        return self.gemm.label


def insert_npu_calls(
    captured: Capture, partition: Partition, gemm_op: Callable[[Gemm], GemmCall]
) -> GraphModule:
    """Return the mixed graph: NPU ops as calls of `gemm_op(gemm)`, everything else as it was."""
    graph = Graph()
    graph.output(graph.graph_copy(captured.module.graph, val_map={}))
    module = GraphModule(captured.module, graph)
    by_name = {node.name: node for node in graph.nodes}
    for op in partition.npu_ops:
        _replace(module, by_name, op, gemm_op)
    graph.eliminate_dead_code()
    graph.lint()
    module.recompile()
    return module


def _replace(
    module: GraphModule, by_name: dict[str, Node], op: FusedOp, gemm_op: Callable[[Gemm], GemmCall]
) -> None:
    assert op.gemm is not None and op.operands is not None, op.name
    name = f"npu_{op.name}"
    module.add_submodule(name, NpuGemm(op.gemm, gemm_op(op.gemm)))
    read = (op.operands.x, op.operands.weight, op.operands.bias, op.operands.residual)
    out = by_name[op.outputs[0]]
    with module.graph.inserting_before(out):
        call = module.graph.call_module(name, tuple(by_name[n] if n else None for n in read))
    call.meta = dict(out.meta)
    out.replace_all_uses_with(call)
    by_name[out.name] = call
