"""Python models of the external functions that mlir-aie's test/npu-xrt designs call.

What each computes, restated; cycles do not matter here. Used by conformance.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import Any

import numpy as np

Beats = Generator[Any, Any, None]
_MATMUL = re.compile(
    r"matmul_scalar_(?:(put_get|put|get)_)?(\d+)x(\d+)x(\d+)_(\d+)x(\d+)x(\d+)_i32_i32"
)


def add_one(a: np.ndarray, out: np.ndarray, n: int) -> None:
    """out = a + 1."""
    out[:n] = a[:n] + 1


def scale_by_two(a: np.ndarray, out: np.ndarray, n: int) -> None:
    """out = 2 a."""
    out[:n] = 2 * a[:n]


def scale_int32(a: np.ndarray, out: np.ndarray) -> None:
    """out = 3 a."""
    out[:] = 3 * a


def vector_scalar(a: np.ndarray, out: np.ndarray, factor: np.ndarray, n: int) -> None:
    """out = factor a."""
    out[:n] = a[:n] * factor[0]


def threshold(a: np.ndarray, out: np.ndarray, n: int, limit: int, top: int, kind: int) -> None:
    """Binary threshold of bytes."""
    out[:n] = np.where(a[:n] > limit, top, 0)


def add_into(a: np.ndarray, out: np.ndarray) -> None:
    """out += a."""
    out += a


def zero(out: np.ndarray) -> None:
    """out = 0."""
    out[...] = 0


def nothing() -> None:
    """Events and the flush of the trace unit."""


def _vector(first: int) -> Beats:
    """32 int32 over the cascade: two beats, the first lane as given."""
    yield ("put_cascade", [first] + [0] * 15)
    yield ("put_cascade", [0] * 16)


def first_of_chain() -> Beats:
    """Send a vector that begins with 14."""
    yield from _vector(14)


def middle_of_chain() -> Beats:
    """Add 100 to the first lane and send it on."""
    beat = yield ("get_cascade",)
    yield ("get_cascade",)
    yield from _vector(int(beat[0]) + 100)


def last_of_chain(out: np.ndarray, n: int) -> Beats:
    """Write the first lane plus 100 at index 5, and 0 elsewhere."""
    beat = yield ("get_cascade",)
    yield ("get_cascade",)
    out[:n] = 0
    out[5] = beat[0] + 100


def read_bus(out: np.ndarray, address: int, n: int, stride: int) -> Beats:
    """Words of the core's own tile over the processor bus."""
    for i in range(n):
        out[i] = yield ("read_register", address + i * stride)


def matmul(symbol: str) -> Callable[..., Any] | None:
    """The blocked int32 matmul that `symbol` names, partial sums over the cascade."""
    match = _MATMUL.fullmatch(symbol)
    if match is None:
        return None
    mode = match[1] or ""
    mt, kt, nt, m, k, n = map(int, match.groups()[1:])

    def products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        x, w = a.reshape(kt, mt, m, k), b.reshape(nt, kt, k, n)
        return np.einsum("kmij,nkjl->nmil", x, w).astype(np.int32)

    def plain(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
        c += products(a, b).reshape(c.shape)

    def cascaded(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> Beats:
        flat = c.reshape(-1)
        for i, value in enumerate(products(a, b).reshape(-1)):
            if "get" in mode:
                beat = yield ("get_cascade",)
                yield ("get_cascade",)
                flat[i : i + 1] += beat[0]
            flat[i : i + 1] += value
            if "put" in mode:
                yield from _vector(int(flat[i]))

    return cascaded if mode else plain


KERNELS: dict[str, Callable[..., Any]] = {
    "add_one": add_one,
    "scale_by_two": scale_by_two,
    "scale_int32": scale_int32,
    "vector_scalar_mul_aie_scalar": vector_scalar,
    "thresholdLine": threshold,
    "sum": add_into,
    "zero": zero,
    "event_0": nothing,
    "event_1": nothing,
    "flush_trace": nothing,
    "read_processor_bus": read_bus,
    "extern_kernel1": first_of_chain,
    "extern_kernel2": middle_of_chain,
    "extern_kernel3": last_of_chain,
}


def kernels_of(text: str) -> dict[str, Callable[..., Any]]:
    """The models of all functions that `text` calls."""
    symbols = set(re.findall(r"call @(\w+)", text))
    found = {symbol: matmul(symbol) or KERNELS.get(symbol) for symbol in symbols}
    return {symbol: model for symbol, model in found.items() if model is not None}
