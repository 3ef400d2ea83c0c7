"""Encoders that simulate in seconds: two heads and more than one row block."""

from __future__ import annotations

from aiec.ir.encoder import TILE, EncoderShape
from aiec.ir.target import Target


def small_encoder(
    target: Target, heads: int = 2, row_blocks: int = 2, layers: int = 1
) -> EncoderShape:
    """Frames fill all but 36 rows of the row blocks: the last key tile holds 28, as Whisper's."""
    block = TILE * max(target.core_rows, target.columns)
    state = TILE * heads
    return EncoderShape(
        state, heads, layers, mels=16, frames=row_blocks * block - 36, mlp=2 * state
    )
