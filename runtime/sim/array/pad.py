"""Padding that a mem tile adds while it sends: constant elements before and after each dimension.

Worked example: 13 i32 with pad (2, 1) leave as 16 elements, the first two and the last constant.
Source: AM025 mem tile descriptors; mlir-aie AIEOps.td dma_bd (len is the padded total).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aiec.ir.errors import DesignError
from aiec.runtime.sim.array.access import Access
from aiec.runtime.sim.array.limits import WORD_BYTES

_WORDS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
# Widths of the before and after fields of the innermost three dimensions. Source: REGDB.
PAD_BITS = (6, 5, 4)


@dataclass(frozen=True, slots=True)
class Padded:
    """`inner` moves elements of shape `sizes`; `pads` is (before, after) a dimension, outermost
    first; `value` the bits of one element."""

    inner: Access
    sizes: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    itemsize: int
    value: int

    @property
    def nbytes(self) -> int:
        """Bytes that leave, padding included."""
        total = self.itemsize
        for size, (before, after) in zip(self.sizes, self.pads, strict=True):
            total *= before + size + after
        return total

    def gather(self, data: np.ndarray, address: int, start: int, count: int) -> np.ndarray:
        """Bytes [start, start + count) of the padded stream, as uint8 (count,)."""
        dtype = _WORDS[self.itemsize]
        moved = self.inner.gather(data, address, 0, self.inner.nbytes)
        block = np.ascontiguousarray(moved).view(dtype).reshape(self.sizes)
        padded = np.pad(block, self.pads, constant_values=dtype(self.value))
        return padded.reshape(-1).view(np.uint8)[start : start + count]

    def scatter(self, data: np.ndarray, address: int, start: int, chunk: np.ndarray) -> None:
        """S2MM never pads: `padded` refuses it before the run."""
        raise AssertionError("padding on S2MM")


def padded(
    where: str,
    inner: Access,
    sizes: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    itemsize: int,
    value: int,
) -> Padded:
    """The padded pattern, or a `DesignError` for what the registers cannot hold."""
    if itemsize not in _WORDS:
        raise DesignError(f"the descriptor pads elements of {itemsize} bytes", where=where,
                          expected="elements of 1, 2, 4 or 8 bytes")  # fmt: skip
    if len(pads) != len(sizes):
        raise DesignError(f"the descriptor pads {len(pads)} dimensions", where=where,
                          expected=f"{len(sizes)}, one pair a dimension")  # fmt: skip
    for place, (before, after) in enumerate(reversed(pads)):
        inner_words = place == 0
        scale = itemsize if inner_words and itemsize < WORD_BYTES else WORD_BYTES
        if inner_words and (before * itemsize % WORD_BYTES or after * itemsize % WORD_BYTES):
            raise DesignError(
                f"the descriptor pads {before} and {after} elements of {itemsize} bytes innermost",
                where=where,
                expected="whole 32-bit words",
            )
        most = max(before, after) * scale // WORD_BYTES
        if (place >= len(PAD_BITS) and most) or most >= 1 << PAD_BITS[min(place, 2)]:
            raise DesignError(
                f"the descriptor pads dimension {place} with {most}",
                where=where,
                expected="at most 63, 31 and 15 words or steps, innermost first",
            )
    return Padded(inner, sizes, pads, itemsize, value)
