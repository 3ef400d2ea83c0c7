"""The best plan of a problem: minimum cut where costs add up, HiGHS where they are coupled.

Between `case.py` and the two solvers. Latency and energy add up over ops and crossings as long as
the device holds all weights and there is one design; throughput never does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiec.ir.partition import Objective, Outcome, Side
from aiec.partitioner import mincut
from aiec.partitioner.evaluate import evaluate, least_plan, memory_is_short
from aiec.partitioner.linear import OutOfTime
from aiec.partitioner.milp import Solved, solve_coupled
from aiec.partitioner.problem import Plan, Problem

MIN_CUT, HIGHS, NO_CHOICE = "minimum cut", "HiGHS", "having no choice"

_ROUNDING = 1e-9  # of floating-point sums, relative


@dataclass(frozen=True, slots=True)
class Best:
    """A plan with its figures, who found it, and what no plan can be below."""

    plan: Plan
    outcome: Outcome
    objective: Objective
    solver: str
    bound: float

    @property
    def value(self) -> float:
        """What the objective makes small."""
        return self.outcome.value(self.objective)

    @property
    def gap(self) -> float:
        """Share of the value that a better plan could save at most; 0 is a proof."""
        gap = (self.value - self.bound) / self.value if self.value else 0.0
        return gap if gap > _ROUNDING else 0.0


def best_plan(
    problem: Problem,
    objective: Objective,
    fixed: Mapping[int, Side],
    in_flight: int = 1,
    budget_s: float = 20.0,
) -> Best | None:
    """The best plan with `fixed` sides and up to `in_flight` passes; None if memory holds none.

    Only throughput has more than one pass in flight.
    """
    problem = _without_idle_limits(problem, in_flight)
    passes = range(1, in_flight + 1) if objective is Objective.THROUGHPUT else (1,)
    if problem.machine.memory_bytes == math.inf:
        passes = (1, in_flight) if len(passes) > 1 else (1,)
    found = [_best_of(problem, objective, fixed, n, budget_s / len(passes)) for n in passes]
    kept = [best for best in found if best]
    if not kept:
        return None
    least = min(best.bound for best in kept)
    return replace(min(kept, key=lambda best: best.value), bound=least)


def _best_of(
    problem: Problem,
    objective: Objective,
    fixed: Mapping[int, Side],
    in_flight: int,
    budget_s: float,
) -> Best | None:
    """The best plan with exactly `in_flight` passes."""
    if problem.machine.memory_bytes == math.inf and fixed.keys() >= set(problem.capable):
        plan = least_plan(problem, fixed, in_flight)
        plan = replace(plan, streamed=frozenset())
        return _best(problem, objective, NO_CHOICE, Solved(plan, 0.0))
    if in_flight == 1 and adds_up(problem):
        plan = Plan(mincut.solve(sums(problem, objective, fixed)))
        return _best(problem, objective, MIN_CUT, Solved(plan, 0.0))
    try:
        solved = solve_coupled(problem, objective, fixed, in_flight, budget_s)
    except OutOfTime:
        solved = Solved(least_plan(problem, fixed, in_flight), math.inf)
    return solved and _best(problem, objective, HIGHS, solved)


def _best(problem: Problem, objective: Objective, solver: str, solved: Solved) -> Best:
    outcome = evaluate(problem, solved.plan)
    bound = max(0.0, outcome.value(objective) - solved.slack)
    return Best(solved.plan, outcome, objective, solver, bound)


def adds_up(problem: Problem) -> bool:
    """Whether an op's cost on one side does not depend on what else is there."""
    return problem.machine.memory_bytes == math.inf and len(problem.designs) < 2


def sums(problem: Problem, objective: Objective, fixed: Mapping[int, Side]) -> mincut.Sums:
    """The problem's costs in the objective's unit; a side that is not allowed is infinite."""
    energy, idle = objective is Objective.ENERGY, problem.machine.idle_watts
    works, flows = problem.works, problem.flows
    if energy:
        npu = [idle * (w.npu_us + w.host_us) + w.npu_uj for w in works]
        cpu = [idle * w.cpu_us + w.cpu_uj for w in works]
    else:
        npu, cpu = [w.npu_us + w.host_us for w in works], [w.cpu_us for w in works]
    npu = [cost if w.capable else math.inf for cost, w in zip(npu, works, strict=True)]
    for op, side in fixed.items():
        (cpu if side is Side.NPU else npu)[op] = math.inf
    crossing = (idle * f.crossing_us + f.crossing_uj if energy else f.crossing_us for f in flows)
    return mincut.Sums(tuple(npu), tuple(cpu), flows, tuple(crossing))


def _without_idle_limits(problem: Problem, in_flight: int) -> Problem:
    """The problem without a memory limit that no plan can reach."""
    if memory_is_short(problem, in_flight):
        return problem
    return replace(problem, machine=replace(problem.machine, memory_bytes=math.inf))
