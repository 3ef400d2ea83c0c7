"""Streams of a design: which channel carries what, and the flows between the tiles.

Row r of cores gets x from one shim and mem tile, column c gets its weights from shim and mem tile c
and gives its outputs back to them. Which buffers and locks a tile has, `encoder_array.py` says.

Channels. A core has two of each direction: x on S2MM 0, weights on 1, outputs on MM2S 0. In a mem
tile, x uses channel 0 of both directions and weights channel 1, so that their buffer descriptors
come from different pools (even channels own BDs 0-23, odd 24-47); outputs enter on 2 to 5 and leave
on 2. No channel needs a neighbour's memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.transfer import x_column
from aiec.ir.encoder import EncoderPlan

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


def carries_x(plan: EncoderPlan, column: int) -> bool:
    """Whether a column's shim and mem tile bring x to one of the rows."""
    return column in {x_column(plan, row) for row in range(plan.rows)}


def lock_pair(tile: SSAValue, first_id: int, name: str, depth: int) -> LockPair:
    """Declare the locks of a pool of `depth` free objects."""
    return LockPair(
        empty=ops.lock(tile, first_id, f"{name}_empty", depth),
        full=ops.lock(tile, first_id + 1, f"{name}_full", 0),
    )


def connect(plan: EncoderPlan, shims: Tiles, mem_tiles: Tiles, cores: Grid) -> None:
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
