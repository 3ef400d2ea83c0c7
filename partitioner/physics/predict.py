"""Predict a published measurement: its metric becomes a question to the model, or a refusal.

`ROUTES` goes from the words of a metric to a function, first match first. A function returns an
`Answer`, or raises `UnansweredError` with a sentence on why the model cannot speak to the row;
nothing is dropped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from aiec.ir.target import Target
from aiec.partitioner.machines import find_machine
from aiec.partitioner.physics import event_questions as events
from aiec.partitioner.physics import gemm_questions as gemms
from aiec.partitioner.physics import matrix_questions as matrices
from aiec.partitioner.physics import vector_questions as vectors
from aiec.partitioner.physics.answer import Answer, UnansweredError, is_rate
from aiec.partitioner.physics.constants import Constants, Fit
from aiec.partitioner.physics.points import Point

Question = Callable[[Point, Target, Constants], Answer]

_VECTOR_OPS = "norm|softmax|gelu|silu|relu|add|mul|tanh|rope"

ROUTES: tuple[tuple[str, Question], ...] = (
    (r"dram_bandwidth|ddr_bandwidth", events.dram_bandwidth),
    (r"compute_only", gemms.compute_only),
    (r"data_movement_only", gemms.data_movement),
    (r"control_packet|pdi_load|reconfiguration|context_create", events.reconfiguration),
    (r"design_switch|context_switch", events.switch),
    (r"dispatch|launch", events.launch),
    (r"vector_scalar_mul_cycles|fill_kernel_cycles", vectors.simple_kernel),
    (rf"^(?!.*(gemm|matmul)).*({_VECTOR_OPS}).*(kernel|cycles)", vectors.vector_kernel),
    (r"single_core_kernel|kernel_cycles|kernel_rate|instruction_count|k_block", gemms.kernel),
    (r"gemv|matvec", matrices.gemv),
    (r"attention|mha", matrices.attention),
    (r"conv", matrices.convolution),
    (r"gemm.*max|gemm_peak", gemms.best),
    (r"gemm|matmul", gemms.gemm),
    (r"example_latency", vectors.example),
    (r"", vectors.vector),
)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A point with what the model says: `value` in the point's unit, or None and `why`.

    `low` and `high` bound the value in eight cases of ten, where the error bars are right.
    """

    point: Point
    value: float | None
    kind: str
    why: str = ""
    low: float = math.nan
    high: float = math.nan

    @property
    def error(self) -> float | None:
        """Predicted over measured, minus one."""
        return None if self.value is None else self.value / self.point.value - 1


def predict(point: Point, fit: Fit) -> Prediction:
    """What the model says of a point with the constants of a fit."""
    answer = ask(point, fit.constants)
    if isinstance(answer, str):
        return Prediction(point, None, "-", answer)
    value = answer.in_unit(point.unit)
    if value is None:
        return Prediction(point, None, "-", f"a {point.metric} has no {point.unit or 'unit'}")
    bar = fit.bar(answer.kind)
    ends = (value * bar.low, value * bar.high)
    if is_rate(point.unit):
        ends = (value / bar.high, value / bar.low)
    return Prediction(point, value, answer.kind, "", *ends)


def ask(point: Point, c: Constants) -> Answer | str:
    """The model's answer to a point, or why it has none."""
    prepared = _prepared(point)
    if isinstance(prepared, str):
        return prepared
    question, target = prepared
    try:
        return question(point, target, c)
    except UnansweredError as unknown:
        return str(unknown)


@lru_cache(maxsize=4096)
def _prepared(point: Point) -> tuple[Question, Target] | str:
    """The question that a point asks, of which machine; a fit asks it thousands of times."""
    machine = find_machine(point.device)
    if machine is None:
        return f"device {point.device!r} is not known"
    if point.value <= 0:
        return "a value of zero or less measures nothing"
    metric = point.metric.lower()
    return next(ask for words, ask in ROUTES if re.search(words, metric)), machine.npu
