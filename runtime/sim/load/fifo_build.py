"""Puts lowered ObjectFifos on the machine: buffers, locks, channels, flows and descriptors.

After the text's own flows and descriptors (a fifo takes the first channel that these leave; ends
that reach into a neighbouring mem tile choose first), before the cores are compiled, which get
their ends as `CorePort`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from xdsl.ir import SSAValue

from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW, SHIM_ROW
from aiec.runtime.sim.array.channels import Bd, ChannelTask, Pattern
from aiec.runtime.sim.array.hazards import Hazards
from aiec.runtime.sim.array.limits import check_bd, to_length
from aiec.runtime.sim.array.machine import CorePortOf, Direction, End, Port, Rearm, SimMachine
from aiec.runtime.sim.array.memory import SimBuffer, place
from aiec.runtime.sim.array.pad import padded
from aiec.runtime.sim.array.process import Acquire, Release
from aiec.runtime.sim.array.tile_locks import Lock, LockUse
from aiec.runtime.sim.load.descriptors import check_walk
from aiec.runtime.sim.load.fifo_place import PlacedPool, place_pools
from aiec.runtime.sim.load.fifo_plan import Dims, Fifo, FifoPart, FifoSide, Place, Pool
from aiec.runtime.sim.load.placement import BufferPlacer, free_descriptor, free_lock
from aiec.runtime.sim.load.plain_values import describe, number
from aiec.runtime.sim.program.types import dtype_of, element_of, shape_of

# Channels of a mem tile that reach a neighbour's memory: 0 to 3. Source: TM
# getMaxChannelNumForAdjacentMemTile.
NEIGHBOUR_CHANNELS = 4


@dataclass(frozen=True, slots=True, eq=False)
class BuiltPool:
    """A pool on the machine: its buffers, and the (free, full) locks of each part."""

    pool: Pool
    buffers: tuple[SimBuffer, ...]
    locks: tuple[tuple[Lock, Lock], ...]  # empty where there is no synchronisation
    crosses: bool  # into a neighbouring mem tile


class CorePort:
    """A core's end of a fifo: how many objects it holds, and which is the oldest."""

    def __init__(self, name: str, built: BuiltPool, side: FifoSide, hazards: Hazards) -> None:
        self.name = name
        self._hazards = hazards
        self._arrays = [buffer.array for buffer in built.buffers]
        self._held = self._first = 0
        self._actions: dict[tuple[bool, int], Acquire | Release] = {}
        self._take: Lock | None = None
        self._give: Lock | None = None
        self._weight = 1
        if built.locks:
            free, full = built.locks[0]
            producer = side is FifoSide.PRODUCER
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

    def release(self, count: int, where: str) -> Release | None:
        """The action that gives back the oldest `count`. The lock rises by more than are held, too:
        the other end may then touch an object that is in use."""
        if count > self._held:
            self._hazards.tell(
                f"a core releases {count} objects of @{self.name} and holds {self._held}, so that "
                "its other end runs ahead by the rest",
                where,
                "release as many as were acquired",
            )
        given = min(count, self._held)
        self._held -= given
        self._first = (self._first + given) % len(self._arrays)
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

    def __init__(
        self,
        machine: SimMachine,
        placers: Mapping[str, BufferPlacer],
        values: Mapping[SSAValue, object],
    ) -> None:
        self._machine = machine
        self._values = values
        self._placers = dict(placers)
        self._pools: dict[int, BuiltPool] = {}
        self.ports: dict[tuple[str, FifoSide, Place], CorePort] = {}

    def build(self, fifos: tuple[Fifo, ...]) -> None:
        """Pools, then channels and flows of all fifos, then what the channels do."""
        machine = self._machine
        for placed in place_pools(fifos, machine.columns, machine.target.mem_tile_bytes):
            self._pools[id(placed.pool)] = self._build_pool(placed)
        for fifo in fifos:
            self._core_ports(fifo)
            self._rearm(fifo)
            self._shim_locks(fifo)
        moving = [fifo for fifo in fifos if not fifo.shared]
        ports = self._ends(moving)
        for fifo in moving:
            source, *sinks = (ports[fifo.name, i] for i in range(len(fifo.ends)))
            machine.connect(source, sinks)
        for fifo in moving:
            for i, dims in enumerate((fifo.to_stream, *fifo.from_stream)):
                port = ports[fifo.name, i]
                if isinstance(port, Port):
                    self._start(fifo, i, port, dims)

    def _build_pool(self, placed: PlacedPool) -> BuiltPool:
        pool, where = placed.pool, placed.where
        if pool.external:
            return self._external_pool(pool, where)
        dtype, shape = dtype_of(element_of(pool.kind)), shape_of(pool.kind)
        nbytes = dtype.itemsize * math.prod(shape)
        buffers = []
        for i, at in enumerate(placed.places):
            tile = self._machine.tile(*at, where)
            placer = self._placers.setdefault(str(tile), BufferPlacer(tile, 0))
            name = f"{pool.name}_buff_{i}"
            address = placer.place(name, nbytes, None, where)
            buffer = place(name, tile.memory, address, dtype, shape)
            if i < len(pool.initial):
                self._machine.contents.append((buffer, pool.initial[i]))
            buffers.append(buffer)
            self._machine.buffers[name] = buffer
        return BuiltPool(pool, tuple(buffers), self._locks(pool, where), placed.crosses)

    def _external_pool(self, pool: Pool, where: str) -> BuiltPool:
        buffers = tuple(self._values[value] for value in pool.external)
        assert all(isinstance(buffer, SimBuffer) for buffer in buffers)
        return BuiltPool(pool, buffers, self._locks(pool, where), False)  # type: ignore[arg-type]

    def _locks(self, pool: Pool, where: str) -> tuple[tuple[Lock, Lock], ...]:
        """The (free, full) locks of each part; none where nothing is synchronised."""
        locks = []
        for i, part in enumerate(pool.parts if pool.synchronised else ()):
            full = len(pool.initial) * part.repeat
            free = pool.depth * part.repeat - full
            locks.append((
                self._lock(pool, f"prod_lock_{i}", free, where),
                self._lock(pool, f"cons_lock_{i}", full, where),
            ))  # fmt: skip
        return tuple(locks)

    def _lock(self, pool: Pool, suffix: str, value: int, where: str) -> Lock:
        return self._lock_at(pool.place, f"{pool.name}_{suffix}", value, where)

    def _lock_at(self, at: Place, name: str, value: int, where: str) -> Lock:
        tile = self._machine.tile(*at)
        lock = self._machine.lock(tile, free_lock(tile, where))
        lock.name = f"{name} ({lock.name})"
        lock.set(value)
        return lock

    def _shim_locks(self, fifo: Fifo) -> None:
        """The pair at a shim that sequences drive: nothing uses it, it takes two locks' numbers.

        Source: createObjectFifoLocks, which counts no objects there.
        """
        if number(fifo.op.disable_synchronization):
            return
        for name, end in zip(fifo.pool_names, fifo.ends, strict=True):
            if end.pool is None and end.place[1] == SHIM_ROW:
                for lock in ("prod_lock_0", "cons_lock_0"):
                    self._lock_at(end.place, f"{name}_{lock}", 0, describe(fifo.op))

    def _core_ports(self, fifo: Fifo) -> None:
        ends = [(FifoSide.PRODUCER, fifo.producer)]
        ends += [(FifoSide.CONSUMER, end) for end in fifo.consumers]
        for side, end in ends:
            if end.pool is not None:
                port = CorePort(fifo.name, self._pools[id(end.pool)], side, self._machine.hazards)
                self.ports[fifo.name, side, end.place] = port

    def _rearm(self, fifo: Fifo) -> None:
        """Keep the locks of a fifo in the array as they are loaded."""
        pools = {id(end.pool): end.pool for end in fifo.ends if end.pool is not None}
        pairs = [pair for pool in pools.values() if pool.place[1] != SHIM_ROW
                 for pair in self._pools[id(pool)].locks]  # fmt: skip
        if pairs:
            locks = [(lock, lock.value) for pair in pairs for lock in pair]
            self._machine.rearms[fifo.name] = Rearm(locks=locks)

    def _ends(self, fifos: list[Fifo]) -> dict[tuple[str, int], End]:
        """What every end is on the machine, by fifo and index of the end: chosen channels first."""
        ends = [(fifo, i) for fifo in fifos for i in range(len(fifo.ends))]
        ends.sort(key=lambda end: (end[0].pins[end[1]] is None, not self._crosses(*end)))
        ports = {(fifo.name, i): self._port(fifo, i) for fifo, i in ends}
        for (name, _), port in ports.items():
            if isinstance(port, Port) and port.row == SHIM_ROW:
                self._machine.allocations[name] = port
                self._machine.allocations[f"{name}_shim_alloc"] = port
        return ports

    def _crosses(self, fifo: Fifo, index: int) -> bool:
        pool = fifo.ends[index].pool
        return pool is not None and self._pools[id(pool)].crosses

    def _port(self, fifo: Fifo, index: int) -> End:
        where, at, pin = describe(fifo.op), fifo.ends[index].place, fifo.pins[index]
        direction = Direction.S2MM if index else Direction.MM2S
        stream = fifo.ends[index].stream
        if stream is not None:
            end = CorePortOf(*at, direction, stream)
            if end in self._machine.core_streams:
                raise DesignError(f"{end} is taken", where=where, expected="a port for it alone")
            self._machine.core_stream(end)
            return end
        count = self._machine.tile(*at, where).limits.channels
        if self._crosses(fifo, index):
            count = NEIGHBOUR_CHANNELS
        for channel in range(count) if pin is None else (pin,):
            port = Port(*at, direction, channel)
            if port not in self._machine.channels:
                self._machine.channel(port, where)
                return port
        raise DesignError(
            f"no {direction.name} channel of tile {at} is left for ObjectFifo @{fifo.name}",
            where=where,
            expected=f"at most {count}" if pin is None else f"channel {pin} for it alone",
        )

    def _start(self, fifo: Fifo, index: int, port: Port, dims: Dims) -> None:
        """Write the chain of one end and queue it: for ever, or as often as the fifo says."""
        end = fifo.ends[index]
        if end.pool is None:
            return
        tile = self._machine.tile(*end.place)
        where = describe(fifo.op)
        iterations = fifo.iterations if tile.row == MEM_ROW else None
        steps = list(self._steps(fifo, index, iterations, dims))
        taken = set(tile.descriptors)
        numbers = []
        for _ in steps:
            numbers.append(free_descriptor(tile, port.channel, taken, where))
            taken.add(numbers[-1])
        for i, (buffer, offset, pattern, acquire, release) in enumerate(steps):
            last = i == len(steps) - 1
            following = None if last and iterations else numbers[(i + 1) % len(numbers)]
            tile.descriptors[numbers[i]] = Bd(
                f"{where} {buffer.name}", buffer.memory, buffer.address + offset, pattern,
                acquire, release, following,
            )  # fmt: skip
        # A ring never comes to its repeats; they are there for who starts its chain otherwise.
        times = iterations or (end.pool.parts[0].repeat if index == 0 and len(steps) == 1 else 1)
        task = port, ChannelTask(numbers[0], times - 1)
        self._machine.first_tasks.append(task)
        if tile.row != SHIM_ROW:
            self._machine.rearms.setdefault(fifo.name, Rearm()).tasks.append(task)

    def _steps(
        self, fifo: Fifo, index: int, iterations: int | None, dims: Dims
    ) -> Iterator[tuple[SimBuffer, int, Pattern, LockUse | None, LockUse | None]]:
        """Buffer, offset in bytes, pattern and locks of every descriptor of an end, in order."""
        end, sends = fifo.ends[index], index == 0
        assert end.pool is not None
        built = self._pools[id(end.pool)]
        chosen = range(len(end.pool.parts)) if end.part is None else (end.part,)
        for buffer in built.buffers:
            for chosen_part in chosen:
                part = end.pool.parts[chosen_part]
                acquire = release = None
                if built.locks:
                    free, full = built.locks[chosen_part]
                    weight = 1 if sends else part.repeat
                    acquire = LockUse(full if sends else free, weight)
                    release = LockUse(free if sends else full, weight)
                # A single buffer is sent again by its own ring: its full lock counts the times.
                single = len(built.buffers) * len(chosen) == 1 and iterations is None
                times = part.repeat if sends and not single else 1
                pattern = self._pattern(fifo, index, part, buffer, dims)
                offset = part.offset * buffer.array.itemsize
                for _ in range(times):
                    yield buffer, offset, pattern, acquire, release

    def _pattern(
        self, fifo: Fifo, index: int, part: FifoPart, buffer: SimBuffer, dims: Dims
    ) -> Pattern:
        end = fifo.ends[index]
        assert end.pool is not None
        tile, item = self._machine.tile(*end.place), buffer.array.itemsize
        where = f"{describe(fifo.op)} of {tile}"
        pads = bool(fifo.padding) and index == 0
        # A core's end of a link moves objects of its own size, a mem tile's those of the pool.
        whole = tile.row == MEM_ROW or end.pool.external  # a host's buffer moves as one
        length = part.length if whole else fifo.length(index)
        if not pads:
            dims = to_length(dims, length, tile.limits.dims, item)
        sizes, strides = tuple(n for n, _ in dims) or (length,), tuple(s for _, s in dims) or (1,)
        address = buffer.address + part.offset * item
        inner = check_bd(tile.limits, where, address, sizes, strides, item)
        check_walk(where, buffer.memory, address, inner)
        if pads:
            return padded(where, inner, sizes, fifo.padding, item, fifo.pad_value or 0)
        return replace(inner, nbytes=length * item)
