"""Addresses of buffers, as mlir-aie assigns them: largest first, in turn over banks or in a row.

For what a stream of instructions writes: parameters, and descriptors of tasks. A tile says its
scheme; without one it is bank-aware, and in a row where that does not fit. Refuses a place that
mlir-aie does not define (which of more than 16 buffers of a size comes first) or that depends on
how it lowers ObjectFifos on the tile.
Source: mlir-aie AIEAssignBuffers.cpp, 14 Mar and 14 Aug 2026; the latter aligns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from xdsl.dialects.builtin import (
    AnyFloat,
    FixedBitwidthType,
    IndexType,
    IntegerType,
    MemRefType,
    StringAttr,
)
from xdsl.ir import Attribute, Operation

from aiec.codegen.dialects.locations import describe
from aiec.codegen.dialects.objectfifo import ObjectFifoOp
from aiec.codegen.dialects.places import Place, declared, place_of
from aiec.codegen.dialects.structure import BufferOp, CoreOp, DeviceOp, LogicalTileOp, TileOp
from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW
from aiec.ir.target import Target

CORE_ALIGNMENT, MEM_ALIGNMENT = 32, 4  # bytes, of E2
_MEM_BANKS = 8  # AIETargetModel.h, getNumBanks
# libstdc++'s sort keeps the order of equal elements up to here.
_STABLE_SORT = 16


def element_bits(kind: Attribute) -> int:
    """Bits of an element in memory."""
    if isinstance(kind, IndexType):
        return 32
    if isinstance(kind, IntegerType):
        return max(8, kind.width.data)
    if isinstance(kind, AnyFloat) and isinstance(kind, FixedBitwidthType):
        return kind.bitwidth
    raise DesignError(f"elements of type {kind} have no size", expected="integers or floats")


class Addresses:
    """The addresses of one device's buffers; a tile is laid out when it is first asked for."""

    def __init__(self, device: DeviceOp, target: Target, aligns: bool) -> None:
        self._declared = list(declared(device))
        self.buffers = [op for op in self._declared if isinstance(op, BufferOp)]
        named = ((op.sym_name, op) for op in self.buffers)
        self.by_name = {name.data: op for name, op in named if name is not None}
        self._target, self._aligns = target, aligns
        self._found: dict[BufferOp, int] = {}

    def known(self, buffer: BufferOp) -> bool:
        """Whether the place of `buffer` is the text's alone: no ObjectFifo is on its tile."""
        return buffer.address is not None or place_of(buffer.tile) not in self._fifos

    def of(self, buffer: BufferOp, user: Operation) -> int:
        """The address of `buffer` in its tile, in bytes; `user` is named where there is none."""
        if buffer.address is not None:
            return buffer.address.value.data
        if buffer not in self._found:
            self._lay_out(place_of(buffer.tile), user)
        return self._found[buffer]

    def _lay_out(self, place: Place, user: Operation) -> None:
        self._refuse_fifos(place, user)
        all_here = [op for op in self.buffers if place_of(op.tile) == place]
        given = [op for op in all_here if op.address is not None or op.mem_bank is not None]
        free = _largest_first([op for op in all_here if op not in given], user)
        scheme = self._scheme(place)
        found = None
        if scheme != "basic-sequential":
            found = self._bank_aware(place, given, free)
        if found is None and scheme != "bank-aware":
            addressed = [op for op in all_here if op.address is not None]
            rest = _largest_first([op for op in all_here if op.address is None], user)
            found = self._in_a_row(place, addressed, rest)
        if found is None:
            raise DesignError(f"the buffers of tile {place} do not fit", where=describe(user),
                              todo="give them addresses, or use less")  # fmt: skip
        self._found |= found

    def _scheme(self, place: Place) -> str:
        tiles = (op for op in self._declared if isinstance(op, TileOp | LogicalTileOp))
        tile = next(op for op in tiles if place_of(op.result) == place)
        scheme = tile.attributes.get("allocation_scheme")
        return scheme.data if isinstance(scheme, StringAttr) else ""

    @cached_property
    def _fifos(self) -> dict[Place, str]:
        """An ObjectFifo on each tile that has one."""
        fifos = (op for op in self._declared if isinstance(op, ObjectFifoOp))
        return {place_of(end): op.sym_name.data for op in fifos for end in op.operands}

    def _refuse_fifos(self, place: Place, user: Operation) -> None:
        if place in self._fifos:
            raise DesignError(
                f"where buffers of tile {place} lie depends on how ObjectFifo "
                f"@{self._fifos[place]} is lowered",
                where=describe(user),
                todo="give the buffer an address, or lower the ObjectFifos with aie-opt first",
            )

    def _capacity(self, place: Place) -> int:
        is_mem = place[1] == MEM_ROW
        return self._target.mem_tile_bytes if is_mem else self._target.core_memory_bytes

    def _stack(self, place: Place) -> int:
        for op in self._declared:
            if isinstance(op, CoreOp) and place_of(op.tile) == place:
                given = op.stack_size
                return self._target.core_stack_bytes if given is None else given.value.data
        return 0

    def _aligned(self, place: Place, address: int, buffer: BufferOp) -> int:
        step = MEM_ALIGNMENT if place[1] == MEM_ROW else CORE_ALIGNMENT
        said = buffer.attributes.get("aligned")
        return address if not self._aligns or _is_false(said) else -(-address // step) * step

    def _in_a_row(
        self, place: Place, given: Sequence[BufferOp], free: Iterable[BufferOp]
    ) -> dict[BufferOp, int] | None:
        """From the end of the stack on, over what has an address."""
        spans = sorted((_address(op), _address(op) + _nbytes(op)) for op in given)
        found, address = {}, self._stack(place)
        for op in free:
            address = self._aligned(place, address, op)
            while spans and address + _nbytes(op) > spans[0][0]:
                address = self._aligned(place, spans.pop(0)[1], op)
            found[op] = address
            address += _nbytes(op)
        return found if address <= self._capacity(place) else None

    def _bank_aware(
        self, place: Place, given: Sequence[BufferOp], free: Iterable[BufferOp]
    ) -> dict[BufferOp, int] | None:
        """In turn over the banks, each into the first from there that has room."""
        banks = _MEM_BANKS if place[1] == MEM_ROW else self._target.core_banks
        size = self._capacity(place) // banks
        ends = [bank * size for bank in range(banks)]
        ends[0] += self._stack(place)
        for op in sorted((op for op in given if op.address is not None), key=_address):
            ends[_address(op) // size] = _address(op) + _nbytes(op)
        found: dict[BufferOp, int] = {}

        def fits(op: BufferOp, bank: int) -> bool:
            start = self._aligned(place, ends[bank], op)
            if start + _nbytes(op) > (bank + 1) * size:
                return False
            found[op], ends[bank] = start, start + _nbytes(op)
            return True

        for op in given:
            if op.address is not None or op.mem_bank is None:
                continue
            if not fits(op, op.mem_bank.value.data):  # an attribute of 0 counts as false
                return None
        turn = 0
        for op in free:
            order = (*range(turn, banks), *range(turn))
            bank = next((bank for bank in order if fits(op, bank)), None)
            if bank is None:
                return None
            turn = (bank + 1) % banks
        return found


def _address(op: BufferOp) -> int:
    assert op.address is not None
    return op.address.value.data


def _nbytes(op: BufferOp) -> int:
    kind = op.buffer.type
    assert isinstance(kind, MemRefType)
    return kind.element_count() * element_bits(kind.element_type) // 8


def _is_false(attribute: Attribute | None) -> bool:
    value = getattr(attribute, "value", None)
    return value is not None and getattr(value, "data", 1) == 0


def _largest_first(buffers: list[BufferOp], user: Operation) -> list[BufferOp]:
    sizes = [_nbytes(op) for op in buffers]
    if len(buffers) > _STABLE_SORT and len(set(sizes)) < len(sizes):
        raise DesignError(
            f"tile {place_of(buffers[0].tile)} has {len(buffers)} buffers without an address, some "
            "of one size: which lies first is not defined",
            where=describe(user),
            todo="give them addresses",
        )
    return sorted(buffers, key=_nbytes, reverse=True)
