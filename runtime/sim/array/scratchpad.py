"""Runtime parameters in the controller's scratchpad: a table of words that the host writes.

The host writes its table at any time; a sync copies it to the controller, which hands words on to
cores, or adds them to addresses. What goes to a core is shifted left by two on the way, as the
controller clears the two lowest bits: 30 bits arrive. Source: mlir-aie AIEX.td (create_scratchpad,
update_from_scratchpad, scratchpad_parameter) and AIELowerScratchpadParameters.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aiec.ir.errors import DesignError, OptionError, nearest

ENTRIES = 32  # words. Source: AIEX.td, npu.create_scratchpad
ALIGNED = 0xFFFFFFFC


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where a parameter lies: its word, its type, and how far left the host shifts it."""

    word: int
    dtype: np.dtype
    shift_bits: int


class Scratchpad:
    """The parameters of one module. `table`: the controller's copy of the host's words."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        self.table = np.zeros(ENTRIES, np.uint32)
        self._host = np.zeros(ENTRIES, np.uint32)
        self._parameters = dict(parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that the module declares."""
        return tuple(self._parameters)

    def write(self, name: str | int, value: float) -> None:
        """The host writes a parameter, or word `name` of its table as it is."""
        if isinstance(name, int):
            self._host[name] = int(value) & 0xFFFFFFFF
            return
        word, dtype = self.index(name, None), self._parameters[name].dtype
        bits = np.array(value).astype(dtype).view(f"u{dtype.itemsize}")
        self._host[word] = (int(bits) << self._parameters[name].shift_bits) & 0xFFFFFFFF

    def sync(self) -> None:
        """The controller fetches the host's words."""
        self.table[:] = self._host

    def index(self, name: str, where: str | None) -> int:
        """The word of a parameter."""
        if name not in self._parameters:
            wrong = OptionError if where is None else DesignError
            raise wrong(
                f"there is no scratchpad parameter {name!r}",
                where=where,
                expected=nearest(name, self._parameters),
            )
        return self._parameters[name].word

    def offset(self, index: int) -> int:
        """A word as a signed number of elements."""
        return int(self.table[index].astype(np.int32))

    def delivered(self, index: int) -> int:
        """What a core reads after its shift."""
        return (int(self.table[index]) & ALIGNED) >> 2
