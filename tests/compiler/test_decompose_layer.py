"""PyTorch's fused encoder layer: one op without an NPU, its linear layers on one with it."""

from typing import Any

import pytest
import torch
from torch import nn

import aiec.backend
from aiec.ir.graph import OpKind
from aiec.observe import compiled_graphs
from aiec.runtime.cpu_device import CpuDevice


@pytest.fixture(autouse=True)
def _reference_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())


def layer(**how: Any) -> nn.Module:
    made = nn.TransformerEncoderLayer(64, 2, 128, batch_first=True, **how)
    return nn.TransformerEncoder(made, 2, enable_nested_tensor=False).eval()


def kinds(model: nn.Module, x: torch.Tensor, tolerance: float, **options: Any) -> list[OpKind]:
    """Of the ops on the NPU."""
    with torch.inference_mode(), compiled_graphs() as graphs:
        got, wanted = torch.compile(model, backend="aie", options=options)(x), model(x)
    assert (got - wanted).norm() <= tolerance * wanted.norm()
    return [op.kind for op in graphs[0].partition.npu_ops]


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_linear_layers_run_on_the_npu(norm_first: bool, activation: str) -> None:
    model = layer(norm_first=norm_first, activation=activation)
    ops = kinds(model, torch.randn(2, 10, 64), 0.02, device="sim:npu2", partition="npu-all")
    assert ops == [OpKind.LINEAR] * 8


def test_without_an_npu_it_is_eagers_op() -> None:
    assert kinds(layer(), torch.randn(2, 10, 64), 0.0, device="cpu") == []
