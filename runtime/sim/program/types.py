"""MLIR types as numpy and Python see them.

Integers are Python ints in their signed range (index is unbounded), floats are Python floats
already rounded to their type, vectors and memrefs are numpy arrays.
"""

from __future__ import annotations

import re

import ml_dtypes
import numpy as np
from xdsl.dialects.builtin import (
    BFloat16Type,
    Float16Type,
    Float32Type,
    Float64Type,
    IndexType,
    IntegerType,
    MemRefType,
    Signedness,
    VectorType,
)
from xdsl.ir import Attribute

from aiec.codegen.dialects.attributes import BlockFloatType
from aiec.ir.errors import DesignError

_FLOATS: dict[type[Attribute], np.dtype] = {
    BFloat16Type: np.dtype(ml_dtypes.bfloat16),
    Float16Type: np.dtype(np.float16),
    Float32Type: np.dtype(np.float32),
    Float64Type: np.dtype(np.float64),
}
INDEX_BYTES = 4  # a core's address is 32 bits wide


def dtype_of(kind: Attribute) -> np.dtype:
    """The numpy dtype of an element type; `DesignError` if there is none."""
    if isinstance(kind, IndexType):
        return np.dtype(np.int32)
    if isinstance(kind, IntegerType):
        bits = 8 if kind.width.data == 1 else kind.width.data
        if bits in (8, 16, 32, 64):
            unsigned = kind.signedness.data == Signedness.UNSIGNED
            return np.dtype(f"{'u' if unsigned else 'i'}{bits // 8}")
    if type(kind) in _FLOATS:
        return _FLOATS[type(kind)]
    if isinstance(kind, BlockFloatType) and (nbytes := block_bytes(kind.block_type.data)):
        return np.dtype((np.void, nbytes))
    raise DesignError(
        f"element type {kind} has no layout in memory",
        expected="an integer of 8, 16, 32 or 64 bits, bf16, f16, f32, f64, or blocks of bfp16",
    )


def block_bytes(name: str) -> int | None:
    """Bytes of one block of bfp16, such as v8bfp16ebs8: mantissas of 8 bits, and one byte of shared
    exponent for every `ebs` of them. None of another name. Source: mlir-aie AIEXTypes.td (bfp).

    v8bfp16ebs8 has 9 bytes, v16bfp16ebs16 17.
    """
    match = re.fullmatch(r"v(\d+)bfp16ebs(\d+)", name)
    if match is None:
        return None
    values, shared = int(match[1]), int(match[2])
    return values + values // shared if shared and values % shared == 0 else None


def shape_of(kind: Attribute) -> tuple[int, ...]:
    """The static shape of a memref or vector type."""
    assert isinstance(kind, MemRefType | VectorType), kind
    return tuple(kind.get_shape())


def element_of(kind: Attribute) -> Attribute:
    """The element type of a memref or vector, or the scalar type itself."""
    return kind.get_element_type() if isinstance(kind, MemRefType | VectorType) else kind


def bits_of(kind: Attribute) -> int | None:
    """Bits that integer results wrap to; None for index, which does not wrap here."""
    element = element_of(kind)
    return element.width.data if isinstance(element, IntegerType) else None


def is_float(kind: Attribute) -> bool:
    """Whether values of the type are floats (or vectors of them)."""
    return type(element_of(kind)) in _FLOATS
