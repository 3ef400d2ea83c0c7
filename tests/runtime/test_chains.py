"""What goes to a device for a window, and what crosses the host's cache for it.

`Apart` keeps a memory of its own for each buffer, as the NPU does that is not cache coherent: what
is not flushed it does not see, what is not invalidated the host does not see, and lines that the
host's cache still holds go over what was written.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pytest
import torch
from test_session import (
    BATCH,
    CROSS,
    FINAL,
    FRAMES,
    LAYER,
    MELS,
    STEM,
    WIDTH,
    layer_weights,
    session,
    stem_weights,
)

from aiec.ir.errors import DeviceError
from aiec.runtime import chain
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import Buffer, Event, Run, span_of
from aiec.runtime.session import Session

LINE = 64


class Apart(CpuDevice):
    """Computes on copies of its own. `fails`: numbers of submissions that break half way."""

    def __init__(self, fails: Sequence[int] = ()) -> None:
        super().__init__()
        self._there: WeakKeyDictionary[Buffer, np.ndarray] = WeakKeyDictionary()
        self._clean: WeakKeyDictionary[Buffer, np.ndarray] = WeakKeyDictionary()
        self.submissions, self._fails = 0, fails

    def alloc(self, nbytes: int) -> Buffer:
        """Zeros on both sides."""
        buffer = super().alloc(nbytes)
        self._there[buffer] = buffer.array.copy()
        self._clean[buffer] = buffer.array.copy()
        return buffer

    def flush(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Move whole lines to the device."""
        lines = _lines(buffer, start, nbytes)
        self._there[buffer][lines] = self._clean[buffer][lines] = buffer.array[lines]
        return span_of(buffer, start, nbytes)

    def invalidate(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Move whole lines to the host."""
        lines = _lines(buffer, start, nbytes)
        buffer.array[lines] = self._clean[buffer][lines] = self._there[buffer][lines]
        return span_of(buffer, start, nbytes)

    def submit(self, runs: Sequence[Run]) -> Event:
        """Compute on the device's side; then the cache writes back what it holds."""
        self.submissions += 1
        for number, run in enumerate(runs):
            if self.submissions in self._fails and number == len(runs) // 2:
                raise DeviceError("broke half way")
            there = tuple(Buffer(self._there[buffer]) for buffer in run.buffers)
            super().submit([replace(run, buffers=there)])
        for buffer in {buffer for run in runs for buffer in run.buffers}:
            held = buffer.array != self._clean[buffer]
            self._there[buffer][held] = buffer.array[held]
        return Event(tuple(runs), self.submissions)


def _lines(buffer: Buffer, start: int, nbytes: int | None) -> slice:
    end = start + span_of(buffer, start, nbytes)
    return slice(start // LINE * LINE, -(-end // LINE) * LINE)


def weights() -> dict[str, tuple[torch.Tensor, ...]]:
    """Of a stem, a layer and a final norm, by kind."""
    dice = torch.Generator().manual_seed(1)
    layer = [torch.randn(w.shape, generator=dice) / 16 for w in layer_weights()]
    stem = [torch.randn(w.shape, generator=dice) / 16 for w in stem_weights()]
    return {"stem": tuple(stem), "layer": tuple(layer), "final": (torch.ones(WIDTH),) * 2}


def encode(it: Session, mel: torch.Tensor, given: dict[str, tuple[torch.Tensor, ...]]) -> Any:
    """A window's features, still on the device: a stem, three layers, a final norm."""
    state = it.run(STEM)(it.send(STEM)(mel), *given["stem"])
    for _ in range(3):
        state = it.run(LAYER)(state, *given["layer"])
    return it.run(FINAL)(state, *given["final"])


MEL = torch.randn(BATCH, MELS, 2 * FRAMES, generator=torch.Generator().manual_seed(2))


def test_a_memory_apart_gives_the_same_bits_window_after_window() -> None:
    given, apart, shared = weights(), session(Apart()), session(CpuDevice())
    for scale in (1.0, 2.0, 3.0):
        one = apart.receive(encode(apart, MEL * scale, given))
        assert torch.equal(one, shared.receive(encode(shared, MEL * scale, given)))


def test_after_the_first_window_only_spectrogram_and_features_cross_the_cache() -> None:
    it, given = session(Apart()), weights()
    plan = it.plan
    mel = BATCH * plan.block(STEM.kind).argument("mel").nbytes
    features = BATCH * plan.block(FINAL.kind).argument("out").nbytes
    it.receive(encode(it, MEL, given))
    for _ in range(2):
        before = replace(it.telemetry)
        it.receive(encode(it, MEL, given))
        assert it.telemetry.flushed_bytes - before.flushed_bytes <= mel + features
        assert it.telemetry.flushed_bytes - before.flushed_bytes >= mel
        assert 0 < it.telemetry.invalidated_bytes - before.invalidated_bytes <= features
        assert it.telemetry.weight_bytes == before.weight_bytes
        assert it.telemetry.submissions - before.submissions == 1


def test_long_chains_go_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    it, given = session(Apart()), weights()
    wanted = it.receive(encode(it, MEL, given))
    monkeypatch.setattr(chain, "MOST_MACS", 3 * it.plan.block(LAYER.kind).macs)
    before = it.telemetry.submissions
    assert torch.equal(it.receive(encode(it, MEL, given)), wanted)
    assert it.telemetry.submissions - before == 3


def test_what_broke_half_way_starts_again_from_the_inputs() -> None:
    """Layers had written over what they read."""
    given, shared = weights(), session(CpuDevice())
    it = session(Apart(fails=[1]))
    features = encode(it, MEL, given)
    with pytest.raises(DeviceError, match="broke half way"):
        it.receive(features)
    assert torch.equal(it.receive(features), shared.receive(encode(shared, MEL, given)))


def test_a_later_part_that_broke_starts_again_from_the_inputs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given, shared = weights(), session(CpuDevice())
    it = session(Apart(fails=[3]))
    monkeypatch.setattr(chain, "MOST_MACS", 3 * it.plan.block(LAYER.kind).macs)
    features = encode(it, MEL, given)
    assert it.telemetry.submissions == 2
    with pytest.raises(DeviceError, match="broke half way"):
        it.receive(features)
    assert torch.equal(it.receive(features), shared.receive(encode(shared, MEL, given)))


def test_a_value_of_two_chains_starts_both_again() -> None:
    it, shared = session(Apart(fails=[2])), session(CpuDevice())
    x = torch.randn(BATCH, FRAMES, WIDTH, generator=torch.Generator().manual_seed(3))
    eye = (torch.eye(WIDTH), torch.eye(WIDTH), torch.zeros(WIDTH))

    def keys(it: Session) -> Any:
        state = it.run(LAYER)(it.send(LAYER)(x), *weights()["layer"])
        return it.receive(state), it.run(CROSS)(state, *eye)[0]

    _, value = keys(it)
    with pytest.raises(DeviceError, match="broke half way"):
        it.receive(value)
    assert torch.equal(it.receive(value), shared.receive(keys(shared)[1]))


def test_a_tight_budget_starts_again_from_a_copy() -> None:
    """Its weights evict one another, so that no chain holds them all."""
    given, shared = weights(), session(CpuDevice())
    wanted = shared.receive(encode(shared, MEL, given))
    it = session(Apart(fails=[2]), budget_bytes=shared.pool.allocated_bytes - 1)
    features = encode(it, MEL, given)
    assert it.telemetry.submissions == 1
    with pytest.raises(DeviceError, match="broke half way"):
        it.receive(features)
    assert torch.equal(it.receive(features), wanted)
