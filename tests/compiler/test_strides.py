"""Outputs of the NPU have the strides that eager gives, on which the rest of the graph relies."""

from typing import Any

import pytest
import torch
from encoders import FRAMES, WIDTH, hugging_face, mel
from torch import Tensor, nn

import aiec.backend
from aiec.as_traced import as_traced
from aiec.observe import compiled_graphs
from aiec.runtime.cpu_device import CpuDevice
from aiec.speech.whisper import EncoderBlock as Layer


@pytest.fixture(autouse=True)
def _reference_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())


class Mixer(nn.Module):
    """A linear layer over time on the transposed value, with a residual; then back."""

    def __init__(self, flat: bool) -> None:
        super().__init__()
        self.linear, self.flat = nn.Linear(16, 16), flat

    def forward(self, x: Tensor) -> Tensor:
        t = x.transpose(1, 2)
        y = (t + self.linear(t)).transpose(1, 2)
        return y.view(y.shape[0], -1) if self.flat else y


class LayerOnChannels(nn.Module):
    """An encoder's layer on what a convolution gives: (batch, channels, positions)."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = Layer(WIDTH, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.transpose(1, 2)).transpose(1, 2).view(x.shape[0], -1)


def assert_as_eager(model: nn.Module, x: Tensor) -> None:
    options: dict[str, Any] = {"device": "sim:npu2", "partition": "npu-all"}
    with torch.no_grad(), compiled_graphs() as graphs:
        got, wanted = torch.compile(model, backend="aie", options=options)(x), model(x)
    assert graphs[0].partition.npu_ops
    assert got.stride() == wanted.stride()
    torch.testing.assert_close(got, wanted, rtol=3e-2, atol=3e-2)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("flat", [False, True])
def test_a_residual_that_is_not_contiguous(flat: bool, batch: int) -> None:
    assert_as_eager(Mixer(flat).eval(), torch.randn(batch, 16, 128))


def test_a_layer_behind_a_convolution() -> None:
    assert_as_eager(LayerOnChannels().eval(), torch.randn(2, WIDTH, FRAMES))


def test_hidden_states_of_hugging_face() -> None:
    """Whisper's residual stream has the convolution's strides all the way."""
    model, x = hugging_face(), mel(1)
    options: dict[str, Any] = {"device": "sim:npu2", "partition": "npu-all"}
    run = torch.compile(model, backend="aie", options=options)
    with torch.no_grad():
        got, wanted = (f(x, output_hidden_states=True).hidden_states for f in (run, model))
    assert [state.stride() for state in got] == [state.stride() for state in wanted]


@pytest.mark.parametrize(
    ("shape", "strides"),
    [((2, 3, 4), (12, 4, 1)), ((2, 3, 4), (12, 1, 3)), ((4, 1, 5), (1, 99, 4)), ((), ())],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_as_traced(shape: Any, strides: Any, dtype: torch.dtype) -> None:
    out = torch.randn(shape)
    got = as_traced(torch.empty_strided(shape, strides, dtype=dtype))(out)
    assert got.dtype is dtype
    assert torch.equal(got, out.to(dtype))
    assert [s for s, n in zip(got.stride(), shape, strict=True) if n > 1] == [
        s for s, n in zip(strides, shape, strict=True) if n > 1
    ]
