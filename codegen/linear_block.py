"""A lone linear layer as a block of one step, with GELU and a residual as the step has them.

    out = activation(x @ weight.T + bias) + residual

Values are matrices of contiguous tiles, rows of tiles one after another, as wide as what the whole
array makes: so one layer reads what another made where it lies, and a residual is a value like any
other. Rows and columns of padding are in the layout alone.
"""

from __future__ import annotations

import math

from aiec.codegen.block_steps import Room, Steps, round_up, tiled, tiles_of
from aiec.ir.encoder import (
    TILE_ELEMS,
    Access,
    BlockKind,
    BlockSequence,
    Matrix,
)
from aiec.ir.graph import Gemm
from aiec.ir.target import Target

PADDING = 1.05  # rows beyond the needed ones, at most, so that weights stay for more of them


def linear_block(gemm: Gemm, room: Room, target: Target) -> BlockSequence:
    """The block of one linear layer."""
    row_blocks = padded_row_blocks(gemm.m, room)
    row_tiles = room.rows * row_blocks
    x_tiles, out_tiles = (round_up(tiles_of(size), room.columns) for size in (gemm.k, gemm.n))
    out = _out(gemm, row_tiles, out_tiles, target)
    steps = Steps(room)
    steps.gemm(
        "linear",
        (gemm.n, gemm.k),
        x=tiled("x", x_tiles),
        out=out,
        row_blocks=row_blocks,
        activation=gemm.activation,
        residuals=(tiled("residual", out_tiles),) if gemm.residual else (),
        alone=True,
    )
    made = row_tiles * out_tiles * TILE_ELEMS
    buffers = {"x": (row_tiles * x_tiles * TILE_ELEMS, Access.IN)}
    if gemm.residual:
        buffers["residual"] = made, Access.IN
    buffers["out"] = made, Access.OUT
    return steps.block(gemm.label, BlockKind.LINEAR, buffers, gemm.macs, gemm)


def padded_row_blocks(rows: int, room: Room) -> int:
    """Row blocks of so many rows: a few more where weights then stay for more of them at once."""
    needed, turns = -(-tiles_of(rows) // room.rows), room.choice.mem.turns
    padded = (round_up(needed, d) for d in range(turns, 0, -1) if turns % d == 0)
    fitting = [blocks for blocks in padded if blocks <= PADDING * needed]
    return max(fitting, key=lambda blocks: (math.gcd(blocks, turns), -blocks))


def _out(gemm: Gemm, row_tiles: int, out_tiles: int, target: Target) -> Matrix:
    """Rows of tiles one after another, or columns where a row is longer than a shim's stride."""
    row = out_tiles * TILE_ELEMS // 2  # in words
    if row <= 1 << target.shim.step_bits or gemm.residual:
        return tiled("out", out_tiles)
    return Matrix("out", 0, TILE_ELEMS, row_tiles * TILE_ELEMS, tiled("out", 1).row)
