"""What a GEMM costs on the array: cycles of the busiest resource, and bytes that cross DDR.

Below `cost.py`. The loop it counts is the one codegen emits: x tiles broadcast along the four rows
of cores, weight tiles down the columns, an output tile accumulated in place over k, its store
overlapped by nothing. Kernels' cycles are those of their specs, as in planner and simulator. The
tiling is an estimate by the limits of a core; what runs is the planner's choice, which may differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from aiec.ir.design import GemmTiling
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import Target
from aiec.kernels.gemm_bf16 import (
    GELU,
    GEMM_BF16,
    GEMM_BF16_RESIDUAL,
    GEMM_BF16_STORE,
    MMUL_SHAPE,
    NONE,
    broken_constraint,
)

# Acquire and release of one object's lock. Source: mlir-aie test/benchmarks.
LOCK_PAIR_CYCLES = 57

_RTP_BYTES = 16
_SIZES = range(16, 129, 16)  # tile sizes that the estimate tries


@dataclass(frozen=True, slots=True)
class GemmCost:
    """Array cycles and DDR bytes of one GEMM with one tiling."""

    cycles: float
    ddr_bytes: int

    def compute_us(self, target: Target) -> float:
        """Time of the array in microseconds at the target's clock."""
        return 1e6 * self.cycles / target.clock_hz

    def memory_us(self, target: Target) -> float:
        """Time of the DDR traffic in microseconds."""
        return 1e6 * self.ddr_bytes / target.ddr_bytes_per_s


def padded(gemm: Gemm, tiling: GemmTiling, target: Target) -> tuple[int, int, int]:
    """Sizes (m, k, n) in elements that the array computes: whole blocks, k tiles in pairs."""
    return (
        _round_up(gemm.m, target.core_rows * tiling.m),
        _round_up(gemm.k, 2 * tiling.k),
        _round_up(gemm.n, target.columns * tiling.n),
    )


def gemm_cost(gemm: Gemm, tiling: GemmTiling, target: Target) -> GemmCost:
    """Cost of `gemm`, weights resident in DDR, activations packed.

    x crosses DDR once for each block of output columns, weights once for each block of rows, the
    output once; a residual once, in objects as long as a weight tile.
    """
    mp, kp, np = padded(gemm, tiling, target)
    row_blocks, column_blocks = (
        mp // (target.core_rows * tiling.m),
        np // (target.columns * tiling.n),
    )
    tiles, k_tiles = row_blocks * column_blocks, kp // tiling.k
    w_objects = row_blocks * (np // tiling.n) * k_tiles
    residual_objects = (mp // tiling.m) * (np // tiling.n) if gemm.residual else 0
    ddr_bytes = (
        2 * mp * kp * column_blocks + tiling.w_bytes * (w_objects + residual_objects) + 2 * mp * np
    )
    per_tile = k_tiles * _k_tile_cycles(tiling, target) + _epilogue_cycles(gemm, tiling, target)
    joined = target.core_rows * tiling.out_bytes / target.stream_bytes_per_cycle
    return GemmCost(tiles * max(per_tile, joined), ddr_bytes)


def _k_tile_cycles(tiling: GemmTiling, target: Target) -> float:
    """One k tile: arithmetic and two locks, or the stream that feeds it where that is slower."""
    arithmetic = GEMM_BF16.cycles(target, tiling, 0) + 2 * LOCK_PAIR_CYCLES
    stream = max(tiling.x_bytes, tiling.w_bytes) / target.stream_bytes_per_cycle
    return max(arithmetic, stream)


def _epilogue_cycles(gemm: Gemm, tiling: GemmTiling, target: Target) -> float:
    """Store of one output tile, its activation, and the residual objects of its column."""
    activation = GELU if gemm.activation is Activation.GELU else NONE
    cycles = GEMM_BF16_STORE.cycles(target, tiling, activation) + LOCK_PAIR_CYCLES
    if gemm.residual:
        streamed = target.core_rows * tiling.w_bytes / target.stream_bytes_per_cycle
        cycles += max(GEMM_BF16_RESIDUAL.cycles(target, tiling), streamed)
    return cycles


@lru_cache(maxsize=64)
def estimate_tiling(gemms: tuple[Gemm, ...], target: Target) -> GemmTiling:
    """The tiling that runs all `gemms` in the least total time, among those that fit a core.

    `gemms` has an entry for every op, repeated shapes repeated. Refuses the empty tuple.
    """
    assert gemms
    counts = {gemm: gemms.count(gemm) for gemm in gemms}

    def total_us(tiling: GemmTiling) -> float:
        costs = ((n, gemm_cost(gemm, tiling, target)) for gemm, n in counts.items())
        return sum(n * max(c.compute_us(target), c.memory_us(target)) for n, c in costs)

    return min(legal_tilings(target), key=total_us)


def legal_tilings(target: Target) -> tuple[GemmTiling, ...]:
    """Tilings in steps of 16 that the kernels take and a core's memory holds."""
    r, s, t = MMUL_SHAPE[target.isa]
    every = (GemmTiling(m, k, n, r, s, t, k) for m, k, n in product(_SIZES, repeat=3))
    return tuple(tiling for tiling in every if _fits(tiling, target))


def _fits(tiling: GemmTiling, target: Target) -> bool:
    doubled = 2 * (tiling.x_bytes + tiling.w_bytes)
    used = doubled + tiling.acc_bytes + tiling.out_bytes + _RTP_BYTES + target.core_stack_bytes
    return used <= target.core_memory_bytes and broken_constraint(target, tiling) is None


def _round_up(size: int, step: int) -> int:
    return math.ceil(size / step) * step
