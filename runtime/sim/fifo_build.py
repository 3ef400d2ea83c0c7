"""Puts lowered ObjectFifos on the machine: buffers, locks, channels, flows and descriptors.

After the text's own flows and descriptors (a fifo takes the first channel that these leave), before
the cores are compiled, which get their ends as `CorePort`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim.dma import Bd, Pattern, Task
from aiec.runtime.sim.fifo_plan import Dims, End, Fifo, Part, Place, Pool, Side
from aiec.runtime.sim.limits import check_bd
from aiec.runtime.sim.locks import Lock, LockUse
from aiec.runtime.sim.machine import SHIM_ROW, Direction, Machine, Port
from aiec.runtime.sim.memory import Buffer, place
from aiec.runtime.sim.pad import padded
from aiec.runtime.sim.placement import BufferPlacer, free_descriptor, free_lock
from aiec.runtime.sim.process import Acquire, Release
from aiec.runtime.sim.reading import describe, number
from aiec.runtime.sim.types import dtype_of, element_of, shape_of


@dataclass(frozen=True, slots=True, eq=False)
class BuiltPool:
    """A pool on the machine: its buffers, and the (free, full) locks of each part."""

    pool: Pool
    buffers: tuple[Buffer, ...]
    locks: tuple[tuple[Lock, Lock], ...]  # empty where there is no synchronisation


class CorePort:
    """A core's end of a fifo: how many objects it holds, and which is the oldest."""

    def __init__(self, name: str, built: BuiltPool, side: Side) -> None:
        self.name = name
        self._arrays = [buffer.array for buffer in built.buffers]
        self._held = self._first = 0
        self._actions: dict[tuple[bool, int], Acquire | Release] = {}
        self._take: Lock | None = None
        self._give: Lock | None = None
        self._weight = 1
        if built.locks:
            free, full = built.locks[0]
            producer = side is Side.PRODUCER
            self._take, self._give = (free, full) if producer else (full, free)
            self._weight = built.pool.parts[0].repeat if producer else 1

    def reset(self) -> None:
        """A core that starts anew holds nothing."""
        self._held = self._first = 0

    def acquire(self, count: int) -> Acquire | None:
        """The action that brings the held objects up to `count`; None if they are held."""
        missing = count - self._held
        if missing <= 0:
            return None
        self._held = count
        if self._take is None:
            return None
        key = True, missing
        if key not in self._actions:
            self._actions[key] = Acquire(LockUse(self._take, missing * self._weight))
        action = self._actions[key]
        assert isinstance(action, Acquire)
        return action

    def view(self, count: int) -> list[np.ndarray]:
        """The oldest `count` held objects."""
        arrays, first = self._arrays, self._first
        return [arrays[(first + i) % len(arrays)] for i in range(count)]

    def release(self, count: int) -> Release | None:
        """The action that gives back the oldest `count`; refuses more than are held."""
        if count > self._held:
            raise SimulationError(
                f"a core releases {count} objects of @{self.name} and holds {self._held}"
            )
        self._held -= count
        self._first = (self._first + count) % len(self._arrays)
        if self._give is None or not count:
            return None
        key = False, count
        if key not in self._actions:
            self._actions[key] = Release(LockUse(self._give, count * self._weight))
        action = self._actions[key]
        assert isinstance(action, Release)
        return action


class FifoBuilder:
    """Builds all fifos of one device. `ports` has the cores' ends afterwards."""

    def __init__(self, machine: Machine, placers: Mapping[str, BufferPlacer]) -> None:
        self._machine = machine
        self._placers = dict(placers)
        self._pools: dict[int, BuiltPool] = {}
        self._pinned: set[Port] = set()
        self.ports: dict[tuple[str, Side, Place], CorePort] = {}

    def build(self, fifos: tuple[Fifo, ...]) -> None:
        """Pools, then channels and flows of all fifos, then what the channels do."""
        for fifo in fifos:
            for end in (fifo.producer, *fifo.consumers):
                if end.pool is not None and id(end.pool) not in self._pools:
                    self._pools[id(end.pool)] = self._build_pool(end.pool, describe(fifo.op))
            self._core_ports(fifo)
        routed = [self._route(fifo) for fifo in self._pinned_first(fifos) if not fifo.shared]
        for _, source, sinks in routed:
            self._machine.connect(source, list(sinks))
        for fifo, source, sinks in routed:
            self._start(fifo, fifo.producer, source, fifo.to_stream)
            for end, sink, dims in zip(fifo.consumers, sinks, fifo.from_stream, strict=True):
                self._start(fifo, end, sink, dims)

    def _pinned_first(self, fifos: tuple[Fifo, ...]) -> list[Fifo]:
        for fifo in fifos:
            channel = number(fifo.op.prod_dma_channel)
            if channel is not None:
                self._pinned.add(Port(*fifo.producer.place, Direction.MM2S, channel))
        return sorted(fifos, key=lambda fifo: number(fifo.op.prod_dma_channel) is None)

    def _build_pool(self, pool: Pool, where: str) -> BuiltPool:
        tile = self._machine.tile(*pool.place, where)
        placer = self._placers.setdefault(str(tile), BufferPlacer(tile, 0))
        dtype, shape = dtype_of(element_of(pool.kind)), shape_of(pool.kind)
        nbytes = dtype.itemsize * math.prod(shape)
        buffers = []
        for i in range(pool.depth):
            name = f"{pool.name}_buff_{i}"
            address = placer.place(name, nbytes, None, where)
            buffer = place(name, tile.memory, address, dtype, shape)
            if i < len(pool.initial):
                buffer.array[...] = pool.initial[i]
            buffers.append(buffer)
            self._machine.buffers[name] = buffer
        locks = []
        for i, part in enumerate(pool.parts if pool.synchronised else ()):
            full = len(pool.initial) * part.repeat
            free = pool.depth * part.repeat - full
            locks.append((
                self._lock(pool, f"prod_lock_{i}", free, where),
                self._lock(pool, f"cons_lock_{i}", full, where),
            ))  # fmt: skip
        return BuiltPool(pool, tuple(buffers), tuple(locks))

    def _lock(self, pool: Pool, suffix: str, value: int, where: str) -> Lock:
        tile = self._machine.tile(*pool.place)
        lock = self._machine.lock(tile, free_lock(tile, where))
        lock.name = f"{pool.name}_{suffix} ({lock.name})"
        lock.set(value)
        return lock

    def _core_ports(self, fifo: Fifo) -> None:
        ends = [(Side.PRODUCER, fifo.producer)]
        ends += [(Side.CONSUMER, end) for end in fifo.consumers]
        for side, end in ends:
            if end.pool is not None:
                port = CorePort(fifo.name, self._pools[id(end.pool)], side)
                self.ports[fifo.name, side, end.place] = port

    def _route(self, fifo: Fifo) -> tuple[Fifo, Port, tuple[Port, ...]]:
        pinned = number(fifo.op.prod_dma_channel)
        source = self._port(fifo, fifo.producer.place, Direction.MM2S, pinned)
        sinks = tuple(self._port(fifo, end.place, Direction.S2MM, None) for end in fifo.consumers)
        for port in (source, *sinks):
            if port.row == SHIM_ROW:
                self._machine.allocations[fifo.name] = port
                self._machine.allocations[f"{fifo.name}_shim_alloc"] = port
        return fifo, source, sinks

    def _port(self, fifo: Fifo, at: Place, direction: Direction, pinned: int | None) -> Port:
        where = describe(fifo.op)
        limits = self._machine.tile(*at, where).limits
        for channel in range(limits.channels) if pinned is None else (pinned,):
            port = Port(*at, direction, channel)
            free = port not in self._machine.channels
            if free and (pinned is not None or port not in self._pinned):
                self._machine.channel(port, where)
                return port
        raise DesignError(
            f"no {direction.name} channel of tile {at} is left for ObjectFifo @{fifo.name}",
            where=where,
            expected=f"at most {limits.channels}",
        )

    def _start(self, fifo: Fifo, end: End, port: Port, dims: Dims) -> None:
        """Write the chain of one end and queue it: for ever, or as often as the fifo says."""
        if end.pool is None:
            return
        tile = self._machine.tile(*end.place)
        where = describe(fifo.op)
        steps = list(self._steps(fifo, end, port.direction, dims))
        taken = set(tile.descriptors)
        numbers = []
        for _ in steps:
            numbers.append(free_descriptor(tile, port.channel, taken, where))
            taken.add(numbers[-1])
        for i, (buffer, offset, pattern, acquire, release) in enumerate(steps):
            last = i == len(steps) - 1
            following = None if last and fifo.iterations else numbers[(i + 1) % len(numbers)]
            tile.descriptors[numbers[i]] = Bd(
                f"{where} {buffer.name}", buffer.memory, buffer.address + offset, pattern,
                acquire, release, following,
            )  # fmt: skip
        self._machine.channel(port).push(Task(numbers[0], (fifo.iterations or 1) - 1))

    def _steps(
        self, fifo: Fifo, end: End, direction: Direction, dims: Dims
    ) -> Iterator[tuple[Buffer, int, Pattern, LockUse | None, LockUse | None]]:
        """Buffer, offset in bytes, pattern and locks of every descriptor of an end, in order."""
        assert end.pool is not None
        built = self._pools[id(end.pool)]
        sends = direction is Direction.MM2S
        chosen = range(len(end.pool.parts)) if end.part is None else (end.part,)
        for buffer in built.buffers:
            for index in chosen:
                part = end.pool.parts[index]
                acquire = release = None
                if built.locks:
                    free, full = built.locks[index]
                    weight = 1 if sends else part.repeat
                    acquire = LockUse(full if sends else free, weight)
                    release = LockUse(free if sends else full, weight)
                # A single buffer is sent again by its own ring: its full lock counts the times.
                single = len(built.buffers) * len(chosen) == 1 and fifo.iterations is None
                times = part.repeat if sends and not single else 1
                pattern = self._pattern(fifo, end, part, buffer, dims, sends)
                offset = part.offset * buffer.array.itemsize
                for _ in range(times):
                    yield buffer, offset, pattern, acquire, release

    def _pattern(
        self, fifo: Fifo, end: End, part: Part, buffer: Buffer, dims: Dims, sends: bool
    ) -> Pattern:
        tile, where = self._machine.tile(*end.place), describe(fifo.op)
        item = buffer.array.itemsize
        sizes = tuple(n for n, _ in dims) or (part.length,)
        strides = tuple(s for _, s in dims) or (1,)
        address = buffer.address + part.offset * item
        inner = check_bd(tile.limits, where, address, sizes, strides, item)
        if fifo.padding and sends:
            return padded(where, inner, sizes, fifo.padding, item, fifo.pad_value or 0)
        return inner
