"""The streams of a device on the machine: flows, packet flows, routed switches and cascades.

Part of elaboration, before the descriptors: a channel that starts must have its route. Flows of
circuits are gathered by source, so that a broadcast is one stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.routing import (
    CascadeFlowOp,
    ConfigureCascadeOp,
    FlowOp,
    PacketDestOp,
    PacketFlowOp,
    PacketSourceOp,
)
from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW, SHIM_ROW
from aiec.runtime.sim.array.cascade import Cascade
from aiec.runtime.sim.array.machine import CorePortOf, Direction, End, Port, SimMachine, Tile
from aiec.runtime.sim.array.packet import PacketSink, PacketSource, Stop
from aiec.runtime.sim.load import plain_values
from aiec.runtime.sim.load.plain_values import describe, number, the
from aiec.runtime.sim.load.switch_legality import check_switches
from aiec.runtime.sim.load.switchboxes import Connection, connections

OpT = TypeVar("OpT", bound=Operation)
# A shim's south ports: tokens leave for the controller on 0; the mux leads the others to its DMA.
# Source: hardware.md's shim mux (MM2S on south slaves 3 and 7, S2MM on south masters 2 and 3).
TO_CONTROLLER = ("South", 0)
SHIM_MUX = {
    (Direction.MM2S, "South", 3): ("DMA", 0),
    (Direction.MM2S, "South", 7): ("DMA", 1),
    (Direction.S2MM, "South", 2): ("DMA", 0),
    (Direction.S2MM, "South", 3): ("DMA", 1),
}
_CASCADE_STEPS = {"South": (0, -1, "North"), "East": (1, 0, "West")}
# Where a core's cascade comes from and goes to at reset. Source: REGDB, Accumulator_Control.
_RESET_INPUT, _RESET_OUTPUT = "North", "South"


class FlowBuilder:
    """Builds all streams of one device."""

    def __init__(
        self, machine: SimMachine, ops: Sequence[Operation], values: Mapping[SSAValue, object]
    ) -> None:
        self._machine = machine
        self._ops = ops
        self._values = values
        self._sinks: dict[End, list[End]] = {}
        self._taken: dict[End, str] = {}

    def build(self) -> None:
        """Circuits, then packets, as flows say or as switches are set."""
        for op in self._of(FlowOp):
            start, end = plain_values.ports(op)
            source = self._port(op.source, op, start, Direction.MM2S)
            self._circuit(source, self._port(op.dest, op, end, Direction.S2MM), describe(op))
        places = {
            value: (tile.column, tile.row)
            for value, tile in self._values.items()
            if isinstance(tile, Tile)
        }
        rows = self._machine.target.first_core_row + self._machine.target.core_rows
        check_switches(self._ops, places, self._machine.columns, rows)
        routed = connections(self._ops, places)
        for connection in routed:
            if connection.packet is None:
                self._routed_circuit(connection)
        for source, ends in self._sinks.items():
            self._machine.connect(source, ends, self._taken[ends[0]])
        for op in self._of(PacketFlowOp):
            self._packet_flow(op)
        for connection in routed:
            if connection.packet is not None:
                self._routed_packets(connection, connection.packet)

    def build_cascades(self) -> None:
        """The cascades between cores: of each two whose sides face each other.

        Sides are named by a flow's ends or for each core; reset leaves the rest.
        """
        tiles = self._machine.tiles
        incoming = dict.fromkeys(tiles, _RESET_INPUT)
        outgoing = dict.fromkeys(tiles, _RESET_OUTPUT)
        for op in self._of(ConfigureCascadeOp):
            tile = self._tile(op.tile, op)
            incoming[tile.column, tile.row] = op.input_dir.data.value
            outgoing[tile.column, tile.row] = op.output_dir.data.value
        for op in self._of(CascadeFlowOp):
            source, sink = self._tile(op.source_tile, op), self._tile(op.dest_tile, op)
            down = source.column == sink.column
            outgoing[source.column, source.row] = "South" if down else "East"
            incoming[sink.column, sink.row] = "North" if down else "West"
        for (column, row), side in outgoing.items():
            columns, rows, facing = _CASCADE_STEPS.get(side, (0, 0, ""))
            there = column + columns, row + rows
            if row + rows > MEM_ROW and incoming.get(there) == facing:
                self._cascade(tiles[column, row], tiles[there])

    def _of(self, kind: type[OpT]) -> list[OpT]:
        return [op for op in self._ops if isinstance(op, kind)]

    def _tile(self, value: SSAValue, op: Operation) -> Tile:
        return the(Tile, value, self._values, op)

    def _circuit(self, source: End, sink: End, where: str) -> None:
        if sink in self._taken:
            raise DesignError(
                f"{sink} is the end of two flows", where=where, expected=f"only {self._taken[sink]}"
            )
        self._taken[sink] = where
        self._sinks.setdefault(source, []).append(sink)

    def _routed_circuit(self, connection: Connection) -> None:
        (column, row), (bundle, channel) = connection.source
        source = self._end(column, row, bundle, channel, Direction.MM2S, connection.where)
        for (c, r), (kind, number_) in connection.sinks:
            sink = self._end(c, r, kind, number_, Direction.S2MM, connection.where)
            # mlir-aie's router leaves flows of broadcasts beside the switches that it made of them.
            if sink not in self._sinks.get(source, ()):
                self._circuit(source, sink, connection.where)

    def _routed_packets(self, connection: Connection, packet: int) -> None:
        (column, row), wire = connection.source
        source = self._packets_from(self._machine.tile(column, row), wire, connection.where)
        sinks = [
            self._packets_to(self._machine.tile(c, r), end, connection.where)
            for (c, r), end in connection.sinks
        ]
        arbiters = tuple(
            Stop(self._machine.arbiter(at.place, at.number), at.depth) for at in connection.arbiters
        )
        self._machine.packet_path(
            source, packet, sinks, connection.keep_header, connection.where, arbiters,
            connection.depth,
        )  # fmt: skip

    def _packet_flow(self, op: PacketFlowOp) -> None:
        sinks = [sink for dest in op.dests if (sink := self._packet_sink(dest)) is not None]
        for source in op.sources if sinks else ():
            if (start := self._packet_source(source)) is not None:
                keep = bool(number(op.keep_pkt_header))
                self._machine.packet_path(start, op.id.value.data, sinks, keep, describe(op))

    def _packet_sink(self, op: PacketDestOp) -> tuple[PacketSink, Tile] | None:
        """A DMA channel or a control port; None for the controller, which takes tokens."""
        end = op.bundle.data.value, op.channel.value.data
        if end == TO_CONTROLLER:
            return None
        return self._packets_to(self._tile(op.tile, op), end, describe(op))

    def _packets_to(self, tile: Tile, end: tuple[str, int], where: str) -> tuple[PacketSink, Tile]:
        if end[0] == "TileControl":
            return self._machine.control_sink(tile), tile
        port = self._end(tile.column, tile.row, *end, Direction.S2MM, where)
        return self._machine.packet_sink(self._dma(port, where)), tile

    def _packet_source(self, op: PacketSourceOp) -> tuple[PacketSource, Tile] | None:
        """A DMA channel or a control port; None for a trace unit, which sends nothing here."""
        end = op.bundle.data.value, op.channel.value.data
        if end[0] == "Trace":
            return None
        return self._packets_from(self._tile(op.tile, op), end, describe(op))

    def _packets_from(
        self, tile: Tile, end: tuple[str, int], where: str
    ) -> tuple[PacketSource, Tile]:
        if end[0] == "TileControl":
            return self._machine.control_source(tile), tile
        port = self._end(tile.column, tile.row, *end, Direction.MM2S, where)
        return self._machine.packet_source(self._dma(port, where)), tile

    def _port(
        self, value: SSAValue, op: Operation, end: tuple[str, int], direction: Direction
    ) -> End:
        tile = self._tile(value, op)
        return self._end(tile.column, tile.row, *end, direction, describe(op))

    def _end(
        self, column: int, row: int, bundle: str, channel: int, direction: Direction, where: str
    ) -> End:
        if row == SHIM_ROW:
            bundle, channel = SHIM_MUX.get((direction, bundle, channel), (bundle, channel))
        if bundle == "Core" and row >= self._machine.target.first_core_row:
            return CorePortOf(column, row, direction, channel)
        if bundle != "DMA":
            raise DesignError(
                f"a flow at {bundle} is not supported", where=where, expected="DMA, or Core"
            )
        port = Port(column, row, direction, channel)
        self._machine.channel(port, where)
        return port

    def _dma(self, end: End, where: str) -> Port:
        if not isinstance(end, Port):
            raise DesignError(f"packets at {end} are not supported", where=where, expected="DMA")
        return end

    def _cascade(self, source: Tile, sink: Tile) -> None:
        cascade = Cascade(f"the cascade from {source} to {sink}")
        self._machine.cascades[(source.column, source.row), True] = cascade
        self._machine.cascades[(sink.column, sink.row), False] = cascade
