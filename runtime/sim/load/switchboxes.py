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
from aiec.runtime.sim.array.machine import SHIM_ROW
from aiec.runtime.sim.load.plain_values import describe, number

Place = tuple[int, int]
Wire = tuple[str, int]  # bundle and channel
# Where a wire that leaves a switch comes in at the next one: step, and the other name.
_NEXT = {
    "North": ((0, 1), "South"),
    "South": ((0, -1), "North"),
    "East": ((1, 0), "West"),
    "West": ((-1, 0), "East"),
}
# Ends and sources of streams within a tile.
ENDPOINTS = ("DMA", "Core", "TileControl")
PACKET_IDS = 32


@dataclass(frozen=True, slots=True)
class Connection:
    """From one port of a tile to others. `packet`: its id, or None for a circuit."""

    source: tuple[Place, Wire]
    sinks: tuple[tuple[Place, Wire], ...]
    packet: int | None
    keep_header: bool
    where: str


@dataclass(slots=True)
class _Switch:
    circuits: dict[Wire, list[Wire]] = field(default_factory=dict)
    rules: dict[Wire, list[tuple[int, int, SSAValue]]] = field(default_factory=dict)
    masters: list[tuple[Wire, set[SSAValue], bool]] = field(default_factory=list)
    where: str = ""

    def ways(self, wire: Wire, packet: int | None) -> list[tuple[Wire, bool]]:
        """Where what comes in at `wire` goes, and whether with its header."""
        if packet is None:
            return [(out, False) for out in self.circuits.get(wire, ())]
        taken = (s for mask, value, s in self.rules.get(wire, ()) if packet & mask == value)
        selection = next(taken, None)
        through = [(out, False) for out in self.circuits.get(wire, ())]
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
                source = inner.source_bundle.data.value, inner.source_channel.value.data
                sink = inner.dest_bundle.data.value, inner.dest_channel.value.data
                switch.circuits.setdefault(source, []).append(sink)
            case PacketRulesOp():
                wire = inner.source_bundle.data.value, inner.source_channel.value.data
                switch.rules[wire] = [
                    (rule.mask.value.data & 31, rule.value.value.data & 31, rule.amsel)
                    for rule in inner.rules.block.ops
                    if isinstance(rule, PacketRuleOp)
                ]
            case MasterSetOp():
                wire = inner.dest_bundle.data.value, inner.dest_channel.value.data
                keep = bool(number(inner.keep_pkt_header))
                switch.masters.append((wire, set(inner.amsels), keep))
            case AmselOp():
                pass  # named by rules and master sets


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
                found = list(self._follow(place, entry, packet, set()))
                sinks = tuple(dict.fromkeys(end for end, _ in found))
                if sinks and (packet is None or self._is_packet(place, entry, packet)):
                    keep = any(kept for _, kept in found)
                    yield Connection((place, wire), sinks, packet, keep, switch.where)

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

    def _is_packet(self, place: Place, wire: Wire, packet: int) -> bool:
        """Whether a rule decides somewhere on the way, so that it is no circuit."""
        return any(
            wire_ in self._switches[at].rules for at, wire_ in self._passed(place, wire, packet)
        )

    def _passed(self, place: Place, wire: Wire, packet: int | None) -> set[tuple[Place, Wire]]:
        passed: set[tuple[Place, Wire]] = set()
        list(self._follow(place, wire, packet, passed))
        return {(at, w) for at, w in passed if at in self._switches}

    def _follow(
        self, place: Place, wire: Wire, packet: int | None, passed: set[tuple[Place, Wire]]
    ) -> Iterator[tuple[tuple[Place, Wire], bool]]:
        """The ends that are reached from `wire` coming in at the switch of `place`."""
        switch = self._switches.get(place)
        if switch is None:
            return
        if (place, wire) in passed:
            raise DesignError(
                f"what comes in at {wire[0]} : {wire[1]} of tile {place} comes there again",
                where=switch.where,
                expected="switches without a circle",
            )
        passed.add((place, wire))
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
                yield from self._follow(there, (name, channel), packet, passed)
