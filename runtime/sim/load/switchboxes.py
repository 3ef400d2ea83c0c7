"""Routed designs: what explicit switchboxes connect, from each source to its ends.

A pass over the switch ops of one device, between reading and `flows.py`. A circuit is followed
from switch to switch; a packet is followed for every id, through the first rule that takes it and
the ports whose selections have it. Source: mlir-aie AIEOps.td (switchbox, shim_mux, packet_rules).
Refuses a circuit that comes back to a switch port that it has passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.ir import Operation, SSAValue

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
from aiec.ir.registers import SHIM_ROW
from aiec.runtime.sim.load.plain_values import describe, number
from aiec.runtime.sim.load.switch_legality import PACKET_IDS, Place, Wire, wire_of

# Where a wire that leaves a switch comes in at the next one: step, and the other name.
_NEXT = {
    "North": ((0, 1), "South"),
    "South": ((0, -1), "North"),
    "East": ((1, 0), "West"),
    "West": ((-1, 0), "East"),
}
# Ends and sources of streams within a tile.
ENDPOINTS = ("DMA", "Core", "TileControl")


@dataclass(frozen=True, slots=True)
class ArbiterAt:
    """An arbiter that a packet takes: of which switch, which one, and how many switches it has
    passed before."""

    place: Place
    number: int
    depth: int


@dataclass(frozen=True, slots=True)
class Connection:
    """From one port of a tile to others. `packet`: its id, or None for a circuit.

    arbiters: in the order in which the header meets them. depth: switches on the longest way.
    """

    source: tuple[Place, Wire]
    sinks: tuple[tuple[Place, Wire], ...]
    packet: int | None
    keep_header: bool
    where: str
    arbiters: tuple[ArbiterAt, ...] = ()
    depth: int = 0


Selection = tuple[int, int]  # an arbiter and one of its selections


@dataclass(slots=True)
class _Switch:
    circuits: dict[Wire, list[Wire]] = field(default_factory=dict)
    rules: dict[Wire, list[tuple[int, int, Selection]]] = field(default_factory=dict)
    masters: list[tuple[Wire, set[Selection], bool]] = field(default_factory=list)
    where: str = ""

    def selection(self, wire: Wire, packet: int | None) -> Selection | None:
        """What the first rule that takes a packet coming in at `wire` selects."""
        if packet is None:
            return None
        taken = (s for mask, value, s in self.rules.get(wire, ()) if packet & mask == value)
        return next(taken, None)

    def ways(self, wire: Wire, packet: int | None) -> list[tuple[Wire, bool]]:
        """Where what comes in at `wire` goes, and whether with its header."""
        through = [(out, False) for out in self.circuits.get(wire, ())]
        selection = self.selection(wire, packet)
        return through + [(o, keep) for o, amsels, keep in self.masters if selection in amsels]


def connections(
    ops: Sequence[Operation], places: Mapping[SSAValue, Place]
) -> tuple[Connection, ...]:
    """All that the switches of a device connect."""
    switches: dict[Place, _Switch] = {}
    muxes: dict[Place, _Switch] = {}
    for op in ops:
        if isinstance(op, SwitchboxOp | ShimMuxOp):
            kind = switches if isinstance(op, SwitchboxOp) else muxes
            _read(op, kind.setdefault(places[op.tile], _Switch(where=describe(op))))
    return tuple(_Tracer(switches, muxes).all())


def _read(op: SwitchboxOp | ShimMuxOp, switch: _Switch) -> None:
    for inner in op.walk():
        match inner:
            case ConnectOp():
                source = wire_of(inner.source_bundle, inner.source_channel)
                sink = wire_of(inner.dest_bundle, inner.dest_channel)
                switch.circuits.setdefault(source, []).append(sink)
            case PacketRulesOp():
                switch.rules[wire_of(inner.source_bundle, inner.source_channel)] = [
                    (rule.mask.value.data, rule.value.value.data, _selected(rule.amsel, rule))
                    for rule in inner.rules.block.ops
                    if isinstance(rule, PacketRuleOp)
                ]
            case MasterSetOp():
                wire = wire_of(inner.dest_bundle, inner.dest_channel)
                keep = bool(number(inner.keep_pkt_header))
                amsels = {_selected(amsel, inner) for amsel in inner.amsels}
                switch.masters.append((wire, amsels, keep))
            case AmselOp():
                pass  # named by rules and master sets


def _selected(value: SSAValue, op: Operation) -> Selection:
    """The arbiter and selection that an amsel names."""
    if not isinstance(value.owner, AmselOp):
        raise DesignError(f"%{value.name_hint} is no amsel", where=describe(op),
                          expected="an aie.amsel of the switch")  # fmt: skip
    return value.owner.arbiter.value.data, value.owner.msel.value.data


@dataclass(slots=True)
class _Passed:
    """Ports that were passed on a way, and the arbiters that it takes."""

    ports: set[tuple[Place, Wire]] = field(default_factory=set)
    arbiters: list[ArbiterAt] = field(default_factory=list)
    depth: int = 0


class _Tracer:
    def __init__(self, switches: dict[Place, _Switch], muxes: dict[Place, _Switch]) -> None:
        self._switches, self._muxes = switches, muxes

    def all(self) -> Iterator[Connection]:
        for place, wire, entry in self._sources():
            switch = self._switches.get(place)
            if switch is None:
                continue
            packets = [None, *range(PACKET_IDS)] if self._switched() else [None]
            for packet in packets:
                passed = _Passed()
                found = list(self._follow(place, entry, packet, passed, 0))
                sinks = tuple(dict.fromkeys(end for end, _ in found))
                if sinks and (packet is None or self._decides(passed)):
                    keep = any(kept for _, kept in found)
                    yield Connection(
                        (place, wire), sinks, packet, keep, switch.where,
                        tuple(passed.arbiters), passed.depth,
                    )  # fmt: skip

    def _switched(self) -> bool:
        return any(switch.rules for switch in self._switches.values())

    def _sources(self) -> Iterator[tuple[Place, Wire, Wire]]:
        """Every source: its tile, its own port, and the port at which it enters the switch."""
        for place, switch in self._switches.items():
            for wire in dict.fromkeys([*switch.circuits, *switch.rules]):
                if wire[0] in ENDPOINTS and (wire[0] != "DMA" or place[1] != SHIM_ROW):
                    yield place, wire, wire
        for place, mux in self._muxes.items():
            for wire, outs in mux.circuits.items():
                for bundle, channel in outs if wire[0] == "DMA" else ():
                    if bundle == "North":
                        yield place, wire, ("South", channel)

    def _decides(self, passed: _Passed) -> bool:
        """Whether a rule decides somewhere on the way, so that it is no circuit."""
        return any(wire in self._switches[at].rules for at, wire in passed.ports)

    def _follow(
        self, place: Place, wire: Wire, packet: int | None, passed: _Passed, depth: int
    ) -> Iterator[tuple[tuple[Place, Wire], bool]]:
        """The ends that are reached from `wire` coming in at the switch of `place`."""
        switch = self._switches.get(place)
        if switch is None:
            return
        if (place, wire) in passed.ports:
            raise DesignError(
                f"what comes in at {wire[0]} : {wire[1]} of tile {place} comes there again",
                where=switch.where,
                expected="switches without a circle",
            )
        passed.ports.add((place, wire))
        passed.depth = max(passed.depth, depth)
        if (selection := switch.selection(wire, packet)) is not None:
            passed.arbiters.append(ArbiterAt(place, selection[0], depth))
        for (bundle, channel), keep in switch.ways(wire, packet):
            if bundle in ENDPOINTS:
                yield (place, (bundle, channel)), keep
            elif bundle == "South" and place[1] == SHIM_ROW:
                mux = self._muxes.get(place, _Switch())
                for end in mux.circuits.get(("North", channel), ()):
                    yield (place, end), keep
            elif bundle in _NEXT:
                (columns, rows), name = _NEXT[bundle]
                there = place[0] + columns, place[1] + rows
                yield from self._follow(there, (name, channel), packet, passed, depth + 1)
