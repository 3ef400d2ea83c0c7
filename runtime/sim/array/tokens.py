"""Task-complete tokens: counted a channel, taken by the runtime sequence's waits."""

from __future__ import annotations

from aiec.runtime.sim.array.engine import Callback, Engine


class Tokens:
    """The tokens that one channel has issued and nobody has taken."""

    __slots__ = ("count", "engine", "name", "waiters")

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self.count = 0
        self.waiters: list[Callback] = []

    def clear(self) -> None:
        """None has been issued, as after a load."""
        self.count = 0
        self.waiters.clear()

    def issue(self) -> None:
        """A task has completed."""
        self.count += 1
        if self.waiters:
            self.count -= 1
            self.engine.after(0, self.waiters.pop(0))

    def take(self, wake: Callback) -> bool:
        """Take one and return True, or return False and call `wake` once one has been taken."""
        if self.count:
            self.count -= 1
            return True
        self.waiters.append(wake)
        return False
