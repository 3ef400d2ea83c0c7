"""What a GEMM costs on the array: cycles of the busiest resource, and bytes that cross DDR.

Below `cost.py`. The loop it counts is the one codegen emits: x tiles broadcast along the four rows
of cores, weight tiles down the columns, an output tile accumulated in place over k, its store
overlapped by nothing. The tiling is an estimate by the same limits that the planner keeps; the
planner's own choice may differ and is what runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from aiec.ir.design import GemmTiling
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import Target

# Multiply-accumulates a cycle that kernels compiled with the open compiler (Peano) reach on a core.
# aie2: 290 GFLOP/s at 1.6 GHz, nod-ai's CI, bf16 512-cubed on one core (closed compiler: 112.6).
# aie2p: 25.0 for 64x64x32, and 24.9 for 64x64x48 (7,897 cycles), both VEGAH, native bf16.
KERNEL_MACS_PER_CYCLE: dict[str, float] = {"aie2": 90.0, "aie2p": 25.0}

# A kernel call with acquire and release of both inputs: 57 cycles a pair of lock operations
# (mlir-aie test/benchmarks).
CALL_CYCLES = 2 * 57
# Store of the fp32 accumulator as bf16: the rate of a 64x48 fp32 fill, 583 cycles (VEGAH).
STORE_ELEMENTS_PER_CYCLE = 64 * 48 / 583
# GELU adds a polynomial of about twelve vector steps to each element's store (WXDNA's kernel has
# twelve); sixteen lanes. Inferred.
GELU_CYCLES_PER_ELEMENT = 12 / 16 * 2

# The matrix instruction (r, s, t). Source: aie_api's mmul shapes for bf16.
MMUL: dict[str, tuple[int, int, int]] = {"aie2": (4, 8, 4), "aie2p": (4, 8, 8)}

_RTP_BYTES = 16


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
    """One k tile: arithmetic, or the stream that feeds it where that is slower."""
    arithmetic = tiling.m * tiling.k * tiling.n / KERNEL_MACS_PER_CYCLE[target.isa] + CALL_CYCLES
    stream = max(tiling.x_bytes, tiling.w_bytes) / target.stream_bytes_per_cycle
    return max(arithmetic, stream)


def _epilogue_cycles(gemm: Gemm, tiling: GemmTiling, target: Target) -> float:
    """Store of one output tile, its activation, and the four residual objects of its column."""
    elements = tiling.m * tiling.n
    cycles = CALL_CYCLES + elements / STORE_ELEMENTS_PER_CYCLE
    if gemm.activation is Activation.GELU:
        cycles += elements * GELU_CYCLES_PER_ELEMENT
    if gemm.residual:
        cycles += target.core_rows * tiling.w_bytes / target.stream_bytes_per_cycle
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
    """Tilings in steps of 16 that fit a core's memory, a residual object within a weight object."""
    r, s, t = MMUL[target.isa]
    sizes = range(16, 129, 16)
    every = (GemmTiling(m, k, n, r, s, t, k) for m, k, n in product(sizes, repeat=3))
    return tuple(tiling for tiling in every if _fits(tiling, target))


def _fits(tiling: GemmTiling, target: Target) -> bool:
    used = (
        2 * tiling.x_bytes + 2 * tiling.w_bytes + tiling.acc_bytes + tiling.out_bytes + _RTP_BYTES
    )
    fits = used + target.core_stack_bytes <= target.core_memory_bytes
    return fits and tiling.out_bytes <= tiling.w_bytes


def _round_up(size: int, step: int) -> int:
    return math.ceil(size / step) * step
