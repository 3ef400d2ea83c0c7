"""The array that a design was elaborated onto: tiles, their locks, memories, channels and cores.

`elaborate.py` builds it from the text, `compile.py` drives it. Everything is made on first use,
so a machine holds what the design names and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from aiec.ir.errors import DesignError
from aiec.ir.registers import CONTROLLER_IDS, SHIM_ROW, tile_address
from aiec.ir.target import DmaLimits, Target
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.arbiter import Arbiter
from aiec.runtime.sim.array.cascade import Cascade
from aiec.runtime.sim.array.channels import Bd, Channel, ChannelTask
from aiec.runtime.sim.array.control import ControlPort, ControlSource, RegisterFile
from aiec.runtime.sim.array.core_stream import CoreStream
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.hazards import Hazards
from aiec.runtime.sim.array.host_way import Ddr, HostWay, Pace
from aiec.runtime.sim.array.memory import Memory, SimBuffer, tile_memory
from aiec.runtime.sim.array.packet import PacketPath, PacketSink, PacketSource, Stop, packet_header
from aiec.runtime.sim.array.process import Process
from aiec.runtime.sim.array.scratchpad import Scratchpad
from aiec.runtime.sim.array.stream import Circuit
from aiec.runtime.sim.array.switch_ports import Net
from aiec.runtime.sim.array.tile_locks import Lock
from aiec.runtime.sim.array.timing import Timing
from aiec.runtime.sim.array.tokens import Tokens
from aiec.runtime.sim.array.unwritten import Unwritten


class Direction(Enum):
    """Which way a DMA channel moves; the value is the hardware's number in syncs."""

    S2MM = 0
    MM2S = 1


@dataclass(frozen=True, slots=True)
class Port:
    """One DMA channel of the array by its coordinates."""

    column: int
    row: int
    direction: Direction
    channel: int

    def __str__(self) -> str:
        return f"tile ({self.column}, {self.row}) {self.direction.name} {self.channel}"


@dataclass(frozen=True, slots=True)
class CorePortOf:
    """One stream port of a core by its coordinates; MM2S is what the core sends."""

    column: int
    row: int
    direction: Direction
    channel: int

    def __str__(self) -> str:
        way = "out" if self.direction is Direction.MM2S else "in"
        return f"the core of tile ({self.column}, {self.row}), stream {way} {self.channel}"


End = Port | CorePortOf


@dataclass(slots=True)
class Tile:
    """One tile's state."""

    column: int
    row: int
    limits: DmaLimits
    memory: Memory
    locks: dict[int, Lock] = field(default_factory=dict)
    descriptors: dict[int, Bd] = field(default_factory=dict)
    static_descriptors: set[int] = field(default_factory=set)
    core: Process | None = None

    def __str__(self) -> str:
        return f"tile ({self.column}, {self.row})"


@dataclass(slots=True)
class Rearm:
    """What makes an ObjectFifo's channels and locks in the array what a load makes them."""

    tasks: list[tuple[Port, ChannelTask]] = field(default_factory=list)
    locks: list[tuple[Lock, int]] = field(default_factory=list)


@dataclass(slots=True)
class Shared:
    """What outlives a reconfiguration: time, DDR, runtime parameters, the tiles' memories."""

    engine: Engine
    ddr: Ddr
    scratchpad: Scratchpad
    hazards: Hazards = field(default_factory=Hazards)
    pace: Pace = field(default_factory=Pace)
    memories: dict[tuple[int, int], Memory] = field(default_factory=dict)


class SimMachine:
    """One configured array of `target`, `columns` wide."""

    def __init__(self, target: Target, columns: int, shared: Shared) -> None:
        self.target = target
        self.columns = columns
        self.timing = Timing.of(target)
        self.shared = shared
        self.engine = shared.engine
        self.ddr = shared.ddr
        self.hazards = shared.hazards
        self.tiles: dict[tuple[int, int], Tile] = {}
        self.channels: dict[Port, Channel] = {}
        self.tokens: dict[Port, Tokens] = {}
        self.buffers: dict[str, SimBuffer] = {}
        self.allocations: dict[str, Port] = {}
        self.packets: dict[str, int] = {}  # ids that allocations give their transfers
        self.core_streams: dict[CorePortOf, CoreStream] = {}
        self.packet_sources: dict[Port, PacketSource] = {}
        self.packet_sinks: dict[Port, PacketSink] = {}
        self.control_sinks: dict[tuple[int, int], PacketSink] = {}
        self.control_sources: dict[tuple[int, int], PacketSource] = {}
        self.registers: RegisterFile | None = None
        self.arbiters: dict[tuple[tuple[int, int], int], Arbiter] = {}
        self.cascades: dict[tuple[tuple[int, int], bool], Cascade] = {}
        self.unwritten = Unwritten(shared.memories)
        self.nets: list[Net] = []  # what the stream switches carry
        self.contents: list[tuple[SimBuffer, np.ndarray]] = []  # that a load writes
        self.rearms: dict[str, Rearm] = {}  # by ObjectFifo
        self.controllers: dict[tuple[int, int], int] = {}  # tiles' ids that the text gives
        self.parameters: dict[str, int] = {}  # that the last sync brought to the cores
        self.parameter_locks: list[Lock] = []  # that a sync sets to 1
        self.first_tasks: list[tuple[Port, ChannelTask]] = []  # that a load queues, in order

    def tile(self, column: int, row: int, where: str | None = None) -> Tile:
        """The tile there; `DesignError` outside the array."""
        if (column, row) not in self.tiles:
            rows = self.target.first_core_row + self.target.core_rows
            if not (0 <= column < self.columns and 0 <= row < rows):
                raise DesignError(
                    f"there is no tile ({column}, {row})",
                    where=where,
                    expected=f"columns 0 to {self.columns - 1}, rows 0 to {rows - 1}",
                )
            self.tiles[column, row] = self._make_tile(column, row)
        return self.tiles[column, row]

    def lock(self, tile: Tile, number: int) -> Lock:
        """Lock `number` of `tile`."""
        if number not in tile.locks:
            name = f"{number} of {tile}"
            tile.locks[number] = Lock(self.engine, name, self.target.max_lock_value)
        return tile.locks[number]

    def channel(self, port: Port, where: str | None = None) -> Channel:
        """The DMA channel at `port`; `DesignError` if the tile has no such channel."""
        if port not in self.channels:
            tile = self.tile(port.column, port.row, where)
            if not 0 <= port.channel < tile.limits.channels:
                raise DesignError(
                    f"{tile} has no channel {port.direction.name} {port.channel}",
                    where=where,
                    expected=f"0 to {tile.limits.channels - 1}",
                )
            tokens = self.tokens[port] = Tokens(self.engine, str(port))
            depth = tile.limits.queue_depth
            takes = port.direction is Direction.S2MM
            way = HostWay(takes) if port.row == SHIM_ROW else None
            self.channels[port] = Channel(
                self.engine, str(port), tile.descriptors, tokens, depth, self.unwritten, takes, way
            )
        return self.channels[port]

    def core_stream(self, port: CorePortOf) -> CoreStream:
        """The stream port of a core."""
        if port not in self.core_streams:
            self.core_streams[port] = CoreStream(self.engine, str(port))
        return self.core_streams[port]

    def stream_of(
        self, place: tuple[int, int], direction: Direction, where: str, channel: int
    ) -> CoreStream:
        """Stream port `channel` of the core there; refuses one that no flow has."""
        port = CorePortOf(*place, direction, channel)
        if port not in self.core_streams:
            raise DesignError(f"no flow is at {port}", where=where, expected="an aie.flow, Core")
        return self.core_streams[port]

    def _end(self, end: End) -> Channel | CoreStream:
        return self.channel(end) if isinstance(end, Port) else self.core_stream(end)

    def connect(self, source: End, sinks: Sequence[End], where: str | None = None) -> None:
        """A circuit from `source` to every one of `sinks`."""
        places = tuple((sink.column, sink.row) for sink in sinks)
        self.nets.append(Net(str(source), (source.column, source.row), places, where))
        ends = [(self._end(sink), self._latency(source, sink)) for sink in sinks]
        from_shim = source.row == SHIM_ROW
        at_shim = from_shim or any(sink.row == SHIM_ROW for sink in sinks)
        Circuit(
            self.engine,
            self._end(source),
            ends,
            self.timing.stream_bytes_per_cycle,
            self.ddr if at_shim else None,
            ddr_takes=not from_shim,
        )

    def packet_source(self, port: Port) -> PacketSource:
        """The packets that leave from `port`."""
        if port not in self.packet_sources:
            channel = self.channel(port)
            ddr = self.ddr if port.row == SHIM_ROW else None
            rate = self.timing.stream_bytes_per_cycle
            self.packet_sources[port] = PacketSource(self.engine, channel, rate, ddr)
        return self.packet_sources[port]

    def packet_sink(self, port: Port) -> PacketSink:
        """The end of packets at `port`."""
        if port not in self.packet_sinks:
            channel = self.channel(port)
            channel.route = self.packet_sinks[port] = PacketSink(channel)
        return self.packet_sinks[port]

    def control_sink(self, tile: Tile) -> PacketSink:
        """The control port of `tile` as an end of packets."""
        place = tile.column, tile.row
        if place not in self.control_sinks:
            base = tile_address(tile.column, tile.row)
            port = ControlPort(f"the control port of {tile}", base, self._register_file)
            self.control_sinks[place] = PacketSink(port)
        return self.control_sinks[place]

    def control_source(self, tile: Tile) -> PacketSource:
        """The control port of `tile` as a source of packets."""
        place = tile.column, tile.row
        if place not in self.control_sources:
            port = self.control_sink(tile).channel
            assert isinstance(port, ControlPort)
            port.source = ControlSource(port.name)
            rate = self.timing.stream_bytes_per_cycle
            source = PacketSource(self.engine, port.source, rate, None)
            self.control_sources[place] = source
        return self.control_sources[place]

    def packet_path(
        self,
        source: tuple[PacketSource, Tile],
        packet: int,
        sinks: list[tuple[PacketSink, Tile]],
        keep_header: bool,
        where: str | None = None,
        arbiters: tuple[Stop, ...] = (),
        depth: int = 0,
    ) -> None:
        """Carry packets of one id from a source to every one of `sinks`, beside earlier ones.

        Routed text says a packet flow and its switches: an end that is known already is not added.
        arbiters: of the switches on the way, in order, `depth` switches on the longest.
        """
        start, at = source
        places = tuple((tile.column, tile.row) for _, tile in sinks)
        name = f"packets {packet} of {start.channel.name}"
        self.nets.append(Net(name, (at.column, at.row), places, where, packets=True))
        known_path = start.paths.get(packet)
        ends = [] if known_path is None else list(known_path.sinks)
        if known_path is not None and not arbiters:
            arbiters, depth = known_path.arbiters, known_path.depth
        known = {id(sink) for sink, _ in ends}
        ends += [
            (sink, _hops(at, tile) * timing.HOP_CYCLES + 2 * timing.DMA_PORT_CYCLES)
            for sink, tile in sinks
            if id(sink) not in known
        ]
        header = packet_header(at.column, at.row, packet)
        start.paths[packet] = PacketPath(tuple(ends), keep_header, header, arbiters, depth)

    def arbiter(self, place: tuple[int, int], number: int) -> Arbiter:
        """Arbiter `number` of the switch of the tile at `place`."""
        if (place, number) not in self.arbiters:
            name = f"arbiter {number} of the switch of tile {place}"
            self.arbiters[place, number] = Arbiter(name)
        return self.arbiters[place, number]

    def control_overlay(self, port: Port, packet: int, where: str) -> None:
        """Carry packets that no flow carries to the control port that has their id in the column.

        Source: mlir-aie AIEGenerateColumnControlOverlay.cpp, which adds these flows on request.
        """
        source = self.packet_source(port)
        for tile in [t for t in self.tiles.values() if t.column == port.column]:
            place = tile.column, tile.row
            known = self.controllers.get(place, CONTROLLER_IDS[tile.row])
            if known == packet and packet not in source.paths:
                start = source, self.tiles[port.column, port.row]
                self.packet_path(start, packet, [(self.control_sink(tile), tile)], False, where)

    def read_register(self, place: tuple[int, int], offset: int) -> int:
        """A word of a tile, read by its core."""
        column, row = place
        address = tile_address(column, row) + offset
        return self._register_file().read(address, f"the core of tile {place}")

    def _register_file(self) -> RegisterFile:
        assert self.registers is not None
        return self.registers

    def restart_core(self, tile: Tile) -> None:
        """Start the program of a core that does not run from its beginning."""
        old = tile.core
        assert old is not None
        assert old.program is not None
        tile.core = new = Process(self.engine, old.name)
        new.program = old.program
        new.start(old.program(new))

    def cores(self) -> list[Process]:
        """All cores, in order of their tiles."""
        return [t.core for _, t in sorted(self.tiles.items()) if t.core is not None]

    def begin_dispatch(self) -> None:
        """A sequence starts: the way to the host's memory is cold."""
        for channel in self.channels.values():
            if channel.way is not None:
                channel.way.begin()

    def clear_counters(self) -> None:
        """Start a new account of times."""
        self.ddr.moved_bytes = 0
        self.unwritten.notes.clear()
        for core in self.cores():
            core.clear_counters()
        for channel in self.channels.values():
            channel.clear_counters()

    def _make_tile(self, column: int, row: int) -> Tile:
        target = self.target
        if row == SHIM_ROW:
            limits, nbytes = target.shim, 0
        elif row < target.first_core_row:
            limits, nbytes = target.mem, target.mem_tile_bytes
        else:
            limits, nbytes = target.core, target.core_memory_bytes
        memories = self.shared.memories
        if (column, row) not in memories:
            memories[column, row] = tile_memory(f"tile ({column}, {row})", nbytes)
        return Tile(column, row, limits, memories[column, row])

    def _latency(self, source: End, sink: End) -> int:
        dmas = isinstance(source, Port) + isinstance(sink, Port)
        return _hops(source, sink) * timing.HOP_CYCLES + dmas * timing.DMA_PORT_CYCLES


def _hops(a: End | Tile, b: End | Tile) -> int:
    """Switches between two tiles, both ends' included."""
    return abs(a.column - b.column) + abs(a.row - b.row) + 1
