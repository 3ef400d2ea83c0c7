"""An encoder that simulates in seconds, with every loop of a core running more than once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aiec.codegen.plan_steps import Candidate, candidates
from aiec.ir.encoder import OBJECT_BYTES, TILE, BlockKind, EncoderPlan, EncoderShape
from aiec.ir.target import Target


def small_encoder(heads: int = 2, frames: int = 8 * TILE - 36, layers: int = 2) -> EncoderShape:
    """Two row blocks; of the MLP several column tiles an array column, the last ones padding.

    The last key tile holds 28 keys, as Whisper's does.
    """
    return EncoderShape(
        TILE * heads, heads, layers, mels=16, frames=frames, mlp=TILE * (4 * heads + 2)
    )


def plans_that_share(target: Target) -> Iterator[Candidate]:
    """MLPs with two panels of fc2's 12 k tiles an array column, in mem tiles that hold 11."""
    shape = replace(small_encoder(heads=target.columns + 2, layers=1), mlp=TILE * 12)
    room = max(c.plan.mem.panel_objects for c in candidates(shape, target, partial_sums=False))
    nbytes = target.mem_tile_bytes - (room - 11) * OBJECT_BYTES
    tight = replace(target, mem_tile_bytes=nbytes)
    for found in candidates(shape, tight, partial_sums=False):
        block = found.plan.block(BlockKind.LAYER)
        blocks = (replace(block, steps=block.steps[-2:]),)
        yield replace(found, plan=replace(found.plan, blocks=blocks))


def sharing_plan(target: Target) -> EncoderPlan:
    """The fastest of them."""
    return min(plans_that_share(target), key=lambda found: found.cycles).plan
