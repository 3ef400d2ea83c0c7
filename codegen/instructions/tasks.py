"""Tasks of a sequence: chains of descriptors that are configured, started, awaited and freed.

Configuring writes each descriptor as a block, then its address: a patch where it is the host's, a
masked write where it is a buffer's. Numbers that the text does not give are the lowest that no
task of the sequence holds.
Source: mlir-aie AIEDMATasksToNPU.cpp, AIEAssignRuntimeSequenceBDIDs.cpp and
AIEMaterializeBDChains.cpp, 14 Mar and 14 Aug 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.dialects.builtin import SymbolRefAttr
from xdsl.ir import Block, Operation, Region, SSAValue

from aiec.codegen.dialects import describe
from aiec.codegen.dialects.attributes import LockAction, PacketInfoAttr
from aiec.codegen.dialects.dma import DmaBdOp, NextBdOp
from aiec.codegen.dialects.locks import UseLockOp
from aiec.codegen.dialects.places import Place, declared, place_of
from aiec.codegen.dialects.structure import BufferOp
from aiec.codegen.dialects.tasks import (
    BdChainOp,
    DmaAwaitTaskOp,
    DmaConfigureTaskForOp,
    DmaConfigureTaskOp,
    DmaFreeTaskOp,
    DmaStartBdChainForOp,
    DmaStartBdChainOp,
    DmaStartTaskOp,
)
from aiec.codegen.instructions.commands import (
    add_parameter,
    bits_of,
    checked_id,
    patch_host,
    shim_fields,
    stored_address,
)
from aiec.codegen.instructions.descriptor import GRANULE_BITS, Access, fields
from aiec.codegen.instructions.layout import Channel, integer
from aiec.codegen.instructions.state import State
from aiec.ir.errors import DesignError, nearest
from aiec.ir.registers import MEM_ROW, SHIM_ROW, WORD_BYTES, register_map
from aiec.ir.target import DmaLimits
from aiec.ir.transaction import BlockWrite, MaskWrite, Sync

_DIMS = 4


@dataclass(frozen=True, slots=True)
class Task:
    """A configured task. `ids`: of its descriptors, the first to run first."""

    channel: Channel
    ids: tuple[int, ...]
    first: int
    repeat: int
    issue_token: bool
    where: str


@dataclass(frozen=True, slots=True)
class _Descriptor:
    """One block of a task: its descriptor's op and number, and the next one's."""

    op: DmaBdOp
    block: Block
    bd_id: int
    next_id: int | None


def _configure_task(state: State, op: DmaConfigureTaskOp) -> None:
    channel = Channel(*place_of(op.tile), op.direction.data, op.channel.value.data, op.packet)
    if op.bd_id is not None:
        raise DesignError("a task is told its descriptor beside its body", where=describe(op),
                          expected="bd_id on the aie.dma_bd")  # fmt: skip
    state.values.known[op.result] = _configure(state, op, op.body, channel, op.repeat_count)


def _configure_task_for(state: State, op: DmaConfigureTaskForOp) -> None:
    channel = state.layout.allocation(op.alloc, op)
    state.values.known[op.result] = _configure(state, op, op.body, channel, op.repeat_count)


def _start_chain(state: State, op: DmaStartBdChainOp) -> None:
    channel = Channel(*place_of(op.tile), op.direction.data, op.channel.value.data)
    _start_chain_on(state, op, channel)


def _start_chain_for(state: State, op: DmaStartBdChainForOp) -> None:
    _start_chain_on(state, op, state.layout.allocation(op.alloc, op))


def _start_chain_on(
    state: State, op: DmaStartBdChainOp | DmaStartBdChainForOp, channel: Channel
) -> None:
    """Configure a chain of the device, its arguments bound, and start it."""
    chain = _chain(state, op.symbol, op)
    bound = zip(chain.body.blocks[0].args, op.arguments, strict=True)
    state.values.known.update(bound)
    repeat = integer(op.attributes.get("repeat_count")) or 0
    task = _configure(state, op, chain.body, channel, repeat)
    state.values.known[op.result] = task
    state.push(channel, task.first, task.repeat, task.issue_token)


def _chain(state: State, symbol: SymbolRefAttr, op: Operation) -> BdChainOp:
    chains = [found for found in declared(state.layout.device) if isinstance(found, BdChainOp)]
    named = {chain.sym_name.data: chain for chain in chains}
    name = symbol.root_reference.data
    if name not in named:
        raise DesignError(f"there is no aie.bd_chain @{name}", where=describe(op),
                          expected=nearest(name, named) if named else "a chain")  # fmt: skip
    return named[name]


def _configure(
    state: State, op: Operation, body: Region, channel: Channel, repeat: int | SSAValue
) -> Task:
    descriptors = _descriptors(state, op, body, channel)
    for descriptor in descriptors:
        _write(state, descriptor, channel)
    token = op.properties.get("issue_token") or op.attributes.get("issue_token")
    return Task(
        channel,
        tuple(d.bd_id for d in descriptors),
        _first(body, descriptors),
        state.values.number(repeat, op),
        bool(integer(token)),
        describe(op),
    )


def _descriptors(
    state: State, op: Operation, body: Region, channel: Channel
) -> tuple[_Descriptor, ...]:
    """The task's descriptors in the order of its text, with their numbers."""
    found: list[tuple[Block, DmaBdOp]] = []
    for block in body.blocks:
        bds = [inner for inner in block.ops if isinstance(inner, DmaBdOp)]
        if len(bds) > 1:
            raise DesignError("a block has several descriptors", where=describe(bds[1]),
                              expected="one aie.dma_bd a block")  # fmt: skip
        found += [(block, bd) for bd in bds]
        for inner in block.ops:
            state.values.compute(inner)
    if not found:
        raise DesignError("a task has no descriptor", where=describe(op), expected="an aie.dma_bd")
    numbers = _numbers(state, op, [bd for _, bd in found], channel)
    by_block = {block: number for (block, _), number in zip(found, numbers, strict=True)}
    return tuple(
        _Descriptor(bd, block, by_block[block], _next(block, bd, by_block)) for block, bd in found
    )


def _numbers(state: State, op: Operation, bds: list[DmaBdOp], channel: Channel) -> list[int]:
    """The given numbers, then the lowest free ones, in the order of the text."""
    held = state.ids.of((channel.column, channel.row))
    numbers = [integer(bd.bd_id) for bd in bds]
    for number in numbers:
        if number is not None and number in held:
            raise DesignError(f"descriptor {number} is still in use", where=describe(op),
                              todo="free or await the task that has it")  # fmt: skip
        held.update(() if number is None else (checked_id(state, channel, number, op),))
    limits = _limits(state, channel)
    # mlir-aie asks for channel 0's: on a mem tile the lower half.
    free = range(limits.bds // 2 if channel.row == MEM_ROW else limits.bds)
    for place, number in enumerate(numbers):
        if number is None:
            lowest = next((n for n in free if n not in held), None)
            if lowest is None:
                raise DesignError(f"tile ({channel.column}, {channel.row}) has no descriptor left",
                                  where=describe(op),
                                  todo="free or await tasks that are done")  # fmt: skip
            numbers[place] = lowest
            held.add(lowest)
    return [number for number in numbers if number is not None]


def _limits(state: State, channel: Channel) -> DmaLimits:
    target = state.layout.target
    return (target.shim, target.mem, target.core)[min(channel.row, 2)]


def _next(block: Block, bd: DmaBdOp, by_block: dict[Block, int]) -> int | None:
    last = block.last_op
    if isinstance(last, NextBdOp) and last.dest in by_block:
        return by_block[last.dest]
    return integer(bd.next_bd_id)


def _first(body: Region, descriptors: tuple[_Descriptor, ...]) -> int:
    """The number of the first to run: an entry block may do nothing but lead to it."""
    entry = body.blocks[0]
    last = entry.last_op
    if entry is not descriptors[0].block and isinstance(last, NextBdOp):
        entry = last.dest
    return next((d.bd_id for d in descriptors if d.block is entry), descriptors[0].bd_id)


def _write(state: State, descriptor: _Descriptor, channel: Channel) -> None:
    op, place = descriptor.op, (channel.column, channel.row)
    chart, item = register_map(channel.row), bits_of(op.buffer.type) // 8
    start = state.values.number(op.offset, op) * item
    if start % WORD_BYTES:
        raise DesignError(f"the descriptor starts at byte {start}", where=describe(op),
                          expected="a multiple of 4 bytes")  # fmt: skip
    values = _pattern(state, op, channel) | _padding(op, channel)
    values |= {"address": stored_address(channel.row, start), "valid": 1}
    values |= _packet(op.packet or channel.packet) | _locks(state, descriptor.block, place)
    if descriptor.next_id is not None:
        values |= {"next": descriptor.next_id, "has_next": 1}
    if channel.row == SHIM_ROW:
        values |= shim_fields(state, integer(op.burst_length) or 0, op)
    register = chart.descriptor(*place, descriptor.bd_id)
    state.out.append(BlockWrite(register, chart.pack(values)))
    _write_address(state, op, channel, register + chart.address_word * WORD_BYTES, start)


def _pattern(state: State, op: DmaBdOp, channel: Channel) -> dict[str, int]:
    """Length and dimensions. A length with dimensions must be that of the inner three."""
    bits, limits = bits_of(op.buffer.type), _limits(state, channel)
    sizes = [state.values.number(size, op) for size, _ in op.dims]
    strides = [state.values.number(stride, op) for _, stride in op.dims]
    if len(sizes) > _DIMS:
        raise DesignError(f"the descriptor has {len(sizes)} dimensions", where=describe(op),
                          expected=f"at most {_DIMS}")  # fmt: skip
    length = state.values.number(op.length, op)
    if not sizes:
        return fields(Access.of([length], [1], bits), limits, True, describe(op))
    access = Access.of(sizes, strides, bits)
    if length * bits != access.words * GRANULE_BITS:
        raise DesignError(f"the descriptor's length is {length}", where=describe(op),
                          expected=f"{access.words * GRANULE_BITS // bits}, that of its inner "
                          "three sizes")  # fmt: skip
    is_shim_run = channel.row == SHIM_ROW and access.is_contiguous and state.layout.epoch == "E2"
    return fields(access, limits, access.is_plain or is_shim_run, describe(op))


def _padding(op: DmaBdOp, channel: Channel) -> dict[str, int]:
    pads = list(reversed(op.padding))
    if not pads:
        return {}
    if channel.row != MEM_ROW or not channel.is_mm2s:
        raise DesignError("the descriptor pads", where=describe(op),
                          expected="padding in what a mem tile sends only")  # fmt: skip
    sides = [(f"d{i}_before", before) for i, (before, _) in enumerate(pads)]
    sides += [(f"d{i}_after", after) for i, (_, after) in enumerate(pads)]
    return dict(sides)


def _packet(packet: PacketInfoAttr | None) -> dict[str, int]:
    if packet is None:
        return {}
    kind, number = packet.values
    return {"has_packet": 1, "packet_type": kind, "packet": number}


def _locks(state: State, block: Block, place: Place) -> dict[str, int]:
    """Acquire and release; a value that is waited for to be reached is stored negative."""
    uses = [op for op in block.ops if isinstance(op, UseLockOp)]
    acquires = [op for op in uses if op.action.data != LockAction.RELEASE]
    releases = [op for op in uses if op.action.data == LockAction.RELEASE]
    if not uses:
        return {}
    if len(acquires) != 1 or len(releases) != 1:
        raise DesignError(f"a descriptor uses locks {len(uses)} times", where=describe(uses[0]),
                          expected="one acquire and one release, or none")  # fmt: skip
    acquire, release = acquires[0], releases[0]
    owner, number = state.layout.lock(state.values.actual(acquire.lock), acquire)
    _, other = state.layout.lock(state.values.actual(release.lock), release)
    window = _window(owner, place) * state.layout.target.mem.locks if place[1] == MEM_ROW else 0
    value = state.values.number(acquire.value, acquire)
    return {
        "acquires": 1,
        "acquire_lock": number + window,
        "acquire": value if acquire.action.data == LockAction.ACQUIRE else -value,
        "release_lock": other + window,
        "release": state.values.number(release.value, release),
    }


def _window(owner: Place, place: Place) -> int:
    """Which part of a mem tile's view the owner is: the western neighbour, itself, the eastern."""
    return owner[0] - place[0] + 1


def _write_address(
    state: State, op: DmaBdOp, channel: Channel, register: int, start_bytes: int
) -> None:
    memory = state.values.memory(op.buffer, op)
    if not isinstance(memory, BufferOp):
        if channel.row != SHIM_ROW:
            raise DesignError("a descriptor in the array moves an argument", where=describe(op),
                              expected="arguments of the sequence at shims only")  # fmt: skip
        patch_host(state, op, register, start_bytes)
        return
    if channel.row == SHIM_ROW:
        raise DesignError("a shim's descriptor moves a buffer of the array", where=describe(op),
                          expected="an argument of the sequence")  # fmt: skip
    owner, address = state.layout.memory(memory, op)
    address += start_bytes
    target = state.layout.target
    # On AIE2 mlir-aie leaves the window out: such tasks move the western neighbour's memory.
    if channel.row == MEM_ROW and target.isa == "aie2p":
        address += _window(owner, (channel.column, channel.row)) * target.mem_tile_bytes
    place = register_map(channel.row).fields["address"]
    word, mask = place.place(address // WORD_BYTES), place.place(-1)
    state.out.append(MaskWrite(register, word, mask))
    add_parameter(state, op, register)


def _start_task(state: State, op: DmaStartTaskOp) -> None:
    task = _task(state, op)
    state.push(task.channel, task.first, task.repeat, task.issue_token)


def _await_task(state: State, op: DmaAwaitTaskOp) -> None:
    task = _task(state, op)
    if not task.issue_token:
        raise DesignError("a task without a token is awaited", where=describe(op),
                          todo=f"give {task.where} issue_token = true")  # fmt: skip
    channel = task.channel
    state.out.append(Sync(channel.column, channel.row, int(channel.is_mm2s), channel.number))
    _free(state, task)


def _free_task(state: State, op: DmaFreeTaskOp) -> None:
    _free(state, _task(state, op))


def _free(state: State, task: Task) -> None:
    state.ids.of((task.channel.column, task.channel.row)).difference_update(task.ids)


def _task(state: State, op: DmaStartTaskOp | DmaAwaitTaskOp | DmaFreeTaskOp) -> Task:
    found = state.values.known.get(state.values.actual(op.task))
    if not isinstance(found, Task):
        raise DesignError(f"{op.name} names no task", where=describe(op),
                          expected="the result of a dma_configure_task")  # fmt: skip
    return found


TASKS: dict[str, Callable[[State, Operation], None]] = {
    "aiex.dma_configure_task": _configure_task,
    "aiex.dma_configure_task_for": _configure_task_for,
    "aiex.dma_start_task": _start_task,
    "aiex.dma_await_task": _await_task,
    "aiex.dma_free_task": _free_task,
    "aiex.dma_start_bd_chain": _start_chain,
    "aiex.dma_start_bd_chain_for": _start_chain_for,
}  # type: ignore[assignment]
