"""The minimum cut against brute force, exactly."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiec.ir.partition import Side
from aiec.partitioner.mincut import Sums, solve, total
from aiec.partitioner.problem import Flow, crosses


def sums(npu, cpu, flows) -> Sums:
    return Sums(tuple(npu), tuple(cpu), tuple(flows), tuple(f.crossing_us for f in flows))


COSTS = st.integers(0, 50).map(float)
IMPOSSIBLE = st.just(math.inf)


@st.composite
def problems(draw: st.DrawFn) -> Sums:
    n = draw(st.integers(1, 7))
    unary = [draw(st.tuples(COSTS | IMPOSSIBLE, COSTS | IMPOSSIBLE)) for _ in range(n)]
    unary = [(0.0, cpu) if npu == cpu == math.inf else (npu, cpu) for npu, cpu in unary]
    flows = []
    for maker in (None, *range(n)):
        later = range(0 if maker is None else maker + 1, n)
        readers = tuple(op for op in later if draw(st.booleans()))
        flows.append(Flow(maker, readers, draw(st.booleans()), draw(COSTS)))
    return sums([u[0] for u in unary], [u[1] for u in unary], flows)


@given(problems())
def test_the_cut_is_the_minimum(problem):
    every = product(Side, repeat=len(problem.npu))
    best = min(total(problem, sides) for sides in every)
    assert total(problem, solve(problem)) == best


def test_a_value_read_twice_crosses_once():
    shared = Flow(None, (0, 1), False, 10.0)
    problem = sums((0.0, 0.0), (6.0, 6.0), (shared,))
    assert solve(problem) == (Side.NPU, Side.NPU)  # 10 against 12
    apart = (Flow(None, (0,), False, 10.0), Flow(None, (1,), False, 10.0))
    assert solve(sums((0.0, 0.0), (6.0, 6.0), apart)) == (Side.CPU, Side.CPU)


def test_a_tie_goes_to_the_npu():
    assert solve(sums((5.0,), (5.0,), ())) == (Side.NPU,)


@pytest.mark.parametrize(
    ("maker", "readers", "host", "crossing"),
    [
        (None, (0,), False, True),
        (None, (1,), False, False),
        (0, (1,), False, True),
        (0, (), False, False),
        (0, (), True, True),
        (1, (), True, False),
        (1, (0,), False, True),
    ],
)
def test_what_crosses(maker, readers, host, crossing):
    flow = Flow(maker, readers, host, 1.0)
    assert crosses(flow, (Side.NPU, Side.CPU)) is crossing
