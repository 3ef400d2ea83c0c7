"""Recorder: decoded frames of one track, each at its time, as 16 kHz mono samples.

Where it stands: fed by `decode.py`, asks `clock.py` for times and `mixdown.py` for one channel.
What is missing becomes silence of its length. Format, rate and channels may change at any frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import av
import av.error
import numpy as np

from aiec.speech.reading.clock import Clock, Leap
from aiec.speech.reading.mixdown import audible, mean
from aiec.speech.reading.sound import SAMPLE_RATE, Hole

GROUP = 500_000  # samples that are resampled at once, so that short frames cost little
Kind = tuple[str, str, int]  # sample format, layout, rate


class Recorder:
    """Collects one track.

    Args:
        clock: follows the frames' stamps.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.cancelled_s = 0.0  # for how long the channels cancelled each other
        self.jumps_s: list[float] = []  # where the clock jumped
        self._parts: list[np.ndarray | int] = []  # int16 samples, or a number of silent ones
        self._length = 0  # of the parts, samples
        self._lost: dict[int, int] = {}  # parts that stand for lost bytes, and their number
        self._kind: Kind | None = None  # of the frames in the queue
        self._queue = av.AudioFifo()
        self._resampler: tuple[Kind, av.AudioResampler] | None = None

    def add(self, frame: av.AudioFrame, stamp_s: float | None, *, after_loss: bool = False) -> None:
        """Take one frame; `stamp_s` counts from the recording's beginning."""
        leap, seconds = Leap.NONE, 0.0
        if stamp_s is not None:
            leap, seconds = self.clock.follow(stamp_s, after_loss=after_loss)
        kind = _kind(frame)
        if leap is not Leap.NONE or kind != self._kind:
            self._finish_run()
        self._make_room(leap, seconds)
        self._kind = kind
        self.clock.end_s += frame.samples / frame.sample_rate
        frame.pts = None  # the queue has its own order
        self._queue.write(frame)
        if self._queue.samples >= GROUP:
            self._resample_queue()

    def lose(self, nbytes: int) -> None:
        """So many bytes could not be decoded, in a format without stamps."""
        self._finish_run()
        self._lost[len(self._parts)] = nbytes
        self._append(0)

    def finish(self, bytes_per_s: float) -> tuple[np.ndarray, tuple[Hole, ...]]:
        """All samples, float32 in [-1, 1), and the holes between them; not what is before them.

        Bytes that were lost lasted as long as others do on average.
        """
        self._finish_run()
        for at, nbytes in self._lost.items():
            self._parts[at] = round(nbytes / max(bytes_per_s, 1.0) * SAMPLE_RATE)
        parts = [np.zeros(p, np.int16) if isinstance(p, int) else p for p in self._parts]
        whole = np.concatenate(parts) if parts else np.zeros(0, np.int16)
        return whole.astype(np.float32) / 32768, tuple(self._holes())

    def _holes(self) -> Iterator[Hole]:
        lengths = [part if isinstance(part, int) else len(part) for part in self._parts]
        ends = np.cumsum([0, *lengths]) / SAMPLE_RATE
        for at, (part, (start, end)) in enumerate(zip(self._parts, pairwise(ends), strict=True)):
            if isinstance(part, int) and part and (start or at in self._lost):
                yield Hole(float(start), float(end))

    def _make_room(self, leap: Leap, seconds: float) -> None:
        if leap is Leap.GAP:
            self._append(max(0, round(self.clock.end_s * SAMPLE_RATE) - self._length))
        elif leap is Leap.OVERLAP:
            self._cut(round(-seconds * SAMPLE_RATE))
        elif leap is Leap.TAKEN_BACK:
            self._close_last_hole()
        elif leap is Leap.JUMP:
            self.jumps_s.append(self.clock.end_s)

    def _append(self, part: np.ndarray | int) -> None:
        self._parts.append(part)
        self._length += part if isinstance(part, int) else len(part)

    def _cut(self, samples: int) -> None:
        """Take that many samples from the end, as far as the last part has them."""
        last = self._parts[-1] if self._parts else 0
        if not isinstance(last, int):
            kept = last[: max(0, len(last) - samples)]
            self._parts[-1] = kept
            self._length -= len(last) - len(kept)

    def _close_last_hole(self) -> None:
        at = max(i for i, part in enumerate(self._parts) if isinstance(part, int))
        self._length -= int(self._parts[at])  # type: ignore[arg-type]
        self._parts[at] = 0

    def _finish_run(self) -> None:
        """What is queued or in the resampler comes out; the next frame begins a run of its own."""
        self._resample_queue()
        self._drain()
        self._queue = av.AudioFifo()

    def _resample_queue(self) -> None:
        group = self._queue.read()
        if group is None:
            return
        group, cancelled_s = audible(group)
        self.cancelled_s += cancelled_s
        try:
            self._resample(group)
        except av.error.ArgumentError:  # no way to mix these channels
            self._resampler = None
            self._resample(mean(group))

    def _resample(self, group: av.AudioFrame) -> None:
        kind = _kind(group)
        if self._resampler is None or self._resampler[0] != kind:
            self._drain()
            made = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            self._resampler = kind, made
        for part in self._resampler[1].resample(group):
            self._append(part.to_ndarray()[0])

    def _drain(self) -> None:
        if self._resampler is not None:
            for part in self._resampler[1].resample(None):
                self._append(part.to_ndarray()[0])
            self._resampler = None


def _kind(frame: av.AudioFrame) -> Kind:
    return frame.format.name, frame.layout.name, frame.sample_rate
