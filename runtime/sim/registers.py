"""Register writes of runtime sequences: what an address means, and descriptors from raw words.

Source: AM025 through mlir-aie (AIETargetModel, AIEDmaToNpu.cpp's layout of descriptor words).
Addresses with a meaning here: data memory, locks, descriptors, task queues, channel resets, the
core's reset. A write to any other register (trace, events, performance counters) changes no result
and is noted in the report.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.access import access
from aiec.runtime.sim.controller import Controller, Span
from aiec.runtime.sim.dma import Bd, Iteration, Pattern, Task
from aiec.runtime.sim.limits import WORD_BYTES
from aiec.runtime.sim.locks import Lock, LockUse
from aiec.runtime.sim.machine import (
    COLUMN_SHIFT,
    MEM_ROW,
    ROW_SHIFT,
    SHIM_ROW,
    Direction,
    Machine,
    Port,
    Tile,
)
from aiec.runtime.sim.memory import Memory, tile_memory
from aiec.runtime.sim.pad import Padded
from aiec.runtime.sim.unwritten import POISON_WORD

OFFSET_MASK = 0xFFFFF
BD_BYTES, LOCK_BYTES, CHANNEL_BYTES = 0x20, 0x10, 8
MEM_WINDOW_BYTES = 0x80000  # of a mem tile's view: west, own, east


@dataclass(frozen=True, slots=True)
class Map:
    """Where a kind of tile has its registers."""

    descriptors: int
    locks: int
    channels: int  # control of S2MM 0; the queue register follows it
    mm2s: int  # from there to MM2S 0
    queue_bd_mask: int
    control: int | None  # of the core


CORE_MAP = Map(0x1D000, 0x1F000, 0x1DE00, 0x10, 0xF, 0x32000)
MEM_MAP = Map(0xA0000, 0xC0000, 0xA0600, 0x30, 0x3F, None)
SHIM_MAP = Map(0x1D000, 0x14000, 0x1D200, 0x10, 0xF, None)


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


@dataclass(slots=True)
class _Words:
    """The words of one descriptor; a shim's have their host buffer once it was patched in."""

    words: list[int] = field(default_factory=lambda: [0] * 8)
    raw: RawBd | None = None  # where it was written as a whole
    host: Span | None = None


class Registers:
    """Executes register writes on one machine."""

    def __init__(self, machine: Machine, controller: Controller) -> None:
        self._machine = machine
        self._controller = controller
        self._words: dict[tuple[int, int, int], _Words] = {}
        self._phantoms: dict[tuple[int, int], Memory] = {}
        self.ignored: set[str] = set()

    def clear(self) -> None:
        """Forget what was written: the device is loaded anew."""
        self._words.clear()

    def write(self, address: int, value: int, where: str, mask: int = 0xFFFFFFFF) -> None:
        """Write one word at an absolute address of the array."""
        tile, offset = self._locate(address, where)
        self._write(tile, offset, value & 0xFFFFFFFF, mask, where)

    def read(self, address: int, where: str) -> int:
        """One word at an absolute address: of data memory, or a lock's value."""
        tile, offset = self._locate(address, where)
        chart = _map_of(tile)
        number, rest = divmod(offset - chart.locks, LOCK_BYTES)
        if offset < tile.memory.data.size:
            return int(tile.memory.data[offset : offset + WORD_BYTES].view(np.uint32)[0])
        if rest == 0 and 0 <= number < tile.limits.locks:
            return self._machine.lock(tile, number).value
        raise SimulationError(f"register {offset:#x} of {tile} cannot be read", where=where,
                              expected="data memory or a lock")  # fmt: skip

    def write_block(self, address: int, words: np.ndarray, where: str) -> None:
        """Write consecutive words from an absolute address on."""
        tile, offset = self._locate(address, where)
        for i, word in enumerate(words.reshape(-1).view(np.uint32).tolist()):
            self._write(tile, offset + i * WORD_BYTES, word, 0xFFFFFFFF, where)

    def patch(self, address: int, host: Span | None, where: str) -> None:
        """Put a host buffer into the shim descriptor whose address register is at `address`.

        None is a buffer beyond the declared arguments (a trace): what goes there is thrown away.
        """
        tile, offset = self._locate(address, where)
        bd_id = (offset - SHIM_MAP.descriptors) // BD_BYTES
        entry = self._entry(tile, bd_id)
        if host is None:
            host = Span(tile_memory("a buffer beyond the declared arguments", 1 << 20))
        entry.host = host
        self._rebuild(tile, bd_id, entry, where)

    def add(self, address: int, delta: int, where: str) -> None:
        """Add to the 48-bit address at `address`, its lowest two bits cleared: a host buffer in a
        shim descriptor, or two words of data memory."""
        tile, offset = self._locate(address, where)
        bd_id, place = divmod(offset - SHIM_MAP.descriptors, BD_BYTES)
        entry = self._words.get((tile.column, tile.row, bd_id))
        if tile.row == SHIM_ROW and place == WORD_BYTES and entry is not None and entry.host:
            entry.host = entry.host.moved(delta)
            self._rebuild(tile, bd_id, entry, where)
            return
        low, high = self._sum(address, where), self._sum(address + WORD_BYTES, where)
        total = ((high & 0xFFFF) << 32 | low & 0xFFFFFFFC) + delta
        self.write(address, total & 0xFFFFFFFC, where)
        self.write(address + WORD_BYTES, total >> 32, where, mask=0xFFFF)

    def _sum(self, address: int, where: str) -> int:
        """A word that is added to: 0 where nothing was ever written, as drivers clear memories."""
        tile, offset = self._locate(address, where)
        value = self.read(address, where)
        if value != POISON_WORD or tile.memory.written[offset : offset + WORD_BYTES].any():
            return value
        self.ignored.add(f"a sum began with 0 where nothing was written, {tile} ({where})")
        return 0

    def write_raw(self, tile: Tile, bd_id: int, raw: RawBd, where: str) -> None:
        """Write a whole descriptor (`npu.writebd`)."""
        entry = self._words[tile.column, tile.row, bd_id] = _Words(raw=raw)
        self._rebuild(tile, bd_id, entry, where)

    def _locate(self, address: int, where: str) -> tuple[Tile, int]:
        column, row = address >> COLUMN_SHIFT, address >> ROW_SHIFT & 0x1F
        return self._machine.tile(column, row, where), address & OFFSET_MASK

    def _entry(self, tile: Tile, bd_id: int) -> _Words:
        return self._words.setdefault((tile.column, tile.row, bd_id), _Words())

    def _write(self, tile: Tile, offset: int, value: int, mask: int, where: str) -> None:
        chart = _map_of(tile)
        bds = range(chart.descriptors, chart.descriptors + tile.limits.bds * BD_BYTES)
        locks = range(chart.locks, chart.locks + tile.limits.locks * LOCK_BYTES)
        if offset < tile.memory.data.size:
            word = tile.memory.data[offset : offset + WORD_BYTES].view(np.uint32)
            word[0] = int(word[0]) & ~mask | value & mask
        elif offset in locks:
            number = (offset - chart.locks) // LOCK_BYTES
            self._machine.lock(tile, number).set(value & mask & 0x3F)
        elif offset in bds:
            bd_id, place = divmod(offset - chart.descriptors, BD_BYTES)
            entry = self._entry(tile, bd_id)
            index = place // WORD_BYTES
            entry.words[index] = entry.words[index] & ~mask | value & mask
            entry.raw = entry.host = None
            self._rebuild(tile, bd_id, entry, where)
        elif (port := self._channel_at(tile, chart, offset)) is not None:
            self._write_channel(port, chart, offset, value, mask, where)
        elif offset == chart.control and tile.core is not None:
            if value & mask & 2:
                tile.core.halt()
            elif value & mask & 1 and tile.core.halted:
                self._machine.restart_core(tile)
        else:
            self.ignored.add(f"a write to register {offset:#x} of {tile} was ignored ({where})")

    def _channel_at(self, tile: Tile, chart: Map, offset: int) -> Port | None:
        for direction, base in ((Direction.S2MM, 0), (Direction.MM2S, chart.mm2s)):
            channel, _ = divmod(offset - chart.channels - base, CHANNEL_BYTES)
            if 0 <= channel < tile.limits.channels:
                return Port(tile.column, tile.row, direction, channel)
        return None

    def _write_channel(
        self, port: Port, chart: Map, offset: int, value: int, mask: int, where: str
    ) -> None:
        if offset % CHANNEL_BYTES == chart.channels % CHANNEL_BYTES:
            if value & mask & 2:
                self._machine.channel(port).reset()
            return
        task = Task(value & chart.queue_bd_mask, value >> 16 & 0xFF, bool(value >> 31))
        if self._machine.channel(port).is_full:
            # Trace set-ups push more than a queue holds; hardware loses the last.
            self.ignored.add(f"a task pushed to the full queue of {port} was lost ({where})")
        else:
            self._controller.push(port, task)

    def _rebuild(self, tile: Tile, bd_id: int, entry: _Words, where: str) -> None:
        raw = entry.raw or decode(tile.row, entry.words)
        if raw is not None:
            self._controller.write_bd(tile, bd_id, self._bd(tile, raw, entry, where))

    def _bd(self, tile: Tile, raw: RawBd, entry: _Words, where: str) -> Bd:
        memory, address = self._memory(tile, raw, entry, where)
        pattern = _pattern(raw)
        iteration = None
        if raw.iteration_size:
            iteration = Iteration(
                raw.iteration_size + 1,
                (raw.iteration_stride + 1) * WORD_BYTES,
                raw.iteration_current,
            )
        acquire = release = None
        if raw.acquire is not None:
            number, value = raw.acquire
            acquire = LockUse(self._lock(tile, number), abs(value), equal=value >= 0)
        if raw.release is not None:
            number, value = raw.release
            release = LockUse(self._lock(tile, number), value)
        return Bd(
            where, memory, address, pattern, acquire, release, raw.next, raw.packet, iteration
        )

    def _lock(self, tile: Tile, number: int) -> Lock:
        if tile.row != MEM_ROW:
            return self._machine.lock(tile, number)
        side, local = divmod(number, tile.limits.locks)
        column = tile.column + side - 1
        owner = self._machine.tile(column, tile.row)
        return self._machine.lock(owner, local)

    def _memory(self, tile: Tile, raw: RawBd, entry: _Words, where: str) -> tuple[Memory, int]:
        address = raw.address * WORD_BYTES
        if tile.row == SHIM_ROW:
            if entry.host is None:  # it may be patched yet; else a trace that nobody reads
                return tile_memory(f"scrap of {tile}", raw.length * WORD_BYTES), 0
            return entry.host.memory, entry.host.offset
        if tile.row != MEM_ROW:
            return tile.memory, address
        side, local = divmod(address, MEM_WINDOW_BYTES)
        column = tile.column + side - 1
        if 0 <= column < self._machine.columns:
            return self._machine.tile(column, tile.row).memory, local
        if side > 2:
            raise SimulationError(
                f"a descriptor of {tile} starts at byte {address:#x}", where=where
            )
        # A partition's first mem tile has a neighbour that belongs to nobody.
        key = (column, tile.row)
        if key not in self._phantoms:
            size = self._machine.target.mem_tile_bytes
            self._phantoms[key] = tile_memory(f"tile {key}", size)
        return self._phantoms[key], local


def _map_of(tile: Tile) -> Map:
    if tile.row == SHIM_ROW:
        return SHIM_MAP
    return MEM_MAP if tile.row == MEM_ROW else CORE_MAP


def _pattern(raw: RawBd) -> Pattern:
    moved = raw.length
    sizes: list[int] = []
    padded = 1
    remaining = moved
    for place in range(len(raw.strides)):
        wrap = raw.sizes[place] if place < len(raw.sizes) else 0
        before, after = raw.pads[place] if place < len(raw.pads) else (0, 0)
        size = wrap or remaining - before - after
        sizes.append(size)
        padded *= size + before + after
        remaining = -(-moved // padded)
        if remaining <= 1:
            break
    strides = [stride + 1 for stride in raw.strides[: len(sizes)]]
    inner = access(tuple(sizes[::-1]), tuple(strides[::-1]), WORD_BYTES)
    if not raw.pads:
        return inner
    pads = tuple(
        raw.pads[i] if i < len(raw.pads) else (0, 0) for i in range(len(sizes))
    )  # fmt: skip
    return Padded(inner, tuple(sizes[::-1]), pads[::-1], WORD_BYTES, 0)
