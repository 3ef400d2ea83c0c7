"""The blocks of an encoder as steps on tiles: what reads what, and where everything lies.

Below `plan_encoder.py`, which chooses how a mem tile's memory is used. All is in 64x64 tiles. Array
row r makes row tiles 4*i + r of an output, array column c its column tiles j*columns + c; in
attention, row r takes a head and column c a query tile.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypedDict

from aiec.ir.encoder import (
    OBJECT_ELEMS,
    TILE,
    TILE_ELEMS,
    AttentionStep,
    BlockKind,
    BlockSequence,
    EncoderShape,
    GemmStep,
    HeadRun,
    HostBuffer,
    KPart,
    Matrix,
    MemTileSizes,
    Step,
)
from aiec.ir.graph import Activation
from aiec.ir.target import Target

TAPS = 3  # of both convolutions


@dataclass(frozen=True, slots=True)
class Choice:
    """What a plan is free to choose.

    Attributes:
        mem: how a mem tile's memory is used.
        resident: whether panels of weights stay for all row blocks where they fit.
        twice: whether a panel moves in beside the one that is sent, where two fit.
        fc2_parts: GEMMs that fc2 is split into, along k; the sums between them are bf16.
    """

    mem: MemTileSizes
    resident: bool = True
    twice: bool = True
    fc2_parts: int = 1


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
    choice: Choice

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
            choice=choice,
        )

    @property
    def row_blocks(self) -> int:
        """Row tiles of one array row."""
        return self.row_tiles // self.rows

    def residence(self, k_tiles: int, row_blocks: int) -> Residence:
        """How the weights of a column tile lie in the slots.

        All of them twice, all once, as many as stay beside those that are streamed, or a fraction.
        """
        choice, mem = self.choice, self.choice.mem
        stays = choice.resident and k_tiles <= mem.panel_objects
        if not stays and (shared := _shared(mem, k_tiles)):
            parts, pieces = shared
            return {"parts": parts, "turns": self.row_blocks, "pieces": pieces, "sets": 1}
        twice = choice.twice and row_blocks == self.row_blocks
        twice = twice and stays and 2 * k_tiles <= mem.panel_objects
        slots = mem.slots[: len(mem.slots) // 2] if twice else mem.slots
        fractions = (k_tiles // n for n in range(1, k_tiles + 1) if k_tiles % n == 0)
        fitting = next(f for f in fractions if f <= sum(slots))
        return {
            "parts": _spread(fitting, slots),
            "turns": self.row_blocks if stays else 1,
            "pieces": 1,
            "sets": 2 if twice else 1,
        }

    @property
    def state_elems(self) -> int:
        """Elements of the residual stream."""
        return self.row_tiles * self.state_tiles * TILE_ELEMS


def row_blocks_of(shape: EncoderShape, target: Target) -> int:
    """Row tiles of one array row, of frames padded to all rows and columns."""
    whole = math.lcm(target.core_rows, target.columns)
    return round_up(tiles_of(shape.frames), whole) // target.core_rows


class Residence(TypedDict):
    """Fields of a GEMM step."""

    parts: tuple[int, ...]
    turns: int
    pieces: int
    sets: int


def _spread(objects: int, slots: tuple[int, ...]) -> tuple[int, ...]:
    """Objects by slot, as equal as the slots' sizes allow; slots that stay empty are left out."""
    parts = [0] * len(slots)
    for _ in range(objects):
        number = min((n for n, size in enumerate(slots) if parts[n] < size), key=parts.__getitem__)
        parts[number] += 1
    return tuple(part for part in parts if part)


def _shared(mem: MemTileSizes, k_tiles: int) -> tuple[tuple[int, ...], int] | None:
    """Parts and pieces of which as many tiles as possible stay; None if the slots are not for it.

    Example: 80 k tiles in slots of 20, 4, 20 and 4 are ten times 2 that stay, 2 that are streamed,
    again 2 that stay and 2 that are streamed; 40 of the 80 stay.
    """
    wide, narrow = mem.slots[:2]
    found: list[tuple[int, tuple[int, ...], int]] = []
    for pieces in range(2, mem.pieces + 1):
        if mem.pieces % pieces == 0 and k_tiles % (2 * pieces) == 0:
            half = k_tiles // (2 * pieces)
            staying = min(wide // pieces, half - 1)
            if staying and half - staying <= narrow:
                found.append((pieces * staying, (staying, half - staying) * 2, pieces))
    return max(found)[1:] if found else None


def tiled(buffer: str, col_tiles: int, offset: int = 0) -> Matrix:
    """A matrix of contiguous tiles, `col_tiles` in a row."""
    return Matrix(buffer, offset, col_tiles * TILE_ELEMS, TILE_ELEMS, TILE)


def row_major(buffer: str, step: int, offset: int = 0) -> Matrix:
    """A matrix of rows `step` elements apart; they overlap if they are longer."""
    return Matrix(buffer, offset, TILE * step, TILE, step)


def block_of(kind: BlockKind, sizes: Sizes) -> BlockSequence:
    """The block of a kind."""
    makers = {
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
        residuals=tuple(
            tiled("positions", tiles, part * sizes.state_elems)
            for part in range(sizes.position_parts)
        ),
    )
    buffers = {
        "mel": mel.span(2 * sizes.row_tiles, k_tiles)[1],
        "conv": (1 + 2 * sizes.row_tiles * TILE) * width,
        "positions": sizes.position_parts * sizes.state_elems,
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
    steps.gemm("proj", square, x=attended, out=state, residuals=(state,))
    steps.gemm(
        "fc1", (shape.mlp, shape.state), x=state, out=hidden, width=shape.state,
        activation=Activation.GELU,
    )  # fmt: skip
    part = shape.mlp // sizes.choice.fc2_parts
    for number in range(sizes.choice.fc2_parts):
        x = replace(hidden, offset=hidden.offset + number * part // TILE * hidden.col_tile)
        piece = KPart("fc2", number * part, shape.mlp) if part < shape.mlp else None
        name = f"fc2_{number}" if piece else "fc2"
        steps.gemm(name, (shape.state, part), x=x, out=state, residuals=(state,), part=piece)
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
    """Keys and values of a decoder layer's cross attention."""
    shape, tiles, made = sizes.shape, sizes.state_tiles, ("cross_k", "cross_v")
    steps = _Steps(sizes)
    for name in made:
        steps.gemm(name, (shape.state, shape.state), x=tiled("out", tiles), out=tiled(name, tiles))
    buffers = dict.fromkeys(("out", *made), sizes.state_elems)
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
        residuals: tuple[Matrix, ...] = (),
        part: KPart | None = None,
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
            **sizes.residence(k_tiles, row_blocks or sizes.row_blocks),
            weights=self._weights,
            x=x,
            out=out,
            runs=runs,
            width=width,
            activation=activation,
            transpose=transpose,
            residuals=residuals,
            part=part,
        )
        self._add(step)

    def attention(self, name: str, q: Matrix, kv: Matrix, out: Matrix) -> None:
        """Add the attention of all heads."""
        sizes, frames = self._sizes, self._sizes.shape.frames
        step = AttentionStep(
            name,
            head_blocks=-(-sizes.shape.heads // sizes.rows),
            query_blocks=sizes.row_tiles // sizes.columns,
            runs=tuple(_head_runs(sizes)),
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


def tiles_of(elements: int) -> int:
    """Tiles that hold so many elements."""
    return -(-elements // TILE)


def round_up(value: int, multiple: int) -> int:
    """The least multiple that is not less."""
    return -(-value // multiple) * multiple
