"""What another choice would have cost, and whether the predicted times are sure enough to tell.

Between `solve.py` and `assign.py`. Moved ops go to the other device together, everything else stays
where it is. It is a toss-up if the move would pay were this device as slow, and the other as fast,
as the error bars of those ops' times allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aiec.ir.partition import Objective, Side
from aiec.partitioner.case import Case
from aiec.partitioner.evaluate import device_memory, evaluate, memory_is_short
from aiec.partitioner.problem import Plan, Problem, Work


class Judge:
    """Compares the plan that was taken with its neighbours."""

    def __init__(self, case: Case, plan: Plan, objective: Objective) -> None:
        self._case, self._plan, self._objective = case, plan, objective
        self._short = memory_is_short(case.problem, plan.in_flight)
        self._here = self._value(case.problem, plan)

    def loss(self, ops: Sequence[int]) -> float | None:
        """What moving `ops` would cost more, in the objective's unit; None if they cannot go."""
        moved = self._moved(ops)
        return moved and self._value(self._case.problem, moved) - self._here

    def toss_up(self, ops: Sequence[int]) -> bool:
        """Whether `loss(ops)` is within the error bars."""
        moved = self._moved(ops)
        if moved is None:
            return False
        doubtful = self._doubtful(ops)
        return self._value(doubtful, moved) <= self._value(doubtful, self._plan)

    def _value(self, problem: Problem, plan: Plan) -> float:
        return evaluate(problem, plan, weigh=self._short).value(self._objective)

    def _moved(self, ops: Sequence[int]) -> Plan | None:
        """The plan with `ops` on the other side; their weights come anew where memory is short."""
        problem, plan = self._case.problem, self._plan
        sides = list(plan.sides)
        for op in ops:
            sides[op] = Side.CPU if sides[op] is Side.NPU else Side.NPU
        if any(sides[op] is Side.NPU and not problem.works[op].capable for op in ops):
            return None
        if not self._short:
            return Plan(tuple(sides), in_flight=plan.in_flight)
        kept = frozenset(op for op in plan.streamed if sides[op] is Side.NPU)
        arrived = frozenset(op for op in ops if sides[op] is Side.NPU)
        for streamed in (kept, kept | arrived):
            moved = Plan(tuple(sides), streamed, plan.in_flight)
            if device_memory(problem, moved) <= problem.machine.memory_bytes:
                return moved
        return None

    def _doubtful(self, ops: Sequence[int]) -> Problem:
        """The problem with times of `ops` at the ends of their error bars that favour a move."""
        works = list(self._case.problem.works)
        for op in ops:
            works[op] = self._stretched(op, works[op])
        return replace(self._case.problem, works=tuple(works))

    def _stretched(self, op: int, work: Work) -> Work:
        cpu, npu = self._case.cpu[op], self._case.npu[op]
        assert npu is not None
        here_npu = self._plan.sides[op] is Side.NPU
        on_npu, on_cpu = (npu.high, cpu.low) if here_npu else (npu.low, cpu.high)
        return replace(
            work,
            npu_us=on_npu * work.npu_us,
            npu_uj=on_npu * work.npu_uj,
            cpu_us=on_cpu * work.cpu_us,
            cpu_uj=on_cpu * work.cpu_uj,
        )
