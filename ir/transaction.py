"""The stream of instructions that the NPU's controller reads: records, to bytes and back.

    encode   Transaction -> bytes, little-endian 32-bit words
    decode   bytes -> Transaction; refuses what is cut off, damaged or of an unknown operation

Where it stands: `codegen/instructions` writes transactions from a design's text, the simulator
runs them. A header of four words (version, generation, size of the array, number of operations,
bytes), then the operations; each begins with its code and says its size.
Source: mlir-aie `include/aie/Runtime/TxnEncoding.h` and `AIETargetNPU.cpp`, 14 Aug 2026; version
0.1 of the format, the same since 2024.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from aiec.ir.errors import DesignError
from aiec.ir.registers import WORD_BYTES

_MAJOR, _MINOR = 0, 1
_HEADER_WORDS = 4
GENERATIONS = {"aie2": 3, "aie2p": 4}  # the header's number of an ISA
# What a call's host buffers are to the controller. Firmware turns the addresses of the first five
# into the array's; further ones are raw, so that their patch adds the difference.
TRANSLATED_ARGUMENTS, RAW_ADDRESS_OFFSET = 5, 0x80000000


@dataclass(frozen=True, slots=True)
class Write:
    """Write one word at an absolute address."""

    address: int
    value: int


@dataclass(frozen=True, slots=True)
class MaskWrite:
    """Write the bits of one word that `mask` selects."""

    address: int
    value: int
    mask: int


@dataclass(frozen=True, slots=True)
class BlockWrite:
    """Write words from an absolute address on. `tile`: (column, row), where it is said again."""

    address: int
    words: tuple[int, ...]
    tile: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Sync:
    """Wait for one token of a channel of each of columns x rows tiles. Direction 0 is S2MM."""

    column: int
    row: int
    direction: int
    channel: int
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Patch:
    """Put a host buffer's address, plus bytes, into the descriptor's word at `address`.

    `plus` of a buffer past TRANSLATED_ARGUMENTS may hold RAW_ADDRESS_OFFSET.
    """

    address: int
    argument: int
    plus: int


@dataclass(frozen=True, slots=True)
class LoadPdi:
    """Configure the array with an image."""

    number: int
    size: int
    address: int


@dataclass(frozen=True, slots=True)
class Preempt:
    """Where the controller may turn to another context."""

    level: int


@dataclass(frozen=True, slots=True)
class CreateScratchpad:
    """Fetch `size` bytes of the host's parameters."""

    usage: int
    size: int


@dataclass(frozen=True, slots=True)
class UpdateFromScratchpad:
    """Add to the 48-bit address at `address` what `function` makes of a parameter."""

    index: int
    function: int
    argument: int
    address: int


Operation: TypeAlias = (
    Write | MaskWrite | BlockWrite | Sync | Patch | LoadPdi | Preempt | CreateScratchpad
    | UpdateFromScratchpad
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transaction:
    """One stream for an array of `columns` x `rows` tiles."""

    generation: int  # see GENERATIONS
    columns: int
    rows: int
    mem_rows: int
    operations: tuple[Operation, ...]

    def encode(self) -> bytes:
        """The bytes that the controller reads."""
        body = list(chain.from_iterable(_words(op) for op in self.operations))
        header = (
            self.rows << 24 | self.generation << 16 | _MINOR << 8 | _MAJOR,
            self.mem_rows << 8 | self.columns,
            len(self.operations),
            (_HEADER_WORDS + len(body)) * WORD_BYTES,
        )
        return struct.pack(f"<{_HEADER_WORDS + len(body)}I", *header, *body)


def _words(op: Operation) -> tuple[int, ...]:
    """One operation; every number is cut to its field."""
    match op:
        case Write(address, value):
            return 0, 0, _u32(address), 0, _u32(value), 24
        case BlockWrite(address, words, (column, row)):
            return 1, column | row << 8, _u32(address), 16 + 4 * len(words), *map(_u32, words)
        case MaskWrite(address, value, mask):
            return 3, 0, _u32(address), 0, _u32(value), _u32(mask), 28
        case Preempt(level):
            return (6 | _u8(level) << 8,)
        case LoadPdi(number, size, address):
            return 8 | number << 16, _u32(size), _u32(address), _u32(address >> 32)
        case CreateScratchpad(usage, size):
            return 10 | _u8(usage) << 8, _u32(size), 0, 0
        case UpdateFromScratchpad(index, function, argument, address):
            return 12 | _u8(index) << 8 | _u8(function) << 16, _u32(argument), _u32(address)
        case Sync(column, row, direction, channel, columns, rows):
            place = _u8(direction) | _u8(row) << 8 | _u8(column) << 16
            return 0x80, 16, place, _u8(rows) << 8 | _u8(columns) << 16 | _u8(channel) << 24
        case Patch(address, argument, plus):
            return 0x81, 48, 0, 0, 0, 0, _u32(address), 0, argument, 0, _u32(plus), 0


def decode(data: bytes, name: str = "<instructions>") -> Transaction:
    """Read a stream. `name` is for messages.

    Raises:
        DesignError: not such a stream, or damaged: names the byte.
    """
    words = _checked_words(data, name)
    operations: list[Operation] = []
    at = _HEADER_WORDS
    while at < len(words):
        code = words[at] & 0xFF
        reader = _READERS.get(code)
        if reader is None:
            raise DesignError(
                f"operation {code:#x} is not known",
                where=_place(name, at),
                expected="one of " + ", ".join(f"{known:#x}" for known in _READERS),
            )
        size = reader[0] or _block_words(words, at, name)
        if at + size > len(words):
            raise DesignError("the last operation is cut off", where=_place(name, at),
                              expected=f"{size} words")  # fmt: skip
        operations.append(reader[1](words[at : at + size]))
        at += size
    if len(operations) != words[2]:
        raise DesignError(f"{name} has {len(operations)} operations",
                          expected=f"{words[2]}, as its header says")  # fmt: skip
    rows, generation = words[0] >> 24, words[0] >> 16 & 0xFF
    return Transaction(generation, words[1] & 0xFF, rows, words[1] >> 8 & 0xFF, tuple(operations))


def _checked_words(data: bytes, name: str) -> tuple[int, ...]:
    if len(data) < _HEADER_WORDS * WORD_BYTES or len(data) % WORD_BYTES:
        raise DesignError(f"{name} has {len(data)} bytes",
                          expected="a header of 16 bytes, then 32-bit words")  # fmt: skip
    words = struct.unpack(f"<{len(data) // WORD_BYTES}I", data)
    version = words[0] & 0xFF, words[0] >> 8 & 0xFF
    if version != (_MAJOR, _MINOR) or words[0] >> 16 & 0xFF not in GENERATIONS.values():
        raise DesignError(f"{name} begins with {words[0]:#010x}",
                          expected="a transaction of version 0.1 for npu1 or npu2")  # fmt: skip
    if words[3] != len(data):
        raise DesignError(f"{name} has {len(data)} bytes",
                          expected=f"{words[3]}, as its header says")  # fmt: skip
    return words


def _block_words(words: tuple[int, ...], at: int, name: str) -> int:
    """The size of a block write, which says it itself."""
    nbytes = words[at + 3] if at + 3 < len(words) else 0
    if nbytes < 16 or nbytes % WORD_BYTES:
        raise DesignError(f"a block write of {nbytes} bytes", where=_place(name, at),
                          expected="16 bytes and its words")  # fmt: skip
    return nbytes // WORD_BYTES


def _read_block(w: tuple[int, ...]) -> BlockWrite:
    return BlockWrite(w[2], w[4:], (w[1] & 0xFF, w[1] >> 8 & 0xFF))


def _read_sync(w: tuple[int, ...]) -> Sync:
    column, row, direction = w[2] >> 16 & 0xFF, w[2] >> 8 & 0xFF, w[2] & 0xFF
    return Sync(column, row, direction, w[3] >> 24, w[3] >> 16 & 0xFF, w[3] >> 8 & 0xFF)


# Words of an operation, 0 where it says so itself, and its reader, by code.
_READERS: dict[int, tuple[int, Callable[[tuple[int, ...]], Operation]]] = {
    0: (6, lambda w: Write(w[2], w[4])),
    1: (0, _read_block),
    3: (7, lambda w: MaskWrite(w[2], w[4], w[5])),
    6: (1, lambda w: Preempt(w[0] >> 8 & 0xFF)),
    8: (4, lambda w: LoadPdi(w[0] >> 16, w[1], w[2] | w[3] << 32)),
    10: (4, lambda w: CreateScratchpad(w[0] >> 8 & 0xFF, w[1])),
    12: (3, lambda w: UpdateFromScratchpad(w[0] >> 8 & 0xFF, w[0] >> 16 & 0xFF, w[1], w[2])),
    0x80: (4, _read_sync),
    0x81: (12, lambda w: Patch(w[6], w[8], w[10])),
}


def _place(name: str, word: int) -> str:
    return f"{name}, byte {word * WORD_BYTES:#x}"


def _u32(value: int) -> int:
    return value & 0xFFFFFFFF


def _u8(value: int) -> int:
    return value & 0xFF
