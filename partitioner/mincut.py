"""The exact minimum of a two-device assignment whose costs add up, as an s-t minimum cut.

Below `solve.py`; knows numbers only. An op costs what its device takes; a value costs once to cross
if any reader is on the other device, however many read it. Costs add up, so a cut of this network
costs what the assignment it stands for costs, and the least cut is the optimum:

    source side = NPU, sink side = CPU
    source -> op      what the op costs on the CPU
    op -> sink        what the op costs on the NPU
    made -> down      value's cost to come down; down -> each reader: infinite
    up -> made        value's cost to go up; each reader -> up: infinite

Source: the project selection form of minimum cut (Picard, Management Science 22, 1976).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import networkx as nx

from aiec.ir.partition import Side
from aiec.partitioner.problem import Flow, crosses

# Capacities are whole millionths: sums are exact, and so is the comparison with brute force.
_PER_UNIT = 1_000_000

_SOURCE, _SINK = "npu", "cpu"


@dataclass(frozen=True, slots=True)
class Sums:
    """Costs that add up, in any one unit: of each op on either device, infinite where it must not
    run, and of each flow's crossing."""

    npu: tuple[float, ...]
    cpu: tuple[float, ...]
    flows: tuple[Flow, ...]
    crossing: tuple[float, ...]

    def __post_init__(self) -> None:
        assert len(self.npu) == len(self.cpu) and len(self.flows) == len(self.crossing)
        both = zip(self.npu, self.cpu, strict=True)
        assert all(min(pair) < math.inf for pair in both), "an op that may run nowhere"


def total(sums: Sums, sides: tuple[Side, ...]) -> float:
    """What an assignment costs; infinite if an op is where it cannot run."""
    unary = (
        npu if side is Side.NPU else cpu
        for npu, cpu, side in zip(sums.npu, sums.cpu, sides, strict=True)
    )
    priced = zip(sums.flows, sums.crossing, strict=True)
    return sum(unary) + sum(cost for flow, cost in priced if crosses(flow, sides))


def solve(sums: Sums) -> tuple[Side, ...]:
    """The assignment of least total cost; among equals, the one with most ops on the NPU."""
    _, (npu_nodes, _) = nx.minimum_cut(_network(sums), _SOURCE, _SINK)
    return tuple(Side.NPU if op in npu_nodes else Side.CPU for op in range(len(sums.npu)))


def _network(sums: Sums) -> nx.DiGraph:
    network = nx.DiGraph()
    network.add_nodes_from((_SOURCE, _SINK))
    for op, (npu, cpu) in enumerate(zip(sums.npu, sums.cpu, strict=True)):
        _edge(network, _SOURCE, op, cpu)
        _edge(network, op, _SINK, npu)
    for index, (flow, cost) in enumerate(zip(sums.flows, sums.crossing, strict=True)):
        _add_flow(network, index, flow, cost)
    return network


def _add_flow(network: nx.DiGraph, index: int, flow: Flow, cost: float) -> None:
    maker = _SINK if flow.maker is None else flow.maker
    up, down = ("up", index), ("down", index)
    _edge(network, up, maker, cost)
    for reader in flow.readers:
        _edge(network, reader, up, math.inf)
    if flow.maker is None:
        return
    _edge(network, maker, down, cost)
    for reader in flow.readers:
        _edge(network, down, reader, math.inf)
    if flow.host_reads:
        _edge(network, down, _SINK, math.inf)


def _edge(network: nx.DiGraph, tail: object, head: object, cost: float) -> None:
    """An edge without a capacity is infinite to networkx."""
    if cost == math.inf:
        network.add_edge(tail, head)
    else:
        network.add_edge(tail, head, capacity=round(cost * _PER_UNIT))
