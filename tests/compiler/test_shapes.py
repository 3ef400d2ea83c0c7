"""Shapes that come later: the NPU keeps its ops, two graphs serve all sizes, jobs are not ended."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from encoders import ENCODERS, mel
from small_models import Mlp
from torch import Tensor, nn

import aiec.backend
from aiec.ir.errors import PartitionError
from aiec.observe import CompiledGraph, compiled_graphs
from aiec.runtime.cpu_device import CpuDevice
from aiec.sizes import is_known, known_factor, size_of


@pytest.fixture(autouse=True)
def _reference_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())


def compiled(model: Callable[..., Any], dynamic: bool | None = None, **options: Any) -> Any:
    options = {"device": "sim:npu2", "partition": "npu-all", **options}
    return torch.compile(model, backend="aie", options=options, dynamic=dynamic)


def dispatched(graphs: Sequence[CompiledGraph]) -> int:
    return sum(graph.telemetry.dispatches for graph in graphs if graph.telemetry)


def dispatches_of(
    model: nn.Module, inputs: Sequence[Tensor], graphs: int, dynamic: bool | None = None
) -> list[int]:
    """Dispatches of each call on one compiled module; results are eager's."""
    call, counts = compiled(model, dynamic), []
    with torch.inference_mode(), compiled_graphs() as found:
        for x in inputs:
            before = dispatched(found)
            got, wanted = (out[0] if isinstance(out, tuple) else out for out in (call(x), model(x)))
            assert (got.shape, got.stride(), got.dtype) == (
                wanted.shape,
                wanted.stride(),
                wanted.dtype,
            )
            assert (got - wanted).norm() < 0.02 * wanted.norm()
            counts.append(dispatched(found) - before)
    assert len(found) == graphs
    return counts


def test_batches_of_an_encoder() -> None:
    """Four blocks a window, whatever the batch: one graph for one window, one for more."""
    inputs = [mel(batch) for batch in (1, 2, 4, 3)]
    assert dispatches_of(ENCODERS["own"](), inputs, graphs=2) == [4, 8, 16, 12]


def test_an_encoder_compiled_for_any_shape() -> None:
    """The length is symbolic as well, which no block can be: twelve linear layers run alone."""
    counts = dispatches_of(ENCODERS["own"](), [mel(3), mel(2)], graphs=1, dynamic=True)
    assert counts == [12, 12]


def test_lengths_of_linear_layers() -> None:
    inputs = [torch.randn(2, length, 64) for length in (5, 7, 300, 33)]
    assert dispatches_of(Mlp(64, 128).eval(), inputs, graphs=2) == [2, 2, 4, 2]


def test_require_npu_does_not_end_a_job(caplog: pytest.LogCaptureFixture) -> None:
    """A shape that has nothing for the NPU is a warning, if others had; the first is an error."""
    linear = nn.Linear(64, 64).eval()

    def model(x: Tensor) -> Tensor:
        return linear(x) if x.dim() == 2 else x.tanh()

    call = compiled(model, require_npu=True)
    one, other = torch.randn(4, 64), torch.randn(4, 4, 64)
    with torch.inference_mode(), caplog.at_level(logging.WARNING, logger="aiec"):
        call(one)
        assert torch.equal(call(other), other.tanh())
    assert caplog.messages == ["graph_0_1: nothing runs on the NPU for these shapes"]
    torch.compiler.reset()
    with torch.inference_mode(), pytest.raises(PartitionError, match=r"^require_npu: "):
        compiled(model, require_npu=True)(other)


def test_sizes() -> None:
    """What holds for every value of a symbol holds for its number."""
    found: list[tuple[int, ...]] = []

    def backend(gm: Any, inputs: Sequence[Any]) -> Any:
        s: Any = next(value for value in inputs if isinstance(value, torch.SymInt))
        sizes: tuple[Any, ...] = (s, s * 12, (s + 3) * 12, s + 3, s * 4 * 3, 7, (s - 1) // 2 + 1)
        found.append(tuple(map(size_of, sizes)))
        return gm.forward

    x = torch.randn(5, 12)
    torch._dynamo.mark_dynamic(x, 0)
    torch.compile(lambda x: x + 1, backend=backend)(x)
    ((s, twelve, sums, three, again, seven, half),) = found
    assert twelve == again == 12 * s
    assert sums == 12 * three == 12 * (s + 3)
    assert [known_factor(n) for n in (s, twelve, three, seven, half)] == [1, 12, 1, 7, 1]
    assert [n for n in (s, twelve, three, seven, half) if is_known(n)] == [7]
