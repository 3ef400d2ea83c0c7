from collections.abc import Callable
from typing import Any

import pytest
import torch
from small_models import Mlp
from standin_gemms import Gemms
from test_fuse import Branches
from torch import Tensor, nn
from torch.fx import GraphModule

from aiec.capture import Capture, capture
from aiec.fuse import fuse
from aiec.insert_npu_calls import insert_npu_calls
from aiec.ir.options import Options
from aiec.ir.partition import Partition
from aiec.ir.target import NPU2
from aiec.partitioner.assign import assign
from aiec.plan_pieces import price_pieces


class OnStandIn:
    """A backend that puts on the stand-in all that can be there."""

    def __init__(self, **options: Any) -> None:
        self.gemms = Gemms()
        self.options = Options(partition="npu-all", **options)
        self.captured: Capture
        self.partition: Partition
        self.mixed: GraphModule

    def __call__(self, gm: GraphModule, inputs: list[Any]) -> Callable[..., Any]:
        self.captured = capture(gm, inputs)
        graph = fuse(self.captured)
        self.partition = assign(graph, NPU2, self.options, planner=price_pieces(graph, NPU2))
        self.mixed = insert_npu_calls(self.captured, self.partition, self.gemms)
        return self.captured.install(self.mixed.forward)


def run(model: Callable[..., Any], *inputs: Tensor) -> tuple[Any, OnStandIn]:
    backend = OnStandIn()
    with torch.no_grad():
        return torch.compile(model, backend=backend)(*inputs), backend


def test_mlp() -> None:
    model, x = Mlp().eval(), torch.randn(2, 3, 16)
    got, backend = run(model, x)
    torch.testing.assert_close(got, model(x))
    assert backend.gemms.calls == [
        ("gemm_6x16x32_bias_gelu", (2, 3, 16)),
        ("gemm_6x32x16_bias_res", (2, 3, 32)),
    ]
    called = [str(n.target) for n in backend.mixed.graph.nodes if n.op.startswith("call")]
    assert called == [
        "aten.native_layer_norm.default",
        "<built-in function getitem>",
        "send_getitem",
        "npu_addmm",
        "send_arg2_1",  # the residual
        "npu_addmm_1",
        "receive_addmm_1",
    ]


def test_the_capture_is_unchanged() -> None:
    _, backend = run(Mlp().eval(), torch.randn(2, 16))
    assert "npu_addmm" not in str(backend.captured.module.graph)
    assert "npu_addmm" in str(backend.mixed.graph)
    assert "gemm_2x16x32_bias_gelu" in str(backend.mixed)


@pytest.mark.parametrize(
    "case",
    ["gelu_of_shared", "gelu_then_add", "add_itself", "add_two_layers", "shared_view"],
)
def test_epilogues(case: str) -> None:
    model, x, y = Branches(case).eval(), torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    got, backend = run(model, x, y)
    torch.testing.assert_close(got, model(x, y))
    assert len(backend.gemms.calls) == (2 if case == "add_two_layers" else 1)


def test_chain_of_layers() -> None:
    """An NPU op that reads what another makes, and a result that leaves the graph twice."""
    layers = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 4)).eval()

    def call(x: Tensor) -> tuple[Tensor, Tensor]:
        out = layers(x)
        return out, out.sum()

    x = torch.randn(5, 4)
    got, backend = run(call, x)
    torch.testing.assert_close(got, call(x))
    assert len(backend.gemms.calls) == 3


def test_only_what_the_partition_says() -> None:
    backend = OnStandIn(force_cpu=("up",))
    model, x = Mlp().eval(), torch.randn(2, 16)
    with torch.no_grad():
        got = torch.compile(model, backend=backend)(x)
        torch.testing.assert_close(got, model(x))
    assert [label for label, _ in backend.gemms.calls] == ["gemm_2x32x16_bias_res"]


def test_transformer_layer() -> None:
    """PyTorch's fast path is one op that no kernel of ours runs; without it there are four."""
    model = nn.TransformerEncoderLayer(16, 2, 32, activation="gelu", batch_first=True).eval()
    x = torch.randn(1, 5, 16)
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        got, backend = run(model, x)
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    torch.testing.assert_close(got, model(x))
    assert len(backend.gemms.calls) == 4
