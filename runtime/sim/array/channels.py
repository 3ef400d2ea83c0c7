"""DMA channels: a queue of tasks, each a chain of buffer descriptors run one or more times.

A descriptor acquires its lock, moves its bytes through the channel's route, releases its lock, and
hands over to the next. The route (stream.py) decides when bytes move; a channel that waits there
stands ready with `remaining` bytes. Refuses a push to a full queue: hardware loses it silently.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from aiec.ir.errors import AiecError, SimulationError
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.host_way import HostWay
from aiec.runtime.sim.array.memory import Memory
from aiec.runtime.sim.array.tile_locks import LockUse
from aiec.runtime.sim.array.tokens import Tokens
from aiec.runtime.sim.array.unwritten import Unwritten


class Pattern(Protocol):
    """What a descriptor needs of an access pattern (access.py, pad.py)."""

    @property
    def nbytes(self) -> int: ...
    def gather(self, data: np.ndarray, address: int, start: int, count: int) -> np.ndarray: ...
    def scatter(self, data: np.ndarray, address: int, start: int, chunk: np.ndarray) -> None: ...


class Route(Protocol):
    """What a channel needs of the stream network: to be told that one end stands ready."""

    def stands_ready(self, channel: Any) -> None: ...
    def withdraw(self, channel: Channel) -> None: ...
    def clear(self) -> None: ...


@dataclass(slots=True)
class Iteration:
    """The iteration dimension: run k of a descriptor adds ((current + k) mod size) * stride."""

    size: int
    stride_bytes: int
    current: int = 0

    def step(self) -> int:
        """The offset in bytes of this run; the counter moves on."""
        offset = self.current * self.stride_bytes
        self.current = (self.current + 1) % self.size
        return offset


@dataclass(frozen=True, slots=True, eq=False)
class Bd:
    """One buffer descriptor as its registers hold it. `where` is the op and line it came from.

    fault: what is wrong with it, which a channel that starts it raises: registers are written word
        by word, so that a descriptor may be wrong until its last.
    seen: addresses from which it has run to its end; memory once written stays written, so what it
    sends or brings is looked at once.
    """

    where: str
    memory: Memory
    address: int
    pattern: Pattern
    acquire: LockUse | None = None
    release: LockUse | None = None
    next: int | None = None
    packet: int | None = None
    iteration: Iteration | None = None
    fault: AiecError | None = None
    seen: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ChannelTask:
    """One push to a channel's queue: the chain from `bd`, run `repeat` + 1 times."""

    bd: int
    repeat: int = 0
    token: bool = False


class Channel:
    """One direction of one DMA channel of a tile."""

    __slots__ = (
        "address",
        "bd",
        "bd_id",
        "busy_cycles",
        "descriptors",
        "engine",
        "fresh",
        "lock_cycles",
        "moved_bytes",
        "name",
        "offset",
        "pushed",
        "queue",
        "queue_depth",
        "ready_at",
        "remaining",
        "repeats",
        "route",
        "since",
        "since_push",
        "stream_cycles",
        "takes",
        "task",
        "tokens",
        "unwritten",
        "waits_for_lock",
        "way",
    )

    def __init__(
        self,
        engine: Engine,
        name: str,
        descriptors: dict[int, Bd],
        tokens: Tokens,
        queue_depth: int,
        unwritten: Unwritten,
        takes: bool,
        way: HostWay | None = None,
    ) -> None:
        self.engine = engine
        self.name = name
        self.descriptors = descriptors
        self.tokens = tokens
        self.queue_depth = queue_depth
        self.unwritten = unwritten
        self.takes = takes  # S2MM
        self.way = way  # to the host's memory, of a shim's channel
        self.fresh = False  # the running descriptor has not been `seen` at this address
        self.queue: deque[ChannelTask] = deque()
        self.pushed: deque[int] = deque()  # when, for each of the queue
        self.task: ChannelTask | None = None
        self.repeats = 0
        self.bd: Bd | None = None
        self.bd_id = 0
        self.route: Route | None = None
        self.address = self.offset = self.remaining = self.ready_at = 0
        self.since = 0  # since when it waits
        self.since_push = 0  # since when its task is queued
        self.waits_for_lock = False
        self.clear_counters()

    def clear_counters(self) -> None:
        """Start a new account."""
        self.busy_cycles = self.lock_cycles = self.stream_cycles = self.moved_bytes = 0
        if self.way is not None:
            self.way.tasks.clear()

    def push(self, task: ChannelTask) -> None:
        """Queue `task`; start it if the channel is idle."""
        if self.is_full:
            raise SimulationError(
                f"{self.name}: a task is pushed to a full queue at cycle {self.engine.now}",
                where=self.descriptors[task.bd].where if task.bd in self.descriptors else None,
                expected=f"at most {self.queue_depth} outstanding tasks a channel",
                todo="wait for an earlier task's token first",
            )
        self.queue.append(task)
        self.pushed.append(self.engine.now)
        if self.task is None:
            self._start_task()

    @property
    def is_full(self) -> bool:
        """Whether one more task would be lost."""
        return self.task is not None and len(self.queue) + 1 >= self.queue_depth

    def reset(self) -> None:
        """Empty the queue and drop the running task; a lock that it waits for is left alone."""
        if self.waits_for_lock and self.bd is not None and self.bd.acquire is not None:
            lock = self.bd.acquire.lock
            lock.waiters = [waiter for waiter in lock.waiters if waiter[2] != self._locked]
        elif self.remaining and self.route is not None:
            self.route.withdraw(self)
        self.clear()

    def clear(self) -> None:
        """Be idle, as after a load."""
        self.queue.clear()
        self.pushed.clear()
        self.task = self.bd = None
        self.remaining = self.repeats = 0
        self.waits_for_lock = False

    def users(self, bd_id: int) -> bool:
        """Whether a running or queued task is on the descriptor or will start with it."""
        running = self.task is not None and bd_id in self.chain(self.bd_id)
        return running or any(bd_id in self.chain(task.bd) for task in self.queue)

    def read(self, count: int) -> np.ndarray:
        """The next `count` bytes of the running descriptor, as uint8."""
        bd = self.bd
        assert bd is not None
        chunk = bd.pattern.gather(bd.memory.data, self.address, self.offset, count)
        if self.fresh:
            flags = bd.pattern.gather(bd.memory.written, self.address, self.offset, count)
            self.unwritten.sent(self.name, bd.where, chunk, flags)
        return chunk

    def write(self, chunk: np.ndarray) -> None:
        """Put `chunk` where the running descriptor stands."""
        bd = self.bd
        assert bd is not None
        bd.pattern.scatter(bd.memory.data, self.address, self.offset, chunk)

    def passed(self, count: int, started: int, cycles: int) -> None:
        """`count` bytes went through from cycle `started` on, in `cycles`."""
        self.offset += count
        self.remaining -= count
        self.moved_bytes += count
        self.busy_cycles += cycles
        if self.engine.trace is not None:
            self.engine.trace.add(self.name, f"{count} bytes", started, cycles)
        if started > self.ready_at:
            self.stream_cycles += started - self.ready_at

    def finish(self) -> None:
        """The descriptor has moved all its bytes."""
        bd = self.bd
        assert bd is not None
        if self.fresh:
            self._see(bd)
        if bd.release is not None:
            bd.release.lock.release(bd.release.value)
        if bd.next is not None:
            self._start_bd(bd.next, timing.BD_BUBBLE_CYCLES)
        else:
            self._finish_chain()

    def _finish_chain(self) -> None:
        task = self.task
        assert task is not None
        if self.repeats:
            self.repeats -= 1
            self._start_bd(task.bd, timing.BD_BUBBLE_CYCLES)
            return
        self.task = self.bd = None
        self._complete(task)
        if self.queue:
            self._start_task()

    def _complete(self, task: ChannelTask) -> None:
        """The task is over: at once, or when the host's memory has answered."""
        end = self.engine.now
        if self.way is not None:
            end += self.engine.jitter(self.way.cycles()) if self.takes else 0
            self.way.tasks.append((self.since_push, end))
        if task.token:
            if end > self.engine.now:
                self.engine.at(end, self.tokens.issue)
            else:
                self.tokens.issue()

    def _start_task(self) -> None:
        self.task = self.queue.popleft()
        self.since_push = self.pushed.popleft()
        self.repeats = self.task.repeat
        start = timing.BD_START_CYCLES
        if self.way is not None and not self.takes:
            came = self.since_push + self.engine.jitter(self.way.cycles())
            start = max(start, came - self.engine.now)
        self._start_bd(self.task.bd, start)

    def _start_bd(self, bd_id: int, cycles: int) -> None:
        """Start a descriptor, which takes `cycles` if its lock is free."""
        bd = self.descriptors.get(bd_id)
        if bd is None:
            raise SimulationError(
                f"{self.name}: descriptor {bd_id} is started at cycle {self.engine.now} "
                "but was never written"
            )
        if bd.fault is not None:
            raise bd.fault
        self.bd, self.bd_id, self.since = bd, bd_id, self.engine.now
        use = bd.acquire
        if use is None or use.lock.acquire(use.value, use.equal, self._locked):
            self._open(bd, cycles)
        else:
            self.waits_for_lock = True

    def _locked(self) -> None:
        assert self.bd is not None
        self.waits_for_lock = False
        self.lock_cycles += self.engine.now - self.since
        if self.engine.trace is not None:
            self.engine.trace.add(self.name, "lock", self.since, self.engine.now - self.since)
        self._open(self.bd, timing.BD_START_CYCLES)

    def _open(self, bd: Bd, cycles: int) -> None:
        self.address = bd.address + (bd.iteration.step() if bd.iteration else 0)
        self.fresh = not bd.memory.is_host and self.address not in bd.seen
        self.offset = 0
        self.remaining = bd.pattern.nbytes
        self.since = self.engine.now
        self.ready_at = self.engine.now + cycles
        if self.route is not None:
            self.route.stands_ready(self)

    def _see(self, bd: Bd) -> None:
        """The descriptor has run to its end at this address for the first time."""
        bd.seen.add(self.address)
        if self.takes:
            brought = np.ones(bd.pattern.nbytes, np.uint8)
            bd.pattern.scatter(bd.memory.written, self.address, 0, brought)

    def chain(self, bd_id: int) -> set[int]:
        """The descriptors that a task which starts with `bd_id` goes through."""
        chain: set[int] = set()
        current: int | None = bd_id
        while current is not None and current not in chain and current in self.descriptors:
            chain.add(current)
            current = self.descriptors[current].next
        return chain
