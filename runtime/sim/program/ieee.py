"""Floating point on numbers as IEEE 754 has it: no value stops a core.

Python raises where IEEE has an answer (a logarithm of 0, a root of -1, a power that overflows);
here these are infinities and NaNs. `arithmetic.py` binds these functions into programs. Conversions
to integers saturate as compiler-rt's do, which cores link: beyond the range, and for NaN by its
sign, the nearest end of 32 bits (64 for i64); narrower results keep the low bits of that.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

_WORD_BITS = 32  # of the narrowest conversion that compiler-rt has


def _ieee(function: Callable[..., float], numpy: Callable[..., np.float64]) -> Callable[..., float]:
    """`function`, and numpy's own where Python refuses."""

    def call(*values: float) -> float:
        try:
            return function(*values)
        except (ValueError, OverflowError, ZeroDivisionError):
            with np.errstate(all="ignore"):
                return float(numpy(*map(np.float64, values)))

    return call


def _rsqrt(value: np.float64) -> np.float64:
    return np.float64(1) / np.sqrt(value)


def _exact(numpy: Callable[..., np.float64]) -> Callable[[float], float]:
    """A rounding to whole numbers, which keeps signed zeros, infinities and NaN."""
    return lambda value: float(numpy(np.float64(value)))


# The functions of the math dialect, by name.
MATH: dict[str, Callable[..., float]] = {
    "absf": abs,
    "exp": _ieee(math.exp, np.exp),
    "exp2": _ieee(lambda value: 2.0**value, np.exp2),
    "tanh": math.tanh,
    "erf": math.erf,
    "sqrt": _ieee(math.sqrt, np.sqrt),
    "rsqrt": _ieee(lambda value: 1.0 / math.sqrt(value), _rsqrt),
    "sin": _ieee(math.sin, np.sin),
    "cos": _ieee(math.cos, np.cos),
    "log": _ieee(math.log, np.log),
    "log2": _ieee(math.log2, np.log2),
    "powf": _ieee(math.pow, np.power),
    "floor": _exact(np.floor),
    "ceil": _exact(np.ceil),
    "trunc": _exact(np.trunc),
    "roundeven": _exact(np.rint),
    "fma": lambda a, b, c: a * b + c,
}


def float_divide(a: float, b: float) -> float:
    """IEEE division: by zero it is infinity or nan."""
    if b:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def maximum(a: float, b: float) -> float:
    """The larger; NaN if either is; +0 is above -0. Source: MLIR, arith.maximumf."""
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if a or b:
        return max(a, b)
    return math.copysign(0.0, max(math.copysign(1, a), math.copysign(1, b)))


def minimum(a: float, b: float) -> float:
    """The smaller, as `maximum`. Source: MLIR, arith.minimumf."""
    return -maximum(-a, -b)


def maxnum(a: float, b: float) -> float:
    """The larger; the other operand where one is NaN. Source: MLIR, arith.maxnumf."""
    if math.isnan(a) or math.isnan(b):
        return b if math.isnan(a) else a
    return maximum(a, b)


def minnum(a: float, b: float) -> float:
    """The smaller, as `maxnum`. Source: MLIR, arith.minnumf."""
    return -maxnum(-a, -b)


# By operation: of two numbers, and of two arrays.
EXTREMES: dict[str, tuple[Callable[[float, float], float], np.ufunc]] = {
    "arith.maximumf": (maximum, np.maximum),
    "arith.minimumf": (minimum, np.minimum),
    "arith.maxnumf": (maxnum, np.fmax),
    "arith.minnumf": (minnum, np.fmin),
}


def float_to_signed(value: float, bits: int) -> int:
    """`value` towards zero, within the signed range that the conversion has."""
    half = 1 << (max(bits, _WORD_BITS) - 1)
    return _within(value, -half, half - 1)


def float_to_unsigned(value: float, bits: int) -> int:
    """`value` towards zero, within the unsigned range that the conversion has."""
    return _within(value, 0, (1 << max(bits, _WORD_BITS)) - 1)


def _within(value: float, low: int, high: int) -> int:
    if math.isfinite(value):
        return min(max(int(value), low), high)
    return low if math.copysign(1, value) < 0 else high


def integer_lanes(
    convert: Callable[[float, int], int], bits: int, dtype: np.dtype, array: np.ndarray
) -> np.ndarray:
    """`convert` lane by lane; each result keeps its low `bits`."""
    numbers = [convert(float(value), bits) for value in array.reshape(-1)]
    wide = np.array([n & (1 << 64) - 1 for n in numbers], np.uint64)
    return wide.astype(f"u{dtype.itemsize}").view(dtype).reshape(array.shape)
