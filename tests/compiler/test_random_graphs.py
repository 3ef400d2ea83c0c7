"""Random graphs against eager: shapes, dtypes, strides and values, with as much as fits on the NPU.

The same graphs every time; `AIEC_FUZZ=2000` draws so many others a target. A failure prints the
smallest recipe that hypothesis finds, and what draws it again.
"""

import os
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from random_graphs import Recipe, Step, recipes
from torch import Tensor

import aiec.backend
from aiec.ir.design import Design
from aiec.observe import compiled_graphs
from aiec.runtime.cpu_device import CpuDevice

GRAPHS = int(os.environ.get("AIEC_FUZZ", "0"))
FUZZED = settings(
    deadline=None,
    database=None,
    derandomize=not GRAPHS,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# Its output has the strides of its input, which no device gives.
TRANSPOSED_RESIDUAL = Recipe(
    5, 32, (Step("transposed", (0,)), Step("residual", (1,))), (2,), torch.float32, (2,)
)


def run(recipe: Recipe, device: str) -> int:
    """Dispatches of one recipe, whose results are near eager's, of the same form."""
    torch.compiler.reset()
    module = recipe.module()
    options: dict[str, Any] = {"device": device, "partition": "npu-all"}
    with torch.inference_mode(), compiled_graphs() as graphs:
        compiled = torch.compile(module, backend="aie", options=options)
        traced = torch.compile(module, backend="aot_eager")
        for batch in recipe.batches:
            x = recipe.inputs(batch)
            check(compiled(x), module(x), traced(x))
    return sum(graph.telemetry.dispatches for graph in graphs if graph.telemetry)


def check(got: tuple[Tensor, ...], wanted: tuple[Tensor, ...], traced: tuple[Tensor, ...]) -> None:
    """Values as eager's but for bf16 products; strides as PyTorch's own traced graph gives them."""
    assert len(got) == len(wanted)
    for one, other, form in zip(got, wanted, traced, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        assert one.stride() == form.stride()
        error = (one.double() - other.double()).norm()
        assert error <= 0.05 * other.double().norm() + 0.02 * max(other.numel(), 1) ** 0.5


@pytest.fixture
def _reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference device computes from packed buffers; it needs a plan, not its text."""

    def plan_alone(plan: Any, name: str, epoch: str) -> Design:
        return Design(name, epoch, "", plan, (), ())

    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())
    monkeypatch.setattr(aiec.backend, "emit", plan_alone)


@pytest.mark.slow
@pytest.mark.usefixtures("_reference")
@pytest.mark.parametrize("device", ["sim:npu1", "sim:npu2"])
def test_on_the_reference(device: str) -> None:
    dispatches = 0

    @settings(FUZZED, max_examples=GRAPHS or 60)
    @given(recipes())
    def graphs(recipe: Recipe) -> None:
        nonlocal dispatches
        dispatches += run(recipe, device)

    graphs()
    assert dispatches > 100


@pytest.mark.slow
@pytest.mark.parametrize("device", ["sim:npu1", "sim:npu2"])
def test_simulated(device: str) -> None:
    """The same with the emitted text itself, which takes longer."""

    @settings(FUZZED, max_examples=(GRAPHS or 60) // 15)
    @given(recipes(max_steps=4))
    def graphs(recipe: Recipe) -> None:
        run(recipe, device)

    graphs()


@pytest.mark.usefixtures("_reference")
def test_on_the_reference_a_few() -> None:
    @settings(FUZZED, max_examples=8)
    @given(recipes(max_steps=4))
    @example(TRANSPOSED_RESIDUAL)
    def graphs(recipe: Recipe) -> None:
        run(recipe, "sim:npu1")

    graphs()
