"""Whether the stream switches have the ports that a design's flows need.

The last step of elaboration. Every circuit takes a port of each switch border that it crosses (a
broadcast takes one for all its sinks); packets may share one port of a border among themselves.
Routes are negotiated: each flow takes its cheapest tree, crowded borders grow dearer, and flows
across them are routed anew until none is crowded. The simulated latency stays that of the shortest
way. Refuses a design for which no such set of routes is found, and names the border. Which port of
a border a stream takes, and the match slots of packets, are not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from aiec.ir.errors import DesignError

MEM_ROW = 1
# Ports of a border that lead this way, of core, mem and shim tiles alike; mem tiles have none to
# the side. Source: hardware.md 1.7 (mlir-aie getNumDestSwitchboxConnections).
NORTH_PORTS, SOUTH_PORTS, SIDE_PORTS = 6, 4, 4
# Rounds of negotiation. Whole-array designs settle in one to three; a design that the ports cannot
# hold never settles.
ROUNDS = 24
_SHOWN = 6

Place = tuple[int, int]
Border = tuple[Place, Place]


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """One stream from a tile to others. `where`: its op and line, as far as known."""

    name: str
    source: Place
    sinks: tuple[Place, ...]
    where: str | None = None
    packets: bool = False


def check_routes(nets: Sequence[Net], columns: int, rows: int) -> None:
    """Refuse `nets` that no routes over an array of `columns` and `rows` switches can hold."""
    _Router(columns, rows).check(nets)


class _Router:
    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._trees: dict[Net, set[Border]] = {}
        self._circuits: Counter[Border] = Counter()
        self._packets: Counter[Border] = Counter()
        self._dearer: Counter[Border] = Counter()

    def check(self, nets: Sequence[Net]) -> None:
        waiting = list(nets)
        crowded: set[Border] = set()
        for _ in range(ROUNDS):
            for net in waiting:
                self._remove(net)
                self._route(net)
            crowded = {border for border in self._circuits if self._load(border) > _ports(*border)}
            if not crowded:
                return
            self._dearer.update(crowded)
            waiting = [net for net in nets if self._trees[net] & crowded]
        self._refuse(max(crowded, key=lambda border: (self._load(border), border)))

    def _refuse(self, border: Border) -> None:
        here, there = border
        across = [net for net, tree in self._trees.items() if border in tree]
        names = ", ".join(net.name for net in across[:_SHOWN])
        more = f" and {len(across) - _SHOWN} more" if len(across) > _SHOWN else ""
        raise DesignError(
            f"the stream switch of tile {here} needs {self._load(border)} ports to tile {there}: "
            f"{names}{more}",
            where=next((net.where for net in across if net.where), None),
            expected=f"at most {_ports(here, there)}",
            todo="move a tile, broadcast, or share a port by packet flows",
        )

    def _load(self, border: Border) -> int:
        return self._circuits[border] + (self._packets[border] > 0)

    def _remove(self, net: Net) -> None:
        kind = self._packets if net.packets else self._circuits
        kind.subtract(self._trees.pop(net, ()))

    def _route(self, net: Net) -> None:
        tree: set[Border] = set()
        reached = {net.source}
        for sink in net.sinks:
            way = self._way(net, reached, sink)
            tree.update(way)
            reached.update(there for _, there in way)
        self._trees[net] = tree
        (self._packets if net.packets else self._circuits).update(tree)

    def _way(self, net: Net, reached: set[Place], sink: Place) -> list[Border]:
        """The cheapest way from any place of `reached` to `sink`."""
        costs = dict.fromkeys(reached, 0.0)
        came: dict[Place, Border] = {}
        heap = [(0.0, place) for place in sorted(reached)]
        while heap:
            cost, here = heappop(heap)
            if here == sink:
                break
            for there in self._neighbours(here):
                total = cost + self._cost(net, (here, there))
                if total < costs.get(there, float("inf")):
                    costs[there] = total
                    came[there] = here, there
                    heappush(heap, (total, there))
        way = []
        while sink in came:
            way.append(came[sink])
            sink = came[sink][0]
        return way

    def _cost(self, net: Net, border: Border) -> float:
        shares = net.packets and self._packets[border] > 0
        beyond = 0 if shares else max(0, self._load(border) + 1 - _ports(*border))
        return (1 + self._dearer[border]) * (1 + 4 * beyond)

    def _neighbours(self, place: Place) -> Iterable[Place]:
        column, row = place
        near = [(column, row + 1), (column, row - 1)]
        if row != MEM_ROW:
            near += [(column + 1, row), (column - 1, row)]
        return [(c, r) for c, r in near if 0 <= c < self._columns and 0 <= r < self._rows]


def _ports(here: Place, there: Place) -> int:
    if here[1] == there[1]:
        return SIDE_PORTS
    return NORTH_PORTS if there[1] > here[1] else SOUTH_PORTS
