"""Piece: what a graph asks the array for, whole: one block, computed by one runtime sequence.

A stem, a layer, a final norm or cross projections of a transformer encoder (found by
`compiler/fuse_encoder.py`), or a linear layer by itself (`compiler/fuse_linear.py`). Carried by a
`FusedOp`, read by the partitioner, the planner's caller and the runtime. Names are those of FX
values; as many activations go in as the piece reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiec.ir.encoder import TILE, BlockKind, EncoderShape
from aiec.ir.graph import Gemm, GemmOperands


@dataclass(frozen=True, slots=True)
class StepOperands:
    """The weights of one step, by name.

    Attributes:
        step: q | k | v | proj | fc1 | fc2 in a layer, conv1 | conv2 in a stem, norm in a final,
            cross_k | cross_v in a cross, linear in a linear layer.
        weight: (n, k), or (n, channels, 3) of a convolution; None in `norm`.
        gamma, beta: of the layer norm before the step; its k is what they have.
        turned: the weight is (k, n), as GPT-2's Conv1D has it.
    """

    step: str
    weight: str | None
    bias: str | None = None
    gamma: str | None = None
    beta: str | None = None
    turned: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All that are there."""
        four = (self.weight, self.bias, self.gamma, self.beta)
        return tuple(name for name in four if name is not None)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a block computes, and from what.

    Attributes:
        batch: windows that it runs on, one after another, or chunks of a linear layer's rows; where
            their number is symbolic, as it was when the graph was traced.
        frames: rows of its output in a window.
        width: of its output's rows: n_state of an encoder's blocks.
        inputs: the activations that go in: x, (batch, frames, width) of an encoder's blocks,
            (batch, mels, 2 * frames) of a stem, any leading dimensions and k of a linear layer,
            which takes `frames` rows at a time; then a residual like the output.
        mlp: width of a layer's hidden layer, else 0.
        mels: channels of a stem's spectrogram, else 0.
        positions: (frames, width) that a stem adds, else None.
        scale: what a layer's attention multiplies its scores with.
        gemm: of a linear layer alone.
    """

    kind: BlockKind
    batch: int
    frames: int
    width: int
    inputs: tuple[str, ...]
    steps: tuple[StepOperands, ...]
    mlp: int = 0
    mels: int = 0
    positions: str | None = None
    scale: float = 0.0
    gemm: Gemm | None = None

    @property
    def label(self) -> str:
        """A short name: `encoder_layer_1500x384`, `gemm_1500x384x1536_bias`."""
        return self.gemm.label if self.gemm else f"encoder_{self.kind}_{self.frames}x{self.width}"

    @property
    def weights(self) -> tuple[str, ...]:
        """Names of all constant values that it reads, each once."""
        names = [name for step in self.steps for name in step.names]
        return tuple(dict.fromkeys([*names, *filter(None, [self.positions])]))

    def takes(self, number: int) -> tuple[int, ...]:
        """Size of an input as the device takes it: (batch, rows, columns)."""
        if self.kind is BlockKind.STEM:
            return self.batch, self.mels, 2 * self.frames
        columns = self.gemm.k if self.gemm and number == 0 else self.width
        return self.batch, self.frames, columns


def linear_piece(gemm: Gemm, operands: GemmOperands, batch: int = 1) -> Piece:
    """The piece of a linear layer, `batch` times the rows of its GEMM."""
    weight = StepOperands("linear", operands.weight, operands.bias, turned=operands.turned)
    return Piece(
        BlockKind.LINEAR,
        batch=batch,
        frames=gemm.m,
        width=gemm.n,
        inputs=(operands.x, *filter(None, [operands.residual])),
        steps=(weight,),
        gemm=gemm,
    )


def shape_of_pieces(pieces: Sequence[Piece]) -> EncoderShape | None:
    """Sizes of the encoder that the first block of one among `pieces` belongs to; None if none is.

    Where a kind is missing, its size is one that any plan takes.
    """
    blocks = [piece for piece in pieces if piece.gemm is None]
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


def belongs(block: Piece, shape: EncoderShape) -> bool:
    """Whether a plan of `shape` computes the block, if it has its kind."""
    return (
        (block.width, block.frames) == (shape.state, shape.frames)
        and block.mlp in (0, shape.mlp)
        and block.mels in (0, shape.mels)
    )
