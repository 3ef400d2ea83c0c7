"""n-dimensional access patterns of descriptors, as numpy moves them.

A pattern is brought to a canonical form once: dimensions of size 1 dropped, neighbours that follow
on from each other merged, the innermost a run of bytes. A transfer may be cut anywhere (the other
end's descriptors are of other lengths), so any range of the pattern's bytes is moved as a few boxes
of a strided view, in the widest unit (16 bytes at most) that everything is a multiple of.

Worked example: sizes [2, 3, 4] strides [32, 8, 1] of bf16 are runs of 8 bytes, 3 a row 16 bytes
apart, 2 rows 64 bytes apart: dims ((2, 64), (3, 16), (8, 1)), unit 8.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_UNITS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64, 16: np.complex128}


@dataclass(frozen=True, slots=True)
class Access:
    """Where the bytes of a descriptor lie, relative to its address.

    dims: (size, stride in bytes), outermost first; the last is (bytes of a run, 1).
    nbytes: bytes that it moves. reach: one past the highest byte it touches; lowest: the first.
    """

    dims: tuple[tuple[int, int], ...]
    nbytes: int
    reach: int
    lowest: int
    bits: int  # bitwise or of all sizes and strides that the unit must divide

    @property
    def is_linear(self) -> bool:
        """Whether it is one run of bytes."""
        return len(self.dims) == 1

    def gather(self, data: np.ndarray, address: int, start: int, count: int) -> np.ndarray:
        """Bytes [start, start + count) of the pattern from `data` (flat), all uint8."""
        if len(self.dims) == 1:
            return data[address + start : address + start + count]
        unit, view = self._view(data, address, start | count)
        first, n = start // unit, count // unit
        if n == view.size:
            return np.ascontiguousarray(view).reshape(-1).view(np.uint8)
        parts = [view[box].reshape(-1) for box in _boxes(view.shape, first, n)]
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return np.ascontiguousarray(joined).view(np.uint8)

    def scatter(self, data: np.ndarray, address: int, start: int, chunk: np.ndarray) -> None:
        """Write `chunk` (uint8) at bytes [start, start + len(chunk)) of the pattern into `data`."""
        count = chunk.size
        if len(self.dims) == 1:
            data[address + start : address + start + count] = chunk
            return
        unit, view = self._view(data, address, start | count)
        values = chunk.view(_UNITS[unit])
        if values.size == view.size:
            view[...] = values.reshape(view.shape)
            return
        done = 0
        for box in _boxes(view.shape, start // unit, count // unit):
            target = view[box]
            target[...] = values[done : done + target.size].reshape(target.shape)
            done += target.size

    def _view(self, data: np.ndarray, address: int, cut: int) -> tuple[int, np.ndarray]:
        low = address | cut | self.bits
        unit = low & -low
        shape, strides = _in_units(self.dims, unit)
        return unit, np.ndarray(shape, _UNITS[unit], data, address, strides)


@lru_cache(maxsize=4096)
def access(sizes: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> Access:
    """The pattern of `sizes` and `strides` in elements of `itemsize` bytes, outermost first."""
    dims = [(n, step * itemsize) for n, step in zip(sizes, strides, strict=True)]
    dims = _merged([*dims, (itemsize, 1)])
    return Access(
        dims=tuple(dims),
        nbytes=math.prod(n for n, _ in dims),
        reach=1 + sum((n - 1) * step for n, step in dims if step > 0),
        lowest=sum((n - 1) * step for n, step in dims if step < 0),
        bits=_bits(dims),
    )


def linear(nbytes: int) -> Access:
    """One run of `nbytes`."""
    return access((), (), nbytes)


def _merged(dims: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Canonical form; merges from the inside out and keeps the innermost run."""
    out = [dims[-1]]
    for size, stride in reversed(dims[:-1]):
        inner_size, inner_stride = out[-1]
        if size == 1:
            continue
        if stride == inner_size * inner_stride:
            out[-1] = (size * inner_size, inner_stride)
        else:
            out.append((size, stride))
    return out[::-1]


def _bits(dims: list[tuple[int, int]]) -> int:
    bits = 16 | dims[-1][0]
    for _, stride in dims[:-1]:
        bits |= stride
    return bits


@lru_cache(maxsize=4096)
def _in_units(
    dims: tuple[tuple[int, int], ...], unit: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    shape = [n for n, _ in dims]
    strides = [step for _, step in dims]
    shape[-1] //= unit
    strides[-1] = unit
    if shape[-1] == 1 and len(shape) > 1:
        shape.pop()
        strides.pop()
    return tuple(shape), tuple(strides)


def _boxes(shape: tuple[int, ...], start: int, count: int) -> Iterator[tuple[int | slice, ...]]:
    """Cut elements [start, start + count) in row-major order of `shape` into boxes, in order."""
    inner = math.prod(shape[1:])
    row, offset = divmod(start, inner)
    if offset:
        head = min(inner - offset, count)
        for box in _boxes(shape[1:], offset, head):
            yield (row, *box)
        row, count = row + 1, count - head
    rows, tail = divmod(count, inner)
    if rows:
        yield (slice(row, row + rows),)
    if tail:
        for box in _boxes(shape[1:], 0, tail):
            yield (row + rows, *box)
