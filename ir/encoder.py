"""The words for a transformer encoder that runs on the array as a whole.

`compiler/fuse_encoder.py` finds the blocks in a traced graph and describes them with these types;
`codegen/plan_encoder.py` pads and places them, `codegen/emit_encoder.py` prints one array
configuration whose runtime sequences are the steps of one block each: the stem, a layer, the final
norm, the projections of the cross attention. The same sequence runs once for each layer, with that
layer's weights.

All of Whisper's sizes have heads of 64, and sizes that are multiples of 64: `TILE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aiec.ir.graph import Activation

TILE = 64  # rows, columns and depth of every object of a core
TAIL = 128  # fp32 values after a weight object: TILE of bias, then TILE of column sums
OBJECT_ELEMS = TILE * TILE + 2 * TAIL  # of a stream object, in bf16: a weight tile and its tail
OBJECT_BYTES = 2 * OBJECT_ELEMS


class BlockKind(StrEnum):
    """What a block of an encoder is; each is one runtime sequence."""

    STEM = "stem"  # two convolutions with GELU, positions added
    LAYER = "layer"  # pre-norm self attention and MLP, both with a residual
    FINAL = "final"  # the last layer norm
    CROSS = "cross"  # keys and values of a decoder layer's cross attention, from the final output


class Store(StrEnum):
    """How a step leaves its output tiles in memory.

    ROWS: row-major. The others are packed objects in a heads buffer, in the order in which the
    matrix unit reads them as Q (left operand of Q @ K.T), K (right operand) and V (right operand of
    P @ V).
    """

    ROWS = "rows"
    QUERY = "query"
    KEY = "key"
    VALUE = "value"


@dataclass(frozen=True, slots=True, order=True)
class EncoderShape:
    """Sizes of an encoder, in elements; padding not counted.

    Attributes:
        state: width of the residual stream (n_state), a multiple of 64.
        heads: of attention, each of 64: state // 64.
        layers: blocks of attention and MLP.
        mels: channels of the spectrogram: 80 or 128.
        frames: of the output (1500); the spectrogram has twice as many.
        mlp: width of the MLP's hidden layer (4 * state).
        eps: of all layer norms.
    """

    state: int
    heads: int
    layers: int
    mels: int
    frames: int
    mlp: int
    eps: float = 1e-5

    def __post_init__(self) -> None:
        assert self.state == TILE * self.heads and self.mlp % TILE == 0, self
        assert min(self.layers, self.mels, self.frames) > 0, self


@dataclass(frozen=True, slots=True)
class Rows:
    """A row-major bf16 matrix in a host buffer: row i begins at `offset + i * stride` elements."""

    buffer: str
    offset: int
    stride: int


@dataclass(frozen=True, slots=True)
class Heads:
    """Packed objects in a host buffer: object (column tile, row tile) of `OBJECT_ELEMS` each.

    Object (c, t) begins at `offset + (c * row_tiles + t) * OBJECT_ELEMS`; its last 2 * TAIL
    elements are never written. Column tiles are the heads of Q, of K, of V, then padding.
    """

    buffer: str
    offset: int
    row_tiles: int


@dataclass(frozen=True, slots=True)
class GemmStep:
    """out = act(norm(x) @ weight.T + bias) + residual, on padded sizes.

    Attributes:
        name: qkv | proj | fc1 | fc2 | conv1 | conv2 | norm | cross.
        m, k, n: padded; n counts the columns of all array columns' tiles.
        x: (m, k) rows; rows may overlap (a convolution's windows).
        weight: byte offset in the buffer "weights" of objects [column][block][k tile].
        out: rows, or heads with `stores`.
        normalize: x's rows are normalized (k must be the unpadded width); the weights are then
            times gamma, the bias includes beta, and the tails hold column sums.
        stores: what each column tile of `TILE` is stored as: (Store, number of tiles) runs.
        residual: rows added after the activation, or None.
    """

    name: str
    m: int
    k: int
    n: int
    x: Rows
    weight: int
    out: Rows | Heads
    stores: tuple[tuple[Store, int], ...]
    normalize: bool = False
    activation: Activation = Activation.NONE
    residual: Rows | None = None


@dataclass(frozen=True, slots=True)
class AttentionStep:
    """out[:, 64h:64h+64] = softmax2(Q_h @ K_h.T) @ V_h for each head; softmax2 to the base 2.

    The queries come scaled by log2(e) / 8 (in their weights). Keys from `frames` on are padding.
    """

    name: str
    heads: int
    frames: int
    m: int  # padded rows of queries and keys
    qkv: Heads
    out: Rows


Step = GemmStep | AttentionStep


@dataclass(frozen=True, slots=True)
class HostBuffer:
    """An argument of a sequence. What kind tells who fills it."""

    role: str  # mel | conv | positions | state | work | weights | out
    nbytes: int


@dataclass(frozen=True, slots=True)
class BlockSequence:
    """One runtime sequence: a block's steps and its arguments, in order.

    `macs` counts multiply-accumulates without padding.
    """

    symbol: str
    kind: BlockKind
    steps: tuple[Step, ...]
    arguments: tuple[HostBuffer, ...]
    macs: int

    def argument(self, role: str) -> HostBuffer:
        """The argument of a role; KeyError if there is none."""
        for argument in self.arguments:
            if argument.role == role:
                return argument
        raise KeyError(role)
