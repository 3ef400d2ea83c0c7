"""Time of what is no GEMM: element-wise ops, norms, softmax, GEMV, attention, convolution."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiec.ir.target import Target
from aiec.partitioner.physics.chains import Chain, chain_cycles
from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.memory import Traffic, ddr_us, launch_us, overlapped
from aiec.partitioner.physics.operands import BYTES, Dtype, operand_bytes
from aiec.partitioner.physics.rates import product_cycles

_LANES = 16
_LONG_RUN = 4096  # bytes: whole objects are read one after another
_TILE = 64  # queries, keys and head width of an attention step


@dataclass(frozen=True, slots=True)
class VectorRun:
    """An element-wise op or a reduction over rows. `row` is a row's length, None where none is."""

    chain: Chain
    elements: float
    row: int | None
    cores: int
    element_bytes: float = 2
    windows: bool = False


@dataclass(frozen=True, slots=True)
class AttentionRun:
    """Attention over (heads, queries, head) x (heads, keys, head)."""

    heads: int
    queries: int
    keys: int
    head: int
    cores: int


def vector_us(run: VectorRun, target: Target, c: Constants) -> float:
    """Microseconds of an element-wise op or a row-wise one."""
    cycles = chain_cycles(run.chain, run.elements / run.cores, run.row, c)
    moved = Traffic(run.elements * run.element_bytes * run.chain.streams, _LONG_RUN)
    busy = overlapped(1e6 * cycles / target.clock_hz, ddr_us((moved,), target, c))
    return launch_us(target, run.windows, c) + busy


def gemv_us(
    rows: int, columns: int, dtype: Dtype, cores: int, target: Target, c: Constants
) -> float:
    """Microseconds of a (rows, columns) matrix times a vector, the matrix streamed once."""
    cycles = rows * columns / cores / _LANES * c.gemv_chain
    moved = Traffic(rows * columns * operand_bytes(dtype)[0], _LONG_RUN)
    busy = max(1e6 * cycles / target.clock_hz, ddr_us((moved,), target, c))
    return launch_us(target, False, c) + busy


def attention_us(run: AttentionRun, dtype: Dtype, target: Target, c: Constants) -> float | None:
    """Microseconds of fused attention: two products and a softmax for each 64 x 64 scores.

    A head wider than 64 takes as many cores a block of scores as it has parts of 64.
    """
    product = product_cycles(target.isa, dtype, _TILE, _TILE, _TILE, BYTES["fp32"], c)
    if product is None:
        return None
    parts = math.ceil(run.head / _TILE)
    softmax = _TILE * _TILE / _LANES * c.attention_chain
    block = parts * (2 * product + softmax)
    query_blocks = run.heads * math.ceil(run.queries / _TILE)
    score_blocks = query_blocks * math.ceil(run.keys / _TILE)
    cores_us = 1e6 * score_blocks * block / run.cores / target.clock_hz
    return c.attention_launch_us + parts * query_blocks * c.attention_block_us + cores_us


def convolution_us(
    pixels: int, depth: int, channels: int, dtype: Dtype, cores: int, target: Target, c: Constants
) -> float | None:
    """Microseconds of a convolution as the product (pixels, depth) x (depth, channels).

    `depth` is input channels times the window's size. Rows stay in the mem tiles, so DDR sees
    each value once.
    """
    cycles = product_cycles(target.isa, dtype, pixels, depth, channels, 1, c)
    if cycles is None:
        return None
    a, b = operand_bytes(dtype)
    moved = Traffic(pixels * channels * a + depth * channels * b, _LONG_RUN)
    busy = overlapped(1e6 * cycles / cores / target.clock_hz, ddr_us((moved,), target, c))
    return launch_us(target, False, c) + busy
