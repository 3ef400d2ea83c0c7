"""The commands of runtime sequences: transfers, waits, parameters, locks and register writes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from xdsl.dialects.builtin import DenseArrayBase, SymbolRefAttr
from xdsl.ir import Attribute, Operation

from aiec.codegen.dialects.locks import SetLockOp
from aiec.codegen.dialects.npu import NpuDmaMemcpyNdOp, NpuDmaWaitOp, NpuRtpWriteOp
from aiec.codegen.dialects.registers import (
    ControlPacketOp,
    NpuAddressPatchOp,
    NpuBlockWriteOp,
    NpuBlockWriteValuesOp,
    NpuMaskWrite32Op,
    NpuPushQueueOp,
    NpuSyncOp,
    NpuUpdateFromScratchpadOp,
    NpuWrite32Op,
    NpuWriteBdOp,
)
from aiec.codegen.dialects.structure import DeviceOp
from aiec.codegen.dialects.tasks import CoreResetOp, DmaChannelResetForOp, DmaChannelResetOp
from aiec.ir.errors import DesignError, SimulationError, nearest
from aiec.ir.registers import MEM_ROW, tile_address
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.channels import ChannelTask
from aiec.runtime.sim.array.host_way import Paced
from aiec.runtime.sim.array.limits import WORD_BYTES
from aiec.runtime.sim.array.machine import Direction, Port, Tile
from aiec.runtime.sim.array.memory import SimBuffer
from aiec.runtime.sim.array.process import Await, Delay
from aiec.runtime.sim.array.scratchpad import ENTRIES
from aiec.runtime.sim.array.tile_locks import Lock
from aiec.runtime.sim.load.elaborate import Elaborated
from aiec.runtime.sim.load.legality import PACKET_TYPES
from aiec.runtime.sim.load.parameters import offset_index, parameter_names
from aiec.runtime.sim.load.plain_values import Mixed, describe, number, the
from aiec.runtime.sim.program.types import dtype_of, element_of, shape_of
from aiec.runtime.sim.program.writer import Handler, Writer
from aiec.runtime.sim.sequence.bd_words import RawBd, check_fields, signed7
from aiec.runtime.sim.sequence.controller import Controller, Memcpy, Span
from aiec.runtime.sim.sequence.register_writes import Registers

_WRITE = Delay(timing.WRITE_CYCLES)
_MASK_WRITE = Delay(timing.MASK_WRITE_CYCLES)
CONTROL_PACKET = 1  # the packet type that mlir-aie's designs give control packets
LOCK_VALUES = 128  # of a descriptor's seven bits
_CONTROL_WRITES = (0, 2)  # one word or a block
# What only the tools or the tracing read.
_WITHOUT_EFFECT = (
    "aiex.npu.preempt",
    "aie.trace.start_config",
    "aie.trace.host_config",
    "aiex.npu.assert_bd_field",
    "aiex.npu.assert_bd_divisible",
)

T = TypeVar("T")


class CommandCompiler:
    """Compiles commands to calls. `arguments`: the host's, of the sequence that runs."""

    def __init__(
        self,
        elaborated: Elaborated,
        controller: Controller,
        registers: Registers,
        arguments: list[Span | int],
    ) -> None:
        self._machine = elaborated.machine
        self._elaborated = elaborated
        self._controller = controller
        self._registers = registers
        self._arguments = arguments
        self.handlers: dict[str, Handler] = {
            "aiex.npu.dma_memcpy_nd": self._memcpy,
            "aiex.npu.dma_wait": self._dma_wait,
            "aiex.npu.sync": self._sync,
            "aiex.npu.rtp_write": self._rtp_write,
            "aiex.set_lock": self._set_lock,
            "aiex.npu.push_queue": self._push_queue,
            "aiex.npu.write32": self._write32,
            "aiex.npu.maskwrite32": self._write32,
            "aiex.npu.blockwrite": self._blockwrite,
            "aiex.npu.blockwrite_values": self._blockwrite_values,
            "aiex.npu.address_patch": self._address_patch,
            "aiex.npu.writebd": self._writebd,
            "aiex.dma_channel_reset": self._channel_reset,
            "aiex.dma_channel_reset_for": self._channel_reset_for,
            "aiex.control_packet": self._control_packet,
            "aiex.core_reset": self._core_reset,
            "aiex.sync_scratchpad_parameters_from_host": self.sync_parameters,
            "aiex.npu.create_scratchpad": self._create_scratchpad,
            "aiex.npu.update_from_scratchpad": self._update_from_scratchpad,
            **dict.fromkeys(_WITHOUT_EFFECT, _nothing),
        }

    def allocation(self, symbol: SymbolRefAttr, where: str) -> Port:
        """The shim channel that a symbol names."""
        return named(symbol, "shim DMA allocation", self._machine.allocations, where)

    def _memcpy(self, w: Writer, op: NpuDmaMemcpyNdOp) -> None:
        where = describe(op)
        port = self.allocation(op.metadata, where)
        packet = self._machine.packets.get(op.metadata.root_reference.data)
        copy = Memcpy(
            where=f"{where} of {port}",
            port=port,
            bd_id=op.id.value.data,
            itemsize=dtype_of(element_of(op.memref.type)).itemsize,
            # Source: AIEX.td 580-582: what writes to memory always issues a token.
            issue_token=bool(number(op.issue_token)) or port.direction is Direction.S2MM,
            packet=packet if op.packet is None else op.packet.values[1],
        )
        if op.packet is not None and op.packet.values[0] == CONTROL_PACKET:
            self._machine.control_overlay(port, op.packet.values[1], where)
        call = w.bind(self._controller.memcpy, "memcpy")
        groups = ", ".join(tuple_expression(w, g) for g in (op.offsets, op.sizes, op.strides))
        self._pause(w, Paced(self._machine.shared.pace, timing.BURST_TRANSFER_CYCLES))
        span = self.moved_span(w, op, w.use(op.memref), copy.itemsize)
        w.emit(f"{call}({w.bind(copy, 'copy')}, {span}, {groups})")

    def moved_span(self, w: Writer, op: Operation, span: str, itemsize: int) -> str:
        """`span`, moved by the scratchpad parameter that the op names, if any."""
        scratchpad = self._machine.shared.scratchpad
        index = offset_index(op, scratchpad)
        if index is None:
            return span
        return f"{span}.moved({w.bind(scratchpad.offset, 'offset')}({index}) * {itemsize})"

    def sync_parameters(self, w: Writer, op: Operation) -> None:
        """Bring the host's scratchpad parameters to the controller and to the device's cores."""
        device = op.parent_op()
        while device is not None and not isinstance(device, DeviceOp):
            device = device.parent_op()
        assert device is not None
        scratchpad = self._machine.shared.scratchpad
        indices = {name: scratchpad.index(name, where) for name, where in parameter_names(device)}
        self._pause(w, _WRITE)
        w.emit(f"{w.bind(self._controller.sync_parameters, 'sync')}({indices!r})")

    def _create_scratchpad(self, w: Writer, op: Operation) -> None:
        self._pause(w, _WRITE)
        w.emit(f"{w.bind(self._machine.shared.scratchpad.sync, 'sync')}()")

    def _update_from_scratchpad(self, w: Writer, op: NpuUpdateFromScratchpadOp) -> None:
        where = describe(op)
        absolute = self._absolute(op.attributes, str(op.field("address")), where)
        index, argument = op.field("state_table_idx"), op.field("func_arg")
        if not 0 <= index < ENTRIES:
            raise DesignError(f"the scratchpad has no word {index}", where=where,
                              expected=f"0 to {ENTRIES - 1}")  # fmt: skip
        word = f"int({w.bind(self._machine.shared.scratchpad.table, 'table')}[{index}])"
        delta = {"mul": f"{word} * {argument}", "decr": f"{word} - {argument}"}
        self._pause(w, _WRITE)
        add = w.bind(self._registers.add, "add")
        w.emit(f"{add}({absolute}, {delta.get(op.function, f'{word} + {argument}')}, {where!r})")

    def _dma_wait(self, w: Writer, op: NpuDmaWaitOp) -> None:
        port = self.allocation(op.symbol, describe(op))
        self._machine.channel(port)
        w.settle()
        w.emit(f"yield {w.bind(Await(self._machine.tokens[port]), 'token')}")

    def _sync(self, w: Writer, op: NpuSyncOp) -> None:
        names = ("column", "row", "direction", "channel", "column_num", "row_num")
        values = ", ".join(expression(w, op.field(name)) for name in names)
        w.settle()
        w.emit(f"for awaited in {w.bind(self.awaits)}({values}): yield awaited")

    def awaits(
        self, column: int, row: int, direction: int, channel: int, columns: int, rows: int
    ) -> list[Await]:
        """Waits for one token of a channel of each of `columns` x `rows` tiles."""
        ports = [
            Port(c, r, Direction(direction), channel)
            for c in range(column, column + columns)
            for r in range(row, row + rows)
        ]
        for port in ports:
            self._machine.channel(port)
        return [Await(self._machine.tokens[port]) for port in ports]

    def _rtp_write(self, w: Writer, op: NpuRtpWriteOp) -> None:
        buffer = self._buffer(op.buffer, describe(op))
        self._pause(w, _WRITE)
        call = w.bind(self._controller.rtp_write, "rtp_write")
        w.emit(f"{call}({w.bind(buffer)}, {op.index.value.data}, {expression(w, op.value)})")

    def _set_lock(self, w: Writer, op: SetLockOp) -> None:
        lock = the(Lock, op.lock, self._elaborated.values, op)
        self._pause(w, _WRITE)
        w.emit(f"{w.bind(lock)}.set({op.value.value.data})")

    def _push_queue(self, w: Writer, op: NpuPushQueueOp) -> None:
        direction = Direction[op.direction.data.value]
        column, row, channel = (a.value.data for a in (op.column, op.row, op.channel))
        port = Port(column, row, direction, channel)
        self._machine.channel(port, describe(op))
        token = bool(number(op.issue_token))
        bd, repeats = expression(w, op.bd_id), expression(w, op.repeat_count)
        task = f"{w.bind(ChannelTask)}({bd}, {repeats}, {token})"
        self._pause(w, _WRITE)
        w.emit(f"{w.bind(self._controller.push, 'push')}({w.bind(port)}, {task}, {describe(op)!r})")

    def _write32(self, w: Writer, op: NpuWrite32Op | NpuMaskWrite32Op) -> None:
        where = describe(op)
        address, value = expression(w, op.field("address")), expression(w, op.field("value"))
        mask = expression(w, op.field("mask")) if isinstance(op, NpuMaskWrite32Op) else "0xFFFFFFFF"
        absolute = self._absolute(op.properties, address, where)
        self._pause(w, _MASK_WRITE if isinstance(op, NpuMaskWrite32Op) else _WRITE)
        write = w.bind(self._registers.write, "write")
        w.emit(f"{write}({absolute}, {value}, {where!r}, {mask})")

    def _blockwrite(self, w: Writer, op: NpuBlockWriteOp) -> None:
        where = describe(op)
        absolute = self._absolute(op.properties, str(op.address.value.data), where)
        words = math.prod(shape_of(op.data.type))
        self._pause(w, Delay(timing.block_write_cycles(words)))
        write = w.bind(self._registers.write_block, "write_block")
        w.emit(f"{write}({absolute}, {w.use(op.data)}, {where!r})")

    def _blockwrite_values(self, w: Writer, op: NpuBlockWriteValuesOp) -> None:
        w.objects["np"] = np
        words = ", ".join(f"{value} & 0xFFFFFFFF" for value in w.uses(op.values))
        self._pause(w, Delay(timing.block_write_cycles(len(op.values))))
        write = w.bind(self._registers.write_block, "write_block")
        block = f"np.array([{words}], np.uint32)"
        w.emit(f"{write}({w.use(op.address)} & 0xFFFFFFFF, {block}, {describe(op)!r})")

    def _absolute(self, fields: Mapping[str, Attribute], address: str, where: str) -> str:
        """An address as it stands, in a tile, or in words of a buffer."""
        if isinstance(named := fields.get("buffer"), SymbolRefAttr):
            buffer = self._buffer(named, where)
            tile = next(t for t in self._machine.tiles.values() if t.memory is buffer.memory)
            start = tile_address(tile.column, tile.row) + buffer.address
            return f"{start} + {WORD_BYTES} * {address}"
        column, row = number(fields.get("column")), number(fields.get("row"))
        if column is None or row is None:
            return address
        # Addresses that name the tile themselves may repeat it.
        return f"({address} & 0xFFFFF) + {tile_address(column, row)}"

    def _address_patch(self, w: Writer, op: NpuAddressPatchOp) -> None:
        plus, register = op.scalars
        address = str(op.addr.value.data) if register is None else expression(w, register)
        call = w.bind(self.patch, "patch")
        self._pause(w, Paced(self._machine.shared.pace, timing.PATCH_CYCLES))
        index = op.arg_idx.value.data
        w.emit(f"{call}({address}, {index}, {expression(w, plus or 0)}, {describe(op)!r})")

    def patch(self, address: int, index: int, plus: int, where: str) -> None:
        """Put the host's argument `index`, plus bytes, into the descriptor word at `address`."""
        argument = self._arguments[index] if index < len(self._arguments) else None
        if isinstance(argument, int):
            raise SimulationError(f"argument {index} is a number, not a buffer", where=where)
        host = None if argument is None else argument.moved(plus)
        self._registers.patch(address, host, where)

    def _writebd(self, w: Writer, op: NpuWriteBdOp) -> None:
        field = op.field
        tile = self._machine.tile(field("column"), field("row"), describe(op))
        pads = tuple((field(f"d{i}_zero_before"), field(f"d{i}_zero_after")) for i in range(3))
        in_mem = tile.row == MEM_ROW  # has a third size, and a fourth stride that the op leaves
        _check_writebd(tile, op)
        raw = RawBd(
            length=field("buffer_length"),
            # A core tile's offset is in bytes. Source: AIEDmaToNpu.cpp, words[0] of a tile DMA.
            address=field("buffer_offset") // (WORD_BYTES if tile.row > 1 else 1),
            sizes=tuple(field(f"d{i}_size") for i in range(3 if in_mem else 2)),
            strides=(*(field(f"d{i}_stride") for i in range(3)), *((0,) if in_mem else ())),
            packet=field("packet_id") if field("enable_packet") else None,
            iteration_size=field("iteration_size"),
            iteration_stride=field("iteration_stride"),
            iteration_current=field("iteration_current"),
            next=field("next_bd") if field("use_next_bd") else None,
            acquire=(field("lock_acq_id"), signed7(field("lock_acq_val") & 0x7F))
            if field("lock_acq_enable") else None,
            release=(field("lock_rel_id"), signed7(field("lock_rel_val") & 0x7F))
            if field("lock_rel_val") else None,
            pads=pads if any(map(any, pads)) else (),
        )  # fmt: skip
        check_fields(tile.row, raw, describe(op))
        self._pause(w, Delay(timing.DESCRIPTOR_CYCLES))
        call = w.bind(self._registers.write_raw, "write_bd")
        w.emit(f"{call}({w.bind(tile)}, {field('bd_id')}, {w.bind(raw)}, {describe(op)!r})")

    def _channel_reset(self, w: Writer, op: DmaChannelResetOp) -> None:
        tile = the(Tile, op.tile, self._elaborated.values, op)
        direction = Direction[op.direction.data.value]
        port = Port(tile.column, tile.row, direction, op.channel.value.data)
        channel = self._machine.channel(port, describe(op))
        self._pause(w, _WRITE)
        w.emit(f"{w.bind(channel.reset, 'reset')}()")

    def _channel_reset_for(self, w: Writer, op: DmaChannelResetForOp) -> None:
        name, rearms = op.fifo.root_reference.data, self._machine.rearms
        if name not in rearms:
            raise DesignError(
                f"ObjectFifo @{name} has no channel or lock in the array to reset",
                where=describe(op),
                expected=nearest(name, rearms),
            )
        self._pause(w, _WRITE)
        w.emit(f"{w.bind(self._controller.rearm, 'rearm')}({w.bind(rearms[name])})")

    def _control_packet(self, w: Writer, op: ControlPacketOp) -> None:
        """A packet that the tools would send through a control port: its writes, at once."""
        where, data = describe(op), op.attributes.get("data")
        if op.field("opcode") not in _CONTROL_WRITES or not isinstance(data, DenseArrayBase):
            raise DesignError(
                f"a control packet of operation {op.field('opcode')} cannot run here",
                where=where,
                expected="a write (0 or 2) with its data",
                todo="send reads as packets of a transfer, with a flow back",
            )
        words = np.array(data.get_values(), np.int64).astype(np.uint32)
        self._pause(w, Delay(timing.block_write_cycles(words.size)))
        write = w.bind(self._registers.write_block, "write_block")
        w.emit(f"{write}({op.field('address')}, {w.bind(words, 'words')}, {where!r})")

    def _core_reset(self, w: Writer, op: CoreResetOp) -> None:
        tile = the(Tile, op.tile, self._elaborated.values, op)
        if tile.core is None:
            raise DesignError(f"{tile} has no core to reset", where=describe(op))
        self._pause(w, _WRITE)
        w.emit(f"{w.bind(self._restart)}({w.bind(tile)})")

    def _restart(self, tile: Tile) -> None:
        assert tile.core is not None
        tile.core.halt()
        self._machine.restart_core(tile)

    def _buffer(self, symbol: SymbolRefAttr, where: str) -> SimBuffer:
        return named(symbol, "buffer", self._machine.buffers, where)

    def _pause(self, w: Writer, delay: Delay | Paced) -> None:
        w.settle()
        w.emit(f"yield {w.bind(delay)}")


def named(symbol: SymbolRefAttr, what: str, known: Mapping[str, T], where: str) -> T:
    """What `symbol` names among the `known`, each of which is a `what`."""
    name = symbol.root_reference.data
    if name not in known:
        raise DesignError(f"there is no {what} @{name}", where=where, expected=nearest(name, known))
    return known[name]


def _check_writebd(tile: Tile, op: NpuWriteBdOp) -> None:
    """Refuse what an `npu.writebd` says of descriptors, lock values and packets that are not."""
    field, where = op.field, describe(op)
    most = {"bd_id": tile.limits.bds, "packet_type": PACKET_TYPES}
    if field("use_next_bd"):
        most["next_bd"] = tile.limits.bds
    for name, count in most.items():
        if not 0 <= field(name) < count:
            raise DesignError(f"the descriptor's {name} is {field(name)}", where=where,
                              expected=f"0 to {count - 1}")  # fmt: skip
    for name in ("lock_acq_val", "lock_rel_val"):
        # A signed number, or the seven bits of one.
        if not -LOCK_VALUES // 2 <= field(name) < LOCK_VALUES:
            raise DesignError(
                f"the descriptor's {name} is {field(name)}",
                where=where,
                expected=f"{-LOCK_VALUES // 2} to {LOCK_VALUES // 2 - 1}",
            )


def expression(w: Writer, value: Mixed) -> str:
    """The expression of a number of the text."""
    return str(value) if isinstance(value, int) else w.use(value)


def tuple_expression(w: Writer, values: Sequence[Mixed]) -> str:
    """The expression of a tuple of numbers."""
    return "(" + "".join(f"{expression(w, v)}, " for v in values) + ")"


def _nothing(w: Writer, op: Operation) -> None:
    """Has no effect on results."""
