"""What measurements of GEMV, attention and convolution ask of the model."""

from __future__ import annotations

import re

from aiec.ir.target import Target
from aiec.partitioner.physics.answer import Answer, UnansweredError
from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.gemm_questions import dtype_of
from aiec.partitioner.physics.operands import BYTES, type_named
from aiec.partitioner.physics.points import Point
from aiec.partitioner.physics.vector import AttentionRun, attention_us, convolution_us, gemv_us


def gemv(point: Point, target: Target, c: Constants) -> Answer:
    """A matrix (M, K) times a vector."""
    dtype = dtype_of(point, target)
    if point.m is None or point.k is None:
        raise UnansweredError("M or K is not given")
    cores = point.cores or target.columns
    us = gemv_us(point.m, point.k, dtype, cores, target, c)
    nbytes = point.m * point.k * BYTES.get(type_named(point.dtype_in), 2)
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
