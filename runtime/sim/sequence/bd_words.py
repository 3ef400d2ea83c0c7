"""Descriptors as the words of their registers: decoded, and put together again.

A sequence may write a part of a descriptor that the text, or a transfer, has written: the rest
keeps its value, so the words are made from the descriptor first. Source: AM025 through mlir-aie
(AIEDmaToNpu.cpp).
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim.array.channels import Bd
from aiec.runtime.sim.array.limits import WORD_BYTES
from aiec.runtime.sim.array.machine import MEM_ROW, SHIM_ROW, SimMachine, Tile
from aiec.runtime.sim.array.memory import Memory
from aiec.runtime.sim.array.pad import PAD_BITS
from aiec.runtime.sim.array.tile_locks import Lock

MEM_WINDOW_BYTES = 0x80000  # of a mem tile's view: west, own, east


@dataclass(frozen=True, slots=True)
class RawBd:
    """The fields of a descriptor as its registers hold them: words, strides less one."""

    length: int
    address: int  # words
    sizes: tuple[int, ...]  # innermost first; 0: no wrap
    strides: tuple[int, ...]  # innermost first, less one
    packet: int | None = None
    iteration_size: int = 0  # less one
    iteration_stride: int = 0  # less one
    iteration_current: int = 0
    next: int | None = None
    acquire: tuple[int, int] | None = None  # lock, signed value
    release: tuple[int, int] | None = None
    pads: tuple[tuple[int, int], ...] = ()  # innermost first, words


def bits(word: int, high: int, low: int) -> int:
    """Field [high:low] of a word."""
    return word >> low & (1 << (high - low + 1)) - 1


def signed7(value: int) -> int:
    """A 7-bit field as a signed number."""
    return value - 128 if value >= 64 else value


def _lock_fields(
    enable: int, acquire_id: int, acquire: int, release_id: int, release: int
) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    taken = (acquire_id, signed7(acquire)) if enable else None
    return taken, (release_id, signed7(release)) if release else None


def decode(row: int, words: list[int]) -> RawBd | None:
    """The descriptor in its words; None while its valid bit is not set."""
    if row == SHIM_ROW:
        return _decode_shim(words)
    return _decode_mem(words) if row == MEM_ROW else _decode_core(words)


def _decode_shim(w: list[int]) -> RawBd | None:
    if not bits(w[7], 25, 25):
        return None
    acquire, release = _lock_fields(
        bits(w[7], 12, 12), bits(w[7], 3, 0), bits(w[7], 11, 5), bits(w[7], 16, 13),
        bits(w[7], 24, 18),
    )  # fmt: skip
    return RawBd(
        length=w[0],
        address=w[1] // WORD_BYTES,
        sizes=(bits(w[3], 29, 20), bits(w[4], 29, 20)),
        strides=(bits(w[3], 19, 0), bits(w[4], 19, 0), bits(w[5], 19, 0)),
        packet=bits(w[2], 23, 19) if bits(w[2], 30, 30) else None,
        iteration_size=bits(w[6], 25, 20),
        iteration_stride=bits(w[6], 19, 0),
        iteration_current=bits(w[6], 31, 26),
        next=bits(w[7], 30, 27) if bits(w[7], 26, 26) else None,
        acquire=acquire,
        release=release,
    )


def _decode_mem(w: list[int]) -> RawBd | None:
    if not bits(w[7], 31, 31):
        return None
    acquire, release = _lock_fields(
        bits(w[7], 15, 15), bits(w[7], 7, 0), bits(w[7], 14, 8), bits(w[7], 23, 16),
        bits(w[7], 30, 24),
    )  # fmt: skip
    pads = (
        (bits(w[1], 31, 26), bits(w[5], 22, 17)),
        (bits(w[3], 31, 27), bits(w[5], 27, 23)),
        (bits(w[4], 30, 27), bits(w[5], 31, 28)),
    )
    return RawBd(
        length=bits(w[0], 16, 0),
        address=bits(w[1], 18, 0),
        sizes=(bits(w[2], 26, 17), bits(w[3], 26, 17), bits(w[4], 26, 17)),
        strides=tuple(bits(w[i], 16, 0) for i in (2, 3, 4, 5)),
        packet=bits(w[0], 27, 23) if bits(w[0], 31, 31) else None,
        iteration_size=bits(w[6], 22, 17),
        iteration_stride=bits(w[6], 16, 0),
        iteration_current=bits(w[6], 28, 23),
        next=bits(w[1], 25, 20) if bits(w[1], 19, 19) else None,
        acquire=acquire,
        release=release,
        pads=pads if any(map(any, pads)) else (),
    )


def _decode_core(w: list[int]) -> RawBd | None:
    if not bits(w[5], 25, 25):
        return None
    acquire, release = _lock_fields(
        bits(w[5], 12, 12), bits(w[5], 3, 0), bits(w[5], 11, 5), bits(w[5], 16, 13),
        bits(w[5], 24, 18),
    )  # fmt: skip
    return RawBd(
        length=bits(w[0], 13, 0),
        address=bits(w[0], 27, 14),
        sizes=(bits(w[3], 20, 13), bits(w[3], 28, 21)),
        strides=(bits(w[2], 12, 0), bits(w[2], 25, 13), bits(w[3], 12, 0)),
        packet=bits(w[1], 23, 19) if bits(w[1], 30, 30) else None,
        iteration_size=bits(w[4], 18, 13),
        iteration_stride=bits(w[4], 12, 0),
        iteration_current=bits(w[4], 24, 19),
        next=bits(w[5], 30, 27) if bits(w[5], 26, 26) else None,
        acquire=acquire,
        release=release,
    )


# For each kind of tile, where a field of a descriptor lies: (word, lowest bit, bits).
_Field = tuple[int, int, int]
_SIZES: dict[int, tuple[_Field, ...]] = {
    SHIM_ROW: ((3, 20, 10), (4, 20, 10)),
    MEM_ROW: ((2, 17, 10), (3, 17, 10), (4, 17, 10)),
    2: ((3, 13, 8), (3, 21, 8)),
}
_STRIDES: dict[int, tuple[_Field, ...]] = {
    SHIM_ROW: ((3, 0, 20), (4, 0, 20), (5, 0, 20)),
    MEM_ROW: ((2, 0, 17), (3, 0, 17), (4, 0, 17), (5, 0, 17)),
    2: ((2, 0, 13), (2, 13, 13), (3, 0, 13)),
}
_FIELDS: dict[int, dict[str, _Field]] = {
    SHIM_ROW: {
        "length": (0, 0, 32), "address": (1, 2, 30), "packet": (2, 19, 5), "has_packet": (2, 30, 1),
        "iteration_size": (6, 20, 6), "iteration_stride": (6, 0, 20),
        "iteration_current": (6, 26, 6), "next": (7, 27, 4), "has_next": (7, 26, 1),
        "acquires": (7, 12, 1), "acquire_lock": (7, 0, 4), "acquire": (7, 5, 7),
        "release_lock": (7, 13, 4), "release": (7, 18, 7), "valid": (7, 25, 1),
    },
    MEM_ROW: {
        "length": (0, 0, 17), "address": (1, 0, 19), "packet": (0, 23, 5), "has_packet": (0, 31, 1),
        "iteration_size": (6, 17, 6), "iteration_stride": (6, 0, 17),
        "iteration_current": (6, 23, 6), "next": (1, 20, 6), "has_next": (1, 19, 1),
        "acquires": (7, 15, 1), "acquire_lock": (7, 0, 8), "acquire": (7, 8, 7),
        "release_lock": (7, 16, 8), "release": (7, 24, 7), "valid": (7, 31, 1),
    },
    2: {
        "length": (0, 0, 14), "address": (0, 14, 14),
        "packet": (1, 19, 5), "has_packet": (1, 30, 1),
        "iteration_size": (4, 13, 6), "iteration_stride": (4, 0, 13),
        "iteration_current": (4, 19, 6), "next": (5, 27, 4), "has_next": (5, 26, 1),
        "acquires": (5, 12, 1), "acquire_lock": (5, 0, 4), "acquire": (5, 5, 7),
        "release_lock": (5, 13, 4), "release": (5, 18, 7), "valid": (5, 25, 1),
    },
}  # fmt: skip


# Fields of a descriptor that are plain numbers.
_PLAIN = (
    "length", "address", "packet", "next",
    "iteration_size", "iteration_stride", "iteration_current",
)  # fmt: skip


def encode(row: int, raw: RawBd) -> list[int]:
    """The words of a descriptor, such that `decode` reads the same; pads are left out."""
    row = min(row, 2)
    acquire, release = raw.acquire or (0, 0), raw.release or (0, 0)
    values = {
        "length": raw.length, "address": raw.address,
        "packet": raw.packet or 0, "has_packet": raw.packet is not None,
        "iteration_size": raw.iteration_size, "iteration_stride": raw.iteration_stride,
        "iteration_current": raw.iteration_current,
        "next": raw.next or 0, "has_next": raw.next is not None,
        "acquires": raw.acquire is not None, "acquire_lock": acquire[0], "acquire": acquire[1],
        "release_lock": release[0], "release": release[1], "valid": 1,
    }  # fmt: skip
    words = [0] * 8
    fields = [(_FIELDS[row][name], int(value)) for name, value in values.items()]
    fields += zip(_SIZES[row], raw.sizes, strict=False)
    fields += zip(_STRIDES[row], raw.strides, strict=False)
    for (word, low, width), value in fields:
        words[word] |= (value & (1 << width) - 1) << low
    return words


def check_fields(row: int, raw: RawBd, where: str) -> None:
    """Refuse a field that is wider than its register."""
    row = min(row, 2)
    fields = _FIELDS[row]
    given = [(name, getattr(raw, name), fields[name][2]) for name in _PLAIN]
    given += [("size", n, f[2]) for n, f in zip(raw.sizes, _SIZES[row], strict=False)]
    given += [("stride", n, f[2]) for n, f in zip(raw.strides, _STRIDES[row], strict=False)]
    for name, use in (("acquire_lock", raw.acquire), ("release_lock", raw.release)):
        given += [(name, 0 if use is None else use[0], fields[name][2])]
    for (before, after), width in zip(raw.pads, PAD_BITS, strict=False):
        given += [("padding", before, width), ("padding", after, width)]
    for name, value, width in given:
        if value is not None and not 0 <= value < 1 << width:
            raise DesignError(
                f"the descriptor's {name.replace('_', ' ')} is {value}",
                where=where,
                expected=f"0 to {(1 << width) - 1}: its register holds {width} bits",
            )


def raw_of(machine: SimMachine, tile: Tile, bd: Bd, where: str) -> RawBd:
    """The fields of a descriptor. A shim's have no address: their buffer is the host's."""
    row = min(tile.row, 2)
    dims: list[tuple[int, int]] = list(getattr(bd.pattern, "dims", ()))  # none: it pads
    whole = bool(dims) and not any(
        n % WORD_BYTES for n in (dims[-1][0], bd.address, *(step for _, step in dims[:-1]))
    )
    inner: list[tuple[int, int]] = []  # innermost first, words
    if whole:
        inner = [(dims[-1][0] // WORD_BYTES, 1)]
        inner += [(n, step // WORD_BYTES) for n, step in reversed(dims[:-1])]
        if inner[0][0] == 1 and len(inner) > 1:
            del inner[0]
    widths = [width for _, _, width in _SIZES[row]]
    sizes = [n for n, _ in inner[:-1]][: len(widths)]
    fits = all(n < 1 << width for n, width in zip(sizes, widths, strict=False))
    if not whole or not fits or len(inner) > len(_STRIDES[row]):
        raise SimulationError(
            f"a part of a descriptor of {tile} is written that pads or is not of whole words",
            where=where,
            expected="all words of it",
        )
    iteration = bd.iteration
    return RawBd(
        length=bd.pattern.nbytes // WORD_BYTES,
        address=_address(tile, bd, machine),
        sizes=tuple(sizes),
        strides=tuple(step - 1 for _, step in inner),
        packet=bd.packet,
        iteration_size=0 if iteration is None else iteration.size - 1,
        iteration_stride=0 if iteration is None else iteration.stride_bytes // WORD_BYTES - 1,
        iteration_current=0 if iteration is None else iteration.current,
        next=bd.next,
        acquire=None if bd.acquire is None else (
            _lock(machine, tile, bd.acquire.lock),
            bd.acquire.value if bd.acquire.equal else -bd.acquire.value,
        ),
        release=None if bd.release is None else (
            _lock(machine, tile, bd.release.lock), bd.release.value
        ),
    )  # fmt: skip


def _sides(machine: SimMachine, tile: Tile) -> list[tuple[int, Tile]]:
    """The tiles that a descriptor's numbers reach, and which window each is."""
    if tile.row != MEM_ROW:
        return [(0, tile)]
    columns = [(side, tile.column + side - 1) for side in range(3)]
    return [(s, machine.tile(c, tile.row)) for s, c in columns if 0 <= c < machine.columns]


def _address(tile: Tile, bd: Bd, machine: SimMachine) -> int:
    memory: Memory = bd.memory
    for side, owner in _sides(machine, tile):
        if owner.memory is memory and tile.row != SHIM_ROW:
            return (side * MEM_WINDOW_BYTES + bd.address) // WORD_BYTES
    return 0


def _lock(machine: SimMachine, tile: Tile, lock: Lock) -> int:
    for side, owner in _sides(machine, tile):
        for number, other in owner.locks.items():
            if other is lock:
                return side * tile.limits.locks + number
    return 0
