"""What a switchbox or shim mux of routed text may not say, whatever comes through it.

Before switchboxes.py follows the wires. Ports within the tile's bounds, one source for each master,
connections that the switch has, arbiters with their selections, match slots. Source: mlir-aie
AIETargetModel.cpp (getNumDestSwitchboxConnections, getNumSourceSwitchboxConnections,
isLegalTileConnection), AIEDialect.cpp (SwitchboxOp::verify), AIEOps.td (amsel); AM025.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.attributes import WireBundleAttr
from aiec.codegen.dialects.regions import EndOp
from aiec.codegen.dialects.switches import (
    AmselOp,
    ConnectOp,
    MasterSetOp,
    PacketRuleOp,
    PacketRulesOp,
    ShimMuxOp,
    SwitchboxOp,
)
from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW, SHIM_ROW
from aiec.runtime.sim.load.plain_values import describe

Place = tuple[int, int]
Wire = tuple[str, int]  # bundle and channel
ARBITERS, SELECTIONS = 6, 4  # of a switch, and of each arbiter
MATCH_SLOTS = 4  # rules of a port
PACKET_IDS = 32
# Ports of a switch by row (2: cores): masters, through which streams leave it, and slaves.
_MASTERS: dict[int, dict[str, int]] = {
    SHIM_ROW: {"FIFO": 1, "North": 6, "South": 6, "West": 4, "East": 4, "TileControl": 1},
    MEM_ROW: {"DMA": 6, "North": 6, "South": 4, "TileControl": 1},
    2: {
        "Core": 1, "DMA": 2, "FIFO": 1, "North": 6, "South": 4, "West": 4, "East": 4,
        "TileControl": 1,
    },
}  # fmt: skip
_SLAVES: dict[int, dict[str, int]] = {
    SHIM_ROW: {"FIFO": 1, "North": 4, "South": 8, "West": 4, "East": 4, "Trace": 1,
               "TileControl": 1},
    MEM_ROW: {"DMA": 6, "North": 4, "South": 6, "Trace": 1, "TileControl": 1},
    2: {
        "Core": 1, "DMA": 2, "FIFO": 1, "North": 4, "South": 6, "West": 4, "East": 4, "Trace": 2,
        "TileControl": 1,
    },
}  # fmt: skip
# Of the mux between a shim's switch and its DMA, by the mux's own names.
_MUX_MASTERS = {"DMA": 2, "NOC": 4, "PLIO": 6, "North": 8, "South": 8}
_MUX_SLAVES = {"DMA": 2, "NOC": 4, "PLIO": 8, "North": 6, "South": 6}
# What the mux leads from the shim's DMA into the switch, and back. Source: aie-rt, xaie_plif.c.
_MUX_WIRES = {
    (("DMA", 0), ("North", 3)), (("DMA", 1), ("North", 7)),
    (("North", 2), ("DMA", 0)), (("North", 3), ("DMA", 1)),
}  # fmt: skip


@dataclass(slots=True)
class _Used:
    """What the switches of one tile have said so far, each with its place in the text."""

    masters: dict[Wire, str] = field(default_factory=dict)
    circuits: dict[Wire, str] = field(default_factory=dict)
    packets: dict[Wire, str] = field(default_factory=dict)


def check_switches(
    ops: Sequence[Operation], places: Mapping[SSAValue, Place], columns: int, rows: int
) -> None:
    """Refuse the first switch op that hardware does not have, or that contradicts another."""
    used: dict[tuple[Place, bool], _Used] = {}
    for op in ops:
        if isinstance(op, SwitchboxOp | ShimMuxOp):
            place, mux = places[op.tile], isinstance(op, ShimMuxOp)
            switch = _Switch(place, columns, rows, mux, used.setdefault((place, mux), _Used()))
            for inner in op.body.block.ops:
                switch.check(inner)


class _Switch:
    def __init__(self, place: Place, columns: int, rows: int, mux: bool, used: _Used) -> None:
        self._place, self._columns, self._rows, self._mux = place, columns, rows, mux
        self._used = used

    def check(self, op: Operation) -> None:
        """Refuse `op` of the switch's body."""
        match op:
            case ConnectOp():
                self._connect(op)
            case MasterSetOp() if not self._mux:
                self._masterset(op)
            case PacketRulesOp() if not self._mux:
                self._rules(op)
            case AmselOp() if not self._mux:
                self._amsel(op)
            case EndOp():
                pass
            case _:
                raise DesignError(
                    f"{op.name} is in the {self._name}",
                    where=describe(op),
                    expected="connections"
                    if self._mux
                    else "connections, amsels, master sets and packet rules",
                )

    @property
    def _name(self) -> str:
        return f"{'shim mux' if self._mux else 'switch'} of tile {self._place}"

    def _connect(self, op: ConnectOp) -> None:
        source = wire_of(op.source_bundle, op.source_channel)
        sink = wire_of(op.dest_bundle, op.dest_channel)
        self._port(op, source, self._slaves(), "in")
        self._master(op, sink)
        self._used.circuits.setdefault(source, describe(op))
        if source in self._used.packets:
            raise DesignError(
                f"what comes in at {_shown(source)} of the {self._name} is a circuit and packets",
                where=describe(op),
                expected=f"only {self._used.packets[source]}",
            )
        self._reaches(op, source, sink)

    def _masterset(self, op: MasterSetOp) -> None:
        sink = wire_of(op.dest_bundle, op.dest_channel)
        self._master(op, sink)
        amsels = [owner for a in op.amsels if isinstance(owner := a.owner, AmselOp)]
        arbiters = {a.arbiter.value.data for a in amsels}
        if len(arbiters) > 1:
            raise DesignError(
                f"{_shown(sink)} of the {self._name} is fed by arbiters {sorted(arbiters)}",
                where=describe(op),
                expected="one arbiter for a master port",
            )
        for amsel in amsels:
            for use in amsel.result.uses:
                rules = use.operation.parent_op()
                if isinstance(use.operation, PacketRuleOp) and isinstance(rules, PacketRulesOp):
                    source = wire_of(rules.source_bundle, rules.source_channel)
                    self._reaches(op, source, sink)

    def _rules(self, op: PacketRulesOp) -> None:
        source = wire_of(op.source_bundle, op.source_channel)
        self._port(op, source, self._slaves(), "in")
        for other in (self._used.packets, self._used.circuits):
            if source in other:
                raise DesignError(
                    f"what comes in at {_shown(source)} of the {self._name} is routed twice",
                    where=describe(op),
                    expected=f"only {other[source]}",
                )
        self._used.packets[source] = describe(op)
        rules = [rule for rule in op.rules.block.ops if isinstance(rule, PacketRuleOp)]
        if len(rules) > MATCH_SLOTS:
            raise DesignError(
                f"{_shown(source)} of the {self._name} has {len(rules)} packet rules",
                where=describe(rules[MATCH_SLOTS]),
                expected=f"at most {MATCH_SLOTS}",
                todo="take several ids by one rule with a mask",
            )
        for rule in rules:
            for word, value in (("mask", rule.mask), ("id", rule.value)):
                if not 0 <= value.value.data < PACKET_IDS:
                    raise DesignError(
                        f"a packet rule has the {word} {value.value.data}",
                        where=describe(rule),
                        expected=f"0 to {PACKET_IDS - 1}",
                    )

    def _amsel(self, op: AmselOp) -> None:
        for word, value, count in (
            ("arbiter", op.arbiter.value.data, ARBITERS),
            ("selection", op.msel.value.data, SELECTIONS),
        ):
            if not 0 <= value < count:
                raise DesignError(
                    f"the {self._name} has no {word} {value}",
                    where=describe(op),
                    expected=f"0 to {count - 1}",
                )

    def _master(self, op: Operation, sink: Wire) -> None:
        """A port that a stream leaves through, once."""
        self._port(op, sink, self._masters(), "out")
        if sink in self._used.masters:
            raise DesignError(
                f"{_shown(sink)} of the {self._name} has two sources",
                where=describe(op),
                expected=f"only {self._used.masters[sink]}",
            )
        self._used.masters[sink] = describe(op)

    def _masters(self) -> Mapping[str, int]:
        return _MUX_MASTERS if self._mux else _MASTERS[min(self._place[1], 2)]

    def _slaves(self) -> Mapping[str, int]:
        return _MUX_SLAVES if self._mux else _SLAVES[min(self._place[1], 2)]

    def _port(self, op: Operation, wire: Wire, counts: Mapping[str, int], way: str) -> None:
        bundle, channel = wire
        count = 0 if not self._mux and self._at_edge(bundle) else counts.get(bundle, 0)
        if not 0 <= channel < count:
            raise DesignError(
                f"the {self._name} has no port {way} {_shown(wire)}",
                where=describe(op),
                expected=f"{bundle} : 0 to {count - 1}" if count else f"no {bundle} port there",
            )

    def _at_edge(self, bundle: str) -> bool:
        column, row = self._place
        edges = {"West": column == 0, "East": column == self._columns - 1,
                 "North": row == self._rows - 1}  # fmt: skip
        return edges.get(bundle, False)

    def _reaches(self, op: Operation, source: Wire, sink: Wire) -> None:
        mux_dma = self._mux and "DMA" in (source[0], sink[0])
        if mux_dma and (source, sink) not in _MUX_WIRES:
            raise DesignError(
                f"the {self._name} does not connect {_shown(source)} to {_shown(sink)}",
                where=describe(op),
                expected="DMA 0 and 1 to North 3 and 7, North 2 and 3 to DMA 0 and 1",
            )
        if not self._mux and not _connects(min(self._place[1], 2), source, sink):
            raise DesignError(
                f"the {self._name} does not connect {_shown(source)} to {_shown(sink)}",
                where=describe(op),
                expected="a connection that the switch has",
                todo="a mem tile leads from one side to the other by equal numbers"
                if self._place[1] == MEM_ROW else "take another port",
            )  # fmt: skip


def wire_of(bundle: WireBundleAttr, channel: IntegerAttr) -> Wire:
    """A port by its bundle and number."""
    return bundle.data.value, channel.value.data


def _shown(wire: Wire) -> str:
    return f"{wire[0]} : {wire[1]}"


def _connects(row: int, source: Wire, sink: Wire) -> bool:
    """Whether a switch of that kind of tile can lead from `source` to `sink`."""
    kind = {SHIM_ROW: _shim_connects, MEM_ROW: _mem_connects}.get(row, _core_connects)
    return kind(source, sink)


def _mem_connects(source: Wire, sink: Wire) -> bool:
    (frm, i), (to, j) = source, sink
    vertical = ("North", "South")
    if frm == "DMA":
        return i == j if to == "DMA" else to in (*vertical, "TileControl")
    if frm in vertical:
        return i == j if to in vertical else to in ("DMA", "TileControl")
    if to == "DMA":  # from the control port or the trace unit
        return j == 5
    return to in vertical if frm == "TileControl" else to == "South"


def _shim_connects(source: Wire, sink: Wire) -> bool:
    (frm, i), (to, j) = source, sink
    if frm == "Trace":
        return to in ("FIFO", "South") or (to in ("West", "East") and j == 0)
    if frm == "TileControl":
        return to != "TileControl"
    if frm in ("West", "North", "East") and frm == to:
        return i == j
    return True


def _core_connects(source: Wire, sink: Wire) -> bool:
    (frm, i), (to, j) = source, sink
    if frm == "Trace":
        return to in ("South", "FIFO") or (to == "DMA" and j == 0)
    if frm == "Core":
        return to != "Core"
    if frm == "TileControl":
        return to not in ("TileControl", "DMA")
    return i == j if frm == to else True
