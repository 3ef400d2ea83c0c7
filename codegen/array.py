"""Placement of a GEMM design: which tile holds which buffers and locks, and how streams run.

Row r of cores gets x from one shim and mem tile, column c gets its weights from shim and mem tile c
and gives its outputs back to them. Declared here; programmed in `core_program.py` (cores),
`core_dma.py` and `mem_tile.py` (DMAs), and driven by `sequence.py`.

Channels. A core has two of each direction: x on S2MM 0, weights on 1, outputs on MM2S 0. In a mem
tile, x uses channel 0 of both directions and weights channel 1, so that their buffer descriptors
come from different pools (even channels own BDs 0-23, odd 24-47); outputs enter on 2 to 5 and leave
on 2. No channel needs a neighbour's memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import MemRefType, bf16
from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.gemm_transfers import x_column
from aiec.ir.design import GemmPlan
from aiec.ir.encoder import EncoderPlan
from aiec.kernels.tile_memory import CoreBuffer, core_buffers

X_CHANNEL, WEIGHT_CHANNEL = 0, 1  # of a core's S2MM, a mem tile's both directions, a shim's MM2S
CORE_OUT_CHANNEL = 0
MEM_OUT_CHANNEL = 2  # of a mem tile: MM2S 2, and S2MM 2 + array row
SHIM_OUT_CHANNEL = 0
Tiles = tuple[SSAValue, ...]
Grid = tuple[Tiles, ...]
DEPTH = 2  # objects of x, weights and outputs in a mem tile


@dataclass(frozen=True, slots=True)
class LockPair:
    """Counts free and filled objects of a pool of buffers used in turn."""

    empty: SSAValue
    full: SSAValue


@dataclass(frozen=True, slots=True)
class Core:
    """One core with its memory. `row` counts from the first row of cores."""

    column: int
    row: int
    tile: SSAValue
    x: tuple[SSAValue, SSAValue]
    w: tuple[SSAValue, SSAValue]
    acc: SSAValue
    out: SSAValue
    rtp: SSAValue
    rtp_symbol: str
    ready: SSAValue
    x_locks: LockPair
    w_locks: LockPair
    out_locks: LockPair


@dataclass(frozen=True, slots=True)
class MemTile:
    """One mem tile. `x` is empty where the column brings no x."""

    tile: SSAValue
    x: tuple[SSAValue, ...]
    w: tuple[SSAValue, ...]
    out: tuple[SSAValue, ...]  # each the outputs of all rows, one after another
    x_locks: LockPair | None
    w_locks: LockPair
    out_locks: tuple[LockPair, ...]  # by array row


@dataclass(frozen=True, slots=True)
class Array:
    """All tiles of a design. `cores` is by column, then row."""

    shims: tuple[SSAValue, ...]
    mem_tiles: tuple[MemTile, ...]
    cores: tuple[tuple[Core, ...], ...]


def declare_array(plan: GemmPlan) -> Array:
    """Declare tiles, buffers, locks and flows at the insertion point."""
    first, rows, columns = plan.target.first_core_row, range(plan.rows), range(plan.columns)
    shims = tuple(ops.tile(c, 0) for c in columns)
    mem = tuple(ops.tile(c, 1) for c in columns)
    in_banks = core_buffers(plan.tiling, plan.target)[0].bank is not None
    cores = tuple(tuple(ops.tile(c, first + r, not in_banks) for r in rows) for c in columns)
    array = Array(
        shims,
        tuple(_mem_tile(plan, c, mem[c]) for c in columns),
        tuple(tuple(_core(plan, c, r, cores[c][r]) for r in rows) for c in columns),
    )
    connect(plan, shims, mem, cores)
    return array


def carries_x(plan: GemmPlan | EncoderPlan, column: int) -> bool:
    """Whether a column's shim and mem tile bring x to one of the rows."""
    return column in {x_column(plan, row) for row in range(plan.rows)}


def _core(plan: GemmPlan, column: int, row: int, tile: SSAValue) -> Core:
    name = f"core_{column}_{plan.target.first_core_row + row}"
    buffers = {b.name: b for b in core_buffers(plan.tiling, plan.target)}
    declared = {b.name: _buffer(tile, name, b) for b in buffers.values()}
    return Core(
        column,
        row,
        tile,
        x=(declared["x0"], declared["x1"]),
        w=(declared["w0"], declared["w1"]),
        acc=declared["acc"],
        out=declared["out"],
        rtp=declared["rtp"],
        rtp_symbol=f"{name}_rtp",
        x_locks=lock_pair(tile, 0, f"{name}_x", DEPTH),
        w_locks=lock_pair(tile, 2, f"{name}_w", DEPTH),
        out_locks=lock_pair(tile, 4, f"{name}_out", 1),
        ready=ops.lock(tile, 6, f"{name}_ready", 0),
    )


def _mem_tile(plan: GemmPlan, column: int, tile: SSAValue) -> MemTile:
    t, name = plan.tiling, f"mem_{column}"
    x_type = MemRefType(bf16, [t.m * t.k_l2])
    w_type = MemRefType(bf16, [t.w_bytes // 2])
    out_type = MemRefType(bf16, [plan.rows * t.m * t.n])

    def pool(role: str, of: MemRefType) -> tuple[SSAValue, ...]:
        return tuple(ops.buffer(tile, f"{name}_{role}{i}", of) for i in range(DEPTH))

    has_x = carries_x(plan, column)
    return MemTile(
        tile,
        x=pool("x", x_type) if has_x else (),
        w=pool("w", w_type),
        out=pool("out", out_type),
        x_locks=lock_pair(tile, 0, f"{name}_x", DEPTH) if has_x else None,
        w_locks=lock_pair(tile, 2, f"{name}_w", DEPTH),
        out_locks=tuple(
            lock_pair(tile, 4 + 2 * r, f"{name}_out_row{r}", DEPTH) for r in range(plan.rows)
        ),
    )


def _buffer(tile: SSAValue, owner: str, buffer: CoreBuffer) -> SSAValue:
    of = MemRefType(ops.ELEMENT_TYPES[buffer.dtype], [buffer.elements])
    return ops.buffer(tile, f"{owner}_{buffer.name}", of, buffer.bank)


def lock_pair(tile: SSAValue, first_id: int, name: str, depth: int) -> LockPair:
    """Declare the locks of a pool of `depth` free objects."""
    return LockPair(
        empty=ops.lock(tile, first_id, f"{name}_empty", depth),
        full=ops.lock(tile, first_id + 1, f"{name}_full", 0),
    )


def connect(plan: GemmPlan | EncoderPlan, shims: Tiles, mem_tiles: Tiles, cores: Grid) -> None:
    """Declare the streams of x, weights and outputs. `cores` is by column, then row."""
    for row in range(plan.rows):
        column = x_column(plan, row)
        ops.flow(shims[column], X_CHANNEL, mem_tiles[column], X_CHANNEL)
        for of_column in cores:
            ops.flow(mem_tiles[column], X_CHANNEL, of_column[row], X_CHANNEL)
    for shim, mem, of_column in zip(shims, mem_tiles, cores, strict=True):
        ops.flow(shim, WEIGHT_CHANNEL, mem, WEIGHT_CHANNEL)
        for row, core in enumerate(of_column):
            ops.flow(mem, WEIGHT_CHANNEL, core, WEIGHT_CHANNEL)
            ops.flow(core, CORE_OUT_CHANNEL, mem, MEM_OUT_CHANNEL + row)
        ops.flow(mem, MEM_OUT_CHANNEL, shim, SHIM_OUT_CHANNEL)
