"""Descriptors as the words of their registers: decoded, and put together again.

A sequence may write a part of a descriptor that the text, or a transfer, has written: the rest
keeps its value, so the words are made from the descriptor first. Source: AM025 through mlir-aie
(AIEDmaToNpu.cpp).
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.errors import DesignError, SimulationError
from aiec.ir.registers import MEM_ROW, SHIM_ROW, register_map
from aiec.runtime.sim.array.channels import Bd
from aiec.runtime.sim.array.limits import WORD_BYTES
from aiec.runtime.sim.array.machine import SimMachine, Tile
from aiec.runtime.sim.array.memory import Memory
from aiec.runtime.sim.array.pad import PAD_BITS
from aiec.runtime.sim.array.tile_locks import Lock

_PADDED = 3  # dimensions that mem tiles pad
_WORDS = 8  # of a descriptor; a core's has six
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


def signed7(value: int) -> int:
    """A 7-bit field as a signed number."""
    return value - 128 if value >= 64 else value


def decode(row: int, words: list[int]) -> RawBd | None:
    """The descriptor in its words; None while its valid bit is not set."""
    chart = register_map(row)
    values = {name: place.take(words) for name, place in chart.fields.items()}
    if not values["valid"]:
        return None
    pads = tuple(
        (values.get(f"d{i}_before", 0), values.get(f"d{i}_after", 0)) for i in range(_PADDED)
    )
    return RawBd(
        length=values["length"],
        address=values["address"] // _address_unit(row),
        sizes=tuple(place.take(words) for place in chart.sizes),
        strides=tuple(place.take(words) for place in chart.strides),
        packet=values["packet"] if values["has_packet"] else None,
        iteration_size=values["iteration_size"],
        iteration_stride=values["iteration_stride"],
        iteration_current=values["iteration_current"],
        next=values["next"] if values["has_next"] else None,
        acquire=(values["acquire_lock"], signed7(values["acquire"]))
        if values["acquires"] else None,
        release=(values["release_lock"], signed7(values["release"]))
        if values["release"] else None,
        pads=pads if any(map(any, pads)) else (),
    )  # fmt: skip


def _address_unit(row: int) -> int:
    """What a descriptor's address counts: a shim's bytes, the others' words."""
    return WORD_BYTES if row == SHIM_ROW else 1


# Fields of a descriptor that are plain numbers.
_PLAIN = (
    "length", "address", "packet", "next",
    "iteration_size", "iteration_stride", "iteration_current",
)  # fmt: skip


def encode(row: int, raw: RawBd) -> list[int]:
    """The words of a descriptor, such that `decode` reads the same; pads are left out."""
    chart = register_map(row)
    acquire, release = raw.acquire or (0, 0), raw.release or (0, 0)
    values = {
        "length": raw.length, "address": raw.address * _address_unit(row),
        "packet": raw.packet or 0, "has_packet": raw.packet is not None,
        "iteration_size": raw.iteration_size, "iteration_stride": raw.iteration_stride,
        "iteration_current": raw.iteration_current,
        "next": raw.next or 0, "has_next": raw.next is not None,
        "acquires": raw.acquire is not None, "acquire_lock": acquire[0], "acquire": acquire[1],
        "release_lock": release[0], "release": release[1], "valid": 1,
    }  # fmt: skip
    values |= {f"d{i}_size": n for i, n in enumerate(raw.sizes[: len(chart.sizes)])}
    values |= {f"d{i}_stride": n for i, n in enumerate(raw.strides[: len(chart.strides)])}
    words = chart.pack({name: int(value) for name, value in values.items()})
    return [*words, *[0] * (_WORDS - len(words))]


def check_fields(row: int, raw: RawBd, where: str) -> None:
    """Refuse a field that is wider than its register."""
    chart = register_map(row)
    given = [(name, getattr(raw, name), chart.fields[name].width) for name in _PLAIN]
    given += [("size", n, f.width) for n, f in zip(raw.sizes, chart.sizes, strict=False)]
    given += [("stride", n, f.width) for n, f in zip(raw.strides, chart.strides, strict=False)]
    for name, use in (("acquire_lock", raw.acquire), ("release_lock", raw.release)):
        given += [(name, 0 if use is None else use[0], chart.fields[name].width)]
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
    chart = register_map(tile.row)
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
    widths = [field.width for field in chart.sizes]
    sizes = [n for n, _ in inner[:-1]][: len(widths)]
    fits = all(n < 1 << width for n, width in zip(sizes, widths, strict=False))
    if not whole or not fits or len(inner) > len(chart.strides):
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
