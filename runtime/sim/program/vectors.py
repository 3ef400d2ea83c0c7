"""vector: loads, stores, shapes, reductions and contractions as numpy moves and computes them.

A vector is a numpy array of its own. Products are summed in the accumulator's type. Refuses
contractions that are no sums, and reads and writes beyond the memory that do not say they may be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from xdsl.dialects import vector
from xdsl.dialects.builtin import AffineMapAttr, ArrayAttr, DenseArrayBase, IntegerAttr, MemRefType
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.ir.affine import AffineConstantExpr, AffineDimExpr, AffineMap

from aiec.codegen.dialects.foreign import (
    ContractOp,
    ExtractStridedSliceOp,
    InsertStridedSliceOp,
    TransposeOp,
)
from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.program.types import dtype_of, element_of, is_float, shape_of
from aiec.runtime.sim.program.writer import Handler, Writer

_DYNAMIC = -(2**63)
# Bytes that a load, a store or an operation moves a cycle. Source: AM020, two loads of 256 bits.
VECTOR_BYTES = 64
_REDUCTIONS: dict[str, Callable[[np.ndarray], Any]] = {
    "add": np.sum, "mul": np.prod, "minsi": np.min, "maxsi": np.max, "minimumf": np.min,
    "maximumf": np.max, "minnumf": np.fmin.reduce, "maxnumf": np.fmax.reduce,
    "and": np.bitwise_and.reduce, "or": np.bitwise_or.reduce, "xor": np.bitwise_xor.reduce,
}  # fmt: skip


def window(
    memory: np.ndarray, index: Sequence[int], shape: Sequence[int], where: str
) -> np.ndarray:
    """The elements of `memory` from `index` on in its last dimensions, as a view of `shape`."""
    first = memory.ndim - len(shape)
    ends = [i + n for i, n in zip(index[first:], shape, strict=True)]
    sizes = memory.shape[first:]
    if any(i < 0 for i in index) or any(e > n for e, n in zip(ends, sizes, strict=True)):
        raise SimulationError(f"a vector of {tuple(shape)} at {tuple(index)} leaves its memory",
                              where=where, expected=f"within {memory.shape}")  # fmt: skip
    box = [slice(i, e) for i, e in zip(index[first:], ends, strict=True)]
    return memory[(*index[:first], *box)]


def _slots(kind: Attribute) -> int:
    nbytes = dtype_of(element_of(kind)).itemsize * math.prod(shape_of(kind))
    return max(1, -(-nbytes // VECTOR_BYTES))


def _index(w: Writer, values: Sequence[SSAValue]) -> str:
    return f"({''.join(f'{v}, ' for v in w.uses(values))})"


def _load(w: Writer, op: vector.LoadOp) -> None:
    w.spend(_slots(op.result.type))
    call = f"{w.bind(window)}({w.use(op.base)}, {_index(w, op.indices)}"
    w.define(op.result, f"{call}, {shape_of(op.result.type)}, {w.describe(op)!r}).copy()")


def _store(w: Writer, op: vector.StoreOp) -> None:
    w.spend(_slots(op.vector.type))
    call = f"{w.bind(window)}({w.use(op.base)}, {_index(w, op.indices)}"
    where = f"{shape_of(op.vector.type)}, {w.describe(op)!r}"
    w.emit(f"{call}, {where})[...] = {w.use(op.vector)}")


def _ranges(
    memory: np.ndarray, index: Sequence[int], dims: Sequence[int | None], shape: Sequence[int]
) -> list[np.ndarray]:
    """For each dimension of `memory`, the elements that a transfer touches, perhaps beyond it."""
    size = {dim: n for dim, n in zip(dims, shape, strict=True) if dim is not None}
    return [np.arange(i, i + size.get(dim, 1)) for dim, i in enumerate(index)]


def _inside(memory: np.ndarray, ranges: list[np.ndarray]) -> list[np.ndarray]:
    return [(r >= 0) & (r < n) for r, n in zip(ranges, memory.shape, strict=True)]


def grid(*masks: np.ndarray) -> np.ndarray:
    """True where all of the masks, one a dimension, are."""
    out = np.ones([mask.size for mask in masks], bool)
    for dim, mask in enumerate(masks):
        out &= mask.reshape([-1 if d == dim else 1 for d in range(len(masks))])
    return out


def transfer_read(
    memory: np.ndarray, index: Sequence[int], dims: tuple[int | None, ...], shape: tuple[int, ...],
    padding: Any,
) -> np.ndarray:  # fmt: skip
    """vector.transfer_read: result dimension i runs along `dims[i]` of the memory, or repeats."""
    ranges = _ranges(memory, index, dims, shape)
    clipped = [np.clip(r, 0, n - 1) for r, n in zip(ranges, memory.shape, strict=True)]
    block = memory[np.ix_(*clipped)].copy()
    block[~grid(*_inside(memory, ranges))] = padding
    mapped = [dim for dim in dims if dim is not None]
    rest = [dim for dim in range(memory.ndim) if dim not in mapped]
    block = block.transpose(*mapped, *rest).reshape([block.shape[dim] for dim in mapped])
    spread = [1 if dim is None else n for dim, n in zip(dims, shape, strict=True)]
    return np.broadcast_to(block.reshape(spread), shape).copy()


def transfer_write(
    memory: np.ndarray, index: Sequence[int], dims: tuple[int | None, ...], value: np.ndarray
) -> None:
    """vector.transfer_write: what lies beyond the memory is not written."""
    ranges = _ranges(memory, index, dims, value.shape)
    inside = _inside(memory, ranges)
    order = [dim for dim in dims if dim is not None]
    block = value.transpose(np.argsort(order)).reshape([r.size for r in ranges])
    kept = [r[i] for r, i in zip(ranges, inside, strict=True)]
    memory[np.ix_(*kept)] = block[np.ix_(*map(np.flatnonzero, inside))]


def _dims(op: Operation, attribute: AffineMapAttr, w: Writer) -> tuple[int | None, ...]:
    dims: list[int | None] = []
    for result in attribute.data.results:
        if not isinstance(result, AffineDimExpr | AffineConstantExpr):
            raise DesignError(f"{op.name} along {result}", where=w.describe(op),
                              expected="a map to dimensions")  # fmt: skip
        dims.append(result.position if isinstance(result, AffineDimExpr) else None)
    return tuple(dims)


def _transfer_read(w: Writer, op: vector.TransferReadOp) -> None:
    assert isinstance(op.source.type, MemRefType)
    w.spend(_slots(op.result.type))
    dims = _dims(op, op.permutation_map, w)
    call = f"{w.bind(transfer_read)}({w.use(op.source)}, {_index(w, op.indices)}, {dims}"
    w.define(op.result, f"{call}, {shape_of(op.result.type)}, {w.use(op.padding)})")


def _transfer_write(w: Writer, op: vector.TransferWriteOp) -> None:
    w.spend(_slots(op.vector.type))
    dims = _dims(op, op.permutation_map, w)
    call = f"{w.bind(transfer_write)}({w.use(op.source)}, {_index(w, op.indices)}"
    w.emit(f"{call}, {dims}, {w.use(op.vector)})")


def _broadcast(w: Writer, op: Operation) -> None:
    """vector.broadcast and vector.splat."""
    kind = op.results[0].type
    w.objects["np"] = np
    value = f"np.asarray({w.use(op.operands[0])}).astype({w.bind(dtype_of(element_of(kind)))})"
    w.define(op.results[0], f"np.broadcast_to({value}, {shape_of(kind)}).copy()")


def _position(w: Writer, static: DenseArrayBase[Any], dynamic: Sequence[SSAValue]) -> str:
    values = iter(w.uses(dynamic))
    items = [next(values) if v == _DYNAMIC else str(v) for v in static.get_values()]
    return f"({''.join(f'{i}, ' for i in items)}...)" if items else "..."


def _scalar(kind: Attribute) -> str:
    return "float" if is_float(kind) else "int"


def _extract(w: Writer, op: vector.ExtractOp) -> None:
    w.spend(timing.SCALAR_OP_CYCLES)
    part = f"{w.use(op.vector)}[{_position(w, op.static_position, op.dynamic_position)}]"
    kind = op.result.type
    whole = hasattr(kind, "get_shape")
    w.define(op.result, f"{part}.copy()" if whole else f"{_scalar(kind)}({part})")


def _insert(w: Writer, op: vector.InsertOp) -> None:
    w.spend(timing.SCALAR_OP_CYCLES)
    w.define(op.result, f"{w.use(op.dest)}.copy()")
    place = _position(w, op.static_position, op.dynamic_position)
    w.emit(f"{w.use(op.result)}[{place}] = {w.use(op.source)}")


def _fma(w: Writer, op: vector.FMAOp) -> None:
    w.spend(_slots(op.res.type))
    a, b, c = w.uses((op.lhs, op.rhs, op.acc))
    dtype = w.bind(dtype_of(element_of(op.res.type)))
    w.define(op.res, f"({a}.astype('f8') * {b}.astype('f8') + {c}.astype('f8')).astype({dtype})")


def _bitcast(w: Writer, op: vector.BitcastOp) -> None:
    dtype = w.bind(dtype_of(element_of(op.result.type)))
    w.define(op.result, f"{w.use(op.source)}.view({dtype})")


def _reshape(w: Writer, op: Operation) -> None:
    kind = op.results[0].type
    w.define(op.results[0], f"{w.use(op.operands[0])}.reshape({shape_of(kind)})")


def _reduction(w: Writer, op: vector.ReductionOp) -> None:
    w.spend(_slots(op.vector.type))
    kind = op.kind.data.value
    if kind not in _REDUCTIONS:
        raise DesignError(f"vector.reduction <{kind}> is not supported", where=w.describe(op),
                          expected=", ".join(_REDUCTIONS))  # fmt: skip
    dtype = dtype_of(element_of(op.vector.type))
    wide = "f8" if is_float(op.vector.type) else dtype.str
    parts = f"{w.use(op.vector)}.astype({wide!r})"
    if op.acc is not None:
        w.objects["np"] = np
        parts = f"np.append({parts}, np.asarray({w.use(op.acc)}).astype({wide!r}))"
    total = f"{w.bind(_REDUCTIONS[kind])}({parts})"
    rounded = f"np.asarray({total}).astype({w.bind(dtype)})"
    w.objects["np"] = np
    w.define(op.dest, f"{_scalar(op.dest.type)}({rounded})")


def _shuffle(w: Writer, op: vector.ShuffleOp) -> None:
    w.spend(timing.SCALAR_OP_CYCLES)
    w.objects["np"] = np
    mask = [int(v) for v in op.mask.get_values()]
    w.define(op.result, f"np.concatenate([{w.use(op.v1)}, {w.use(op.v2)}])[{mask}]")


def _create_mask(w: Writer, op: vector.CreateMaskOp) -> None:
    w.objects["np"] = np
    shape = shape_of(op.mask_vector.type)
    parts = [f"np.arange({n}) < {v}" for n, v in zip(shape, w.uses(op.operands), strict=True)]
    w.define(op.mask_vector, f"{w.bind(grid)}({', '.join(parts)})")


def _masked_load(w: Writer, op: vector.MaskedLoadOp) -> None:
    w.spend(_slots(op.result.type))
    w.objects["np"] = np
    fill, mask = w.use(op.pass_thru), w.use(op.mask)
    dims = (len(op.indices) - 1,)
    read = f"{w.bind(transfer_read)}({w.use(op.base)}, {_index(w, op.indices)}, {dims}"
    w.define(op.result, f"np.where({mask}, {read}, {shape_of(op.result.type)}, 0), {fill})")


def masked_store(
    memory: np.ndarray, index: tuple[int, ...], mask: np.ndarray, value: np.ndarray
) -> None:
    """vector.maskedstore: lanes that the mask leaves out may lie beyond the memory."""
    row = memory[index[:-1]]
    lanes = np.flatnonzero(mask)
    row[index[-1] + lanes] = value[lanes]


def _masked_store(w: Writer, op: vector.MaskedStoreOp) -> None:
    w.spend(_slots(op.value_to_store.type))
    mask, value = w.use(op.mask), w.use(op.value_to_store)
    w.emit(f"{w.bind(masked_store)}({w.use(op.base)}, {_index(w, op.indices)}, {mask}, {value})")


def _transpose(w: Writer, op: TransposeOp) -> None:
    w.spend(_slots(op.result.type))
    order = tuple(int(v) for v in op.permutation.get_values())
    w.define(op.result, f"{w.use(op.vector)}.transpose({order}).copy()")


def _numbers(attribute: Attribute | None) -> list[int]:
    if not isinstance(attribute, ArrayAttr):
        return []
    return [a.value.data for a in attribute if isinstance(a, IntegerAttr)]


def _box(offsets: list[int], sizes: Sequence[int]) -> str:
    return f"({''.join(f'slice({o}, {o + n}), ' for o, n in zip(offsets, sizes, strict=False))}...)"


def _extract_slice(w: Writer, op: ExtractStridedSliceOp) -> None:
    w.spend(timing.SCALAR_OP_CYCLES)
    box = _box(_numbers(op.offsets), _numbers(op.sizes))
    w.define(op.result, f"{w.use(op.vector)}[{box}].copy()")


def _insert_slice(w: Writer, op: InsertStridedSliceOp) -> None:
    w.spend(timing.SCALAR_OP_CYCLES)
    offsets, shape = _numbers(op.offsets), shape_of(op.source.type)
    sizes = [*[1] * (len(offsets) - len(shape)), *shape]
    w.define(op.result, f"{w.use(op.dest)}.copy()")
    part = f"{w.use(op.source)}.reshape({tuple(sizes)})"
    w.emit(f"{w.use(op.result)}[{_box(offsets, sizes)}] = {part}")


def _letters(maps: Sequence[AffineMap]) -> list[str]:
    return ["".join(chr(97 + e.position) for e in m.results if isinstance(e, AffineDimExpr))
            for m in maps]  # fmt: skip


def _contract(w: Writer, op: ContractOp) -> None:
    if op.combining != "add":
        raise DesignError(f"vector.contract of kind {op.combining} is not supported",
                          where=w.describe(op), expected="add")  # fmt: skip
    kind = op.result.type
    a, b, out = _letters(op.maps)
    whole = hasattr(kind, "get_shape")
    dtype = dtype_of(element_of(kind))
    wide = "f8" if is_float(kind) else dtype.str
    w.spend(max(_slots(op.lhs.type), _slots(op.rhs.type), _slots(kind) if whole else 1))
    w.objects["np"] = np
    left, right, acc = (w.use(v) for v in (op.lhs, op.rhs, op.acc))
    product = f"np.einsum({f'{a},{b}->{out}'!r}, {left}.astype({wide!r}), {right}.astype({wide!r}))"
    total = f"np.asarray({product} + np.asarray({acc}).astype({wide!r})).astype({w.bind(dtype)})"
    w.define(op.result, total if whole else f"{_scalar(kind)}({total})")


VECTORS: dict[str, Handler] = {
    "vector.load": _load,
    "vector.store": _store,
    "vector.transfer_read": _transfer_read,
    "vector.transfer_write": _transfer_write,
    "vector.broadcast": _broadcast,
    "vector.splat": _broadcast,
    "vector.extract": _extract,
    "vector.insert": _insert,
    "vector.fma": _fma,
    "vector.bitcast": _bitcast,
    "vector.shape_cast": _reshape,
    "vector.reduction": _reduction,
    "vector.shuffle": _shuffle,
    "vector.create_mask": _create_mask,
    "vector.maskedload": _masked_load,
    "vector.maskedstore": _masked_store,
    "vector.transpose": _transpose,
    "vector.extract_strided_slice": _extract_slice,
    "vector.insert_strided_slice": _insert_slice,
    "vector.contract": _contract,
}
