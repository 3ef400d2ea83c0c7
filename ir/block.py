"""EncoderBlock: a piece of a transformer encoder that one runtime sequence computes whole.

Found by `compiler/fuse_encoder.py`, carried by a `FusedOp` of kind `OpKind.ENCODER_BLOCK`, read by
the partitioner, the planner's caller and the runtime. Names are those of FX values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiec.ir.encoder import TILE, BlockKind, EncoderShape


@dataclass(frozen=True, slots=True)
class StepOperands:
    """The weights of one step, by name.

    Attributes:
        step: q | k | v | proj | fc1 | fc2 in a layer, conv1 | conv2 in a stem, norm in a final,
            cross_k | cross_v in a cross.
        weight: (n, k), or (n, channels, 3) of a convolution; None in `norm`.
        gamma, beta: of the layer norm before the step; its k is what they have.
    """

    step: str
    weight: str | None
    bias: str | None = None
    gamma: str | None = None
    beta: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All that are there."""
        four = (self.weight, self.bias, self.gamma, self.beta)
        return tuple(name for name in four if name is not None)


@dataclass(frozen=True, slots=True)
class EncoderBlock:
    """What a block computes, and from what.

    Attributes:
        batch: windows that it runs on, one after another.
        frames: positions of its output.
        width: of the residual stream (n_state).
        mlp: width of a layer's hidden layer, else 0.
        mels: channels of a stem's spectrogram, else 0.
        x: the value that goes in: (batch, frames, width), or (batch, mels, 2 * frames) of a stem.
        positions: (frames, width) that a stem adds, else None.
        scale: what a layer's attention multiplies its scores with.
    """

    kind: BlockKind
    batch: int
    frames: int
    width: int
    x: str
    steps: tuple[StepOperands, ...]
    mlp: int = 0
    mels: int = 0
    positions: str | None = None
    scale: float = 0.0

    @property
    def label(self) -> str:
        """A short name: `encoder_layer_1500x384`."""
        return f"encoder_{self.kind}_{self.frames}x{self.width}"

    @property
    def weights(self) -> tuple[str, ...]:
        """Names of all constant values that it reads, each once."""
        names = [name for step in self.steps for name in step.names]
        return tuple(dict.fromkeys([*names, *filter(None, [self.positions])]))


def shape_of_blocks(blocks: Sequence[EncoderBlock]) -> EncoderShape | None:
    """Sizes of the encoder that the first of `blocks` belongs to; None if there are none.

    Where a kind is missing, its size is one that any plan takes.
    """
    if not blocks:
        return None
    first = next((block for block in blocks if block.kind is BlockKind.LAYER), blocks[0])
    like = [block for block in blocks if (block.width, block.frames) == (first.width, first.frames)]
    return EncoderShape(
        state=first.width,
        heads=first.width // TILE,
        layers=max(1, sum(block.kind is BlockKind.LAYER for block in like)),
        mels=next((block.mels for block in like if block.mels), TILE),
        frames=first.frames,
        mlp=first.mlp or 2 * TILE,
    )


def belongs(block: EncoderBlock, shape: EncoderShape) -> bool:
    """Whether a plan of `shape` computes the block, if it has its kind."""
    return (
        (block.width, block.frames) == (shape.state, shape.frames)
        and block.mlp in (0, shape.mlp)
        and block.mels in (0, shape.mels)
    )
