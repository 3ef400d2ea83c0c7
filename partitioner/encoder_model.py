"""What a block of an encoder costs on the array: its steps' cycles and the bytes that cross DDR.

Below `cost.py`. It counts what codegen's steps do, in tiles of 64 x 64: array row r computes row
tiles, array column c column tiles, and kernels' cycles are those of their specs. A step takes the
longer of the cores' work and its DDR traffic; steps follow one another. The plan that runs is
codegen's, whose padding is counted here by the same rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiec.ir.block import EncoderBlock, belongs
from aiec.ir.encoder import CONTROL_OBJECTS, OBJECT_BYTES, TILE, TILE_ELEMS, BlockKind, EncoderShape
from aiec.ir.target import Target
from aiec.kernels.encoder import ENCODER_KERNELS, tiling_for

TILE_BYTES = 2 * TILE_ELEMS
SLOTS = 4  # of weights in a mem tile: a panel is padded to them
SINGLE_OBJECTS = 2  # control and query objects in a mem tile
LEAST_X_OBJECTS = 2  # x tiles in a mem tile where weights need the room
MOST_ROW_BLOCKS = 6  # row tiles of one array row for whose norms a core has room


@dataclass(frozen=True, slots=True)
class BlockCost:
    """Microseconds of one pass over all windows.

    `compute_us` sums the longer of both for each step, so that it is the array's whole time;
    `memory_us` is what the DDR traffic alone would take.
    """

    compute_us: float
    memory_us: float
    ddr_bytes: int


@dataclass(frozen=True, slots=True)
class _Step:
    cycles: float
    ddr_bytes: int


def block_obstacle(block: EncoderBlock, shape: EncoderShape | None, target: Target) -> str | None:
    """Why the array cannot run the block, as the end of a sentence; None if it can."""
    if shape is None or not belongs(block, shape):
        return "one design runs encoders of one size, and most of this graph's are of another"
    if block.width % (2 * TILE) or block.mlp % (2 * TILE):
        return f"the encoder's kernels take widths in multiples of {2 * TILE}"
    most = MOST_ROW_BLOCKS * target.core_rows * TILE
    if _row_tiles(block.frames, target) > MOST_ROW_BLOCKS * target.core_rows:
        return f"it has {block.frames} frames, and our design has room for {most}"
    return None


def block_cost(block: EncoderBlock, shape: EncoderShape, target: Target) -> BlockCost:
    """Cost of a block for all of its windows, weights resident in DDR."""
    steps = {BlockKind.STEM: _stem, BlockKind.LAYER: _layer, BlockKind.FINAL: _final}
    made = steps[block.kind](block, _Array.of(shape, target))
    compute = sum(max(_cycles_us(step, target), _ddr_us(step, target)) for step in made)
    return BlockCost(
        compute_us=block.batch * compute,
        memory_us=block.batch * sum(_ddr_us(step, target) for step in made),
        ddr_bytes=block.batch * sum(step.ddr_bytes for step in made),
    )


@dataclass(frozen=True, slots=True)
class _Array:
    """The array that computes an encoder: its row tiles, and weights that its mem tiles keep."""

    target: Target
    row_tiles: int  # of the frames, padded
    panel: int  # k tiles of a column tile's weights that stay for all row blocks

    @classmethod
    def of(cls, shape: EncoderShape, target: Target) -> _Array:
        """The longest panel of a layer that fits stays."""
        taken = TILE_BYTES * (2 * target.core_rows + LEAST_X_OBJECTS)
        room = (target.mem_tile_bytes - taken) // OBJECT_BYTES - SINGLE_OBJECTS
        panels = [tiles for tiles in (shape.mlp // TILE, shape.state // TILE) if tiles <= room]
        return cls(
            target, _row_tiles(shape.frames, target), _round_up(max(panels, default=0), SLOTS)
        )

    def gemm(
        self,
        k: int,
        n: int,
        *,
        rows: int = 1,
        norm: bool = False,
        gelu: bool = False,
        residual: bool = False,
    ) -> _Step:
        """out (rows * row tiles, n) = x (.., k) @ weight: i row blocks, j column tiles a column."""
        target, columns, row_tiles = self.target, self.target.columns, rows * self.row_tiles
        i, j = row_tiles // target.core_rows, _ceil(_tiles(n), columns)
        k_tiles = _round_up(_tiles(k), 2)
        tile = k_tiles * _cycles(target, "gemm", 0) + _cycles(target, "affine", 0, k)
        tile += _cycles(target, "store", 0) + gelu * _cycles(target, "gelu")
        tile += residual * (columns * _held(target) + _cycles(target, "residual"))
        statistics = k_tiles * _cycles(target, "stats", 0, 0) + _cycles(target, "moments", 0, k)
        drain = target.core_rows * TILE_BYTES / target.stream_bytes_per_cycle
        cycles = i * j * max(tile, drain) + norm * i * statistics
        loads = j * (rows if k_tiles <= self.panel else i)
        weights = OBJECT_BYTES * columns * (CONTROL_OBJECTS + loads * k_tiles)
        x = TILE_BYTES * row_tiles * j * (k_tiles + residual * columns)
        return _Step(cycles, x + weights + TILE_BYTES * row_tiles * j * columns)

    def attention(self, heads: int, key_tiles: int) -> _Step:
        """A unit is a head for each array row and a query tile for each array column."""
        target, rows, columns = self.target, self.target.core_rows, self.target.columns
        units = _ceil(heads, rows) * (self.row_tiles // columns)
        unit = key_tiles * (_cycles(target, "scores", TILE) + _cycles(target, "gemm", 0))
        unit += rows * _held(target) + _cycles(target, "query")
        unit += _cycles(target, "attention_start") + _cycles(target, "attention_end")
        unit += _cycles(target, "store", 1)
        keys = units * rows * 2 * key_tiles * TILE_BYTES
        queries = columns * (CONTROL_OBJECTS + units * rows) * OBJECT_BYTES
        return _Step(units * unit, keys + queries + units * rows * columns * TILE_BYTES)


def _stem(block: EncoderBlock, array: _Array) -> list[_Step]:
    padded = TILE * _round_up(_tiles(block.width), array.target.columns)
    return [
        array.gemm(3 * block.mels, block.width, rows=2, gelu=True),
        array.gemm(3 * padded, block.width, gelu=True, residual=True),
    ]


def _layer(block: EncoderBlock, array: _Array) -> list[_Step]:
    width, mlp = block.width, block.mlp
    return [
        *(array.gemm(width, width, norm=True) for _ in "qkv"),
        array.attention(width // TILE, _tiles(block.frames)),
        array.gemm(width, width, residual=True),
        array.gemm(width, mlp, norm=True, gelu=True),
        array.gemm(mlp, width, residual=True),
    ]


def _final(block: EncoderBlock, array: _Array) -> list[_Step]:
    return [array.gemm(block.width, block.width, norm=True)]


_KERNELS = {spec.symbol.removeprefix("encoder_"): spec for spec in ENCODER_KERNELS}


def _cycles(target: Target, kernel: str, *scalars: int) -> int:
    return _KERNELS[kernel].cycles(target, tiling_for(target), *scalars)


def _held(target: Target) -> float:
    """Cycles until an object that a core only lets go by has come through its stream."""
    return OBJECT_BYTES / target.stream_bytes_per_cycle


def _cycles_us(step: _Step, target: Target) -> float:
    return 1e6 * step.cycles / target.clock_hz


def _ddr_us(step: _Step, target: Target) -> float:
    return 1e6 * step.ddr_bytes / target.ddr_bytes_per_s


def _row_tiles(frames: int, target: Target) -> int:
    return _round_up(_tiles(frames), math.lcm(target.core_rows, target.columns))


def _tiles(elements: int) -> int:
    return _ceil(elements, TILE)


def _ceil(value: int, by: int) -> int:
    return -(-value // by)


def _round_up(value: int, multiple: int) -> int:
    return _ceil(value, multiple) * multiple
