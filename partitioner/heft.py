"""HEFT: the list scheduler that everybody compares with, as a rival for the exact solvers.

Beside `solve.py`. Ops in order of upward rank go to the device where they end first, into gaps
where they fit; a value that crosses comes `crossing_us` later. Only its assignment is used: what it
costs says `evaluate.py`, as for everybody's.

Source: Topcuoglu, Hariri, Wu, "Performance-effective and low-complexity task scheduling for
heterogeneous computing", IEEE TPDS 13(3), 2002.
"""

from __future__ import annotations

import math

from aiec.ir.partition import Side
from aiec.partitioner.problem import Flow, Problem

Slots = list[tuple[float, float]]  # begin and end of what a device runs, in order


def heft(problem: Problem) -> tuple[Side, ...]:
    """The assignment of the earliest-finish-time schedule."""
    reads, feeds = _edges(problem)
    rank = _ranks(problem, feeds)
    sides: dict[int, Side] = {}
    ends: dict[int, float] = {}
    busy: dict[Side, Slots] = {Side.NPU: [], Side.CPU: []}
    for op in sorted(rank, key=lambda i: (-rank[i], i)):
        choices = [
            (*_slot(busy[side], _ready_us(reads[op], sides, ends, side), us), side)
            for side, us in _times(problem, op).items()
        ]
        begin, end, side = min(choices, key=lambda choice: choice[1])
        sides[op], ends[op] = side, end
        busy[side] = sorted([*busy[side], (begin, end)])
    return tuple(sides[op] for op in range(len(problem.works)))


def _times(problem: Problem, op: int) -> dict[Side, float]:
    work = problem.works[op]
    npu = {Side.NPU: work.npu_us + work.host_us} if work.capable else {}
    return {**npu, Side.CPU: work.cpu_us}


def _edges(problem: Problem) -> tuple[list[list[Flow]], list[list[Flow]]]:
    """Flows that each op reads, and that each op makes."""
    reads: list[list[Flow]] = [[] for _ in problem.works]
    feeds: list[list[Flow]] = [[] for _ in problem.works]
    for flow in problem.flows:
        for reader in flow.readers:
            reads[reader].append(flow)
        if flow.maker is not None:
            feeds[flow.maker].append(flow)
    return reads, feeds


def _ranks(problem: Problem, feeds: list[list[Flow]]) -> dict[int, float]:
    """Length of the longest way from each op to the end, with means of times and crossings."""
    rank: dict[int, float] = {}
    for op in reversed(range(len(problem.works))):
        times = _times(problem, op).values()
        after = [f.crossing_us / 2 + rank[r] for f in feeds[op] for r in f.readers]
        rank[op] = sum(times) / len(times) + max(after, default=0.0)
    return rank


def _ready_us(
    flows: list[Flow], sides: dict[int, Side], ends: dict[int, float], side: Side
) -> float:
    """When all that an op reads is on `side`."""
    ready = 0.0
    for flow in flows:
        made = Side.CPU if flow.maker is None else sides[flow.maker]
        done = 0.0 if flow.maker is None else ends[flow.maker]
        ready = max(ready, done + (flow.crossing_us if made is not side else 0.0))
    return ready


def _slot(slots: Slots, ready: float, length: float) -> tuple[float, float]:
    """Begin and end of the first gap of `length` from `ready` on."""
    begin = ready
    for start, end in [*slots, (math.inf, math.inf)]:
        if begin + length <= start:
            return begin, begin + length
        begin = max(begin, end)
    raise AssertionError("the last gap is endless")
