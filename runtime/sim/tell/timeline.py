"""A traced run cut into slices of equal length: what each core and channel did in each of them.

Between spans.py, whose spans it counts, and floor_plan.py, which draws the rows. Slices are whole
cycles and every count is exact, so that a row's slices add up to what its spans come to. A core
that waits when the run ends has no span for that wait: it counts as idle, as in the report.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from aiec.ir.registers import SHIM_ROW
from aiec.runtime.sim.array.spans import Trace

MAX_SLICES = 400  # about the pixels that a row has on a page
MAX_COUNTS = 240_000  # in all rows together; a count is up to 8 characters of the page's 2 MB
SERIES = 3  # of a row

Span = tuple[str, int, int]  # what, first cycle, cycles

_PLACE = re.compile(r"(core of )?tile \((\d+), (\d+)\)(?: (S2MM|MM2S) (\d+))?")
_WAIT, _LOCK, _BYTES = "waits for ", "waits for lock ", " bytes"


@dataclass(frozen=True, slots=True)
class CoreRow:
    """One core: cycles a slice by what it did, int64 each; the rest of a slice is idle.

    `spent`: cycles of the whole run by kernel and by what was waited for, the longest first.
    """

    name: str
    column: int
    row: int
    compute: np.ndarray
    lock: np.ndarray
    stream: np.ndarray
    spent: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One DMA channel: cycles a slice in which bytes moved or a lock was waited for, and bytes."""

    name: str
    column: int
    row: int
    direction: str
    number: int
    busy: np.ndarray
    lock: np.ndarray
    moved_bytes: np.ndarray


@dataclass(frozen=True, slots=True)
class Timeline:
    """All rows, cut at `edges` (cycles; the first is 0).

    `ddr_bytes`: a slice, of all shim channels. `sequence_cycles`: spent on issuing.
    """

    edges: np.ndarray
    ddr_bytes: np.ndarray
    cores: tuple[CoreRow, ...]
    channels: tuple[ChannelRow, ...]
    sequence_cycles: int

    @property
    def cycles(self) -> int:
        """The length of the whole."""
        return int(self.edges[-1])


def timeline(trace: Trace, names: Iterable[str], cycles: int, ddr_rate: float) -> Timeline:
    """Cut `trace` into slices.

    names: cores and channels that get a row even if they did nothing.
    cycles: of the run; the timeline is longer if something went on after it.
    ddr_rate: bytes a cycle.
    """
    rows: dict[str, list[Span]] = {name: [] for name in names}
    for row, what, start, length in trace.spans:
        rows.setdefault(row, []).append((what, start, length))
    ends = [start + length for spans in rows.values() for _, start, length in spans]
    edges = _edges(max([1, cycles, *ends]), len(rows))
    places = {name: match for name in sorted(rows) if (match := _PLACE.fullmatch(name))}
    cores = [_core(name, m, rows[name], edges) for name, m in places.items() if m[1]]
    channels = [_channel(name, m, rows[name], edges) for name, m in places.items() if m[4]]
    sequences = [spans for name, spans in rows.items() if name.startswith("runtime sequence")]
    issuing = sum(n for spans in sequences for what, _, n in spans if not what.startswith(_WAIT))
    shims = [name for name, m in places.items() if m[4] and int(m[3]) == SHIM_ROW]
    served = [_served(span, ddr_rate) for name in shims for span in rows[name] if _moves(span)]
    return Timeline(edges, _moved(served, edges), tuple(cores), tuple(channels), issuing)


def _edges(cycles: int, rows: int) -> np.ndarray:
    slices = max(1, min(MAX_SLICES, MAX_COUNTS // (SERIES * max(1, rows))))
    width = -(-cycles // slices)
    return np.append(np.arange(0, cycles, width, dtype=np.int64), cycles)


def _core(name: str, place: re.Match[str], spans: list[Span], edges: np.ndarray) -> CoreRow:
    kinds: dict[str, list[Span]] = defaultdict(list)
    spent: dict[str, int] = defaultdict(int)
    for span in spans:
        what, _, length = span
        kinds[_kind(what)].append(span)
        spent[what.partition(" (it holds")[0]] += length
    counts = [_cycles(kinds[kind], edges) for kind in ("compute", "lock", "stream")]
    longest = tuple(sorted(spent.items(), key=lambda item: -item[1]))
    return CoreRow(name, int(place[2]), int(place[3]), *counts, spent=longest)


def _kind(what: str) -> str:
    if what.startswith(_LOCK):
        return "lock"
    return "stream" if what.startswith(_WAIT) else "compute"


def _moves(span: Span) -> bool:
    return span[0].endswith(_BYTES)


def _served(span: Span, rate: float) -> Span:
    """A shim's transfer as DDR saw it: it waited for its turn, and was served at the end."""
    what, start, length = span
    needed = min(length, math.ceil(int(what.removesuffix(_BYTES)) / rate))
    return what, start + length - needed, needed


def _channel(name: str, place: re.Match[str], spans: list[Span], edges: np.ndarray) -> ChannelRow:
    moves = [span for span in spans if _moves(span)]
    locks = [span for span in spans if span[0] == "lock"]
    return ChannelRow(
        name,
        int(place[2]),
        int(place[3]),
        place[4],
        int(place[5]),
        busy=_cycles(moves, edges),
        lock=_cycles(locks, edges),
        moved_bytes=_moved(moves, edges),
    )


def _cycles(spans: list[Span], edges: np.ndarray) -> np.ndarray:
    starts = np.array([start for _, start, _ in spans], np.int64)
    ends = starts + np.array([length for _, _, length in spans], np.int64)
    ones = np.ones(len(spans), np.int64)
    return np.diff(_ramp(starts, ones, edges) - _ramp(ends, ones, edges))


def _moved(spans: list[Span], edges: np.ndarray) -> np.ndarray:
    """Bytes a slice, each span's spread evenly over its cycles; whole bytes, with the exact sum."""
    counts = np.array([int(what.removesuffix(_BYTES)) for what, _, _ in spans], np.int64)
    starts = np.array([start for _, start, _ in spans], np.int64)
    lengths = np.array([length for _, _, length in spans], np.int64)
    rates = counts / lengths
    passed = np.rint(_ramp(starts, rates, edges) - _ramp(starts + lengths, rates, edges))
    passed[-1] = counts.sum()
    return np.diff(np.clip(np.maximum.accumulate(passed), 0, passed[-1]).astype(np.int64))


def _ramp(starts: np.ndarray, slopes: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """At each edge the sum of slope * (edge - start) over all starts before it."""
    order = np.argsort(starts, kind="stable")
    starts, slopes = starts[order], slopes[order]
    before = np.searchsorted(starts, edges, side="right")
    slope = np.concatenate([np.zeros(1, slopes.dtype), np.cumsum(slopes)])
    offset = np.concatenate([np.zeros(1, slopes.dtype), np.cumsum(slopes * starts)])
    return slope[before] * edges - offset[before]
