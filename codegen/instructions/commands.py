"""Commands of a sequence as the controller's operations: transfers, waits, parameters, registers.

One function a command, in `COMMANDS` by the name of the op; `tasks.py` has tasks.
Source: mlir-aie AIEDmaToNpu.cpp, AIELowerSetLock.cpp, AIELowerCoreReset.cpp,
AIELowerDmaChannelReset.cpp and AIETargetNPU.cpp, 14 Mar and 14 Aug 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, SymbolRefAttr
from xdsl.ir import Attribute, Operation

from aiec.codegen.dialects import describe
from aiec.codegen.dialects.addresses import element_bits
from aiec.codegen.dialects.foreign import GetGlobalOp, GlobalOp
from aiec.codegen.dialects.locks import SetLockOp
from aiec.codegen.dialects.npu import NpuDmaMemcpyNdOp, NpuDmaWaitOp, NpuRtpWriteOp
from aiec.codegen.dialects.places import place_of
from aiec.codegen.dialects.registers import (
    NpuAddressPatchOp,
    NpuBlockWriteOp,
    NpuCreateScratchpadOp,
    NpuLoadPdiOp,
    NpuMaskWrite32Op,
    NpuPreemptOp,
    NpuPushQueueOp,
    NpuSyncOp,
    NpuUpdateFromScratchpadOp,
    NpuWrite32Op,
    NpuWriteBdOp,
)
from aiec.codegen.dialects.structure import BufferOp
from aiec.codegen.dialects.tasks import CoreResetOp, DmaChannelResetOp
from aiec.codegen.instructions.descriptor import Access, fields
from aiec.codegen.instructions.layout import Channel, integer
from aiec.codegen.instructions.state import State
from aiec.ir.errors import DesignError
from aiec.ir.registers import OFFSET_MASK, RESET_BIT, WORD_BYTES, register_map, tile_address
from aiec.ir.transaction import (
    BlockWrite,
    CreateScratchpad,
    LoadPdi,
    MaskWrite,
    Preempt,
    Sync,
    UpdateFromScratchpad,
    Write,
)

_FUNCTIONS = {"mul": 0, "incr": 1, "decr": 2}  # StateTableFunc of AIEXEnums.td
_UPSIZE = 2  # AXCache of a shim's descriptor: the NoC may join accesses
BURST_BYTES = {"aie2": (64, 128, 256), "aie2p": (64, 128, 256, 512)}  # in order of their codes


def shim_fields(state: State, burst_bytes: int, op: Operation) -> dict[str, int]:
    """What every descriptor of a shim says besides its pattern; 0 is the longest burst."""
    lengths = BURST_BYTES[state.layout.target.isa]
    if burst_bytes not in (0, *lengths):
        raise DesignError(f"{op.name} has bursts of {burst_bytes} bytes", where=describe(op),
                          expected=" or ".join(map(str, lengths)))  # fmt: skip
    code = lengths.index(burst_bytes) if burst_bytes else len(lengths) - 1
    return {"burst": code, "cache": _UPSIZE}


def _memcpy(state: State, op: NpuDmaMemcpyNdOp) -> None:
    where = describe(op)
    channel = state.layout.allocation(op.metadata, op)
    chart, limits = register_map(channel.row), state.layout.target.shim
    _refuse_padding(op)
    offsets, sizes, strides = (
        [state.values.number(v, op) for v in part] for part in (op.offsets, op.sizes, op.strides)
    )
    access = Access.of(sizes, strides, bits_of(op.memref.type))
    if not 1 <= sizes[0] <= limits.max_repeat:
        raise DesignError(f"the transfer runs {sizes[0]} times", where=where,
                          expected=f"1 to {limits.max_repeat}")  # fmt: skip
    is_linear = access.is_plain or (state.layout.epoch == "E2" and access.is_contiguous)
    values = fields(access, limits, is_linear, where) | {"valid": 1}
    values |= shim_fields(state, integer(op.burst_length) or 0, op)
    if op.packet is not None:
        kind, number = op.packet.values
        values |= {"has_packet": 1, "packet_type": kind, "packet": number}
    bd_id = checked_id(state, channel, op.id.value.data, op)
    register = chart.descriptor(channel.column, channel.row, bd_id)
    state.out.append(BlockWrite(register, chart.pack(values)))
    start = sum(o * s for o, s in zip(offsets, strides, strict=True)) * access.bits // 8
    patch_host(state, op, register + chart.address_word * WORD_BYTES, start)
    state.push(channel, bd_id, sizes[0] - 1, bool(integer(op.issue_token)) or not channel.is_mm2s)


def checked_id(state: State, channel: Channel, bd_id: int, op: Operation) -> int:
    """`bd_id`, if the tile has such a descriptor."""
    target = state.layout.target
    count = (target.shim, target.mem, target.core)[min(channel.row, 2)].bds
    if not 0 <= bd_id < count:
        raise DesignError(f"there is no descriptor {bd_id}", where=describe(op),
                          expected=f"0 to {count - 1}")  # fmt: skip
    return bd_id


def patch_host(state: State, op: Operation, register: int, start_bytes: int) -> None:
    """Have the address of the op's host memory, plus bytes, put into a descriptor."""
    memory = state.values.memory(op.operands[0], op)
    if isinstance(memory, BufferOp):
        raise DesignError(f"{op.name} moves a buffer of the array", where=describe(op),
                          expected="an argument of the sequence at a shim")  # fmt: skip
    state.patch(register, memory.argument, memory.offset + start_bytes)
    add_parameter(state, op, register)


def add_parameter(state: State, op: Operation, register: int) -> None:
    """Have a scratchpad parameter, in elements, added to an address that was just written."""
    index = integer(op.properties.get("offset_state_table_idx"))
    if index is not None:
        item = bits_of(op.operands[0].type) // 8
        state.out.append(UpdateFromScratchpad(index, _FUNCTIONS["mul"], item, register))
    elif "offset_parameter" in op.properties:
        raise DesignError(
            f"{op.name} is moved by a parameter without a place in the scratchpad",
            where=describe(op),
            todo="run `aie-opt --aie-lower-scratchpad-parameters` first",
        )


def bits_of(kind: Attribute) -> int:
    """Bits of an element of a memref."""
    return element_bits(getattr(kind, "element_type", kind))


def _refuse_padding(op: NpuDmaMemcpyNdOp) -> None:
    padded = [n for n, v in op.properties.items() if "_zero_" in n and integer(v)]
    if padded:
        raise DesignError(f"{op.name} pads ({', '.join(padded)})", where=describe(op),
                          expected="no padding at a shim: only mem tiles pad")  # fmt: skip


def _dma_wait(state: State, op: NpuDmaWaitOp) -> None:
    channel = state.layout.allocation(op.symbol, op)
    state.out.append(Sync(channel.column, channel.row, int(channel.is_mm2s), channel.number))


def _sync(state: State, op: NpuSyncOp) -> None:
    state.out.append(Sync(*(state.values.number(op.field(name), op) for name in op.FIELDS)))


def _rtp_write(state: State, op: NpuRtpWriteOp) -> None:
    place, address = state.layout.buffer(op.buffer, op)
    address += op.index.value.data * WORD_BYTES
    register = tile_address(*place) | address & OFFSET_MASK
    state.out.append(Write(register, _word(state.values.number(op.value, op))))


def _set_lock(state: State, op: SetLockOp) -> None:
    place, number = state.layout.lock(op.lock, op)
    state.out.append(Write(register_map(place[1]).lock(*place, number), op.value.value.data))


def _write32(state: State, op: NpuWrite32Op) -> None:
    address, value = (state.values.number(op.field(name), op) for name in op.FIELDS)
    state.out.append(Write(_absolute(state, op, op.properties, address), _word(value)))


def _maskwrite32(state: State, op: NpuMaskWrite32Op) -> None:
    address, value, mask = (state.values.number(op.field(name), op) for name in op.FIELDS)
    register = _absolute(state, op, op.properties, address)
    state.out.append(MaskWrite(register, _word(value), _word(mask)))


def _blockwrite(state: State, op: NpuBlockWriteOp) -> None:
    register = _absolute(state, op, op.properties, op.address.value.data)
    column, row = integer(op.column), integer(op.row)
    says_tile = op.buffer is None and column is not None and row is not None
    tile = (column or 0, row or 0) if says_tile else (0, 0)
    state.out.append(BlockWrite(register, _global_words(state, op), tile))


def _global_words(state: State, op: NpuBlockWriteOp) -> tuple[int, ...]:
    source = op.data.owner
    name = source.symbol.root_reference.data if isinstance(source, GetGlobalOp) else None
    root: Operation = state.layout.device
    while (above := root.parent_op()) is not None:
        root = above
    globals_ = (found for found in root.walk() if isinstance(found, GlobalOp))
    value = next((g.initial_value for g in globals_ if g.sym_name.data == name), None)
    if isinstance(value, DenseIntOrFPElementsAttr):
        return tuple(_word(int(n)) for n in value.get_values())
    raise DesignError(f"{op.name} writes no constant global", where=describe(op),
                      expected="a memref.get_global of constant words")  # fmt: skip


def _absolute(state: State, op: Operation, given: Mapping[str, Attribute], address: int) -> int:
    """The address of a write: as it stands, in a tile, or in words of a buffer."""
    if isinstance(name := given.get("buffer"), SymbolRefAttr):
        place, start = state.layout.buffer(name, op)
        return tile_address(*place) | start + address * WORD_BYTES & OFFSET_MASK
    column, row = integer(given.get("column")), integer(given.get("row"))
    if column is None or row is None:
        return _word(address)
    return tile_address(column, row) | address & OFFSET_MASK


def _address_patch(state: State, op: NpuAddressPatchOp) -> None:
    plus, register = op.scalars
    address = op.addr.value.data if register is None else state.values.number(register, op)
    state.patch(address, op.arg_idx.value.data, state.values.number(plus, op))


def _push_queue(state: State, op: NpuPushQueueOp) -> None:
    column, row, number = (a.value.data for a in (op.column, op.row, op.channel))
    channel = Channel(column, row, op.direction.data, number)
    bd_id, repeat = (state.values.number(v, op) for v in (op.bd_id, op.repeat_count))
    state.push(channel, bd_id, repeat, bool(integer(op.issue_token)))


# Fields of `npu.writebd` by their names in `ir/registers.py`; the others are called the same.
_RAW_FIELDS = {
    "length": "buffer_length", "address": "buffer_offset", "packet": "packet_id",
    "has_packet": "enable_packet", "out_of_order": "out_of_order_id", "next": "next_bd",
    "has_next": "use_next_bd", "valid": "valid_bd", "acquires": "lock_acq_enable",
    "acquire": "lock_acq_val", "acquire_lock": "lock_acq_id", "release": "lock_rel_val",
    "release_lock": "lock_rel_id",
}  # fmt: skip
_RAW_FIELDS |= {
    f"d{i}_{side}": f"d{i}_zero_{side}" for i in range(3) for side in ("before", "after")
}
_NOT_WRITTEN = ("d2_size", "d3_stride")  # of a mem tile: `npu.writebd` has no such effect


def _writebd(state: State, op: NpuWriteBdOp) -> None:
    column, row = op.field("column"), op.field("row")
    chart = register_map(row)
    values = {name: op.field(_RAW_FIELDS.get(name, name)) for name in chart.fields}
    values |= dict.fromkeys(_NOT_WRITTEN, 0)
    values["address"] = stored_address(row, values["address"])
    if row == 0:
        values |= shim_fields(state, op.field("burst_length"), op)
    register = chart.descriptor(column, row, op.field("bd_id"))
    state.out.append(BlockWrite(register, chart.pack(values)))


def stored_address(row: int, offset_bytes: int) -> int:
    """A descriptor's offset as mlir-aie first writes it: in words in a core's tile only."""
    return offset_bytes // WORD_BYTES if row > 1 else offset_bytes


def _load_pdi(state: State, op: NpuLoadPdiOp) -> None:
    if "id" not in op.attributes:
        raise DesignError(
            "load_pdi names a device whose image has no number yet",
            where=describe(op),
            todo="build a full ELF with mlir-aie's aiecc: it makes the images",
        )
    state.out.append(LoadPdi(op.field("id"), op.field("size"), op.field("address")))


def _preempt(state: State, op: NpuPreemptOp) -> None:
    state.out.append(Preempt(op.field("level")))


def _create_scratchpad(state: State, op: NpuCreateScratchpadOp) -> None:
    state.out.append(CreateScratchpad(op.field("usage_type"), op.field("size")))


def _update_from_scratchpad(state: State, op: NpuUpdateFromScratchpadOp) -> None:
    register = _absolute(state, op, op.attributes, op.field("address"))
    numbers = op.field("state_table_idx"), _FUNCTIONS[op.function], op.field("func_arg")
    state.out.append(UpdateFromScratchpad(*numbers, register))


def _channel_reset(state: State, op: DmaChannelResetOp) -> None:
    place = place_of(op.tile)
    is_mm2s = Channel(*place, op.direction.data, op.channel.value.data).is_mm2s
    register = register_map(place[1]).channel(*place, is_mm2s, op.channel.value.data)
    _pulse(state, register)


def _core_reset(state: State, op: CoreResetOp) -> None:
    place = place_of(op.tile)
    control = register_map(place[1]).core_control
    if control is None:
        raise DesignError(f"tile {place} has no core to reset", where=describe(op))
    _pulse(state, tile_address(*place) | control)


def _pulse(state: State, register: int) -> None:
    """Set the reset bit and clear it; the register's other bits stay."""
    state.out += (MaskWrite(register, RESET_BIT, RESET_BIT), MaskWrite(register, 0, RESET_BIT))


def _assertion(state: State, op: Operation) -> None:
    """Checks numbers of run time; here they are known."""


def _word(value: int) -> int:
    return value & 0xFFFFFFFF


COMMANDS: dict[str, Callable[[State, Operation], None]] = {
    "aiex.npu.dma_memcpy_nd": _memcpy,
    "aiex.npu.dma_wait": _dma_wait,
    "aiex.npu.sync": _sync,
    "aiex.npu.rtp_write": _rtp_write,
    "aiex.set_lock": _set_lock,
    "aiex.npu.write32": _write32,
    "aiex.npu.maskwrite32": _maskwrite32,
    "aiex.npu.blockwrite": _blockwrite,
    "aiex.npu.address_patch": _address_patch,
    "aiex.npu.push_queue": _push_queue,
    "aiex.npu.writebd": _writebd,
    "aiex.npu.load_pdi": _load_pdi,
    "aiex.npu.preempt": _preempt,
    "aiex.npu.create_scratchpad": _create_scratchpad,
    "aiex.npu.update_from_scratchpad": _update_from_scratchpad,
    "aiex.dma_channel_reset": _channel_reset,
    "aiex.core_reset": _core_reset,
    "aiex.npu.assert_bd_field": _assertion,
    "aiex.npu.assert_bd_divisible": _assertion,
}  # type: ignore[assignment]
