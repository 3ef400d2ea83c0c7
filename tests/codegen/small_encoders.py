"""An encoder that simulates in seconds, with every loop of a core running more than once."""

from __future__ import annotations

from aiec.ir.encoder import TILE, EncoderShape


def small_encoder(heads: int = 2, frames: int = 8 * TILE - 36, layers: int = 2) -> EncoderShape:
    """Two row blocks; of the MLP several column tiles an array column, the last ones padding.

    The last key tile holds 28 keys, as Whisper's does.
    """
    return EncoderShape(
        TILE * heads, heads, layers, mels=16, frames=frames, mlp=TILE * (4 * heads + 2)
    )
