"""An access pattern as the fields of a descriptor: words for elements, less one where stored so.

    fields   sizes and strides of the text -> the fields of `ir/registers.py`

Refuses what the fields cannot hold, as mlir-aie does. Worked example, bf16 on a shim: sizes
[2, 48, 64, 64], strides [256, 32768, 512, 1] (outermost first) are 98,304 words, d0 of 32 words
with step 1 (stored 0), d1 of 64 with step 256 (255), d2 with step 16,384 (16,383), an iteration of
2 (1) with step 128 (127).
Source: mlir-aie BdLowering.h (encodeHardwareStridesWraps) and AIEXDialect.cpp
(verifyStridesWraps), 14 Mar and 14 Aug 2026.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from aiec.ir.errors import DesignError
from aiec.ir.target import DmaLimits

GRANULE_BITS = 32  # what all addresses and lengths count
_DIMS = 4  # three of the address and the iteration


@dataclass(frozen=True, slots=True)
class Access:
    """Sizes and strides in elements of `bits`, innermost first, four of each."""

    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    bits: int

    @classmethod
    def of(cls, sizes: Sequence[int], strides: Sequence[int], bits: int) -> Access:
        """From the text's order, outermost first; missing ones are sizes of 1."""
        missing = _DIMS - len(sizes)
        return cls(
            (*reversed(sizes), *[1] * missing), (*reversed(strides), *[0] * missing), bits
        )  # fmt: skip

    @property
    def words(self) -> int:
        """Words of one run of the descriptor: the iteration is not counted."""
        return self.sizes[0] * self.bits // GRANULE_BITS * math.prod(self.sizes[1:3])

    @property
    def is_plain(self) -> bool:
        """Whether the text says one run and nothing else."""
        return (*self.sizes[1:3], *self.strides[:3]) == (1, 1, 1, 0, 0)

    @property
    def is_contiguous(self) -> bool:
        """Whether its dimensions follow on from each other."""
        inner, middle, outer, _ = self.sizes
        return (
            self.strides[0] == 1
            and (middle == 1 or self.strides[1] == inner)
            and (outer == 1 or self.strides[2] == inner * middle)
        )


def fields(access: Access, limits: DmaLimits, is_linear: bool, where: str) -> dict[str, int]:
    """The fields of length and dimensions. `is_linear`: the length says it all."""
    _check_granules(access, where)
    strides = _stored_strides(access)
    iterates = access.sizes[3] > 1 and access.strides[3] > 0
    found = {
        "length": access.words,
        "iteration_size": access.sizes[3] - 1 if iterates else 0,
        "iteration_stride": strides[3],
    }
    if not is_linear:
        found |= {
            "d0_size": access.sizes[0] * access.bits // GRANULE_BITS,
            "d1_size": access.sizes[1],
            **{f"d{i}_stride": strides[i] for i in range(3)},
        }
    _check_widths(access, found, strides, limits, where)
    return found


def _stored_strides(access: Access) -> list[int]:
    """Strides in words less one; 0 where there is no step to take, or less than a word."""
    stored = []
    for place, (size, stride) in enumerate(zip(access.sizes, access.strides, strict=True)):
        if place == 0:
            steps = access.bits <= GRANULE_BITS <= stride * access.bits
        else:
            steps = size > 1 and (stride > 0 or place < _DIMS - 1)
        stored.append(stride * access.bits // GRANULE_BITS - 1 if steps else 0)
    return stored


def _check_granules(access: Access, where: str) -> None:
    for place, (size, stride) in enumerate(zip(access.sizes, access.strides, strict=True)):
        if size < 1:
            raise DesignError(f"size {place} is {size}", where=where, expected="1 or more")
        if size > 1 and stride < (0 if place == _DIMS - 1 else 1):
            raise DesignError(f"stride {place} is {stride}", where=where,
                              expected="a positive one; 0 only to repeat a whole")  # fmt: skip
        if stride * access.bits % GRANULE_BITS and (place or stride != 1):
            raise DesignError(f"stride {place} is {stride * access.bits // 8} bytes", where=where,
                              expected="a multiple of 4 bytes")  # fmt: skip
    if access.sizes[0] * access.bits % GRANULE_BITS:
        raise DesignError(f"runs are {access.sizes[0] * access.bits // 8} bytes", where=where,
                          expected="a multiple of 4 bytes")  # fmt: skip


def _check_widths(
    access: Access, found: dict[str, int], strides: list[int], limits: DmaLimits, where: str
) -> None:
    wrap, step = (1 << limits.wrap_bits) - 1, 1 << limits.step_bits
    for name in ("d0_size", "d1_size"):
        if found.get(name, 0) > wrap:
            raise DesignError(f"{name} is {found[name]}", where=where, expected=f"at most {wrap}",
                              todo="split the transfer")  # fmt: skip
    if access.sizes[3] > limits.iteration_wrap and strides[3]:
        raise DesignError(f"it iterates {access.sizes[3]} times", where=where,
                          expected=f"at most {limits.iteration_wrap}")  # fmt: skip
    for place, stride in enumerate(strides):
        if stride > step:
            raise DesignError(f"stride {place} is {stride + 1} words", where=where,
                              expected=f"at most {step}", todo="split the transfer")  # fmt: skip
    if not 0 < found["length"] < 1 << limits.length_bits:
        raise DesignError(f"it moves {found['length']} words", where=where,
                          expected=f"1 to {(1 << limits.length_bits) - 1}")  # fmt: skip
