"""What measurements of element-wise ops, norms and small examples ask of the model."""

from __future__ import annotations

import re

from aiec.ir.target import Target
from aiec.partitioner.physics.answer import Answer, UnansweredError
from aiec.partitioner.physics.chains import (
    CHAINS,
    Chain,
    chain_cycles,
    pipelined_cycles,
    scalar_cycles,
)
from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.memory import launch_us
from aiec.partitioner.physics.operands import BYTES, type_named
from aiec.partitioner.physics.points import Point
from aiec.partitioner.physics.vector import VectorRun, vector_us

# Words of a metric or its qualifier, first match first.
_OPS: tuple[tuple[str, str], ...] = (
    ("silu_mul|swiglu|silu_and_mul|geglu", "silu_mul"),
    ("layer_?norm", "layernorm"),
    ("rms_?norm", "rmsnorm"),
    ("softmax", "softmax"),
    ("gelu", "gelu"),
    ("silu|swish", "silu"),
    ("sigmoid", "sigmoid"),
    ("tanh", "tanh"),
    ("rope", "rope"),
    ("relu", "relu"),
    ("axpy", "axpy"),
    ("exp", "exp"),
    ("add", "add"),
    ("mul", "mul"),
    ("passthrough|memcpy|copy", "copy"),
)
_COUNT = {"": 1, "K": 1 << 10, "k": 1 << 10, "M": 1 << 20}


def vector(point: Point, target: Target, c: Constants) -> Answer:
    """An element-wise op or a norm, named in metric or qualifier; rows of N elements."""
    chain, elements = _chain(point), _elements(point)
    if chain is None:
        raise UnansweredError(f"no model of the metric {point.metric!r}")
    if elements is None:
        raise UnansweredError("no size is given")
    cores = point.cores or (target.cores if chain.rows else target.columns)
    size = BYTES.get(type_named(point.dtype_out), BYTES["bf16"])
    windows = "windows" in point.source.lower()
    us = vector_us(VectorRun(chain, elements, point.n, cores, size, windows), target, c)
    nbytes = elements * size * chain.streams
    return Answer("vector", us, target.clock_hz, elements, nbytes)


def vector_kernel(point: Point, target: Target, c: Constants) -> Answer:
    """An element-wise op or a norm on one core, from its own memory."""
    chain, elements = _chain(point), _elements(point)
    if chain is None or elements is None:
        raise UnansweredError("no size is given, or no model of the kernel")
    scalar = "scalar" in point.qualifier.lower()
    cycles = scalar_cycles(elements) if scalar else chain_cycles(chain, elements, point.n, c)
    return Answer("kernel", 1e6 * cycles / target.clock_hz, target.clock_hz, elements)


def simple_kernel(point: Point, target: Target, c: Constants) -> Answer:
    """A pipelined loop over one buffer on one core."""
    elements = _elements(point)
    if elements is None:
        raise UnansweredError("no size is given")
    if "fill" in point.metric:
        cycles = 3.04 * elements * BYTES.get(type_named(point.dtype_out), 4) / 64  # VEGAH 0049
    else:
        cycles = pipelined_cycles(elements)
    return Answer("kernel", 1e6 * cycles / target.clock_hz, target.clock_hz, elements)


def example(point: Point, target: Target, c: Constants) -> Answer:
    """A small example of mlir-aie: a launch, and what its scalar code takes."""
    text = point.qualifier.lower()
    if "conv" in text or "bottleneck" in text:
        raise UnansweredError("the layers' sizes are not given")
    count = re.search(r"(\d+)([kKM]?)\b", point.qualifier.split(";")[0])
    columns = re.search(r"(\d+) column", point.qualifier)
    us = launch_us(target, "windows" in point.source.lower(), c)
    if count and columns:
        elements = int(count[1]) * _COUNT[count[2]] / int(columns[1])
        us += 1e6 * scalar_cycles(elements) / target.clock_hz
    elif _chain(point) is None:
        raise UnansweredError(f"no model of the example {point.qualifier!r}")
    return Answer("vector", us, target.clock_hz)


def _chain(point: Point) -> Chain | None:
    for text in (point.metric.lower(), point.qualifier.lower()):
        for words, op in _OPS:
            if re.search(words, text):
                return CHAINS[op]
    return None


def _elements(point: Point) -> int | None:
    if point.m is None:
        return None
    return point.m * (point.k or 1) * (point.n or 1)
