"""What measurements of all other ops, and of what is around them, ask of the model."""

from __future__ import annotations

import re

from aiec.ir.target import Target
from aiec.partitioner.physics import events
from aiec.partitioner.physics.answer import Answer, UnansweredError
from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.gemm_questions import dtype_of
from aiec.partitioner.physics.memory import Traffic, ddr_gb_per_s, launch_us
from aiec.partitioner.physics.points import Point
from aiec.partitioner.physics.rates import BYTES, CHAINS, Chain, pipelined_cycles, scalar_cycles
from aiec.partitioner.physics.vector import (
    AttentionRun,
    VectorRun,
    attention_us,
    convolution_us,
    gemv_us,
    vector_us,
)

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
_GEMM_RUN_BYTES = 384  # of the runs in TAKA's pattern, between k_mt 224 and what saturates
_COUNT = {"": 1, "K": 1 << 10, "k": 1 << 10, "M": 1 << 20}


def launch(point: Point, target: Target, c: Constants) -> Answer:
    """A warm submission of next to nothing."""
    windows = "windows" in f"{point.qualifier} {point.source}".lower()
    return Answer("launch", launch_us(target, windows, c), target.clock_hz)


def switch(point: Point, target: Target, c: Constants) -> Answer:
    """From one resident design to another, by the locks of the one that is loaded."""
    if "pair" in point.metric:
        return Answer("switch", events.switch_pair_us(target, c), target.clock_hz)
    locks = re.search(r"(\d+) locks", point.qualifier)
    columns = re.search(r"(\d+) ?col", point.qualifier)
    if not locks and not columns:
        raise UnansweredError("neither locks nor columns of the design are given")
    count = int(locks[1]) if locks else events.LOCKS_OF_A_COLUMN * int(columns[1] if columns else 1)
    return Answer("switch", events.switch_us(count, c), target.clock_hz)


def reconfiguration(point: Point, target: Target, c: Constants) -> Answer:
    """Loading a configuration, by whichever way the metric names."""
    if "context_create" in point.metric:
        return Answer("switch", events.CONTEXT_CREATE_US, target.clock_hz)
    table = {"control_packet": events.CONTROL_PACKET_US, "pdi_load": events.PDI_US}
    for word, known in table.items():
        if word in point.metric:
            if target.isa not in known:
                raise UnansweredError(f"no {word} of {target.name} is published")
            return Answer("switch", known[target.isa], target.clock_hz)
    return Answer("switch", events.configure_us(target), target.clock_hz)


def dram_bandwidth(point: Point, target: Target, c: Constants) -> Answer:
    """What a GEMM's transfers reach."""
    run = Traffic(1e9, _GEMM_RUN_BYTES)
    us = run.cost_bytes(c) / (1e3 * ddr_gb_per_s(target, c))
    return Answer("bandwidth", us, target.clock_hz, nbytes=run.nbytes)


def simple_kernel(point: Point, target: Target, c: Constants) -> Answer:
    """A pipelined loop over one buffer on one core."""
    elements = _elements(point)
    if elements is None:
        raise UnansweredError("no size is given")
    if "fill" in point.metric:
        cycles = 3.04 * elements * BYTES.get(point.dtype_out, 4) / 64  # VEGAH 0049
    else:
        cycles = pipelined_cycles(elements)
    return Answer("kernel", 1e6 * cycles / target.clock_hz, target.clock_hz, elements)


def gemv(point: Point, target: Target, c: Constants) -> Answer:
    """A matrix (M, K) times a vector."""
    dtype = dtype_of(point, target)
    if point.m is None or point.k is None:
        raise UnansweredError("M or K is not given")
    cores = point.cores or target.columns
    us = gemv_us(point.m, point.k, dtype, cores, target, c)
    nbytes = point.m * point.k * BYTES.get(point.dtype_in.split("(")[0].strip(), 2)
    return Answer("gemv", us, target.clock_hz, point.m * point.k, nbytes)


def attention(point: Point, target: Target, c: Constants) -> Answer:
    """Fused attention: M queries, head width K, N keys, `heads H/KV` in the qualifier."""
    heads = re.search(r"heads? (\d+)", point.qualifier)
    dtype = dtype_of(point, target)
    if point.m is None or point.k is None or point.n is None or not heads:
        raise UnansweredError("heads, queries, keys or the heads' width are not given")
    run = AttentionRun(int(heads[1]), point.m, point.n, point.k, point.cores or target.cores)
    us = attention_us(run, dtype, target, c)
    if us is None:
        raise UnansweredError(f"{target.name} has no kernel for {dtype}")
    return Answer(
        "attention", us, target.clock_hz, 2.0 * run.heads * run.queries * run.keys * run.head
    )


def convolution(point: Point, target: Target, c: Constants) -> Answer:
    """A convolution as the product (M pixels, K) x (K, N channels)."""
    dtype = dtype_of(point, target)
    if point.m is None or point.k is None or point.n is None:
        raise UnansweredError(
            "M (pixels), K (channels in times window) or N (channels out) is not given"
        )
    us = convolution_us(point.m, point.k, point.n, dtype, point.cores or 1, target, c)
    if us is None:
        raise UnansweredError(f"{target.name} has no kernel for {dtype}")
    return Answer("vector", us, target.clock_hz, point.m * point.k * point.n)


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


def vector(point: Point, target: Target, c: Constants) -> Answer:
    """An element-wise op or a norm, named in metric or qualifier; rows of N elements."""
    chain, elements = _chain(point), _elements(point)
    if chain is None:
        raise UnansweredError(f"no model of the metric {point.metric!r}")
    if elements is None:
        raise UnansweredError("no size is given")
    cores = point.cores or (target.cores if chain.rows else target.columns)
    size = BYTES.get(point.dtype_out, BYTES["bf16"])
    windows = "windows" in point.source.lower()
    us = vector_us(VectorRun(chain, elements, point.n, cores, size, windows), target, c)
    nbytes = elements * size * chain.streams
    return Answer("vector", us, target.clock_hz, elements, nbytes)


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
