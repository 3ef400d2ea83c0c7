"""Where the numbers in `cpp/gelu.h` come from: the fit of the normal distribution's upper tail.

    gelu(x) = x * Phi(x) = max(x, 0) - a * Q(a),   a = |x|,   Q(a) = Phi(-a)

Q falls from 1/2 to 1e-9 over 0 <= a <= 6, and GELU's relative error in its negative tail is that of
Q. No polynomial of small degree holds a relative error over nine decades; one of Q's eighth root
does, since that falls only from 0.92 to 0.075. So the kernel evaluates a polynomial of degree 6 in
the centred variable a - 3 and squares it three times. Beyond a = 6 it holds a * Q(a) at its value
there, 6e-9.

Nothing in the compiler reads this module; the tests prove that the kernel's coefficients are what
`fit` finds, and that the error stays within `RELATIVE_ERROR`.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

LIMIT = 6.0  # |x| from which Q is held
DEGREE = 6
SQUARINGS = 3
# Of Q with the fitted polynomial in exact arithmetic; a bf16 rounds within 2e-3 to 4e-3.
RELATIVE_ERROR = 3.6e-4


def fit(points: int = 4000, rounds: int = 200) -> NDArray[np.float64]:
    """Return c[0..DEGREE] with (sum of c[i] * (a - LIMIT/2)**i) ** 2**SQUARINGS close to Q(a).

    Least relative error over 0 <= a <= LIMIT, by least squares on Chebyshev points whose weights
    are raised where the error is large (Lawson's iteration).
    """
    centred = LIMIT / 2 * np.cos(np.pi * (np.arange(points) + 0.5) / points)
    root = upper_tail(centred + LIMIT / 2) ** (0.5**SQUARINGS)
    basis = np.polynomial.chebyshev.chebvander(centred / (LIMIT / 2), DEGREE) / root[:, None]
    weight = np.ones(points)
    best, least = np.zeros(DEGREE + 1), np.inf
    for _ in range(rounds):
        found, *_ = np.linalg.lstsq(basis * weight[:, None], weight, rcond=None)
        error = np.abs(basis @ found - 1)
        if error.max() < least:
            best, least = found, error.max()
        weight = weight * (error / error.max()) ** 0.5
        weight = np.maximum(weight / weight.max(), 1e-8)
    powers = np.polynomial.chebyshev.cheb2poly(best)
    return powers / (LIMIT / 2) ** np.arange(DEGREE + 1)


def upper_tail(a: NDArray[np.float64]) -> NDArray[np.float64]:
    """Q(a), the probability that a standard normal variable exceeds `a`, in fp64."""
    return torch.exp(torch.special.log_ndtr(torch.from_numpy(-a))).numpy()


def approximate_upper_tail(a: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the kernel computes for Q(a), in fp64, given the coefficients `c`."""
    centred = np.minimum(a, LIMIT) - LIMIT / 2
    root = np.polynomial.polynomial.polyval(centred, c)
    return np.asarray(root ** (2**SQUARINGS), dtype=np.float64)
