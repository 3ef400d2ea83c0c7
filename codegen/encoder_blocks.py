"""The blocks of an encoder as steps on tiles: what reads what, and where everything lies.

Below `plan_steps.py`, which chooses how a mem tile's memory is used. All is in 64x64 tiles. Array
row r makes row tiles 4*i + r of an output, array column c its column tiles j*columns + c; in
attention, row r takes a head and column c a query tile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from aiec.codegen.block_steps import Choice, Room, Steps, round_up, row_major, tiled, tiles_of
from aiec.ir.encoder import (
    OBJECT_ELEMS,
    TILE,
    TILE_ELEMS,
    Access,
    BlockKind,
    BlockSequence,
    EncoderShape,
    HeadRun,
    KPart,
    Matrix,
)
from aiec.ir.graph import Activation
from aiec.ir.target import Target

TAPS = 3  # of both convolutions


@dataclass(frozen=True, slots=True)
class Sizes:
    """An encoder's sizes in tiles, padded to an array of rows x columns."""

    shape: EncoderShape
    rows: int
    columns: int
    row_tiles: int  # of the frames, a multiple of rows and columns
    state_tiles: int  # a multiple of columns
    mlp_tiles: int  # a multiple of columns
    position_parts: int  # bf16 matrices that add up to the positions
    room: Room

    @classmethod
    def of(cls, shape: EncoderShape, target: Target, choice: Choice, dtype: str) -> Sizes:
        """Pad `shape` to the whole array of `target`.

        An error in the positions is the same in every window. It is a fifth of all of base's where
        products are of bf16; where they go through bfp16, their own is ten times as large.
        """
        rows, columns = target.core_rows, target.columns
        return cls(
            shape,
            rows,
            columns,
            row_tiles=rows * row_blocks_of(shape, target),
            state_tiles=round_up(tiles_of(shape.state), columns),
            mlp_tiles=round_up(tiles_of(shape.mlp), columns),
            position_parts=2 if dtype == "bf16" else 1,
            room=Room(rows, columns, choice),
        )

    @property
    def row_blocks(self) -> int:
        """Row tiles of one array row."""
        return self.row_tiles // self.rows

    @property
    def state_elems(self) -> int:
        """Elements of the residual stream."""
        return self.row_tiles * self.state_tiles * TILE_ELEMS


def row_blocks_of(shape: EncoderShape, target: Target) -> int:
    """Row tiles of one array row, of frames padded to all rows and columns."""
    whole = math.lcm(target.core_rows, target.columns)
    return round_up(tiles_of(shape.frames), whole) // target.core_rows


def block_of(kind: BlockKind, sizes: Sizes) -> BlockSequence:
    """The block of a kind of an encoder."""
    makers: dict[BlockKind, Callable[[Sizes], BlockSequence]] = {
        BlockKind.STEM: _stem,
        BlockKind.LAYER: _layer,
        BlockKind.FINAL: _final,
        BlockKind.CROSS: _cross,
    }
    return makers[kind](sizes)


def _stem(sizes: Sizes) -> BlockSequence:
    """Two convolutions as GEMMs over windows of frames that the DMA reads where they lie.

    Positions may be added in two parts, what bf16 keeps of them and the rest.
    """
    shape, width, tiles = sizes.shape, TILE * sizes.state_tiles, sizes.state_tiles
    mel, k_tiles = row_major("mel", shape.mels), round_up(tiles_of(TAPS * shape.mels), 2)
    steps = Steps(sizes.room)
    steps.gemm(
        "conv1",
        (shape.state, TAPS * shape.mels),
        x=mel,
        out=row_major("conv", width, offset=width),
        row_blocks=2 * sizes.row_blocks,
        activation=Activation.GELU,
    )
    steps.gemm(
        "conv2",
        (shape.state, TAPS * shape.state),
        x=row_major("conv", 2 * width),
        out=tiled("state", tiles),
        row_blocks=sizes.row_blocks,
        k_tiles=TAPS * tiles,
        runs=TAPS,
        activation=Activation.GELU,
        residuals=tuple(
            tiled("positions", tiles, part * sizes.state_elems)
            for part in range(sizes.position_parts)
        ),
    )
    buffers = {
        "mel": (mel.span(2 * sizes.row_tiles, k_tiles)[1], Access.IN),
        "conv": ((1 + 2 * sizes.row_tiles * TILE) * width, Access.RESIDENT),
        "positions": (sizes.position_parts * sizes.state_elems, Access.RESIDENT),
        "state": (sizes.state_elems, Access.OUT),
    }
    macs = shape.frames * TAPS * shape.state * (2 * shape.mels + shape.state)
    return steps.block("encoder_stem", BlockKind.STEM, buffers, macs)


def _layer(sizes: Sizes) -> BlockSequence:
    """Attention and MLP, each with its norm folded into the GEMMs that read it."""
    shape, tiles, rows = sizes.shape, sizes.state_tiles, sizes.row_tiles
    state, square = tiled("state", tiles), (shape.state, shape.state)
    q = Matrix("work", 0, OBJECT_ELEMS, rows * OBJECT_ELEMS, TILE)
    kv = Matrix("work", tiles * q.col_tile, TILE_ELEMS, 2 * rows * TILE_ELEMS, TILE)
    k = replace(kv, row_tile=2 * TILE_ELEMS)
    v = replace(k, offset=k.offset + TILE_ELEMS)
    attended = tiled("work", tiles, offset=kv.offset + tiles * kv.col_tile)
    hidden = tiled("work", sizes.mlp_tiles, offset=attended.offset + sizes.state_elems)
    steps = Steps(sizes.room)
    blocks = sizes.row_blocks
    steps.gemm("q", square, x=state, out=q, row_blocks=blocks, width=shape.state)
    steps.gemm("k", square, x=state, out=k, row_blocks=blocks, width=shape.state)
    steps.gemm("v", square, x=state, out=v, row_blocks=blocks, width=shape.state, transpose=True)
    steps.attention(
        "attention", shape.heads, shape.frames, tuple(_head_runs(sizes)),
        query_blocks=rows // sizes.columns, q=q, kv=kv, out=attended,
    )  # fmt: skip
    steps.gemm("proj", square, x=attended, out=state, row_blocks=blocks, residuals=(state,))
    steps.gemm(
        "fc1", (shape.mlp, shape.state), x=state, out=hidden, row_blocks=blocks,
        width=shape.state, activation=Activation.GELU,
    )  # fmt: skip
    part = shape.mlp // sizes.room.choice.fc2_parts
    for number in range(sizes.room.choice.fc2_parts):
        x = replace(hidden, offset=hidden.offset + number * part // TILE * hidden.col_tile)
        piece = KPart("fc2", number * part, shape.mlp) if part < shape.mlp else None
        name = f"fc2_{number}" if piece else "fc2"
        steps.gemm(
            name, (shape.state, part), x=x, out=state, row_blocks=blocks, residuals=(state,),
            part=piece,
        )  # fmt: skip
    work = hidden.offset + rows * hidden.row_tile
    macs = shape.frames * shape.state * (4 * shape.state + 2 * shape.mlp + 2 * shape.frames)
    buffers = {"state": (sizes.state_elems, Access.INOUT), "work": (work, Access.RESIDENT)}
    return steps.block("encoder_layer", BlockKind.LAYER, buffers, macs)


def _final(sizes: Sizes) -> BlockSequence:
    """The last norm, as a GEMM with the identity."""
    shape, tiles = sizes.shape, sizes.state_tiles
    steps = Steps(sizes.room)
    steps.gemm(
        "norm", (shape.state, shape.state), x=tiled("state", tiles), out=tiled("out", tiles),
        row_blocks=sizes.row_blocks, width=shape.state,
    )  # fmt: skip
    buffers = {"state": (sizes.state_elems, Access.IN), "out": (sizes.state_elems, Access.OUT)}
    return steps.block("encoder_final", BlockKind.FINAL, buffers, macs=0)


def _cross(sizes: Sizes) -> BlockSequence:
    """Keys and values of a decoder layer's cross attention."""
    shape, tiles, made = sizes.shape, sizes.state_tiles, ("cross_k", "cross_v")
    steps = Steps(sizes.room)
    for name in made:
        steps.gemm(
            name, (shape.state, shape.state), x=tiled("out", tiles), out=tiled(name, tiles),
            row_blocks=sizes.row_blocks,
        )  # fmt: skip
    buffers = {"out": (sizes.state_elems, Access.IN)}
    buffers |= dict.fromkeys(made, (sizes.state_elems, Access.OUT))
    macs = 2 * shape.frames * shape.state**2
    return steps.block("encoder_cross", BlockKind.CROSS, buffers, macs)


def _head_runs(sizes: Sizes) -> Iterator[HeadRun]:
    """Heads by the array's rows; those left over share the rows among several query blocks."""
    rows, blocks = sizes.rows, sizes.row_tiles // sizes.columns
    whole, left = divmod(sizes.shape.heads, rows)
    for block in range(whole):
        yield HeadRun(rows * block, rows, 0, blocks)
    if not left:
        return
    heads = left if rows % left == 0 else rows
    units, rest = divmod(blocks, rows // heads)
    if units:
        yield HeadRun(rows * whole, heads, 0, units)
    if rest:  # with heads that are padding
        yield HeadRun(rows * whole, rows, blocks - rest, rest)
