"""The cascade from one core to the next: a short FIFO of 512-bit beats that blocks at both ends.

A kernel that uses it is a generator function: it yields `("put_cascade", beat)`, or
`("get_cascade",)` and is sent the beat, an int32[16]. `("read_register", address)` reads a word of
its own tile over the processor bus: of data memory, or a lock's value.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.process import Action, Process

BEAT_WORDS = 16


class Cascade:
    """Beats on their way between two cores. At most one core waits at each end."""

    __slots__ = ("beats", "getter", "name", "putter")

    def __init__(self, name: str) -> None:
        self.name = name
        self.beats: deque[np.ndarray] = deque()
        self.getter: Process | None = None
        self.putter: tuple[Process, np.ndarray] | None = None

    def clear(self) -> None:
        """Be empty, as after a load."""
        self.beats.clear()
        self.getter = self.putter = None


@dataclass(frozen=True, slots=True, eq=False)
class PutBeat:
    """Send one beat; waits while the FIFO is full."""

    cascade: Cascade
    beat: np.ndarray

    def perform(self, process: Process) -> bool:
        """Put it, or wait for room."""
        cascade = self.cascade
        process.busy += timing.CASCADE_BEAT_CYCLES
        if cascade.getter is not None:
            getter, cascade.getter = cascade.getter, None
            process.engine.after(0, lambda: getter.passed(self.beat))
        elif len(cascade.beats) < timing.CASCADE_DEPTH:
            cascade.beats.append(self.beat)
        else:
            cascade.putter = process, self.beat
            return False
        return True

    def describe(self) -> str:
        """The cascade that is full."""
        return f"room in {self.cascade.name}"


@dataclass(frozen=True, slots=True, eq=False)
class GetBeat:
    """Receive one beat; waits while the FIFO is empty."""

    cascade: Cascade

    def perform(self, process: Process) -> bool:
        """Take the oldest, and let a waiting sender go on."""
        cascade = self.cascade
        process.busy += timing.CASCADE_BEAT_CYCLES
        if not cascade.beats:
            cascade.getter = process
            return False
        process.answer = cascade.beats.popleft()
        if cascade.putter is not None:
            (putter, beat), cascade.putter = cascade.putter, None
            cascade.beats.append(beat)
            process.engine.after(0, putter.passed)
        return True

    def describe(self) -> str:
        """The cascade that is empty."""
        return f"a beat of {self.cascade.name}"


def drive(
    kernel: Generator[Any, Any, None],
    name: str,
    incoming: Cascade | None,
    outgoing: Cascade | None,
    bus: Callable[[int], int],
) -> Generator[Action, Any, None]:
    """Run a generator kernel, its requests as actions of the core."""
    answer: Any = None
    while True:
        try:
            request = kernel.send(answer)
        except StopIteration:
            return
        answer = None
        match request:
            case ("put_cascade", beat) if outgoing is not None:
                yield PutBeat(outgoing, np.array(beat, np.int32).reshape(BEAT_WORDS))
            case ("get_cascade",) if incoming is not None:
                answer = yield GetBeat(incoming)
            case ("read_register", address):
                answer = bus(address)
            case _:
                raise SimulationError(
                    f"kernel @{name} asks for {request!r}",
                    expected="('put_cascade', beat) or ('get_cascade',) and a cascade there, or "
                    "('read_register', address)",
                )
