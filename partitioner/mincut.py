"""The exact minimum of a two-device assignment, as an s-t minimum cut.

Below `assign.py`; knows numbers only. An op costs what its device takes; a value costs once to
cross if any reader is on the other device, however many read it. Costs add up, so a cut of this
network costs what the assignment it stands for costs, and the least cut is the optimum:

    source side = NPU, sink side = CPU
    source -> op      what the op costs on the CPU
    op -> sink        what the op costs on the NPU
    made -> down      value's cost to come down; down -> each reader: infinite
    up -> made        value's cost to go up; each reader -> up: infinite

Source: the project selection form of minimum cut (Picard, Management Science 22, 1976).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx

from aiec.ir.partition import Side

# Capacities are whole picoseconds: sums are exact, and so is the comparison with brute force.
_PER_US = 1_000_000

_SOURCE, _SINK = "npu", "cpu"


@dataclass(frozen=True, slots=True)
class Flow:
    """A value: who makes it, who reads it, and what it costs to cross, in microseconds.

    `maker` is an op's index, or None for the graph's inputs, which are on the CPU. `host_reads` is
    set where the host reads it in any case, as the graph's outputs.
    """

    maker: int | None
    readers: tuple[int, ...]
    host_reads: bool
    crossing_us: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Costs of each op on either device, infinite where it must not run; and the flows."""

    npu_us: tuple[float, ...]
    cpu_us: tuple[float, ...]
    flows: tuple[Flow, ...]

    def __post_init__(self) -> None:
        assert len(self.npu_us) == len(self.cpu_us)
        both = zip(self.npu_us, self.cpu_us, strict=True)
        assert all(min(pair) < math.inf for pair in both), "an op that may run nowhere"


def crosses(flow: Flow, sides: Sequence[Side]) -> bool:
    """Whether the value must be moved, given each op's side."""
    made = Side.CPU if flow.maker is None else sides[flow.maker]
    if made is Side.NPU and flow.host_reads:
        return True
    return any(sides[reader] is not made for reader in flow.readers)


def total_us(problem: Problem, sides: Sequence[Side]) -> float:
    """What an assignment costs, in microseconds; infinite if an op is where it cannot run."""
    unary = (
        npu if side is Side.NPU else cpu
        for npu, cpu, side in zip(problem.npu_us, problem.cpu_us, sides, strict=True)
    )
    return sum(unary) + sum(f.crossing_us for f in problem.flows if crosses(f, sides))


def solve(problem: Problem) -> tuple[Side, ...]:
    """The assignment of least total cost; among equals, the one with most ops on the NPU."""
    network = _network(problem)
    _, (npu_nodes, _) = nx.minimum_cut(network, _SOURCE, _SINK)
    return tuple(Side.NPU if op in npu_nodes else Side.CPU for op in range(len(problem.npu_us)))


def _network(problem: Problem) -> nx.DiGraph:
    network = nx.DiGraph()
    network.add_nodes_from((_SOURCE, _SINK))
    for op, (npu_us, cpu_us) in enumerate(zip(problem.npu_us, problem.cpu_us, strict=True)):
        _edge(network, _SOURCE, op, cpu_us)
        _edge(network, op, _SINK, npu_us)
    for index, flow in enumerate(problem.flows):
        _add_flow(network, index, flow)
    return network


def _add_flow(network: nx.DiGraph, index: int, flow: Flow) -> None:
    maker = _SINK if flow.maker is None else flow.maker
    up, down = ("up", index), ("down", index)
    _edge(network, up, maker, flow.crossing_us)
    for reader in flow.readers:
        _edge(network, reader, up, math.inf)
    if flow.maker is None:
        return
    _edge(network, maker, down, flow.crossing_us)
    for reader in flow.readers:
        _edge(network, down, reader, math.inf)
    if flow.host_reads:
        _edge(network, down, _SINK, math.inf)


def _edge(network: nx.DiGraph, tail: object, head: object, cost_us: float) -> None:
    """An edge without a capacity is infinite to networkx."""
    if cost_us == math.inf:
        network.add_edge(tail, head)
    else:
        network.add_edge(tail, head, capacity=round(cost_us * _PER_US))
