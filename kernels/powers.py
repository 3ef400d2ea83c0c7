"""Where the numbers in `cpp/powers.h` come from: the mantissa of a power of two by a cubic.

    2^s = 2^floor(s) * (1 + m),  m = 2^f - 1,  f = s - floor(s),  c = f - 1/2
    floor(s) + m = s - 1/2 + CONSTANT + c * (c1 + c * (c2 + c * c3))

The left side is, but for the bias, the bits of a bf16 over 2^7. `CONSTANT` is a multiple of 2^-7,
so that it can be added together with the bias; c1 and c3 are factors of bf16 products, so they are
bf16. AIE2P's instruction leaves the cubic out: it is up to 6 % high. Nothing in the compiler reads
this module.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aiec.kernels.lawson import fit_polynomial

CONSTANT = 53 / 128
RELATIVE_ERROR = 1.1e-4  # of the cubic in exact arithmetic; a bf16 rounds within 2e-3 to 4e-3

Array = NDArray[np.float64]


def fit() -> Array:
    """Return (c1, c2, c3) of least relative error of the power."""
    c = 0.5 * np.cos(np.pi * (np.arange(4001) + 0.5) / 4001)
    rest = mantissa(c) - 1 - c - CONSTANT
    return fit_polynomial(c, rest, (1, 2, 3), bf16=(3, 1), scale=mantissa(c))


def mantissa(c: Array) -> Array:
    """2^f, from 1 to 2."""
    return np.asarray(2.0 ** (c + 0.5), dtype=np.float64)


def approximate_mantissa(c: Array, coefficients: Array) -> Array:
    """What the kernel computes for 2^f, in fp64, given (c1, c2, c3)."""
    c1, c2, c3 = coefficients
    return 1 + c + CONSTANT + c * (c1 + c * (c2 + c * c3))
