"""Every solver against brute force on random problems, by the definition of a plan's cost."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiec.ir.partition import Objective, Side
from aiec.partitioner.evaluate import device_memory, evaluate
from aiec.partitioner.heft import heft
from aiec.partitioner.linear import OutOfTime
from aiec.partitioner.milp import solve_coupled
from aiec.partitioner.problem import Flow, Machine, Plan, Problem, Work
from aiec.partitioner.solve import HIGHS, MIN_CUT, NO_CHOICE, best_plan

MIB = 1 << 20
TIMES = st.integers(0, 50).map(float)
NUMBERS = st.integers(0, 8)


@st.composite
def works(draw: st.DrawFn, designs: int) -> Work:
    cpu_us = draw(TIMES)
    if draw(st.integers(0, 4)) == 0:
        return Work(cpu_us, cpu_bytes=draw(TIMES))
    return Work(
        cpu_us=cpu_us,
        npu_us=draw(TIMES),
        host_us=draw(TIMES) / 10,
        cpu_bytes=draw(TIMES),
        npu_bytes=draw(TIMES),
        cpu_uj=draw(TIMES),
        npu_uj=draw(TIMES),
        weight_bytes=draw(NUMBERS) * MIB,
        upload_us=draw(TIMES),
        upload_uj=draw(TIMES),
        design=draw(st.integers(0, designs - 1)),
    )


@st.composite
def problems(draw: st.DrawFn, most: int = 5, *, limited: bool = True) -> Problem:
    """Random chains and branches; `limited` with memory that may be short, and three designs."""
    designs = draw(st.integers(1, 3)) if limited else 1
    n = draw(st.integers(1, most))
    flows = []
    for maker in (None, *range(n)):
        later = range(0 if maker is None else maker + 1, n)
        readers = tuple(op for op in later if draw(st.booleans()))
        size = draw(NUMBERS)
        flows.append(
            Flow(maker, readers, draw(st.booleans()), draw(TIMES), size, draw(TIMES), size * MIB)
        )
    machine = Machine(
        memory_bytes=draw(st.integers(0, 40)) * MIB if limited else math.inf,
        switch_us=draw(TIMES),
        switch_uj=draw(TIMES),
        drag=draw(st.sampled_from([0.0, 0.25, 0.5625, 1.0])),
        dram_bytes_per_us=draw(st.sampled_from([1.0, 4.0, 100.0])),
        idle_watts=draw(NUMBERS),
    )
    return Problem(tuple(draw(works(designs)) for _ in range(n)), tuple(flows), machine)


def plans(problem: Problem, in_flight: int) -> Iterator[Plan]:
    """Every plan that memory holds."""
    for sides in product(Side, repeat=len(problem.works)):
        npu = Plan(sides).npu
        if all(problem.works[op].capable for op in npu):
            subsets = chain.from_iterable(combinations(npu, k) for k in range(len(npu) + 1))
            for streamed in subsets:
                for passes in range(1, in_flight + 1):
                    plan = Plan(sides, frozenset(streamed), passes)
                    if device_memory(problem, plan) <= problem.machine.memory_bytes:
                        yield plan


def least(problem: Problem, objective: Objective, fixed: dict[int, Side], in_flight: int) -> float:
    """The least value by looking at every plan; infinite if there is none."""
    kept = (p for p in plans(problem, in_flight) if all(p.sides[i] is s for i, s in fixed.items()))
    return min((evaluate(problem, plan).value(objective) for plan in kept), default=math.inf)


@st.composite
def demands(draw: st.DrawFn, problem: Problem) -> dict[int, Side]:
    chosen = {op: draw(st.sampled_from([None, None, *Side])) for op in range(len(problem.works))}
    return {
        op: side
        for op, side in chosen.items()
        if side is Side.CPU or (side is Side.NPU and problem.works[op].capable)
    }


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(Objective))
def test_no_other_plan_is_better(data, objective):
    problem = data.draw(problems())
    fixed = data.draw(demands(problem))
    in_flight = 3 if objective is Objective.THROUGHPUT else 1
    best = best_plan(problem, objective, fixed, in_flight)
    expected = least(problem, objective, fixed, in_flight)
    if best is None:
        assert expected == math.inf
        return
    assert best.value == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert best.value == evaluate(problem, best.plan).value(objective)
    assert all(best.plan.sides[op] is side for op, side in fixed.items())
    assert best.gap < 1e-6


@settings(max_examples=60, deadline=None)
@given(problems(limited=False), st.sampled_from([Objective.LATENCY, Objective.ENERGY]))
def test_both_solvers_agree_where_costs_add_up(problem, objective):
    cut = best_plan(problem, objective, {})
    program = solve_coupled(problem, objective, {})
    assert cut and program
    assert cut.solver == (MIN_CUT if problem.capable else NO_CHOICE)
    assert evaluate(problem, program.plan).value(objective) == pytest.approx(cut.value, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(problems(most=12), st.sampled_from(Objective))
def test_no_rival_is_better(problem, objective):
    in_flight = 2 if objective is Objective.THROUGHPUT else 1
    best = best_plan(problem, objective, {}, in_flight)
    everything = tuple(Side.NPU if work.capable else Side.CPU for work in problem.works)
    for sides in (heft(problem), everything, tuple(Side.CPU for _ in problem.works)):
        rival = best_plan(problem, objective, dict(enumerate(sides)), in_flight)
        if rival is not None:
            assert best and best.value <= rival.value * (1 + 1e-6) + 1e-6


# ------------------------------------------------------------------ what couples

CHEAP = Work(cpu_us=100.0, npu_us=10.0, weight_bytes=8 * MIB, upload_us=30.0)


def chain_of(*works: Work, machine: Machine) -> Problem:
    return Problem(works, (), machine)


def test_weights_that_do_not_fit_come_while_the_npu_works():
    """Three stay beside the staging of one; uploads of 30 us hide behind ops of 25 us."""
    slow = replace(CHEAP, npu_us=25.0)
    problem = chain_of(*[slow] * 6, machine=Machine(memory_bytes=40 * MIB))
    best = best_plan(problem, Objective.LATENCY, {})
    assert best and best.solver == HIGHS and best.gap == 0.0
    assert len(best.plan.npu) == 6
    assert len(best.plan.streamed) == 3 and 0 not in best.plan.streamed
    assert best.outcome.upload_us == 90.0 and best.outcome.waited_us == 15.0
    assert best.outcome.latency_us == 165.0
    assert best.outcome.device_bytes == 40 * MIB


def test_switches_keep_a_design_together():
    """One op of a foreign design is not worth two switches."""
    odd = replace(CHEAP, design=1)
    dear, cheap = Machine(switch_us=60.0), Machine(switch_us=1.0)
    assert (best := best_plan(chain_of(CHEAP, odd, CHEAP, machine=dear), Objective.LATENCY, {}))
    assert best.plan.npu == (0, 2) and best.outcome.switches == 0
    assert (best := best_plan(chain_of(CHEAP, odd, CHEAP, machine=cheap), Objective.LATENCY, {}))
    assert best.plan.npu == (0, 1, 2) and best.outcome.switches == 2


def test_throughput_balances_what_latency_does_not():
    """Each op is faster on the NPU, but with free overlap the CPU is a second worker."""
    even = Work(cpu_us=30.0, npu_us=20.0)
    problem = chain_of(*[even] * 5, machine=Machine())
    latency = best_plan(problem, Objective.LATENCY, {})
    throughput = best_plan(problem, Objective.THROUGHPUT, {}, in_flight=2)
    assert latency and len(latency.plan.npu) == 5
    assert throughput and len(throughput.plan.npu) == 3 and throughput.value == 60.0
    dragged = replace(problem, machine=Machine(drag=1.0))
    alone = best_plan(dragged, Objective.THROUGHPUT, {}, in_flight=2)
    assert alone and len(alone.plan.npu) == 5 and alone.value == 100.0


def test_dram_that_both_share_bounds_the_interval():
    even = Work(cpu_us=30.0, npu_us=20.0, cpu_bytes=100.0, npu_bytes=100.0)
    problem = chain_of(*[even] * 5, machine=Machine(dram_bytes_per_us=5.0))
    best = best_plan(problem, Objective.THROUGHPUT, {}, in_flight=2)
    assert best and best.value == 100.0


def test_energy_prefers_the_frugal_device_where_latency_does_not():
    work = Work(cpu_us=10.0, npu_us=12.0, cpu_uj=400.0, npu_uj=60.0)
    machine = Machine(idle_watts=5.0)
    problem = chain_of(work, machine=machine)
    latency, energy = (best_plan(problem, o, {}) for o in (Objective.LATENCY, Objective.ENERGY))
    assert latency and latency.plan.npu == ()
    assert energy and energy.plan.npu == (0,) and energy.value == 120.0


def test_what_is_fixed_leaves_no_choice():
    problem = chain_of(CHEAP, CHEAP, machine=Machine())
    best = best_plan(problem, Objective.THROUGHPUT, {0: Side.NPU, 1: Side.CPU}, in_flight=2)
    assert best and best.solver == NO_CHOICE and best.gap == 0.0
    assert best.plan.npu == (0,) and best.value == 100.0


def test_memory_that_holds_nothing_holds_no_forced_op():
    problem = chain_of(CHEAP, machine=Machine(memory_bytes=7 * MIB))
    assert best_plan(problem, Objective.LATENCY, {0: Side.NPU}) is None
    free = best_plan(problem, Objective.LATENCY, {})
    assert free and free.plan.npu == ()


def test_without_time_there_is_a_plan_and_the_gap_is_told():
    problem = chain_of(*[CHEAP] * 3, machine=Machine(memory_bytes=20 * MIB))
    with pytest.raises(OutOfTime):
        solve_coupled(problem, Objective.LATENCY, {}, budget_s=0.0)
    best = best_plan(problem, Objective.LATENCY, {}, budget_s=0.0)
    assert best and best.gap == 1.0 and best.outcome.latency_us == 300.0
