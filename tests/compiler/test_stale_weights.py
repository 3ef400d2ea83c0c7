"""Weights that somebody writes to, by whatever way: the next call computes with what they hold."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import torch
from encoders import FRAMES, WIDTH
from torch import Tensor, nn

import aiec.backend
from aiec.observe import compiled_graphs
from aiec.runtime.cpu_device import CpuDevice
from aiec.speech.whisper import EncoderBlock as Layer

Write = Callable[[nn.Linear], Any]
Mode = Callable[[], AbstractContextManager[Any]]
OPTIONS: dict[str, Any] = {"device": "sim:npu2", "partition": "npu-all"}
# npu2's weights are bfp16: eight that lie together share the exponent of the largest, with steps
# of a sixty-fourth of it. A stale weight is wrong by a tenth and more.
FRESH = 2**-6


@pytest.fixture(autouse=True)
def _reference_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())


def _tripled(model: nn.Linear) -> dict[str, Tensor]:
    return {name: 3 * value for name, value in model.state_dict().items()}


def _averaged(model: nn.Linear) -> None:
    """As an exponential moving average, through `.data`."""
    for parameter in model.parameters():
        parameter.data.lerp_(torch.randn_like(parameter), 0.5)


def _stepped(model: nn.Linear) -> None:
    with torch.enable_grad():
        optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
        model.weight.grad = torch.randn_like(model.weight)
        optimizer.step()


WRITES: dict[str, Write] = {
    "weight.mul_": lambda m: m.weight.mul_(3),
    "weight.data.mul_": lambda m: m.weight.data.mul_(3),
    "one row through .data": lambda m: m.weight.data[5].add_(1),
    "one element through .data": lambda m: m.weight.data[5, 7].add_(9),
    "bias.data": lambda m: m.bias.data.add_(1),
    "weight.data = new": lambda m: setattr(m.weight, "data", m.weight.data * 3),
    "Parameter": lambda m: setattr(m, "weight", nn.Parameter(m.weight * 3)),
    "numpy": lambda m: m.weight.detach().numpy().__imul__(3),
    "numpy element": lambda m: m.weight.detach().numpy().__setitem__((3, 4), 9.0),
    "storage": lambda m: m.weight.untyped_storage().copy_((3 * m.weight).untyped_storage()),
    "merged adapter": lambda m: m.weight.data.add_(torch.ones(64, 2) @ torch.randn(2, 64)),
    "moving average": _averaged,
    "optimizer": _stepped,
    "load_state_dict": lambda m: m.load_state_dict(_tripled(m)),
    "load_state_dict(assign=True)": lambda m: m.load_state_dict(_tripled(m), assign=True),
    "vector_to_parameters": lambda m: nn.utils.vector_to_parameters(
        3 * nn.utils.parameters_to_vector(m.parameters()), m.parameters()
    ),
}


def difference_after(write: Write, model: nn.Linear, mode: Mode, **options: Any) -> float:
    """Relative to the largest result that eager gives after `write`."""
    x = torch.randn(64, 64)
    compiled = torch.compile(model, backend="aie", options={**OPTIONS, **options})
    with mode():
        compiled(x)
        write(model)
        wanted = model(x)
        return float((compiled(x) - wanted).abs().max() / wanted.abs().max())


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_write_is_seen(write: Write, mode: Mode) -> None:
    assert difference_after(write, nn.Linear(64, 64).eval(), mode) < FRESH


@pytest.mark.parametrize("name", ["weight.mul_", "load_state_dict", "numpy"])
def test_a_write_to_inference_tensors_is_seen(name: str) -> None:
    """They have no version counter at all."""
    with torch.inference_mode():
        model = nn.Linear(64, 64).eval()
    assert difference_after(WRITES[name], model, torch.inference_mode) < FRESH


def test_what_counters_do_not_see_if_only_they_are_asked() -> None:
    def after(name: str) -> float:
        model = nn.Linear(64, 64).eval()
        return difference_after(WRITES[name], model, torch.no_grad, check_weights=False)

    assert after("weight.mul_") < FRESH
    assert after("weight.data.mul_") > 0.1


@pytest.mark.parametrize("scales", [(0.125, 2.0), (0.125, 0.0)])
def test_layers_that_share_weights_but_not_the_scale(scales: tuple[float, float]) -> None:
    """The scale is packed with the weights of the queries."""
    layer = Layer(WIDTH, 2).eval()

    def attend(q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
        return nn.functional.scaled_dot_product_attention(q, k, v, scale=scale)

    def run(x: Tensor, scale: float) -> Tensor:
        a = layer.attn
        n = layer.attn_ln(x)
        heads = attend(a.split(a.query(n)), a.split(a.key(n)), a.split(a.value(n)), scale)
        x = x + a.out(heads.transpose(1, 2).flatten(2))
        return x + layer.mlp(layer.mlp_ln(x))

    def both(x: Tensor) -> Tensor:
        return run(run(x, scales[0]), scales[1])

    x = 3 * torch.randn(1, FRAMES, WIDTH)
    with torch.no_grad(), compiled_graphs() as graphs:
        nn.init.normal_(layer.attn.query.weight, std=0.2)
        nn.init.normal_(layer.attn.key.weight, std=0.2)
        got, wanted = torch.compile(both, backend="aie", options=OPTIONS)(x), both(x)
    assert len(graphs[0].partition.npu_ops) == 2
    assert (got - wanted).norm() < 0.01 * wanted.norm()
