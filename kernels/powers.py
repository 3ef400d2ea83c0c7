"""Where the numbers in `cpp/powers.h` come from: the mantissa of a power of two by a cubic.

    2^s = 2^floor(s) * (1 + m),  m = 2^f - 1,  f = s - floor(s),  c = f - 1/2
    floor(s) + m = s - 1/2 + CONSTANT + c * (c1 + c * (c2 + c * c3))

The left side is, but for the bias, the bits of a bf16 over 2^7. `CONSTANT` is a multiple of 2^-7,
so that it can be added together with the bias; c1 and c3 are factors of bf16 products, so they are
bf16. AIE2P has an instruction instead. Nothing in the compiler reads this module.
"""

from __future__ import annotations

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

CONSTANT = 53 / 128
RELATIVE_ERROR = 1.1e-4  # of the cubic in exact arithmetic; a bf16 rounds within 2e-3 to 4e-3


def fit(points: int = 4001, rounds: int = 400) -> NDArray[np.float64]:
    """Return (c1, c2, c3) of least relative error of the power, by Lawson's iteration."""
    c = 0.5 * np.cos(np.pi * (np.arange(points) + 0.5) / points)
    fixed: dict[int, float] = {}
    for power in (3, 1):  # the ones that must be bf16, rounded one after the other
        fixed[power] = _bf16(_fit_free(c, fixed, rounds)[power])
    found = {**_fit_free(c, fixed, rounds), **fixed}
    return np.array([found[1], found[2], found[3]])


def _fit_free(c: NDArray[np.float64], fixed: dict[int, float], rounds: int) -> dict[int, float]:
    free = [power for power in (1, 2, 3) if power not in fixed]
    basis = np.stack([c**power for power in free], 1) / mantissa(c)[:, None]
    rest = mantissa(c) - 1 - c - CONSTANT - sum(v * c**p for p, v in fixed.items())
    rest = rest / mantissa(c)
    weight = np.ones(len(c))
    best, least = np.zeros(len(free)), np.inf
    for _ in range(rounds):
        solution, *_ = np.linalg.lstsq(basis * weight[:, None], rest * weight, rcond=None)
        error = np.abs(basis @ solution - rest)
        if error.max() < least:
            best, least = solution, error.max()
        weight = weight * (error / error.max()) ** 0.5
        weight = np.maximum(weight / weight.max(), 1e-8)
    return dict(zip(free, best, strict=True))


def mantissa(c: NDArray[np.float64]) -> NDArray[np.float64]:
    """2^f, from 1 to 2."""
    return np.asarray(2.0 ** (c + 0.5), dtype=np.float64)


def approximate_mantissa(
    c: NDArray[np.float64], coefficients: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the kernel computes for 2^f, in fp64, given (c1, c2, c3)."""
    c1, c2, c3 = coefficients
    return 1 + c + CONSTANT + c * (c1 + c * (c2 + c * c3))


def _bf16(value: float) -> float:
    return float(np.float32(value).astype(ml_dtypes.bfloat16))
