"""How close each kernel is to its torch body, and why: one table for the tests and docs/kernels.md.

Absolute tolerances are for the tests' arguments: operands of size 1, sums of at most 104 products.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.encoder import TILE
from aiec.ir.target import NPU2, Target

STEP = 2.0**-7  # two neighbours of bf16 are at most this far apart, relative to the smaller


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Of one kernel with certain scalar arguments.

    Attributes:
        through_bfp16: relative and absolute on npu2, where products go through bfp16; None: the
            same.
    """

    relative: float
    absolute: float
    why: str
    through_bfp16: tuple[float, float] | None = None

    def on(self, target: Target) -> tuple[float, float]:
        """Relative and absolute tolerance on a target."""
        if target.isa == NPU2.isa and self.through_bfp16:
            return self.through_bfp16
        return self.relative, self.absolute


# A block's step is 2^-6 of its largest, so each factor is off by up to 2^-7 of that: of 64 products
# of size 1 the sum is off by 0.05, seldom by 0.4; powers of such scores by 4 %, seldom by 15 %, and
# they are stored in blocks whose largest is at most 1.
_SUM = (0, 0.4)
_POWERS = (0.15, 2**-6)

# An addition first rounds the smaller number to 2^-23 of the larger one's power of two, so where
# the two nearly cancel it is off by that from IEEE's. Sums of tests' arguments lie below 8.
_ADDITION = 2.0**-21

TOLERANCES: dict[tuple[str, tuple[int, ...]], Tolerance] = {
    ("gemm_bf16", (1,)): Tolerance(0, 2e-5, "the same fp32 sum, reordered"),
    ("gemm_bf16", (0,)): Tolerance(0, 2e-5, "as above"),
    ("gemm_bf16_residual", ()): Tolerance(
        0, _ADDITION, "one fp32 addition, its terms aligned first"
    ),
    ("gemm_bf16_store", (0,)): Tolerance(0, 0, "one rounding to nearest even"),
    ("gemm_bf16_store", (1,)): Tolerance(
        STEP,
        1e-8,
        "one step of bf16: values that differ by 6e-4, rounded; the tail is held below -6",
    ),
    ("encoder_parameters", ()): Tolerance(0, 0, "a copy"),
    ("encoder_gemm", (1,)): Tolerance(0, 2e-5, "the same fp32 sum, reordered; bfp16", _SUM),
    ("encoder_gemm", (0,)): Tolerance(0, 2e-5, "as above", _SUM),
    ("encoder_stats", (2, 1)): Tolerance(1e-6, 1e-5, "the same fp32 sums, reordered"),
    ("encoder_stats", (5, 0)): Tolerance(1e-6, 1e-5, "as above"),
    ("encoder_moments", (3, 384)): Tolerance(2e-5, 1e-7, "the reciprocal root to 2^-16"),
    ("encoder_affine", (1, 384)): Tolerance(3e-5, 3e-5, "products of factors split to 2^-17"),
    ("encoder_affine", (0, 0)): Tolerance(0, _ADDITION, "one addition, as above"),
    ("encoder_gelu", ()): Tolerance(6e-4, 1e-6, "the tail is held to 6e-4 of it"),
    ("encoder_residual", ()): Tolerance(0, _ADDITION, "one addition, as above"),
    ("encoder_store", (0,)): Tolerance(0, 0, "one rounding to nearest even"),
    ("encoder_store", (1,)): Tolerance(0, 0, "as above"),
    ("encoder_query", ()): Tolerance(0, 0, "a copy"),
    ("encoder_attention_start", ()): Tolerance(0, 0, "constants"),
    ("encoder_scores", (TILE,)): Tolerance(STEP, 1e-6, "powers to a step of bf16; bfp16", _POWERS),
    ("encoder_scores", (28,)): Tolerance(STEP, 1e-6, "as above", _POWERS),
    ("encoder_attention_end", ()): Tolerance(3e-5, 0, "products of factors split to 2^-17"),
}


def of_object(prefix: str) -> dict[tuple[str, tuple[int, ...]], Tolerance]:
    """The rows of the kernels whose names begin with `prefix`."""
    return {case: row for case, row in TOLERANCES.items() if case[0].startswith(prefix)}
