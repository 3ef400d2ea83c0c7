"""Reads of tile memory that nothing has written: told once a place, as notes of the report.

Beside the machine; DMA channels that send and loads of cores ask here. A word counts as never
written if it still holds the poison of a fresh memory and no DMA transfer has brought it: stores
of cores and kernels need no account of their own, so watching costs a comparison. What is read is
the poison itself, so what it spoils is visible in the output too. A kernel's own reads are seen
only where it is given a buffer of which nothing was ever written, and leaves it so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ml_dtypes
import numpy as np

from aiec.runtime.sim.array.memory import POISON, Memory

WORD_BYTES = 4
POISON_WORD = POISON * 0x01010101
# Calls of one kernel at one place of the text whose arguments are looked at: the first rounds of
# any pool of buffers (a pool holds a dozen at most in core memory), and nothing after that.
WATCHED_CALLS = 16


class Unwritten:
    """Watches the `memories` of one array. `notes`: what was read, one sentence a place."""

    def __init__(self, memories: Mapping[Any, Memory]) -> None:
        self._memories = memories
        self.notes: dict[str, str] = {}

    def sent(self, name: str, where: str, chunk: np.ndarray, flags: np.ndarray) -> None:
        """A channel sends `chunk`, of whose bytes a DMA wrote those that `flags` has (uint8)."""
        bad = chunk.view(np.uint32) == POISON_WORD
        if not bad.any():
            return
        bad &= flags.view(np.uint32) == 0
        if (count := int(bad.sum())) and where not in self.notes:
            self.notes[where] = (
                f"{name} sends {count * WORD_BYTES} bytes of memory that was never written, "
                f"or of a copy of such, at {where}"
            )

    def load(self, value: Any, array: np.ndarray, index: tuple[int, ...], where: str) -> Any:
        """A core loaded `value`, which may be poison, from `array`; returns `value`."""
        if where not in self.notes and (found := self._place(array[(*index, ...)])) is not None:
            memory, start = found
            word = slice(start & -WORD_BYTES, (start & -WORD_BYTES) + WORD_BYTES)
            if (memory.data[word] == POISON).all() and not memory.written[word].any():
                self.notes[where] = (
                    f"a core loads byte {start} of {memory.name}, which was never written, "
                    f"at {where}"
                )
        return value

    def blank(self, arguments: Sequence[Any]) -> list[int]:
        """Which `arguments` of a kernel are buffers of which nothing was ever written."""
        return [i for i, a in enumerate(arguments) if isinstance(a, np.ndarray) and self._blank(a)]

    def given(self, symbol: str, blank: list[int], arguments: Sequence[Any], where: str) -> None:
        """Kernel `symbol` has run on `arguments`, of which `blank` were never written before."""
        for i in blank:
            if where not in self.notes and self._blank(arguments[i]):
                self.notes[where] = (
                    f"kernel @{symbol} is given argument {i}, of which nothing was ever written, "
                    f"and leaves it so, at {where}"
                )

    def watch(self, kernel: Callable[..., Any], symbol: str, where: str) -> Callable[..., Any]:
        """`kernel`, the arguments of its first calls looked at."""
        return _Watched(self, kernel, symbol, where)

    def _blank(self, array: np.ndarray) -> bool:
        data = array.reshape(-1).view(np.uint8)
        if not data.size or data[0] != POISON or not (data == POISON).all():
            return False
        found = self._place(array)
        return found is not None and not found[0].written[found[1] :][: data.size].any()

    def _place(self, array: np.ndarray) -> tuple[Memory, int] | None:
        """The memory that an array lies in, and its first byte there."""
        address = array.__array_interface__["data"][0]
        for memory in self._memories.values():
            start = address - memory.data.__array_interface__["data"][0]
            if 0 <= start < memory.data.size:
                return memory, start
        return None


class _Watched:
    """A kernel whose first calls are watched."""

    def __init__(
        self, unwritten: Unwritten, kernel: Callable[..., Any], symbol: str, where: str
    ) -> None:
        self._unwritten, self._kernel = unwritten, kernel
        self._symbol, self._where = symbol, where
        self._left = WATCHED_CALLS

    def __call__(self, *arguments: Any) -> Any:
        if not self._left:
            return self._kernel(*arguments)
        self._left -= 1
        blank = self._unwritten.blank(arguments)
        result = self._kernel(*arguments)
        self._unwritten.given(self._symbol, blank, arguments, self._where)
        return result


def poison_of(dtype: np.dtype) -> int | float:
    """The Python number that an element of poison reads as."""
    element = np.full(dtype.itemsize, POISON, np.uint8).view(dtype)[0]
    return float(element) if dtype.kind == "f" or dtype == ml_dtypes.bfloat16 else int(element)
