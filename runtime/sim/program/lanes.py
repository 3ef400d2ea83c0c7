"""arith and math on vectors where numpy's own operators would say something else.

Functions of numpy arrays, and the dtype of the result; integers come in their signed dtype.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Lanes = Callable[..., np.ndarray]


def unsigned_lanes(array: np.ndarray) -> np.ndarray:
    """The same bits as unsigned numbers."""
    return array.view(f"u{array.dtype.itemsize}") if array.dtype.kind == "i" else array


def _on_unsigned(function: Callable[..., np.ndarray]) -> Lanes:
    def lanes(dtype: np.dtype, *arrays: np.ndarray) -> np.ndarray:
        return function(*map(unsigned_lanes, arrays)).astype(dtype)

    return lanes


def _divide(dtype: np.dtype, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return ((a - np.fmod(a, b)) // b).astype(dtype)


def _remainder(dtype: np.dtype, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.fmod(a, b).astype(dtype)


def _select(dtype: np.dtype, mask: Any, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(mask, a, b).astype(dtype)


_COMPARE: tuple[Callable[[Any, Any], Any], ...] = (
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.less, np.less_equal, np.greater, np.greater_equal,
)  # fmt: skip


def compare_integers(predicate: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """arith.cmpi: predicates from 6 on are of unsigned numbers."""
    if predicate >= 6:
        a, b = unsigned_lanes(a), unsigned_lanes(b)
    return _COMPARE[predicate](a, b)


def compare_floats(predicate: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """arith.cmpf: 1 to 6 are false, 8 to 13 true where a lane is not a number; 7 and 14 ask."""
    ordered = (a == a) & (b == b)
    if predicate in (0, 15):
        return np.full(a.shape, predicate == 15)
    if predicate in (7, 14):
        return ordered if predicate == 7 else ~ordered
    order = (np.equal, np.greater, np.greater_equal, np.less, np.less_equal, np.not_equal)
    return order[(predicate - 1) % 7](a, b) & ordered if predicate < 7 else (
        order[predicate - 8](a, b) | ~ordered
    )  # fmt: skip


LANES: dict[str, Lanes] = {
    "arith.divsi": _divide,
    "arith.remsi": _remainder,
    "arith.select": _select,
    "arith.divui": _on_unsigned(np.floor_divide),
    "arith.remui": _on_unsigned(np.remainder),
    "arith.shrui": _on_unsigned(np.right_shift),
    "arith.maxui": _on_unsigned(np.maximum),
    "arith.minui": _on_unsigned(np.minimum),
    "arith.ceildivui": _on_unsigned(lambda a, b: a // b + (a % b != 0)),
    "arith.extui": _on_unsigned(np.positive),
    "arith.index_castui": _on_unsigned(np.positive),
    "arith.uitofp": _on_unsigned(np.positive),
}


def each(function: Callable[..., float], dtype: np.dtype, *arrays: np.ndarray) -> np.ndarray:
    """A function of numbers, lane by lane, rounded to `dtype`."""
    lanes = zip(*(array.reshape(-1).astype(np.float64).tolist() for array in arrays), strict=True)
    return np.array([function(*lane) for lane in lanes]).astype(dtype).reshape(arrays[0].shape)
