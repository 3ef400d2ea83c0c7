"""What a buffer descriptor's registers can hold: checked before anything runs.

Sizes and strides come as the text gives them (elements, outermost first). The hardware counts
32-bit words: the innermost size and all strides are brought to words here. The outermost size has
no register (it follows from the length), and a transfer that is one run of bytes uses no
dimension. Source: mlir-aie `AIETargetModel.h` 657-710 through `Target`; AM025 for the register
fields.
"""

from __future__ import annotations

import math
from functools import lru_cache

from aiec.ir.errors import DesignError
from aiec.ir.target import DmaLimits
from aiec.runtime.sim.array.access import Access, access

WORD_BYTES = 4
Dims = tuple[tuple[int, int], ...]  # size and stride in elements, outermost first


def check_bd(
    limits: DmaLimits,
    where: str,
    address: int,
    sizes: tuple[int, ...],
    strides: tuple[int, ...],
    itemsize: int,
) -> Access:
    """Return the access pattern, or raise a `DesignError` that names the field that overflows."""
    fault = _fault(limits, sizes, strides, itemsize)
    if fault is None and address % WORD_BYTES:
        fault = f"starts at byte {address}", "a multiple of 4 bytes"
    if fault is not None:
        raise DesignError(f"the descriptor {fault[0]}", where=where, expected=fault[1])
    return access(sizes, strides, itemsize)


def check_iteration(limits: DmaLimits, where: str, size: int, stride_bytes: int) -> None:
    """Refuse an iteration dimension that its fields cannot hold."""
    if not 1 <= size <= limits.iteration_wrap:
        raise DesignError(
            f"the descriptor iterates {size} times",
            where=where,
            expected=f"1 to {limits.iteration_wrap}",
            todo="use more descriptors, or a repeat where the stride is 0",
        )
    least = WORD_BYTES if size > 1 else 0
    if stride_bytes % WORD_BYTES or not least <= stride_bytes <= WORD_BYTES << limits.step_bits:
        raise DesignError(
            f"the descriptor's iteration steps {stride_bytes} bytes",
            where=where,
            expected=f"a multiple of 4 from {least} to {WORD_BYTES << limits.step_bits}",
        )


def check_repeat(limits: DmaLimits, where: str, repeat: int) -> None:
    """Refuse a repeat count (runs beyond the first) that the queue's field cannot hold."""
    if not 0 <= repeat < limits.max_repeat:
        raise DesignError(
            f"the task runs {repeat + 1} times",
            where=where,
            expected=f"1 to {limits.max_repeat} runs",
        )


def to_length(dims: Dims, length: int, most: int, itemsize: int) -> Dims:
    """The layout `dims` as the registers walk it until `length` elements end the transfer.

    The outermost of `most` dimensions has no size register and goes on; a shorter layout starts
    again one word further on, the step of a dimension that is not written. Source: AM025.
    """
    moved = math.prod(n for n, _ in dims)
    if not dims or moved >= length:
        return dims
    times = -(-length // moved)
    if len(dims) == most:
        return ((dims[0][0] * times, dims[0][1]), *dims[1:])
    return ((times, max(1, WORD_BYTES // itemsize)), *dims)


@lru_cache(maxsize=4096)
def _fault(
    limits: DmaLimits, sizes: tuple[int, ...], strides: tuple[int, ...], itemsize: int
) -> tuple[str, str] | None:
    """What is wrong and what was expected, or None."""
    if any(n < 1 for n in sizes):
        return f"has a size of {min(sizes)}", "sizes of 1 and more"
    pattern = access(sizes, strides, itemsize)
    if pattern.nbytes % WORD_BYTES:
        return f"moves {pattern.nbytes} bytes", "a multiple of 4 bytes"
    words = pattern.nbytes // WORD_BYTES
    if words >= 1 << limits.length_bits:
        return f"moves {words} words", f"at most {(1 << limits.length_bits) - 1}"
    if pattern.is_linear:
        return None
    return _dimension_fault(limits, sizes, strides, itemsize)


def _dimension_fault(
    limits: DmaLimits, sizes: tuple[int, ...], strides: tuple[int, ...], itemsize: int
) -> tuple[str, str] | None:
    dims = [(n, s) for n, s in zip(sizes, strides, strict=True)]
    while dims and dims[0][0] == 1:
        dims.pop(0)
    if len(dims) > limits.dims:
        return f"has {len(dims)} dimensions", f"at most {limits.dims}"
    inner_size, inner_stride = dims[-1]
    packed = (
        itemsize < WORD_BYTES or itemsize % WORD_BYTES > 0
    )  # no element begins a word by itself
    if packed and (inner_stride != 1 and inner_size > 1):
        return f"steps {inner_stride} elements of {itemsize} bytes", "a stride of 1 innermost"
    if inner_size * itemsize % WORD_BYTES:
        return f"has innermost runs of {inner_size * itemsize} bytes", "a multiple of 4 bytes"
    for place, (size, stride) in enumerate(dims):
        innermost = place == len(dims) - 1
        count = size * itemsize // WORD_BYTES if innermost and packed else size
        if place > 0 and count >= 1 << limits.wrap_bits:
            return f"has a size of {count} words or steps", f"at most {(1 << limits.wrap_bits) - 1}"
        fault = None if innermost and packed else _step_fault(
            limits, size, stride * itemsize
        )  # fmt: skip
        if fault is not None:
            return fault
    return None


def _step_fault(limits: DmaLimits, size: int, stride_bytes: int) -> tuple[str, str] | None:
    if size == 1:
        return None
    if stride_bytes % WORD_BYTES:
        return f"has a stride of {stride_bytes} bytes", "a multiple of 4 bytes"
    if not 1 <= stride_bytes // WORD_BYTES <= 1 << limits.step_bits:
        return (
            f"has a stride of {stride_bytes} bytes",
            f"4 to {WORD_BYTES << limits.step_bits}",
        )
    return None
