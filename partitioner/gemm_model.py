"""What a GEMM costs on the array before it is planned: with an estimated tiling.

Below `cost.py`. The time is that of `kernels/gemm_cost.py`, by which codegen plans. The tiling is
the best of a coarse grid; what runs is the planner's choice, which tries more and may differ.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from aiec.ir.design import GemmPlan, GemmTiling
from aiec.ir.graph import Gemm
from aiec.ir.target import Target
from aiec.kernels import gemm_cost as array
from aiec.kernels.gemm_bf16 import MMUL_SHAPE, broken_constraint
from aiec.kernels.layout import padded_shape
from aiec.kernels.tile_memory import core_bytes

_SIZES = range(16, 129, 16)  # tile sizes that the estimate tries


def gemm_cost(gemm: Gemm, tiling: GemmTiling, target: Target) -> array.GemmCost:
    """Cost of `gemm` on the whole array, weights resident in DDR, activations packed."""
    shape = padded_shape(gemm, tiling, target.core_rows, target.columns)
    plan = GemmPlan(target, tiling, target.columns, target.core_rows, (shape,), why="")
    return array.gemm_cost(plan, shape)


@lru_cache(maxsize=64)
def estimate_tiling(gemms: tuple[Gemm, ...], target: Target) -> GemmTiling:
    """The tiling that runs all `gemms` in the least total time, among those that fit a core.

    `gemms` has an entry for every op, repeated shapes repeated. Refuses the empty tuple.
    """
    assert gemms
    counts = {gemm: gemms.count(gemm) for gemm in gemms}

    def cycles(tiling: GemmTiling) -> float:
        return sum(n * gemm_cost(gemm, tiling, target).total for gemm, n in counts.items())

    return min(legal_tilings(target), key=cycles)


def legal_tilings(target: Target) -> tuple[GemmTiling, ...]:
    """Tilings in steps of 16 that the kernels take and a core's memory holds."""
    r, s, t = MMUL_SHAPE[target.isa]
    every = (GemmTiling(m, k, n, r, s, t, k) for m, k, n in product(_SIZES, repeat=3))
    return tuple(tiling for tiling in every if _fits(tiling, target))


def _fits(tiling: GemmTiling, target: Target) -> bool:
    held = core_bytes(tiling) <= target.core_memory_bytes
    return held and broken_constraint(target, tiling) is None
