"""What the way to the host's memory costs: a shim channel's tasks, DDR's bytes, a sequence's pace.

Beside the machine. A read waits for its first word from the moment it is queued, so one that is
queued behind another waits less or not at all; a write is over when DDR has answered its last word.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.process import Process


class HostWay:
    """The way of one shim channel; `takes` if it writes to memory (S2MM).

    tasks: cycles of the push and the end of each task of this account, in the order of their ends.
    """

    __slots__ = ("_decay", "_extra", "_first", "_steady", "tasks")

    def __init__(self, takes: bool) -> None:
        if takes:
            self._steady, self._first = timing.WRITE_ANSWER_CYCLES, timing.FIRST_ANSWER_CYCLES
        else:
            self._steady, self._first = timing.READ_CYCLES, timing.FIRST_READ_CYCLES
        self._decay = 0.0 if takes else timing.READ_DECAY
        self.tasks: list[tuple[int, int]] = []
        self._extra = float(self._first)

    def begin(self) -> None:
        """A dispatch begins: its first task finds the way cold."""
        self._extra = float(self._first)

    def cycles(self) -> int:
        """What the next task waits for memory."""
        extra, self._extra = self._extra, self._extra * self._decay
        return self._steady + round(extra)


class Ddr:
    """The memory behind all shim channels: each direction serves chunks one after the other at its
    bandwidth, and both together at theirs."""

    __slots__ = ("both_bytes_per_cycle", "bytes_per_cycle", "engine", "free_at", "moved_bytes")

    def __init__(
        self, engine: Engine, bytes_per_cycle: float, both_bytes_per_cycle: float | None = None
    ) -> None:
        self.engine = engine
        self.bytes_per_cycle = bytes_per_cycle
        self.both_bytes_per_cycle = both_bytes_per_cycle or bytes_per_cycle
        self.free_at = [0.0, 0.0, 0.0]  # reads, writes, both
        self.moved_bytes = 0

    def serve(self, count: int, takes: bool = False) -> int:
        """The cycle at which `count` bytes asked for now have passed; `takes`: they are written."""
        free, now = self.free_at, self.engine.now
        free[takes] = max(free[takes], now) + count / self.bytes_per_cycle
        free[2] = max(free[2], now) + count / self.both_bytes_per_cycle
        self.moved_bytes += count
        self.engine.progress = True
        return math.ceil(max(free[takes], free[2]))


class Pace:
    """How fast the controller gets on with transfers: `TRANSFERS_AHEAD` are ready beside the first,
    and one more a `TRANSFER_PERIOD_CYCLES`."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due = 0

    def cycles(self, now: int, own: int) -> int:
        """Cycles from `now` until a transfer, which itself takes `own`, is programmed."""
        ahead = timing.TRANSFERS_AHEAD * timing.TRANSFER_PERIOD_CYCLES
        end = max(now + own, self._due - ahead)
        self._due = max(end, self._due) + timing.TRANSFER_PERIOD_CYCLES
        return end - now


@dataclass(frozen=True, slots=True)
class Paced:
    """The controller takes `cycles` over the part of a transfer that comes now, or longer."""

    pace: Pace
    cycles: int

    def perform(self, process: Process) -> bool:
        """Let the time pass."""
        engine = process.engine
        engine.after(engine.jitter(self.pace.cycles(engine.now, self.cycles)), process.rested)
        return False

    def describe(self) -> str:
        """It ends by itself."""
        return f"{self.cycles} cycles and the controller's pace to pass"
