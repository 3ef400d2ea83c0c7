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
from aiec.ir.registers import (
    CHANNEL_BYTES,
    COLUMN_SHIFT,
    DESCRIPTOR_BYTES,
    LOCK_BYTES,
    MEM_ROW,
    OFFSET_MASK,
    ROW_SHIFT,
    SHIM,
    SHIM_ROW,
    RegisterMap,
    register_map,
)
from aiec.runtime.sim.array.channels import Bd, ChannelTask, Iteration
from aiec.runtime.sim.array.limits import WORD_BYTES
from aiec.runtime.sim.array.machine import Direction, Port, SimMachine, Tile
from aiec.runtime.sim.array.memory import Memory, tile_memory
from aiec.runtime.sim.array.tile_locks import Lock, LockUse
from aiec.runtime.sim.array.unwritten import POISON_WORD
from aiec.runtime.sim.sequence.bd_walk import pattern_of, walk_of
from aiec.runtime.sim.sequence.bd_words import MEM_WINDOW_BYTES, RawBd, decode, encode, raw_of
from aiec.runtime.sim.sequence.controller import Controller, Span

# Word of a descriptor whose bit 31 compresses what it sends, or takes it to be. Source: REGDB.
COMPRESSION = {MEM_ROW: 4, 2: 1}
HOST_WORD = 1  # of a shim's descriptor: the low half of its buffer's address


@dataclass(slots=True)
class _Words:
    """The words of one descriptor; a shim's have their host buffer once it was patched in."""

    words: list[int] = field(default_factory=lambda: [0] * 8)
    raw: RawBd | None = None  # where it was written as a whole
    host: Span | None = None
    made: Bd | None = None  # what was made of them last


class Registers:
    """Executes register writes on one machine."""

    def __init__(self, machine: SimMachine, controller: Controller) -> None:
        self._machine = machine
        self._controller = controller
        self._words: dict[tuple[int, int, int], _Words] = {}
        self._phantoms: dict[tuple[int, int], Memory] = {}
        self._block: dict[int, _Words] | None = None  # descriptors of the block being written
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
        chart = register_map(tile.row)
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
        self._block = {}
        for i, word in enumerate(words.reshape(-1).view(np.uint32).tolist()):
            self._write(tile, offset + i * WORD_BYTES, word, 0xFFFFFFFF, where)
        block, self._block = self._block, None
        for bd_id, entry in block.items():
            self._rebuild(tile, bd_id, entry, where)

    def patch(self, address: int, host: Span | None, where: str) -> None:
        """Put a host buffer into the shim descriptor whose address register is at `address`.

        None is a buffer beyond the declared arguments (a trace): what goes there is thrown away.
        """
        tile, offset = self._locate(address, where)
        bd_id = (offset - SHIM.descriptors) // DESCRIPTOR_BYTES
        entry = self._entry(tile, bd_id)
        entry.host = host
        self._rebuild(tile, bd_id, entry, where)

    def add(self, address: int, delta: int, where: str) -> None:
        """Add to the 48-bit address at `address`, its lowest two bits cleared: a host buffer in a
        shim descriptor, or two words of data memory."""
        tile, offset = self._locate(address, where)
        bd_id, place = divmod(offset - SHIM.descriptors, DESCRIPTOR_BYTES)
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
        chart = register_map(tile.row)
        bds = range(chart.descriptors, chart.descriptors + tile.limits.bds * DESCRIPTOR_BYTES)
        locks = range(chart.locks, chart.locks + tile.limits.locks * LOCK_BYTES)
        if offset < tile.memory.data.size:
            word = tile.memory.data[offset : offset + WORD_BYTES].view(np.uint32)
            word[0] = int(word[0]) & ~mask | value & mask
        elif offset in locks:
            number = (offset - chart.locks) // LOCK_BYTES
            self._machine.lock(tile, number).set(value & mask & 0x3F)
        elif offset in bds:
            bd_id, place = divmod(offset - chart.descriptors, DESCRIPTOR_BYTES)
            self._write_descriptor(tile, bd_id, place // WORD_BYTES, value, mask, where)
        elif (port := self._channel_at(tile, chart, offset)) is not None:
            self._write_channel(port, chart, offset, value, mask, where)
        elif offset == chart.core_control and tile.core is not None:
            if value & mask & 2:
                tile.core.halt()
            elif value & mask & 1 and tile.core.halted:
                self._machine.restart_core(tile)
        else:
            self.ignored.add(f"a write to register {offset:#x} of {tile} was ignored ({where})")

    def _write_descriptor(
        self, tile: Tile, bd_id: int, index: int, value: int, mask: int, where: str
    ) -> None:
        """Write one word of a descriptor; what others have written to it stays."""
        if COMPRESSION.get(min(tile.row, 2)) == index and value & mask >> 31 << 31:
            raise SimulationError(f"descriptor {bd_id} of {tile} compresses", where=where,
                                  expected="streams that are not compressed")  # fmt: skip
        entry = self._entry(tile, bd_id)
        current = tile.descriptors.get(bd_id)
        if current is not None and current is not entry.made:
            entry.words = encode(tile.row, raw_of(self._machine, tile, current, where))
            entry.host = Span(current.memory, current.address)
            entry.made = current
        elif entry.raw is not None:
            entry.words = encode(tile.row, entry.raw)
        entry.words[index] = entry.words[index] & ~mask | value & mask
        entry.raw = None
        if index == HOST_WORD:
            entry.host = None
        if self._block is None:
            self._rebuild(tile, bd_id, entry, where)
        else:
            self._block[bd_id] = entry

    def _channel_at(self, tile: Tile, chart: RegisterMap, offset: int) -> Port | None:
        for direction, base in ((Direction.S2MM, 0), (Direction.MM2S, chart.mm2s)):
            channel, _ = divmod(offset - chart.channels - base, CHANNEL_BYTES)
            if 0 <= channel < tile.limits.channels:
                return Port(tile.column, tile.row, direction, channel)
        return None

    def _write_channel(
        self, port: Port, chart: RegisterMap, offset: int, value: int, mask: int, where: str
    ) -> None:
        if offset % CHANNEL_BYTES == chart.channels % CHANNEL_BYTES:
            if value & mask & 2:
                self._machine.channel(port).reset()
            return
        task = ChannelTask(value & chart.queue_bd_mask, value >> 16 & 0xFF, bool(value >> 31))
        if self._machine.channel(port).is_full:
            # Trace set-ups push more than a queue holds; hardware loses the last.
            self.ignored.add(f"a task pushed to the full queue of {port} was lost ({where})")
        else:
            self._controller.push(port, task, where)

    def _rebuild(self, tile: Tile, bd_id: int, entry: _Words, where: str) -> None:
        raw = entry.raw or decode(tile.row, entry.words)
        if raw is not None:
            entry.made = self._bd(tile, raw, entry, where)
            self._controller.write_bd(tile, bd_id, entry.made)

    def _bd(self, tile: Tile, raw: RawBd, entry: _Words, where: str) -> Bd:
        walk = walk_of(raw)
        iteration = None
        if raw.iteration_size:
            iteration = Iteration(
                raw.iteration_size + 1,
                (raw.iteration_stride + 1) * WORD_BYTES,
                raw.iteration_current,
            )
        steps = 0 if iteration is None else (iteration.size - 1) * iteration.stride_bytes
        memory, address = self._memory(tile, raw, entry, walk.reach + steps, where)
        acquire = release = None
        if raw.acquire is not None:
            number, value = raw.acquire
            acquire = LockUse(self._lock(tile, number, where), abs(value), equal=value >= 0)
        if raw.release is not None:
            number, value = raw.release
            release = LockUse(self._lock(tile, number, where), value)
        return Bd(
            where, memory, address, pattern_of(raw, walk), acquire, release, raw.next, raw.packet,
            iteration, self._fault(where, memory, address, address + walk.reach + steps),
        )  # fmt: skip

    def _fault(self, where: str, memory: Memory, first: int, last: int) -> SimulationError | None:
        """Why a descriptor may not start, if it leaves its memory."""
        try:
            self._controller.check_bounds(where, memory, first, last)
        except SimulationError as error:
            return error
        return None

    def _lock(self, tile: Tile, number: int, where: str) -> Lock:
        if tile.row != MEM_ROW:
            return self._machine.lock(tile, number)
        side, local = divmod(number, tile.limits.locks)
        if side > 2:
            raise SimulationError(
                f"a descriptor of {tile} uses lock {number}",
                where=where,
                expected=f"0 to {3 * tile.limits.locks - 1}: to its west, its own, to its east",
            )
        owner = self._machine.tile(tile.column + side - 1, tile.row, where)
        return self._machine.lock(owner, local)

    def _memory(
        self, tile: Tile, raw: RawBd, entry: _Words, reach: int, where: str
    ) -> tuple[Memory, int]:
        """Where a descriptor begins; memory that nobody has is made for the `reach` bytes of it."""
        address = raw.address * WORD_BYTES
        if tile.row == SHIM_ROW:
            if entry.host is None:  # it may be patched yet; else a trace that nobody reads
                return tile_memory(f"scrap of {tile}", reach), 0
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
