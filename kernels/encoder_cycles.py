"""How long the encoder's kernels run on a core, counted in issue slots (see `cycles.py`).

A loop over the tile issues, per group of `lanes` fp32 elements, the operations of its vector slot;
the other slots (two loads, a store, moves) are less full in each of these loops. What compiled code
adds for latencies that are not filled is in `_STRETCH`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from aiec.ir.design import GemmTiling
from aiec.ir.encoder import TILE
from aiec.ir.target import Target

SOURCE = "issue slots of the vector unit; not measured on a device. Uncertainty a factor of 1.5"

_CALL = 30  # entry, rounding mode, return, loop set-up; see cycles.py
_LANES = {"aie2": 16, "aie2p": 32}
_STRETCH = 1.3
# The product of two tiles: `cycles.gemm` for npu1; bf16 through bfp16 on npu2 reaches 137 to 158
# multiply-accumulates a cycle. Source: VEGAH 0003, TAKA.
_GEMM = {"aie2": 2848, "aie2p": TILE**3 // 145}


def per_vector(slots: float, share: float = 1.0) -> Callable[..., int]:
    """A kernel with `slots` vector operations for each vector of `share` of a 64 x 64 tile."""

    def cycles(target: Target, tiling: GemmTiling, *scalars: int) -> int:
        return _CALL + math.ceil(share * TILE * TILE / _LANES[target.isa] * slots * _STRETCH)

    return cycles


def gemm(target: Target, tiling: GemmTiling, first: int = 0) -> int:
    """Cycles of `encoder_gemm`."""
    return _CALL + _GEMM[target.isa]


def parameters(target: Target, tiling: GemmTiling) -> int:
    """Cycles of `encoder_parameters`: one vector, in and out."""
    return _CALL


def scores(target: Target, tiling: GemmTiling, valid: int = TILE) -> int:
    """Cycles of `encoder_scores`: the product, then maxima, powers and sums, then the rescale."""
    return gemm(target, tiling) + per_vector(12 + 2)(target, tiling)
