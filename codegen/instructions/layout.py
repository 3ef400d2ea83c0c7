"""Where the names of a design lie: tiles of locks, addresses of buffers, channels of allocations.

The first step of assembling. As mlir-aie lays them out (buffers: `dialects/addresses.py`), so that
a stream of ours fits an array that its tools configured. Refuses logical tiles and buffers that
share a tile with a lowered ObjectFifo, whose place depends on that lowering.
Source: mlir-aie AIEAssignLockIDs.cpp, AIEGenerateColumnControlOverlay.cpp (ids of tiles),
AIEObjectFifoStatefulTransform.cpp (channels of a shim), 14 Aug 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xdsl.dialects.builtin import IntegerAttr, SymbolRefAttr
from xdsl.ir import Attribute, Operation, SSAValue

from aiec.codegen.dialects import describe
from aiec.codegen.dialects.addresses import Addresses
from aiec.codegen.dialects.attributes import DmaDirection, PacketInfoAttr, WireBundle
from aiec.codegen.dialects.dma import DmaOp, DmaStartOp
from aiec.codegen.dialects.locks import LockOp
from aiec.codegen.dialects.objectfifo import ObjectFifoOp
from aiec.codegen.dialects.places import Place, declared, place_of
from aiec.codegen.dialects.routing import FlowOp, ShimDmaAllocationOp
from aiec.codegen.dialects.structure import BufferOp, DeviceOp, LogicalTileOp, ShimDmaOp, TileOp
from aiec.ir.errors import DesignError, nearest
from aiec.ir.registers import CONTROLLER_IDS, SHIM_ROW
from aiec.ir.target import TARGETS, Target


@dataclass(frozen=True, slots=True)
class Channel:
    """One DMA channel of the array."""

    column: int
    row: int
    direction: DmaDirection
    number: int
    packet: PacketInfoAttr | None = None  # that the allocation gives its tasks

    @property
    def is_mm2s(self) -> bool:
        """Whether it sends to the streams."""
        return self.direction is DmaDirection.MM2S


class Layout:
    """Where things lie on the array of one device."""

    def __init__(self, device: DeviceOp, epoch: str) -> None:
        self.device = device
        self.target, self.columns = _chip(device)
        self.controllers = dict(_controllers(device))
        self._addresses = Addresses(device, self.target, aligns=epoch == "E2")
        self._locks = _lock_numbers(device, self.target)
        self._channels = _allocations(device, self.target)
        self.epoch = epoch

    def allocation(self, symbol: SymbolRefAttr, op: Operation) -> Channel:
        """The shim channel that a symbol of `op` names."""
        name = symbol.root_reference.data
        if name not in self._channels:
            raise DesignError(f"there is no shim DMA allocation @{name}", where=describe(op),
                              expected=nearest(name, self._channels))  # fmt: skip
        return self._channels[name]

    def lock(self, value: SSAValue, op: Operation) -> tuple[Place, int]:
        """The tile and number of a lock."""
        if value not in self._locks:
            raise DesignError(f"{_named(value)} is no lock of the device", where=describe(op))
        return place_of(value), self._locks[value]

    def buffer(self, symbol: SymbolRefAttr, op: Operation) -> tuple[Place, int]:
        """The tile and address of the buffer that a symbol of `op` names."""
        name = symbol.root_reference.data
        named = self._addresses.by_name
        if name not in named:
            raise DesignError(f"there is no buffer @{name}", where=describe(op),
                              expected=nearest(name, named))  # fmt: skip
        return self.memory(named[name], op)

    def memory(self, buffer: BufferOp, op: Operation) -> tuple[Place, int]:
        """The tile and address of a buffer that `op` uses."""
        return place_of(buffer.tile), self._addresses.of(buffer, op)


def integer(attribute: Attribute | None) -> int | None:
    """The integer of an attribute."""
    return attribute.value.data if isinstance(attribute, IntegerAttr) else None


def _named(value: SSAValue) -> str:
    return f"%{value.name_hint or 'value'}"


def _chip(device: DeviceOp) -> tuple[Target, int]:
    name = device.device.data.value
    found = re.fullmatch(r"(npu[12])(?:_(\d)col)?", name)
    if found is None:
        raise DesignError(f"device {name} has no instructions of this kind", where=describe(device),
                          expected="npu1, npu2, or some columns of one")  # fmt: skip
    target = TARGETS[found[1]]
    return target, int(found[2]) if found[2] else target.columns


def _controllers(device: DeviceOp) -> Iterator[tuple[Place, int]]:
    """The ids by which tiles' tokens are known, of the tiles that the text has."""
    for op in device.body.block.ops:
        if isinstance(op, TileOp | LogicalTileOp):
            given, place = op.attributes.get("controller_id"), place_of(op.result)
            own = CONTROLLER_IDS[place[1]]
            yield place, given.values[1] if isinstance(given, PacketInfoAttr) else own


def _lock_numbers(device: DeviceOp, target: Target) -> Mapping[SSAValue, int]:
    """Numbers of all locks: those that the text gives, else the lowest that is free."""
    locks = [op for op in declared(device) if isinstance(op, LockOp)]
    numbers: dict[SSAValue, int] = {
        op.result: op.lock_id.value.data for op in locks if op.lock_id is not None
    }
    taken = {(place_of(value), number) for value, number in numbers.items()}
    for op in (op for op in locks if op.lock_id is None):
        place = place_of(op.tile)
        limits = (target.shim, target.mem, target.core)[min(place[1], 2)]
        free = (n for n in range(limits.locks) if (place, n) not in taken)
        if (number := next(free, None)) is None:
            raise DesignError(f"tile {place} has no lock left", where=describe(op),
                              expected=f"at most {limits.locks}")  # fmt: skip
        numbers[op.result] = number
        taken.add((place, number))
    return numbers


def _allocations(device: DeviceOp, target: Target) -> dict[str, Channel]:
    """Shim channels by name: allocations of the text, and the ends of ObjectFifos at shims."""
    channels: dict[str, Channel] = {}
    for op in declared(device):
        if isinstance(op, ShimDmaAllocationOp) and op.tile is not None:
            place = place_of(op.tile)
            number = op.channel.value.data
            channels[op.sym_name.data] = Channel(*place, op.direction.data, number, op.packet)
    taken = set(_ports(device)) | {(c.column, c.direction, c.number) for c in channels.values()}
    ends = [end for op in declared(device) if isinstance(op, ObjectFifoOp) for end in _ends(op)]
    for op, tile, direction, pin in sorted(ends, key=lambda end: end[3] is None):
        column, row = place_of(tile)
        if row != SHIM_ROW:
            continue
        numbers = range(target.shim.channels) if pin is None else (pin,)
        free = [n for n in numbers if (column, direction, n) not in taken]
        if not free:
            raise DesignError(
                f"no {direction} channel of the shim in column {column} is left",
                where=describe(op),
                expected=f"at most {target.shim.channels}",
            )
        taken.add((column, direction, free[0]))
        channel = Channel(column, SHIM_ROW, direction, free[0])
        channels[op.sym_name.data] = channels[f"{op.sym_name.data}_shim_alloc"] = channel
    return channels


def _ends(op: ObjectFifoOp) -> Iterator[tuple[ObjectFifoOp, SSAValue, DmaDirection, int | None]]:
    """The ends of a fifo with the channels that its text chose."""
    chosen = getattr(op.cons_dma_channels, "get_values", tuple)()
    yield op, op.producer, DmaDirection.MM2S, integer(op.prod_dma_channel)
    for i, tile in enumerate(op.consumers):
        pin = int(chosen[i]) if i < len(chosen) and chosen[i] >= 0 else None
        yield op, tile, DmaDirection.S2MM, pin


def _ports(device: DeviceOp) -> Iterator[tuple[int, DmaDirection, int]]:
    """Shim channels that flows and configured chains use."""
    for op in declared(device):
        if isinstance(op, FlowOp):
            if op.source_bundle.data == WireBundle.DMA and place_of(op.source)[1] == SHIM_ROW:
                yield place_of(op.source)[0], DmaDirection.MM2S, op.source_channel.value.data
            if op.dest_bundle.data == WireBundle.DMA and place_of(op.dest)[1] == SHIM_ROW:
                yield place_of(op.dest)[0], DmaDirection.S2MM, op.dest_channel.value.data
        elif isinstance(op, DmaStartOp | DmaOp) and isinstance(shim := op.parent_op(), ShimDmaOp):
            yield place_of(shim.tile)[0], op.direction.data, op.channel.value.data
