"""Polynomials of least largest error, by Lawson's iteration, with coefficients that bf16 holds.

For the modules that say where a kernel's numbers come from: `gelu.py`, `powers.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def fit_polynomial(
    points: Array,
    values: Array,
    powers: Iterable[int],
    bf16: tuple[int, ...] = (),
    scale: Array | float = 1.0,
    rounds: int = 300,
) -> Array:
    """Return the coefficients of `powers` of the points whose sum is close to `values`.

    Args:
        bf16: powers whose coefficients are rounded to bf16, one after the other; the rest is fitted
            again each time.
        scale: errors are relative to it.
    """
    powers = tuple(powers)
    fixed: dict[int, float] = {}
    for power in bf16:
        found = _fit(points, values, powers, fixed, scale, rounds)
        fixed[power] = float(np.float32(found[power]).astype(ml_dtypes.bfloat16))
    found = _fit(points, values, powers, fixed, scale, rounds)
    return np.array([found[power] for power in powers])


def _fit(
    points: Array,
    values: Array,
    powers: tuple[int, ...],
    fixed: dict[int, float],
    scale: Array | float,
    rounds: int,
) -> dict[int, float]:
    free = [power for power in powers if power not in fixed]
    reach = np.abs(points).max()  # scaled to 1, so that the columns are alike
    basis = np.stack([(points / reach) ** power for power in free], 1)
    basis = basis / np.broadcast_to(scale, points.shape)[:, None]
    rest = (values - sum(c * points**power for power, c in fixed.items())) / scale
    weight = np.ones(len(points))
    best, least = np.zeros(len(free)), np.inf
    for _ in range(rounds):
        solution, *_ = np.linalg.lstsq(basis * weight[:, None], rest * weight, rcond=None)
        error = np.abs(basis @ solution - rest)
        if error.max() < least:
            best, least = solution, error.max()
        weight = weight * (error / error.max()) ** 0.5  # larger where the error is
        weight = np.maximum(weight / weight.max(), 1e-8)
    return {p: c / reach**p for p, c in zip(free, best, strict=True)} | fixed
