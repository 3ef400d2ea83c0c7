"""Where the numbers in `cpp/gelu.h` come from: fits to the logarithm of the normal upper tail.

    gelu(x) = x * Phi(x) = max(x, 0) - a * Q(a),   a = |x|,   Q(a) = Phi(-a)
    Q(a) = 2^L(a) = 2^whole * 2^f,   whole = L(a) rounded,   |f| <= 1/2

Q falls from 1/2 to 1e-9 over 0 <= a <= 6, and GELU's relative error in its negative tail is that of
Q. L falls almost as a parabola, so a polynomial of degree 6 in the centred variable a - 3 holds Q's
relative error over all nine decades; 2^f is a cubic, and 2^whole shifts an exponent. Beyond a = 6
the kernel holds a * Q(a) at its value there, 6e-9.

Factors of bf16 products must be bf16: the highest coefficient of L and of the cubic. Nothing in the
compiler reads this module; the tests prove that the kernel's coefficients are what the fits find,
and that the error stays within `RELATIVE_ERROR`.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from aiec.kernels.lawson import fit_polynomial

LIMIT = 6.0  # |x| from which Q is held
DEGREE = 6  # of L
POWER_DEGREE = 3  # of 2^f, whose lowest coefficient is 1
# Of Q with both fits in exact arithmetic; a bf16 rounds within 2e-3 to 4e-3.
RELATIVE_ERROR = 2e-4

Array = NDArray[np.float64]


def fit_logarithm() -> Array:
    """Return c[0..DEGREE] with the sum of c[i] * (a - LIMIT/2)**i close to log2(Q(a))."""
    points = LIMIT / 2 * np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)
    return fit_polynomial(
        points, np.log2(upper_tail(points + LIMIT / 2)), range(DEGREE + 1), bf16=(DEGREE,)
    )


def fit_power() -> Array:
    """Return c[0..3], c[0] = 1, with the sum of c[i] * f**i close to 2**f over |f| <= 1/2."""
    f = 0.5 * np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)
    powers = range(1, POWER_DEGREE + 1)
    found = fit_polynomial(f, 2.0**f - 1, powers, bf16=(POWER_DEGREE,), scale=2.0**f)
    return np.array([1.0, *found])


def upper_tail(a: Array) -> Array:
    """Q(a), the probability that a standard normal variable exceeds `a`, in fp64."""
    return torch.exp(torch.special.log_ndtr(torch.from_numpy(-a))).numpy()


def approximate_upper_tail(a: Array, logarithm: Array, power: Array) -> Array:
    """What the kernel computes for Q(a), in fp64, given the coefficients of both fits."""
    centred = np.minimum(a, LIMIT) - LIMIT / 2
    exponent = np.polynomial.polynomial.polyval(centred, logarithm)
    whole = np.round(exponent)
    tail = np.polynomial.polynomial.polyval(exponent - whole, power) * 2.0**whole
    return np.asarray(tail, dtype=np.float64)
