"""Tasks of a runtime sequence: chains of descriptors configured, started, awaited and freed.

The text of a task is compiled to one `TaskSite` and the numbers of the moment; configuring it
writes its descriptors. Numbers of descriptors that the text does not give are taken in turn, so
that one that was just freed is the last to be taken again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.channels import Bd, ChannelTask, Iteration, Pattern
from aiec.runtime.sim.array.limits import check_bd, check_iteration, check_repeat
from aiec.runtime.sim.array.machine import Port, SimMachine, Tile
from aiec.runtime.sim.array.memory import SimBuffer
from aiec.runtime.sim.array.pad import padded
from aiec.runtime.sim.array.tile_locks import LockUse
from aiec.runtime.sim.load.placement import descriptor_range
from aiec.runtime.sim.sequence.controller import Controller, Span

# Address dimensions; a fourth is the iteration, on mem tiles too. Source: mlir-aie
# AIEDMATasksToNPU.cpp, rewriteSingleBD
TASK_DIMS = 3


@dataclass(frozen=True, slots=True)
class BdSite:
    """What the text fixes of one descriptor. `next`: its successor's place in the task."""

    where: str
    itemsize: int
    elements: int  # of the buffer's type: the length where the text gives none
    acquire: LockUse | None
    release: LockUse | None
    next: int | None
    bd_id: int | None
    packet: int | None
    pads: tuple[tuple[int, int], ...]
    pad_value: int


@dataclass(frozen=True, slots=True)
class TaskSite:
    """What the text fixes of one task."""

    where: str
    port: Port
    issue_token: bool
    bds: tuple[BdSite, ...]


@dataclass(frozen=True, slots=True)
class BdNumbers:
    """The numbers of one descriptor at the moment, in elements, outermost first."""

    base: Span | SimBuffer
    offset: int
    length: int | None
    sizes: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(slots=True, eq=False)
class TaskHandle:
    """A configured task."""

    site: TaskSite
    bd_ids: tuple[int, ...]
    repeat: int
    freed: bool = False


@dataclass(slots=True)
class _Pool:
    """Descriptors of one tile that tasks hold, and where the search for a free one begins."""

    held: set[int] = field(default_factory=set)
    begin: int = 0


class TaskController:
    """Does what the task operations of sequences say."""

    def __init__(self, machine: SimMachine, controller: Controller) -> None:
        self._machine = machine
        self._controller = controller
        self._pools: dict[str, _Pool] = {}

    def clear(self) -> None:
        """No task holds a descriptor: the device is loaded anew."""
        self._pools.clear()

    def configure(
        self, site: TaskSite, repeat: int, first_bd: int | None, *numbers: BdNumbers
    ) -> TaskHandle:
        """Write the descriptors of a task."""
        tile = self._machine.tile(site.port.column, site.port.row)
        check_repeat(tile.limits, site.where, repeat)
        ids = tuple(
            first_bd if place == 0 and first_bd is not None else self._take(tile, site, bd)
            for place, bd in enumerate(site.bds)
        )
        self._pool(site.port).held.update(ids)
        for place, (bd, values) in enumerate(zip(site.bds, numbers, strict=True)):
            following = None if bd.next is None else ids[bd.next]
            self._controller.write_bd(tile, ids[place], self._bd(tile, bd, values, following))
        return TaskHandle(site, ids, repeat)

    def start(self, task: TaskHandle) -> None:
        """Queue the task on its channel."""
        site = task.site
        self._controller.push(site.port, ChannelTask(task.bd_ids[0], task.repeat, site.issue_token))

    def check_awaitable(self, task: TaskHandle, where: str) -> None:
        """Refuse to wait for a task that issues no token."""
        if not task.site.issue_token:
            raise SimulationError(
                "a task without a token is awaited",
                where=where,
                todo=f"give {task.site.where} issue_token = true",
            )

    def free(self, task: TaskHandle) -> None:
        """Let the task's descriptors be taken again."""
        if not task.freed:
            task.freed = True
            self._pool(task.site.port).held.difference_update(task.bd_ids)

    def _pool(self, port: Port) -> _Pool:
        return self._pools.setdefault(f"{port.column},{port.row}", _Pool())

    def pop(self, column: int, row: int, where: str) -> int:
        """Take a descriptor of any channel of a tile, for a task that is told its number."""
        tile = self._machine.tile(column, row)
        pool = self._pools.setdefault(f"{column},{row}", _Pool())
        return self._next(tile, pool, 0, where)

    def give_back(self, column: int, row: int, bd_id: int) -> None:
        """Let a descriptor that was taken be taken again."""
        self._pools.setdefault(f"{column},{row}", _Pool()).held.discard(bd_id)

    def _take(self, tile: Tile, site: TaskSite, bd: BdSite) -> int:
        """The descriptor that the text names, or the next free one."""
        pool, bd_id = self._pool(site.port), bd.bd_id
        if bd_id is None:
            return self._next(tile, pool, site.port.channel, site.where)
        if bd_id in pool.held:
            raise SimulationError(
                f"descriptor {bd_id} of {tile} is still held by an earlier task",
                where=bd.where,
                expected="a descriptor that no task holds",
                todo="await or free that task first",
            )
        pool.held.add(bd_id)
        return bd_id

    def _next(self, tile: Tile, pool: _Pool, channel: int, where: str) -> int:
        allowed = descriptor_range(tile, channel)
        order = [*range(pool.begin, allowed.stop), *allowed]
        free = (n for n in order if n in allowed and self._is_free(tile, pool, n))
        bd_id = next(free, None)
        if bd_id is None:
            raise SimulationError(
                f"{tile} has no descriptor left for a task",
                where=where,
                expected=f"at most {len(allowed)} in use",
                todo="free or await tasks that are done",
            )
        pool.begin = bd_id + 1
        pool.held.add(bd_id)
        return bd_id

    def _is_free(self, tile: Tile, pool: _Pool, number: int) -> bool:
        # Descriptors that the array's own configuration uses are in no task's hand.
        return number not in pool.held and number not in tile.static_descriptors

    def _bd(self, tile: Tile, bd: BdSite, values: BdNumbers, following: int | None) -> Bd:
        base = values.base
        start = base.offset if isinstance(base, Span) else base.address
        address = start + values.offset * bd.itemsize
        sizes, strides = values.sizes, values.strides
        iteration = None
        if len(sizes) > TASK_DIMS:
            outer, step = sizes[0], strides[0] * bd.itemsize
            sizes, strides = sizes[1:], strides[1:]
            if outer > 1 and step:
                check_iteration(tile.limits, bd.where, outer, step)
                iteration = Iteration(outer, step)
        if not sizes:
            length = bd.elements if values.length is None else values.length
            if bd.pads:
                length -= sum(bd.pads[0])
            sizes, strides = (length,), (1,)
        inner = check_bd(tile.limits, bd.where, address, sizes, strides, bd.itemsize)
        pattern: Pattern = inner
        if bd.pads:
            pattern = padded(bd.where, inner, sizes, bd.pads, bd.itemsize, bd.pad_value)
        extra = 0 if iteration is None else (iteration.size - 1) * iteration.stride_bytes
        self._controller.check_bounds(
            bd.where, base.memory, address + inner.lowest, address + inner.reach + extra
        )
        return Bd(bd.where, base.memory, address, pattern, bd.acquire, bd.release, following,
                  bd.packet, iteration)  # fmt: skip
