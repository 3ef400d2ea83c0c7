"""The exact minimum where ops are coupled, as a mixed-integer program for HiGHS.

Beside `mincut.py`, for what does not add up: both devices at once, weights that do not all fit,
switches between designs. Knows numbers only; `evaluate.py` says what a plan costs, and the program
says the same in linear words:

    x[i]   op i is on the NPU                    s[i]  its weights are not resident (needs x[i])
    y[f]   value f crosses                       p[f]  value f has a buffer on the device
    w[i]   wait for an upload                    d[i,k], c[i,k]  design k is loaded after op i, anew
    live, staged   bytes                         T     interval between passes

Only x and s are integers: with them fixed, the least the others can be is what they mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aiec.ir.partition import Objective, Side
from aiec.partitioner.linear import Program, Terms, scaled, sum_of
from aiec.partitioner.problem import Plan, Problem

# HiGHS holds rows to 1e-6 whatever their size: numbers near a thousand are held to nine digits.
_SIZE = 1000.0

_MIB = 1 << 20  # bytes are counted in MiB, so that coefficients are of one size


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan, and by how much the objective of another plan could be less at most.

    `slack` is in the objective's unit; 0 is the proof that this plan is the best.
    """

    plan: Plan
    slack: float


def solve_coupled(
    problem: Problem,
    objective: Objective,
    fixed: Mapping[int, Side],
    in_flight: int = 1,
    budget_s: float = 20.0,
) -> Solved | None:
    """The least plan with `fixed` sides and `in_flight` passes; None if memory holds none.

    Where `budget_s` seconds do not suffice, the best plan found, with the slack that is left.

    Raises:
        OutOfTime: not even a plan was found.
    """
    unit = max(1e-9, sum(work.cpu_us for work in problem.works) / _SIZE)
    coupled = _Coupled(problem.in_units(unit), fixed)
    coupled.set_objective(objective, in_flight)
    found = coupled.program.minimise(budget_s)
    return found and Solved(coupled.plan(found.values, in_flight), unit * found.slack)


class _Coupled:
    """The program of one problem. Sums are kept as terms and a constant."""

    def __init__(self, problem: Problem, fixed: Mapping[int, Side]) -> None:
        self.problem, self.program = problem, Program()
        self.x = {i: self.program.variable(1.0, integer=True) for i in problem.capable}
        for op, side in fixed.items():
            self._fix(op, side)
        self.y = [self._crossing(f) for f in range(len(problem.flows))]
        self.s: dict[int, int] = {}
        self.w: dict[int, int] = {}
        self.anew = self._designs() if len(problem.designs) > 1 else []

    def _fix(self, op: int, side: Side) -> None:
        if side is Side.CPU and op in self.x:
            self.program.upper[self.x[op]] = 0.0
        elif side is Side.NPU:
            self.program.at_least({self.x[op]: 1.0}, 1.0)

    def _crossing(self, index: int) -> int:
        """y of a flow: at least the difference between maker and each reader."""
        flow, y = self.problem.flows[index], self.program.variable(1.0)
        made = self._on_npu(flow.maker)
        for reader in flow.readers:
            read = self._on_npu(reader)
            self.program.at_least(sum_of({y: 1.0}, made, scaled(read, -1.0)))
            self.program.at_least(sum_of({y: 1.0}, read, scaled(made, -1.0)))
        if flow.host_reads:
            self.program.at_least(sum_of({y: 1.0}, scaled(made, -1.0)))
        return y

    def _on_npu(self, op: int | None) -> Terms:
        """1 if the op is on the NPU: a variable, or nothing where it cannot be."""
        return {self.x[op]: 1.0} if op is not None and op in self.x else {}

    def _designs(self) -> list[int]:
        """c of every op and design: the op found another one loaded; the first follows the last."""
        ops, kinds = self.problem.capable, self.problem.designs
        loaded = {(i, k): self.program.variable(1.0) for i in ops for k in kinds}
        anew = []
        for before, op in zip((ops[-1], *ops[:-1]), ops, strict=True):
            self._exactly_one([loaded[op, k] for k in kinds])
            own = loaded[op, self.problem.works[op].design]
            self.program.at_least({own: 1.0, self.x[op]: -1.0})
            for k in kinds:
                change = self.program.variable(1.0)
                self.program.at_least({change: 1.0, loaded[op, k]: -1.0, loaded[before, k]: 1.0})
                anew.append(change)
        return anew

    def _exactly_one(self, variables: list[int]) -> None:
        self.program.at_least(dict.fromkeys(variables, 1.0), 1.0)
        self.program.at_least(dict.fromkeys(variables, -1.0), -1.0)

    def limit_memory(self, in_flight: int) -> None:
        """Resident weights, two staged ones and the values of each pass fit the device."""
        self.s = {i: self.program.variable(1.0, integer=True) for i in self.x}
        self.w = {
            i: self._wait(i, before) for before, i in zip([None, *self.x], self.x, strict=False)
        }
        staged, live = self.program.variable(), self.program.variable()
        budget: Terms = {staged: -2.0, live: -1.0 * in_flight}
        for i, x in self.x.items():
            mib = self.problem.works[i].weight_bytes / _MIB
            self.program.at_least({x: 1.0, self.s[i]: -1.0})
            self.program.at_least({staged: 1.0, self.s[i]: -mib})
            budget = sum_of(budget, {x: -mib, self.s[i]: mib})
        self._live(live)
        self.program.at_least(budget, -self.problem.machine.memory_bytes / _MIB)

    def _wait(self, op: int, before: int | None) -> int:
        """w of an op: its upload, less what the NPU does in the op before."""
        wait = self.program.variable()
        terms = {wait: 1.0, self.s[op]: -self.problem.works[op].upload_us}
        if before is not None:
            terms[self.x[before]] = self.problem.works[before].npu_us
        self.program.at_least(terms)
        return wait

    def _live(self, live: int) -> None:
        """`live` is at least the bytes of the values that are there in any op."""
        ends: dict[int, list[tuple[int, float, int]]] = {}
        for flow in self.problem.flows:
            if flow.span and flow.device_bytes:
                present = self.program.variable(1.0)
                for op in (flow.maker, *flow.readers):
                    self.program.at_least(sum_of({present: 1.0}, scaled(self._on_npu(op), -1.0)))
                first, last = flow.span
                ends.setdefault(first, []).append((present, flow.device_bytes / _MIB, last))
        now: list[tuple[int, float, int]] = []
        for op in range(len(self.problem.works)):
            now = [entry for entry in now if entry[2] >= op] + ends.get(op, [])
            if op in ends:
                self.program.at_least({live: 1.0} | {present: -mib for present, mib, _ in now})

    def npu_us(self) -> tuple[Terms, float]:
        """Busy time of the NPU."""
        works, switch_us = self.problem.works, self.problem.machine.switch_us
        busy = {x: works[i].npu_us for i, x in self.x.items()}
        return sum_of(busy, dict.fromkeys(self.anew, switch_us)), 0.0

    def cpu_us(self) -> tuple[Terms, float]:
        """Busy time of the CPU, transfers and uploads included."""
        works, flows = self.problem.works, self.problem.flows
        gone = {x: works[i].host_us - works[i].cpu_us for i, x in self.x.items()}
        moved = {y: flow.crossing_us for y, flow in zip(self.y, flows, strict=True)}
        uploads = {s: works[i].upload_us for i, s in self.s.items()}
        return sum_of(gone, moved, uploads), sum(w.cpu_us for w in works)

    def moved(self) -> tuple[Terms, float]:
        """Bytes through DRAM."""
        works, flows = self.problem.works, self.problem.flows
        gone = {x: works[i].npu_bytes - works[i].cpu_bytes for i, x in self.x.items()}
        crossed = {y: flow.crossing_bytes for y, flow in zip(self.y, flows, strict=True)}
        return sum_of(gone, crossed), sum(w.cpu_bytes for w in works)

    def latency_us(self) -> tuple[Terms, float]:
        """Both devices one after the other; uploads as far as they are waited for."""
        (npu, _), (cpu, constant) = self.npu_us(), self.cpu_us()
        hidden = {s: -self.problem.works[i].upload_us for i, s in self.s.items()}
        return sum_of(npu, cpu, hidden, dict.fromkeys(self.w.values(), 1.0)), constant

    def set_objective(self, objective: Objective, in_flight: int) -> None:
        """Set memory's limits and the objective."""
        if self.problem.machine.memory_bytes < math.inf:
            self.limit_memory(in_flight)
        overlapped = in_flight > 1 and objective is not Objective.LATENCY
        least = self._interval_us() if overlapped else self.latency_us()[0]
        if objective is Objective.ENERGY:
            least = sum_of(scaled(least, self.problem.machine.idle_watts), self._busy_uj())
        for column, number in least.items():
            self.program.cost[column] += number

    def _interval_us(self) -> Terms:
        """T: each device's work with the other's drag, and the time of the DRAM."""
        machine, interval = self.problem.machine, self.program.variable()
        (npu, npu_0), (cpu, cpu_0), (moved, moved_0) = self.npu_us(), self.cpu_us(), self.moved()
        for one, other in ((1.0, machine.drag), (machine.drag, 1.0)):
            work = sum_of(scaled(npu, -one), scaled(cpu, -other))
            self.program.at_least(sum_of({interval: 1.0}, work), one * npu_0 + other * cpu_0)
        per_byte = 1.0 / machine.dram_bytes_per_us
        self.program.at_least(sum_of({interval: 1.0}, scaled(moved, -per_byte)), per_byte * moved_0)
        return {interval: 1.0}

    def _busy_uj(self) -> Terms:
        """Energy above what flows anyway, less what does not depend on the plan."""
        works, flows = self.problem.works, self.problem.flows
        gone = {x: works[i].npu_uj - works[i].cpu_uj for i, x in self.x.items()}
        moved = {y: flow.crossing_uj for y, flow in zip(self.y, flows, strict=True)}
        uploads = {s: works[i].upload_uj for i, s in self.s.items()}
        switches = dict.fromkeys(self.anew, self.problem.machine.switch_uj)
        return sum_of(gone, moved, uploads, switches)

    def plan(self, values: np.ndarray, in_flight: int) -> Plan:
        chosen = {i for i, x in self.x.items() if values[x] > 0.5}
        sides = tuple(Side.NPU if i in chosen else Side.CPU for i in range(len(self.problem.works)))
        streamed = frozenset(i for i, s in self.s.items() if values[s] > 0.5)
        return Plan(sides, streamed, in_flight)
