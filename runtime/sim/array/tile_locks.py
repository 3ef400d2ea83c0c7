"""Locks with the hardware's semantics.

Acquire-greater-equal takes its value off; acquire-equal leaves the lock as it is (IRON's barriers
rely on it); a release adds; a write sets. Source: AM025 lock request registers, dialect notes of
mlir-aie `AIECoreToStandard.cpp` 450-458.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.engine import Callback, Engine


class Lock:
    """One semaphore of a tile. Waiters are served when the value changes."""

    __slots__ = ("engine", "max_value", "name", "value", "waiters")

    def __init__(self, engine: Engine, name: str, max_value: int, value: int = 0) -> None:
        self.engine = engine
        self.name = name
        self.max_value = max_value
        self.value = value
        self.waiters: list[tuple[int, bool, Callback]] = []

    def acquire(self, value: int, equal: bool, wake: Callback) -> bool:
        """Take the lock and return True, or return False and call `wake` once it has been taken."""
        if self._take(value, equal):
            return True
        self.waiters.append((value, equal, wake))
        return False

    def clear(self, value: int) -> None:
        """Hold `value`, with nobody waiting, as after a load."""
        self.value = value
        self.waiters = []

    def release(self, value: int) -> None:
        """Add `value`."""
        self.set(self.value + value)

    def set(self, value: int) -> None:
        """Write `value`, as a register write does; refuse what the register cannot hold."""
        if not 0 <= value <= self.max_value:
            raise SimulationError(
                f"lock {self.name} would hold {value} at cycle {self.engine.now}",
                expected=f"0 to {self.max_value}",
                todo="the design releases more often than it acquires",
            )
        self.value = value
        if self.waiters:
            self._serve()

    def _take(self, value: int, equal: bool) -> bool:
        if equal:
            return self.value == value
        if self.value < value:
            return False
        self.value -= value
        return True

    def _serve(self) -> None:
        still = []
        for waiter in self.engine.shuffled(self.waiters):
            if self._take(waiter[0], waiter[1]):
                self.engine.after(0, waiter[2])
            else:
                still.append(waiter)
        self.waiters = still


@dataclass(frozen=True, slots=True)
class LockUse:
    """One acquire or release of a lock, as a core or a descriptor states it."""

    lock: Lock
    value: int
    equal: bool = False
