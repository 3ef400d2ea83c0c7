"""What runs a compiled program: a core, or the controller that runs a sequence.

A program is a generator that yields actions. Between two yields it runs at once and adds its
cycles to `busy`; the action takes place when these have passed. An action that cannot be done yet
keeps the process, and calls `woken` when it has been done.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.faults import fault
from aiec.runtime.sim.array.tile_locks import LockUse
from aiec.runtime.sim.array.tokens import Tokens


class Action(Protocol):
    """Something a program does at a point in time."""

    def perform(self, process: Process) -> bool:
        """Do it and return True, or return False and have `process.woken` called when done."""
        ...

    def describe(self) -> str:
        """What a process that is held up here waits for."""
        ...


class Process:
    """A running program with its account of time. All times are in cycles."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self.kernel = "compute"  # what it last called
        self.busy = 0  # cycles since the last action, not yet passed
        self.answer: Any = None  # what the program gets from its yield
        self.action: Action | None = None
        self.waiting = False
        self.since = 0
        self.done = True
        self.halted = False  # by a reset: what is still under way comes to nothing
        self.program: Callable[[Process], Generator[Action, Any, Any]] | None = None
        self.clear_counters()

    def clear_counters(self) -> None:
        """Start a new account."""
        self.compute_cycles = self.lock_cycles = self.stream_cycles = self.kernel_calls = 0

    def start(self, program: Generator[Action, Any, Any]) -> None:
        """Run `program` from now on."""
        self._send = program.send
        self.done = False
        self.busy = 0
        self.engine.after(0, self._run)

    def halt(self) -> None:
        """Stop for good; a lock that it waits for is left alone."""
        self.halted = True
        if self.waiting and isinstance(self.action, Acquire):
            lock = self.action.use.lock
            lock.waiters = [waiter for waiter in lock.waiters if waiter[2] != self.woken]
        self.waiting = False

    def woken(self) -> None:
        """The lock or token that held the process up has been taken."""
        self.lock_cycles += self.engine.now - self.since
        self._waited()
        self._run()

    def passed(self, answer: Any = None) -> None:
        """The stream that held the process up has moved; `answer` is what came."""
        self.stream_cycles += self.engine.now - self.since
        self._waited()
        self.answer = answer
        self._run()

    def rested(self) -> None:
        """The delay that the program asked for has passed."""
        spent = self.engine.now - self.since
        self.waiting = False
        self.compute_cycles += spent
        if self.engine.trace is not None:
            self.engine.trace.add(self.name, self.kernel, self.since, spent)
        self._run()

    def _waited(self) -> None:
        self.waiting = False
        if self.engine.trace is not None and self.action is not None:
            what = f"waits for {self.action.describe()}"
            self.engine.trace.add(self.name, what, self.since, self.engine.now - self.since)

    def finished(self) -> None:
        """The program has ended."""
        self.done = True

    def _run(self) -> None:
        if self.halted:
            return
        answer, self.answer = self.answer, None
        try:
            self.action = self._send(answer)
        except StopIteration:
            self.compute_cycles += self.busy
            self.engine.after(self.busy, self.finished)
            return
        except Exception as error:
            of_design = fault(self.name, error)
            if of_design is None:
                raise
            raise of_design from error
        spent, self.busy = self.busy, 0
        self.compute_cycles += spent
        if self.engine.trace is not None:
            self.engine.trace.add(self.name, self.kernel, self.engine.now, spent)
        self.engine.after(self.engine.jitter(spent) if spent else 0, self._act)

    def _act(self) -> None:
        action = self.action
        assert action is not None
        if self.halted:
            return
        self.since = self.engine.now
        if action.perform(self):
            self._run()
        else:
            self.waiting = True


@dataclass(frozen=True, slots=True)
class Acquire:
    """A core's acquire of a lock."""

    use: LockUse

    def perform(self, process: Process) -> bool:
        """Take the lock; the request's own cycles count as lock time."""
        use = self.use
        process.busy = timing.CORE_ACQUIRE_CYCLES
        if use.lock.acquire(use.value, use.equal, process.woken):
            return True
        process.busy += timing.CORE_WAKE_CYCLES
        return False

    def describe(self) -> str:
        """The lock, what it holds and what is asked for."""
        return describe_lock_wait(self.use)


@dataclass(frozen=True, slots=True)
class Release:
    """A core's release of a lock."""

    use: LockUse

    def perform(self, process: Process) -> bool:
        """Add to the lock."""
        process.busy = timing.CORE_RELEASE_CYCLES
        self.use.lock.release(self.use.value)
        return True

    def describe(self) -> str:
        """A release never waits."""
        return f"release of lock {self.use.lock.name}"


@dataclass(frozen=True, slots=True)
class Delay:
    """The controller takes `cycles` over the operation after this, which takes effect then."""

    cycles: int

    def perform(self, process: Process) -> bool:
        """Let the time pass."""
        process.engine.after(process.engine.jitter(self.cycles), process.rested)
        return False

    def describe(self) -> str:
        """A delay ends by itself."""
        return f"{self.cycles} cycles to pass"


@dataclass(frozen=True, slots=True)
class Await:
    """The controller waits for a token."""

    tokens: Tokens

    def perform(self, process: Process) -> bool:
        """Take a token."""
        return self.tokens.take(process.woken)

    def describe(self) -> str:
        """The channel whose token is missing."""
        return f"a task-complete token of {self.tokens.name}"


@dataclass(frozen=True, slots=True)
class Pause:
    """A loop without a wait gives others a turn."""

    def perform(self, process: Process) -> bool:
        """Go on at once."""
        process.engine.polls += 1
        return True

    def describe(self) -> str:
        """A pause ends by itself."""
        return "its turn"


PAUSE = Pause()


def describe_lock_wait(use: LockUse) -> str:
    """One phrase for who waits on what."""
    relation = "=" if use.equal else ">="
    return f"lock {use.lock.name} {relation} {use.value} (it holds {use.lock.value})"
