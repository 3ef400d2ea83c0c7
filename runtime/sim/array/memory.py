"""Memories and the typed buffers in them.

A tile's memory is one aligned uint8 array; a host buffer is the caller's array. Buffers are numpy
views, made once, that kernels and core programs get as their memrefs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aiec.ir.errors import SimulationError

# What memory holds before anything is written to it: visibly wrong in every type.
POISON = 0xCD
ALIGNMENT = 64
# What a simulation may allocate for arrays that the caller did not bring, and for its trace.
DEFAULT_LIMIT_BYTES = 4 << 30


class Memory:
    """One address space: `data` is uint8, (nbytes,).

    written: of a tile's memory, not 0 for bytes that a DMA transfer has written; empty of a host's.
    """

    __slots__ = ("data", "is_host", "name", "written")

    def __init__(self, name: str, data: np.ndarray, is_host: bool = False) -> None:
        self.name = name
        self.data = data
        self.is_host = is_host
        self.written = np.zeros(0 if is_host else data.size, np.uint8)

    def forget(self) -> None:
        """Hold what a fresh memory holds."""
        self.data[:] = POISON
        self.written[:] = 0


def tile_memory(name: str, nbytes: int) -> Memory:
    """A poisoned memory of `nbytes` whose first byte is aligned for every numpy type."""
    raw = np.full(nbytes + ALIGNMENT, POISON, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return Memory(name, raw[start : start + nbytes])


def host_memory(name: str, array: np.ndarray) -> Memory:
    """The caller's `array` as bytes, in place."""
    if not array.flags.c_contiguous:
        raise SimulationError(
            f"argument {name} is not contiguous", todo="pass numpy.ascontiguousarray(...)"
        )
    return Memory(name, array.reshape(-1).view(np.uint8), is_host=True)


@dataclass(frozen=True, slots=True, eq=False)
class SimBuffer:
    """An `aie.buffer`: `array` is the typed view of its bytes at `address` of `memory`."""

    name: str
    memory: Memory
    address: int
    array: np.ndarray

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return int(self.array.nbytes)


def place(
    name: str, memory: Memory, address: int, dtype: np.dtype, shape: tuple[int, ...]
) -> SimBuffer:
    """The buffer of `shape` elements of `dtype` at byte `address` of `memory`."""
    nbytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    view = memory.data[address : address + nbytes].view(dtype).reshape(shape)
    return SimBuffer(name, memory, address, view)
