"""The DMA programs of a tile's text (`aie.mem`, `aie.memtile_dma`, `aie.shim_dma`) as descriptors.

Each `dma_start` (or `dma`) queues a task on its channel; the descriptors of its chain are linked by
number. A chain that comes back to itself runs for ever, one that ends in `aie.end` stops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from xdsl.ir import Block, Operation, SSAValue

from aiec.codegen.dialects.dma import DmaBdOp
from aiec.codegen.dialects.locks import UseLockOp
from aiec.ir.errors import DesignError
from aiec.ir.registers import SHIM_ROW
from aiec.runtime.sim.array.access import Access
from aiec.runtime.sim.array.channels import Bd, ChannelTask, Iteration, Pattern
from aiec.runtime.sim.array.limits import check_bd, check_iteration, check_repeat, to_length
from aiec.runtime.sim.array.machine import Direction, Port, SimMachine, Tile
from aiec.runtime.sim.array.memory import Memory, SimBuffer
from aiec.runtime.sim.array.overlap import iterations_overlap
from aiec.runtime.sim.array.pad import padded
from aiec.runtime.sim.array.tile_locks import Lock, LockUse
from aiec.runtime.sim.load import plain_values
from aiec.runtime.sim.load.placement import descriptor_range, free_descriptor
from aiec.runtime.sim.load.plain_values import Start, describe, fixed, number, the


class DescriptorWriter:
    """Writes one tile's descriptors and queues its first tasks."""

    def __init__(self, machine: SimMachine, tile: Tile, values: Mapping[SSAValue, object]) -> None:
        self._machine = machine
        self._tile = tile
        self._values = values
        self._numbers: dict[Block, int] = {}
        self._taken: set[int] = set(tile.descriptors)

    def write(self, op: Operation) -> None:
        """All channels of a DMA region, in the order in which it starts them."""
        for inner in op.walk():
            if isinstance(inner, DmaBdOp) and (explicit := number(inner.bd_id)) is not None:
                if explicit in self._taken:
                    raise DesignError(
                        f"descriptor {explicit} of {self._tile} is declared twice",
                        where=describe(inner),
                        expected="an id of its own, or none, for each descriptor",
                    )
                self._taken.add(explicit)
        for start in plain_values.starts(op):
            port = Port(
                self._tile.column, self._tile.row, Direction[start.direction], start.channel
            )
            where = f"{describe(start.op)} of {port}"
            self._machine.channel(port, where)
            check_repeat(self._tile.limits, where, start.repeat)
            first = self._chain(start)
            written = (self._tile.descriptors[n] for n in self._machine.channel(port).chain(first))
            tell_overlaps(self._machine, port, written)
            self._machine.first_tasks.append((port, ChannelTask(first, start.repeat)))

    def _chain(self, start: Start) -> int:
        if not start.chain:
            raise DesignError("a channel is started with no descriptor", where=describe(start.op),
                              expected="a block with a dma_bd")  # fmt: skip
        for block in start.chain:
            if block not in self._numbers:
                self._numbers[block] = self._number(block, start.channel)
        numbers = [self._numbers[block] for block in start.chain]
        for place, block in enumerate(start.chain):
            last = place == len(numbers) - 1
            following = start.back if last else place + 1
            link = None if following is None else numbers[following]
            self._tile.descriptors[numbers[place]] = self._descriptor(block, link, start)
        return numbers[0]

    def _number(self, block: Block, channel: int) -> int:
        op = plain_values.descriptor(block)
        where, explicit = describe(op), number(op.bd_id)
        allowed = descriptor_range(self._tile, channel)
        if explicit is None:
            explicit = free_descriptor(self._tile, channel, self._taken, where)
        elif explicit not in allowed:
            raise DesignError(
                f"channel {channel} of {self._tile} cannot use descriptor {explicit}",
                where=where,
                expected=f"{allowed.start} to {allowed.stop - 1}",
            )
        self._taken.add(explicit)
        return explicit

    def _descriptor(self, block: Block, following: int | None, start: Start) -> Bd:
        op = plain_values.descriptor(block)
        where = describe(op)
        buffer = the(SimBuffer, op.buffer, self._values, op)
        address = buffer.address + fixed(op.offset, 0, where) * buffer.array.itemsize
        pattern = bd_pattern(self._tile, op, buffer, address, start.pad_value)
        acquire, release = bd_locks(block, self._values)
        return Bd(
            where,
            buffer.memory,
            address,
            pattern,
            acquire,
            release,
            following,
            None if op.packet is None else op.packet.values[1],
            bd_iteration(self._tile, op, buffer.array.itemsize),
        )


def bd_pattern(
    tile: Tile, op: DmaBdOp, buffer: SimBuffer, address: int, pad_value: int | None
) -> Pattern:
    """The checked access pattern of a descriptor in a tile's own text."""
    where, item = f"{describe(op)} of {tile}", buffer.array.itemsize
    length = fixed(op.length, buffer.array.size, where)
    dims = tuple((fixed(n, 1, where), fixed(s, 1, where)) for n, s in op.dims)
    pads = op.padding
    cut = bool(dims) and op.length is not None and not pads
    if cut and length > 0:
        dims = to_length(dims, length, tile.limits.dims, item)
    sizes, strides = tuple(n for n, _ in dims) or (length,), tuple(s for _, s in dims) or (1,)
    if pads and not op.dims:
        length -= sum(pads[0])
        sizes = (length,)
    inner = check_bd(tile.limits, where, address, sizes, strides, item)
    pattern: Pattern = replace(inner, nbytes=length * item) if cut else inner
    if pads:
        value = pad_value if pad_value is not None else number(op.pad_value) or 0
        pattern = padded(where, inner, sizes, pads, item, value)
    if (
        pads
        and op.dims
        and op.length is not None
        and pattern.nbytes != fixed(op.length, 0, where) * item
    ):
        raise DesignError(
            f"the descriptor's len is {op.length}, its sizes make {pattern.nbytes // item}",
            where=where,
            expected="their product, padding included",
        )
    check_walk(where, buffer.memory, address, inner, bd_iteration(tile, op, item))
    return pattern


def tell_overlaps(machine: SimMachine, port: Port, chain: Iterable[Bd]) -> None:
    """Tell of a shim's descriptors whose iterations touch the same bytes."""
    for bd in chain if port.row == SHIM_ROW else ():
        iteration, walk = bd.iteration, bd.pattern
        if iteration is None or not isinstance(walk, Access):
            continue
        if iterations_overlap(walk, iteration.size, iteration.stride_bytes):
            what = (
                "hangs" if port.direction is Direction.MM2S else "has its words in no fixed order"
            )
            machine.hazards.tell(
                f"a transfer of {port} whose iterations overlap {what}",
                bd.where,
                "use one descriptor a pass, or sizes and strides without the iteration",
            )


def check_walk(
    where: str, memory: Memory, address: int, pattern: Access, iteration: Iteration | None = None
) -> None:
    """Refuse a descriptor that walks out of its memory, in any of its runs."""
    steps = 0 if iteration is None else (iteration.size - 1) * iteration.stride_bytes
    first, last = address + pattern.lowest, address + pattern.reach + steps - 1
    if first < 0 or last >= memory.data.size:
        raise DesignError(
            f"the descriptor touches bytes {first} to {last} of {memory.name}",
            where=where,
            expected=f"0 to {memory.data.size - 1}",
        )


def bd_iteration(tile: Tile, op: DmaBdOp, itemsize: int) -> Iteration | None:
    """The checked iteration dimension of a descriptor."""
    if op.iteration is None:
        return None
    size, stride, current = op.iteration.values
    check_iteration(tile.limits, f"{describe(op)} of {tile}", size, stride * itemsize)
    return Iteration(size, stride * itemsize, current)


def bd_locks(
    block: Block, values: Mapping[SSAValue, object]
) -> tuple[LockUse | None, LockUse | None]:
    """What the descriptor of a block acquires and releases."""
    acquire = release = None
    for op in block.ops:
        if not isinstance(op, UseLockOp):
            continue
        lock = the(Lock, op.lock, values, op)
        use = LockUse(lock, fixed(op.value, 1, describe(op)), plain_values.is_equal(op))
        if not plain_values.is_acquire(op):
            release = use
        elif number(op.acq_en) != 0:
            acquire = use
    return acquire, release
