"""Which chip a device name means, and where buffers, locks and descriptors without a number go.

Source: mlir-aie AIETargetModel (device names), AIEAssignBuffers (basic sequential allocation: the
stack first, then buffers in order), AIEAssignLockIDs and AIEAssignBufferDescriptorIDs (lowest free;
a mem tile's even channels use the lower half, its odd channels the upper).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW, SHIM_ROW
from aiec.ir.target import TARGETS, Target
from aiec.runtime.sim.array.limits import WORD_BYTES
from aiec.runtime.sim.array.machine import SimMachine, Tile

_OLD_NAMES = {"npu": "npu1", "npu1_4col": "npu1", "npu2_8col": "npu2"}
BUFFER_ALIGNMENT = 64  # bytes; one vector load of AIE2P
SMALL_ALIGNMENT = 32  # of buffers that no such load fills; one vector load of AIE2


def chip_of(device: str) -> tuple[Target, int]:
    """The target of a device name and how many columns it has."""
    device = _OLD_NAMES.get(device, device)
    match = re.fullmatch(r"(npu[12])(?:_(\d)col)?", device)
    if match is None:
        raise DesignError(
            f"device {device!r} cannot be simulated",
            expected="npu1, npu2, or one of npu1_1col to npu2_7col",
        )
    target = TARGETS[match[1]]
    columns = int(match[2]) if match[2] else target.columns
    if not 1 <= columns <= target.columns:
        raise DesignError(f"device {device!r} does not exist",
                          expected=f"at most {target.columns} columns")  # fmt: skip
    return target, columns


def free_tile(
    machine: SimMachine, kind: str, place: tuple[int | None, int | None], where: str
) -> Tile:
    """The first tile of `kind` that nobody has, at the coordinates that are given."""
    first = machine.target.first_core_row
    rows = {
        "CoreTile": range(first, first + machine.target.core_rows),
        "MemTile": range(MEM_ROW, MEM_ROW + 1),
    }.get(kind, range(SHIM_ROW, SHIM_ROW + 1))
    for column in range(machine.columns):
        for row in rows:
            fits = place[0] in (None, column) and place[1] in (None, row)
            if fits and (column, row) not in machine.tiles:
                return machine.tile(column, row)
    raise DesignError(f"no {kind} is left for a logical tile", where=where,
                      todo="use fewer tiles or a larger device")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Range:
    """Bytes of a tile's memory that somebody has."""

    name: str
    start: int
    end: int

    def meets(self, start: int, end: int) -> bool:
        """Whether a byte of [start, end) is in it."""
        return self.start < end and start < self.end


class BufferPlacer:
    """Gives the buffers of one tile their addresses; those that the text gives come first.

    alignment: that an address of the text must have, in bytes. Source: mlir-aie
    getComputeTileLoadStoreBusWidth, getMemTileLoadStoreBusWidth.
    """

    def __init__(self, tile: Tile, stack_bytes: int) -> None:
        self._tile = tile
        self._next = stack_bytes
        self._taken = [_Range("the stack", 0, stack_bytes)] if stack_bytes else []
        self._alignment = WORD_BYTES if tile.row == MEM_ROW else SMALL_ALIGNMENT

    def place(
        self, name: str, nbytes: int, address: int | None, where: str, aligned: bool = True
    ) -> int:
        """The address of a buffer; one that the text gives is checked and taken as it is."""
        if address is None:
            address = self._free(nbytes)
        else:
            self._check(name, nbytes, address, where, aligned)
        capacity = self._tile.memory.data.size
        if address + nbytes > capacity:
            raise DesignError(
                f"buffer {name} of {nbytes} bytes does not fit: it would end at byte "
                f"{address + nbytes} of {self._tile}",
                where=where,
                expected=f"at most {capacity} bytes, the stack included",
            )
        self._taken.append(_Range(name, address, address + nbytes))
        return address

    def _free(self, nbytes: int) -> int:
        """The next address at which `nbytes` meet nothing that is placed."""
        alignment = BUFFER_ALIGNMENT if nbytes >= BUFFER_ALIGNMENT else SMALL_ALIGNMENT
        address = -(-self._next // alignment) * alignment
        while met := [r.end for r in self._taken if r.meets(address, address + nbytes)]:
            address = -(-max(met) // alignment) * alignment
        self._next = address + nbytes
        return address

    def _check(self, name: str, nbytes: int, address: int, where: str, aligned: bool) -> None:
        capacity = self._tile.memory.data.size
        if address < 0:
            raise DesignError(f"buffer {name} starts at byte {address}", where=where,
                              expected=f"0 to {capacity - 1}")  # fmt: skip
        for taken in self._taken:
            if taken.meets(address, address + nbytes):
                raise DesignError(
                    f"buffer {name} at bytes {address} to {address + nbytes - 1} of {self._tile} "
                    f"overlaps {taken.name} at bytes {taken.start} to {taken.end - 1}",
                    where=where,
                    expected="memory of its own",
                )
        if aligned and address % self._alignment:
            raise DesignError(
                f"buffer {name} starts at byte {address} of {self._tile}",
                where=where,
                expected=f"a multiple of {self._alignment}",
                todo="move it, or say aligned = false where nothing loads vectors of it",
            )


def free_lock(tile: Tile, where: str) -> int:
    """The lowest lock of `tile` that nobody has."""
    for number in range(tile.limits.locks):
        if number not in tile.locks:
            return number
    raise DesignError(f"{tile} has no lock left", where=where,
                      expected=f"at most {tile.limits.locks} locks")  # fmt: skip


def descriptor_range(tile: Tile, channel: int) -> range:
    """The descriptors that `channel` of `tile` can use."""
    if tile.row == MEM_ROW:
        half = tile.limits.bds // 2
        return range(half, 2 * half) if channel % 2 else range(half)
    return range(tile.limits.bds)


def free_descriptor(tile: Tile, channel: int, taken: set[int], where: str) -> int:
    """The lowest descriptor for `channel` that is not `taken`."""
    for number in descriptor_range(tile, channel):
        if number not in taken:
            return number
    parity = ("odd" if channel % 2 else "even") + " " if tile.row == MEM_ROW else ""
    raise DesignError(
        f"{tile} has no descriptor left for its {parity}channels",
        where=where,
        expected=f"at most {len(descriptor_range(tile, channel))}",
    )


__all__ = [
    "SHIM_ROW",
    "BufferPlacer",
    "chip_of",
    "descriptor_range",
    "free_descriptor",
    "free_lock",
]
