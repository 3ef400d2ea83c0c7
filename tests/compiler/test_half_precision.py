"""Modules in float16 and bfloat16, and autocast: the NPU's products are bf16 in any case."""

from typing import Any

import pytest
import torch
from encoders import ENCODERS, mel
from small_models import Mlp
from torch import Tensor, nn

import aiec.backend
from aiec.ir.graph import OpKind
from aiec.observe import compiled_graphs
from aiec.runtime.cpu_device import CpuDevice

OPTIONS: dict[str, Any] = {"device": "sim:npu2", "partition": "npu-all"}


@pytest.fixture(autouse=True)
def _reference_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())


class Autocast(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return self.model(x)


def npu_ops(model: nn.Module, x: Tensor) -> list[OpKind]:
    """Kinds of the ops on the NPU; results are near eager's, of the same dtype and strides."""
    with torch.inference_mode(), compiled_graphs() as graphs:
        got, wanted = torch.compile(model, backend="aie", options=OPTIONS)(x), model(x)
    assert (got.dtype, got.stride()) == (wanted.dtype, wanted.stride())
    assert (got - wanted).float().norm() < 0.03 * wanted.float().norm()
    return [op.kind for op in graphs[0].partition.npu_ops]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_linear_layers(dtype: torch.dtype) -> None:
    x = torch.randn(2, 50, 64, dtype=dtype)
    assert npu_ops(Mlp(64, 128).eval().to(dtype), x) == [OpKind.LINEAR] * 2


def test_linear_layers_in_autocast() -> None:
    assert npu_ops(Autocast(Mlp(64, 128).eval()), torch.randn(2, 50, 64)) == [OpKind.LINEAR] * 2


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_an_encoder(dtype: torch.dtype) -> None:
    ops = npu_ops(ENCODERS["own"]().to(dtype), mel(1).to(dtype))
    assert ops == [OpKind.ENCODER_BLOCK] * 4


def test_an_encoder_in_autocast() -> None:
    """The stem is a block; layers, with casts in them, run as their six linear layers each."""
    ops = npu_ops(Autocast(ENCODERS["own"]()), mel(1))
    assert ops == [OpKind.ENCODER_BLOCK] + [OpKind.LINEAR] * 12


def test_double_is_refused_by_name() -> None:
    x = torch.randn(4, 64, dtype=torch.float64)
    with torch.inference_mode(), compiled_graphs() as graphs:
        torch.compile(nn.Linear(64, 64).double(), backend="aie", options=OPTIONS)(x)
    reasons = [decision.reason for decision in graphs[0].partition.decisions]
    assert "CPU: our kernels take no float64" in reasons


def test_weights_the_other_way_round() -> None:
    """GPT-2's Conv1D."""

    class Conv1D(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(64, 128) / 8)
            self.bias = nn.Parameter(torch.randn(128))

        def forward(self, x: Tensor) -> Tensor:
            flat = torch.addmm(self.bias, x.view(-1, 64), self.weight)
            return flat.view(*x.shape[:-1], 128)

    assert npu_ops(Conv1D().eval(), torch.randn(2, 50, 64)) == [OpKind.LINEAR]
