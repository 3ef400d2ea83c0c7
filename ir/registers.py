"""Where the array's registers lie: tiles in the address space, descriptors, locks, queues.

One `RegisterMap` a kind of tile, with the fields of its descriptors. AIE2 and AIE2P have the same.
Source: AM025 through mlir-aie (AIETargetModel.cpp, the words of AIEDmaToNpu.cpp).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

COLUMN_SHIFT, ROW_SHIFT = 25, 20  # of a tile's address
OFFSET_MASK = (1 << ROW_SHIFT) - 1
WORD_BYTES = 4
DESCRIPTOR_BYTES, LOCK_BYTES, CHANNEL_BYTES = 0x20, 0x10, 8
QUEUE_OFFSET = 4  # of a channel's queue register from its control register
SHIM_ROW, MEM_ROW = 0, 1
# Ids of tiles' control ports by row where the text gives none. Source: AIETargetModel.cpp.
CONTROLLER_IDS = (15, 26, 27, 29, 30, 31)
CONTROLLER_MASK = 0x1F00  # of a channel's control register: whose token it is
RESET_BIT = 2  # of a channel's and of a core's control register


@dataclass(frozen=True, slots=True)
class Field:
    """Bits of one word of a descriptor."""

    word: int
    low: int
    width: int

    def place(self, value: int) -> int:
        """`value`, cut to its bits, where it stands in the word; negative ones wrap."""
        return (value & (1 << self.width) - 1) << self.low

    def take(self, words: Sequence[int]) -> int:
        """The field's value in the words of a descriptor."""
        return words[self.word] >> self.low & (1 << self.width) - 1


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """Registers of one kind of tile, as offsets in its 1 MB of addresses.

    channels: control of S2MM 0; mm2s: from there to MM2S 0. address_word: of a descriptor, the one
    that holds the buffer's address.
    """

    kind: str
    descriptors: int
    descriptor_words: int
    address_word: int
    locks: int
    channels: int
    mm2s: int
    queue_bd_mask: int
    fields: Mapping[str, Field] = field(repr=False)
    core_control: int | None = None

    def descriptor(self, column: int, row: int, bd_id: int) -> int:
        """The absolute address of a descriptor's first word."""
        return tile_address(column, row) | self.descriptors + bd_id * DESCRIPTOR_BYTES

    def channel(self, column: int, row: int, is_mm2s: bool, number: int) -> int:
        """The absolute address of a channel's control register."""
        offset = self.channels + number * CHANNEL_BYTES + (self.mm2s if is_mm2s else 0)
        return tile_address(column, row) | offset

    def lock(self, column: int, row: int, number: int) -> int:
        """The absolute address of a lock's value."""
        return tile_address(column, row) | self.locks + number * LOCK_BYTES

    @property
    def sizes(self) -> tuple[Field, ...]:
        """Sizes of the dimensions that have one, innermost first."""
        return self._dimensions("size")

    @property
    def strides(self) -> tuple[Field, ...]:
        """Strides of the dimensions, innermost first."""
        return self._dimensions("stride")

    def _dimensions(self, what: str) -> tuple[Field, ...]:
        names = (f"d{i}_{what}" for i in range(4))
        return tuple(self.fields[name] for name in names if name in self.fields)

    def pack(self, values: Mapping[str, int]) -> tuple[int, ...]:
        """The words of a descriptor with these fields; the others are 0."""
        words = [0] * self.descriptor_words
        for name, value in values.items():
            if place := self.fields.get(name):
                words[place.word] |= place.place(value)
        return tuple(words)


def tile_address(column: int, row: int) -> int:
    """The first absolute address of a tile."""
    return column << COLUMN_SHIFT | row << ROW_SHIFT


def register_map(row: int) -> RegisterMap:
    """The registers of the tiles in a row: 0 shims, 1 mem tiles, the others cores."""
    return (SHIM, MEM)[row] if row <= MEM_ROW else CORE


def _fields(**places: tuple[int, int, int]) -> Mapping[str, Field]:
    return MappingProxyType({name: Field(*place) for name, place in places.items()})


# Sizes and strides d0 innermost; strides and the iteration's numbers are stored less one. A shim's
# and a core's d2 has no size, a mem tile's d3 has a stride only.
SHIM = RegisterMap(
    "shim", 0x1D000, 8, 1, 0x14000, 0x1D200, 0x10, 0xF,
    _fields(
        length=(0, 0, 32), address=(1, 0, 32),
        packet=(2, 19, 5), packet_type=(2, 16, 3), has_packet=(2, 30, 1),
        d0_size=(3, 20, 10), d0_stride=(3, 0, 20), d1_size=(4, 20, 10), d1_stride=(4, 0, 20),
        burst=(4, 30, 2), d2_stride=(5, 0, 20), cache=(5, 24, 4),
        iteration_size=(6, 20, 6), iteration_stride=(6, 0, 20), iteration_current=(6, 26, 6),
        next=(7, 27, 4), has_next=(7, 26, 1), valid=(7, 25, 1), out_of_order=(2, 24, 6),
        acquires=(7, 12, 1), acquire_lock=(7, 0, 4), acquire=(7, 5, 7),
        release_lock=(7, 13, 4), release=(7, 18, 7),
    ),
)  # fmt: skip
MEM = RegisterMap(
    "mem tile", 0xA0000, 8, 1, 0xC0000, 0xA0600, 0x30, 0x3F,
    _fields(
        length=(0, 0, 17), address=(1, 0, 19),
        packet=(0, 23, 5), packet_type=(0, 28, 3), has_packet=(0, 31, 1),
        d0_size=(2, 17, 10), d0_stride=(2, 0, 17), d1_size=(3, 17, 10), d1_stride=(3, 0, 17),
        d2_size=(4, 17, 10), d2_stride=(4, 0, 17), d3_stride=(5, 0, 17),
        d0_before=(1, 26, 6), d1_before=(3, 27, 5), d2_before=(4, 27, 4),
        d0_after=(5, 17, 6), d1_after=(5, 23, 5), d2_after=(5, 28, 4),
        iteration_size=(6, 17, 6), iteration_stride=(6, 0, 17), iteration_current=(6, 23, 6),
        next=(1, 20, 6), has_next=(1, 19, 1), valid=(7, 31, 1), out_of_order=(0, 17, 6),
        acquires=(7, 15, 1), acquire_lock=(7, 0, 8), acquire=(7, 8, 7),
        release_lock=(7, 16, 8), release=(7, 24, 7),
    ),
)  # fmt: skip
CORE = RegisterMap(
    "core", 0x1D000, 6, 0, 0x1F000, 0x1DE00, 0x10, 0xF,
    _fields(
        length=(0, 0, 14), address=(0, 14, 14),
        packet=(1, 19, 5), packet_type=(1, 16, 3), has_packet=(1, 30, 1),
        d0_size=(3, 13, 8), d0_stride=(2, 0, 13), d1_size=(3, 21, 8), d1_stride=(2, 13, 13),
        d2_stride=(3, 0, 13),
        iteration_size=(4, 13, 6), iteration_stride=(4, 0, 13), iteration_current=(4, 19, 6),
        next=(5, 27, 4), has_next=(5, 26, 1), valid=(5, 25, 1), out_of_order=(1, 24, 6),
        acquires=(5, 12, 1), acquire_lock=(5, 0, 4), acquire=(5, 5, 7),
        release_lock=(5, 13, 4), release=(5, 18, 7),
    ),
    core_control=0x32000,
)  # fmt: skip
