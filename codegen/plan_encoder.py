"""Plan an encoder: pad its sizes to the array, give every step its tiles, every buffer its size.

Second-last stage before emission: an `EncoderShape` in, an `EncoderPlan` out, whose blocks are the
runtime sequences of one array configuration. Everything is in 64x64 tiles. Array row r makes row
tiles 4*i + r of an output, array column c its column tiles j*columns + c; in attention, row r takes
a head and column c a query tile.

Refuses encoders whose sizes the tiles do not divide, and more frames than the statistics of a
core's row blocks have room for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from aiec.ir.encoder import (
    OBJECT_BYTES,
    OBJECT_ELEMS,
    TILE,
    TILE_ELEMS,
    AttentionStep,
    BlockKind,
    BlockSequence,
    EncoderPlan,
    EncoderShape,
    GemmStep,
    HostBuffer,
    Matrix,
    MemTileSizes,
    Step,
)
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Activation
from aiec.ir.target import Target

EPSILON = 1e-5  # of the norms, in the kernels
TAPS = 3  # of both convolutions
STATISTICS_BLOCKS = 6  # row blocks for whose statistics a core has room
SLOTS = 4  # of weights in a mem tile: of two splits, descriptors of both directions fit its DMA
X_DEPTHS = (4, 2)  # x objects in a mem tile, the better one first
SINGLE_OBJECTS = 2  # control and query objects in a mem tile
ALL_BLOCKS = tuple(BlockKind)


def plan_encoder(
    shape: EncoderShape, target: Target, kinds: Iterable[BlockKind] = ALL_BLOCKS
) -> EncoderPlan:
    """Return the plan of an encoder's blocks of these kinds. Raises `CodegenError`."""
    sizes = Sizes.of(shape, target)
    _refuse_unsupported(shape, sizes)
    makers = {
        BlockKind.STEM: _stem,
        BlockKind.LAYER: _layer,
        BlockKind.FINAL: _final,
        BlockKind.CROSS: _cross,
    }
    blocks = tuple(makers[kind](sizes) for kind in ALL_BLOCKS if kind in set(kinds))
    return EncoderPlan(
        target,
        shape,
        columns=sizes.columns,
        rows=sizes.rows,
        row_tiles=sizes.row_tiles,
        state_tiles=sizes.state_tiles,
        mem=sizes.mem,
        blocks=blocks,
        why="",
    )


@dataclass(frozen=True, slots=True)
class Sizes:
    """An encoder's sizes in tiles, padded to an array of rows x columns."""

    shape: EncoderShape
    rows: int
    columns: int
    row_tiles: int  # of the frames, a multiple of rows and columns
    state_tiles: int  # a multiple of columns
    mlp_tiles: int  # a multiple of columns
    mem: MemTileSizes

    @classmethod
    def of(cls, shape: EncoderShape, target: Target) -> Sizes:
        """Pad `shape` to the whole array of `target`."""
        rows, columns = target.core_rows, target.columns
        return cls(
            shape,
            rows,
            columns,
            row_tiles=round_up(tiles_of(shape.frames), math.lcm(rows, columns)),
            state_tiles=round_up(tiles_of(shape.state), columns),
            mlp_tiles=round_up(tiles_of(shape.mlp), columns),
            mem=mem_tile_sizes(shape, target),
        )

    @property
    def row_blocks(self) -> int:
        """Row tiles of one array row."""
        return self.row_tiles // self.rows

    def parts(self, k_tiles: int) -> tuple[int, ...]:
        """k tiles of a column tile in each slot: all, or the largest whole fraction that fits."""
        fractions = (k_tiles // n for n in range(1, k_tiles + 1) if k_tiles % n == 0)
        fitting = next(f for f in fractions if f <= self.mem.panel_objects)
        slots = min(self.mem.slots, fitting)
        return tuple((fitting + slots - 1 - i) // slots for i in range(slots))

    @property
    def state_elems(self) -> int:
        """Elements of the residual stream."""
        return self.row_tiles * self.state_tiles * TILE_ELEMS


def mem_tile_sizes(shape: EncoderShape, target: Target) -> MemTileSizes:
    """Slots for the longest panel of a layer that fits; x objects fewer if that makes it fit."""
    panels = sorted((shape.state // TILE, shape.mlp // TILE), reverse=True)
    options = [MemTileSizes(depth, SLOTS, _room(target, depth) // SLOTS) for depth in X_DEPTHS]
    for panel in panels:
        for option in options:
            if panel <= option.panel_objects:
                return replace(option, slot_objects=-(-panel // SLOTS))
    return options[0]


def _room(target: Target, x_depth: int) -> int:
    """Weight objects that a mem tile has room for beside x, outputs and single objects."""
    outputs = 2 * target.core_rows * TILE_ELEMS * 2
    taken = outputs + SINGLE_OBJECTS * OBJECT_BYTES + x_depth * TILE_ELEMS * 2
    return (target.mem_tile_bytes - taken) // OBJECT_BYTES


def tiled(buffer: str, col_tiles: int, offset: int = 0) -> Matrix:
    """A matrix of contiguous tiles, `col_tiles` in a row."""
    return Matrix(buffer, offset, col_tiles * TILE_ELEMS, TILE_ELEMS, TILE)


def row_major(buffer: str, step: int, offset: int = 0) -> Matrix:
    """A matrix of rows `step` elements apart; they overlap if they are longer."""
    return Matrix(buffer, offset, TILE * step, TILE, step)


def _refuse_unsupported(shape: EncoderShape, sizes: Sizes) -> None:
    if shape.eps != EPSILON:
        raise CodegenError(
            f"layer norms with an epsilon of {shape.eps:g}",
            expected=f"{EPSILON:g}, which the kernels add",
        )
    if shape.heads % 2 or shape.mlp // TILE % 2:
        raise CodegenError(
            f"an encoder of width {shape.state} and {shape.mlp}",
            expected=f"multiples of {2 * TILE}: cores take k tiles of {TILE} in pairs",
        )
    if sizes.row_blocks > STATISTICS_BLOCKS:
        raise CodegenError(
            f"an encoder of {shape.frames} frames",
            expected=f"at most {STATISTICS_BLOCKS * sizes.rows * TILE}: "
            "a core keeps no more rows' statistics",
        )


def _stem(sizes: Sizes) -> BlockSequence:
    """Two convolutions as GEMMs over windows of frames that the DMA reads where they lie."""
    shape, width, tiles = sizes.shape, TILE * sizes.state_tiles, sizes.state_tiles
    mel, k_tiles = row_major("mel", shape.mels), round_up(tiles_of(TAPS * shape.mels), 2)
    steps = _Steps(sizes)
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
        k_tiles=TAPS * tiles,
        runs=TAPS,
        activation=Activation.GELU,
        residual=tiled("positions", tiles),
    )
    buffers = {
        "mel": mel.span(2 * sizes.row_tiles, k_tiles)[1],
        "conv": (1 + 2 * sizes.row_tiles * TILE) * width,
        "positions": sizes.state_elems,
        "state": sizes.state_elems,
    }
    macs = shape.frames * TAPS * shape.state * (2 * shape.mels + shape.state)
    return steps.block(BlockKind.STEM, buffers, macs)


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
    steps = _Steps(sizes)
    steps.gemm("q", square, x=state, out=q, width=shape.state)
    steps.gemm("k", square, x=state, out=k, width=shape.state)
    steps.gemm("v", square, x=state, out=v, width=shape.state, transpose=True)
    steps.attention("attention", q, kv, attended)
    steps.gemm("proj", square, x=attended, out=state, residual=state)
    steps.gemm(
        "fc1", (shape.mlp, shape.state), x=state, out=hidden, width=shape.state,
        activation=Activation.GELU,
    )  # fmt: skip
    steps.gemm("fc2", (shape.state, shape.mlp), x=hidden, out=state, residual=state)
    work = hidden.offset + rows * hidden.row_tile
    macs = shape.frames * shape.state * (4 * shape.state + 2 * shape.mlp + 2 * shape.frames)
    return steps.block(BlockKind.LAYER, {"state": sizes.state_elems, "work": work}, macs)


def _final(sizes: Sizes) -> BlockSequence:
    """The last norm, as a GEMM with the identity."""
    shape, tiles = sizes.shape, sizes.state_tiles
    steps = _Steps(sizes)
    steps.gemm(
        "norm", (shape.state, shape.state), x=tiled("state", tiles), out=tiled("out", tiles),
        width=shape.state,
    )  # fmt: skip
    buffers = {"state": sizes.state_elems, "out": sizes.state_elems}
    return steps.block(BlockKind.FINAL, buffers, macs=0)


def _cross(sizes: Sizes) -> BlockSequence:
    """Keys and values of a decoder layer, row-major, one after the other in "cross"."""
    shape, tiles = sizes.shape, sizes.state_tiles
    square, out = (shape.state, shape.state), tiled("out", tiles)
    keys = row_major("cross", TILE * tiles)
    steps = _Steps(sizes)
    steps.gemm("cross_k", square, x=out, out=keys)
    steps.gemm("cross_v", square, x=out, out=replace(keys, offset=sizes.state_elems))
    buffers = {"out": sizes.state_elems, "cross": 2 * sizes.state_elems}
    return steps.block(BlockKind.CROSS, buffers, macs=2 * shape.frames * shape.state**2)


class _Steps:
    """Collects the steps of a block, whose weights lie one after another."""

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes
        self._steps: list[Step] = []
        self._weights = 0  # elements

    def gemm(
        self,
        name: str,
        features: tuple[int, int],
        *,
        x: Matrix,
        out: Matrix,
        row_blocks: int | None = None,
        k_tiles: int | None = None,
        runs: int = 1,
        width: int = 0,
        activation: Activation = Activation.NONE,
        transpose: bool = False,
        residual: Matrix | None = None,
    ) -> None:
        """Add a GEMM of `features` (n, k). By default k is padded to an even number of tiles."""
        n, k = features
        sizes = self._sizes
        k_tiles = k_tiles or round_up(tiles_of(k), 2)
        step = GemmStep(
            name,
            n,
            k,
            row_blocks or sizes.row_blocks,
            column_tiles=-(-n // (TILE * sizes.columns)),
            k_tiles=k_tiles,
            parts=sizes.parts(k_tiles),
            turns=sizes.row_blocks if k_tiles <= sizes.mem.panel_objects else 1,
            weights=self._weights,
            x=x,
            out=out,
            runs=runs,
            width=width,
            activation=activation,
            transpose=transpose,
            residual=residual,
        )
        self._add(step)

    def attention(self, name: str, q: Matrix, kv: Matrix, out: Matrix) -> None:
        """Add the attention of all heads."""
        sizes, frames = self._sizes, self._sizes.shape.frames
        step = AttentionStep(
            name,
            head_blocks=-(-sizes.shape.heads // sizes.rows),
            query_blocks=sizes.row_tiles // sizes.columns,
            key_tiles=tiles_of(frames),
            last_keys=(frames - 1) % TILE + 1,
            weights=self._weights,
            q=q,
            kv=kv,
            out=out,
        )
        self._add(step)

    def _add(self, step: Step) -> None:
        self._steps.append(step)
        self._weights += self._sizes.columns * step.objects * OBJECT_ELEMS

    def block(self, kind: BlockKind, buffers: dict[str, int], macs: int) -> BlockSequence:
        """The finished block; sizes of its other buffers in elements."""
        sizes = {**buffers, "weights": self._weights}
        arguments = tuple(HostBuffer(role, 2 * elems) for role, elems in sizes.items())
        return BlockSequence(f"encoder_{kind}", kind, tuple(self._steps), arguments, macs)


def tiles_of(elements: int) -> int:
    """Tiles that hold so many elements."""
    return -(-elements // TILE)


def round_up(value: int, multiple: int) -> int:
    """The least multiple that is not less."""
    return -(-value // multiple) * multiple
