"""memref: loads, stores and views on numpy arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from xdsl.dialects import memref
from xdsl.dialects.builtin import DenseArrayBase, MemRefType
from xdsl.ir import Operation, SSAValue

from aiec.ir.errors import DesignError
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.faults import below_zero
from aiec.runtime.sim.array.unwritten import poison_of
from aiec.runtime.sim.program.types import bits_of, dtype_of, element_of, is_float, shape_of
from aiec.runtime.sim.program.writer import Handler, Writer

_DYNAMIC = -(2**63)


def reading(w: Writer, op: Operation, memory: SSAValue, indices: Sequence[str]) -> str:
    """The expression of one element of `memory` as a Python number, loaded by `op`."""
    w.spend(timing.SCALAR_LOAD_CYCLES)
    cast = "float" if is_float(memory.type) else "int"
    array, value = w.use(memory), w.fresh("loaded")
    element = f"{cast}({array}[{_inside(w, indices)}])"
    if w.unwritten is None:
        return element
    poison = poison_of(dtype_of(element_of(memory.type)))
    place = f"{array}, ({''.join(f'{i}, ' for i in indices)}), {w.describe(op)!r}"
    told = f"{w.bind(w.unwritten, 'unwritten')}.load({value}, {place})"
    return f"({value} if ({value} := {element}) != {poison!r} else {told})"


def write(w: Writer, memory: SSAValue, indices: Sequence[str], value: str) -> None:
    """Store one element; an unsigned element takes the bits of a signed value."""
    w.spend(timing.SCALAR_OP_CYCLES)
    dtype = dtype_of(element_of(memory.type))
    if dtype.kind == "u":
        value = f"{value} & {(1 << (dtype.itemsize * 8)) - 1}"
    w.emit(f"{w.use(memory)}[{_inside(w, indices)}] = {value}")


def _inside(w: Writer, indices: Sequence[str]) -> str:
    """The subscript of an element; numpy itself refuses indices that are too large."""
    below = w.bind(below_zero)
    checked = []
    for index in indices:
        name = index if index.isidentifier() else w.fresh("index")
        first = name if name == index else f"({name} := {index})"
        checked.append(index if index.isdigit() else f"{name} if {first} >= 0 else {below}({name})")
    return ", ".join(checked) or "()"


def _load(w: Writer, op: memref.LoadOp) -> None:
    w.define(op.res, reading(w, op, op.memref, w.uses(op.indices)))


def _store(w: Writer, op: memref.StoreOp) -> None:
    write(w, op.memref, w.uses(op.indices), w.use(op.value))


def _mixed(w: Writer, static: DenseArrayBase[Any], dynamic: Sequence[SSAValue]) -> str:
    values = iter(w.uses(dynamic))
    items = [next(values) if v == _DYNAMIC else str(v) for v in static.get_values()]
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def subview(
    array: np.ndarray,
    offsets: tuple[int, ...],
    sizes: tuple[int, ...],
    strides: tuple[int, ...],
    shape: tuple[int, ...],
) -> np.ndarray:
    """memref.subview: `shape` is the result's, dimensions of size 1 may be dropped in it."""
    box = tuple(
        slice(o, o + (n - 1) * s + 1, s) for o, n, s in zip(offsets, sizes, strides, strict=True)
    )
    view = array[box]
    if len(shape) == view.ndim:
        return view
    kept, wanted = [], list(shape)
    for n in view.shape:
        keep = bool(wanted) and (n == wanted[0] or wanted[0] < 0)
        if keep:
            wanted.pop(0)
        kept.append(slice(None) if keep else 0)
    return view[tuple(kept)]


def reinterpreted(
    array: np.ndarray, offset: int, sizes: tuple[int, ...], strides: tuple[int, ...]
) -> np.ndarray:
    """memref.reinterpret_cast: `sizes` and `strides` in elements, from `offset` on."""
    steps = tuple(step * array.itemsize for step in strides)
    flat = array.reshape(-1)[offset:]
    return np.lib.stride_tricks.as_strided(flat, shape=sizes, strides=steps)


def _subview(w: Writer, op: memref.SubviewOp) -> None:
    offsets = _mixed(w, op.static_offsets, op.offsets)
    sizes = _mixed(w, op.static_sizes, op.sizes)
    strides = _mixed(w, op.static_strides, op.strides)
    shape = shape_of(op.result.type)
    call = f"{w.bind(subview)}({w.use(op.source)}, {offsets}, {sizes}, {strides}, {shape})"
    w.define(op.result, call)


def _reinterpret(w: Writer, op: memref.ReinterpretCastOp) -> None:
    offset = _mixed(w, op.static_offsets, op.offsets)
    sizes = _mixed(w, op.static_sizes, op.sizes)
    strides = _mixed(w, op.static_strides, op.strides)
    call = f"{w.bind(reinterpreted)}({w.use(op.source)}, {offset}[0], {sizes}, {strides})"
    w.define(op.result, call)


def _reshape(w: Writer, op: Operation) -> None:
    shape = shape_of(op.results[0].type)
    w.define(op.results[0], f"{w.use(op.operands[0])}.reshape({shape})")


def _same(w: Writer, op: Operation) -> None:
    for result in op.results:
        w.alias(result, w.use(op.operands[0]))


def _view(w: Writer, op: memref.ViewOp) -> None:
    kind = op.result.type
    dtype, shape = dtype_of(element_of(kind)), shape_of(kind)
    nbytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    start = w.use(op.byte_shift)
    slice_ = f"{w.use(op.source)}.reshape(-1)[{start}:{start} + {nbytes}]"
    w.define(op.result, f"{slice_}.view({w.bind(dtype)}).reshape({shape})")


def _dim(w: Writer, op: memref.DimOp) -> None:
    w.define(op.result, f"{w.use(op.source)}.shape[{w.use(op.index)}]")


def _copy(w: Writer, op: Operation) -> None:
    source, target = op.operands
    assert isinstance(source.type, MemRefType)
    w.spend(int(np.prod(shape_of(source.type))))
    w.emit(f"{w.use(target)}[...] = {w.use(source)}")


def _allocate(w: Writer, op: Operation) -> None:
    kind = op.results[0].type
    dtype, shape = dtype_of(element_of(kind)), shape_of(kind)
    if min(shape, default=1) < 0 or math.prod(shape) * dtype.itemsize > w.memory_bytes:
        raise DesignError(f"a core allocates {kind}", where=w.describe(op),
                          expected=f"a static shape of at most {w.memory_bytes} bytes")  # fmt: skip
    w.objects["np"] = np
    w.define(op.results[0], f"np.zeros({shape}, {w.bind(dtype)})")


def _nothing(w: Writer, op: Operation) -> None:
    """Takes no time and has no effect here."""


MEMREFS: dict[str, Handler] = {
    "memref.load": _load,
    "memref.store": _store,
    "memref.subview": _subview,
    "memref.reinterpret_cast": _reinterpret,
    "memref.collapse_shape": _reshape,
    "memref.expand_shape": _reshape,
    "memref.cast": _same,
    "memref.memory_space_cast": _same,
    "memref.assume_alignment": _same,
    "memref.view": _view,
    "memref.dim": _dim,
    "memref.copy": _copy,
    "memref.alloc": _allocate,
    "memref.alloca": _allocate,
    "memref.dealloc": _nothing,
}
__all__ = ["MEMREFS", "bits_of", "reading", "reinterpreted", "subview", "write"]
