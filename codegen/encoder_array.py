"""Placement of an encoder design: which tile holds which buffers and locks, how streams run.

Like `array.py` for a GEMM design, with the same streams on the same channels: row r of cores gets x
from one shim and mem tile, column c its weight objects from shim and mem tile c, to which it gives
its outputs. There are no runtime parameters to write: what a core does next comes as an object.

A mem tile holds x objects as they come, weights in slots from which they are sent several times,
and single objects (control, queries) in a ring of their own; outputs of all rows twice. What is in
a slot has a pair of locks that count all times that it is sent at once or one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import MemRefType
from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.core_memory import CORE_BUFFERS
from aiec.codegen.rounds import SINGLE_OBJECTS
from aiec.codegen.streams import DEPTH, LockPair, carries_x, connect, lock_pair
from aiec.ir.encoder import OBJECT_ELEMS, TILE_ELEMS, EncoderPlan

_FIRST_SLOT_LOCK = 12  # after x, ring and four rows of outputs


@dataclass(frozen=True, slots=True)
class EncoderCore:
    """One core with its memory. `row` counts from the first row of cores."""

    column: int
    row: int
    tile: SSAValue
    x: tuple[SSAValue, SSAValue]
    w: tuple[SSAValue, SSAValue]
    acc: SSAValue
    out: SSAValue
    scratch: SSAValue
    par: SSAValue
    x_locks: LockPair
    w_locks: LockPair
    out_locks: LockPair


@dataclass(frozen=True, slots=True)
class EncoderMemTile:
    """One mem tile. `x` is None where the column brings no x."""

    column: int
    tile: SSAValue
    x: SSAValue | None
    ring: SSAValue
    panel: SSAValue
    out: tuple[SSAValue, ...]  # each the outputs of all rows, one after another
    x_locks: LockPair | None
    ring_locks: LockPair
    slot_locks: tuple[LockPair, ...]
    out_locks: tuple[LockPair, ...]  # by array row


@dataclass(frozen=True, slots=True)
class EncoderArray:
    """All tiles of a design. `cores` is by column, then row."""

    shims: tuple[SSAValue, ...]
    mem_tiles: tuple[EncoderMemTile, ...]
    cores: tuple[tuple[EncoderCore, ...], ...]


def declare_array(plan: EncoderPlan) -> EncoderArray:
    """Declare tiles, buffers, locks and flows at the insertion point."""
    first, rows, columns = plan.target.first_core_row, range(plan.rows), range(plan.columns)
    shims = tuple(ops.tile(c, 0) for c in columns)
    # Panels are larger than a bank: buffers are laid end to end.
    mem = tuple(ops.tile(c, 1, sequential=True) for c in columns)
    cores = tuple(tuple(ops.tile(c, first + r, sequential=True) for r in rows) for c in columns)
    array = EncoderArray(
        shims,
        tuple(_mem_tile(plan, c, mem[c]) for c in columns),
        tuple(tuple(_core(first, c, r, cores[c][r]) for r in rows) for c in columns),
    )
    connect(plan, shims, mem, cores)
    return array


def _core(first: int, column: int, row: int, tile: SSAValue) -> EncoderCore:
    name = f"core_{column}_{first + row}"
    made = {
        buffer: ops.buffer(tile, f"{name}_{buffer}", MemRefType(ops.ELEMENT_TYPES[dtype], [elems]))
        for buffer, elems, dtype in CORE_BUFFERS
    }
    return EncoderCore(
        column,
        row,
        tile,
        x=(made["x0"], made["x1"]),
        w=(made["w0"], made["w1"]),
        acc=made["acc"],
        out=made["out"],
        scratch=made["scratch"],
        par=made["par"],
        x_locks=lock_pair(tile, 0, f"{name}_x", DEPTH),
        w_locks=lock_pair(tile, 2, f"{name}_w", DEPTH),
        out_locks=lock_pair(tile, 4, f"{name}_out", 1),
    )


def _mem_tile(plan: EncoderPlan, column: int, tile: SSAValue) -> EncoderMemTile:
    name = f"mem_{column}"

    def pool(role: str, elems: int) -> SSAValue:
        return ops.buffer(tile, f"{name}_{role}", MemRefType(ops.ELEMENT_TYPES["bf16"], [elems]))

    has_x = carries_x(plan, column)
    sizes = plan.mem
    return EncoderMemTile(
        column,
        tile,
        x=pool("x", sizes.x_depth * TILE_ELEMS) if has_x else None,
        ring=pool("ring", SINGLE_OBJECTS * OBJECT_ELEMS),
        panel=pool("panel", sizes.panel_objects * OBJECT_ELEMS),
        out=tuple(pool(f"out{i}", plan.rows * TILE_ELEMS) for i in range(DEPTH)),
        x_locks=lock_pair(tile, 0, f"{name}_x", sizes.x_depth) if has_x else None,
        ring_locks=lock_pair(tile, 2, f"{name}_ring", SINGLE_OBJECTS),
        slot_locks=tuple(
            lock_pair(tile, _FIRST_SLOT_LOCK + 2 * i, f"{name}_slot{i}", plan.slot_units)
            for i in range(len(sizes.slots))
        ),
        out_locks=tuple(
            lock_pair(tile, 4 + 2 * r, f"{name}_out_row{r}", DEPTH) for r in range(plan.rows)
        ),
    )
