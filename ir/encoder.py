"""The words for a transformer encoder that runs on the array as a whole.

`compiler/` finds an encoder in a traced graph and describes its sizes with `EncoderShape`;
`codegen/plan_steps.py` pads and places it: an `EncoderPlan` of blocks, each one runtime sequence
of steps on one array configuration; `codegen/emit.py` prints it. A layer's sequence runs
once for each layer, with that layer's weights.

Everything is made of 64x64 bf16 tiles, in host memory as on the streams: all of Whisper's sizes
have heads of 64 and widths that are multiples of 64. A `Matrix` says where the tiles of a host
buffer lie, a step what the array does with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import Target

TILE = 64  # rows, columns and depth of every object of a core
TILE_ELEMS = TILE * TILE
TAIL = 128  # fp32 values after a weight tile: TILE of bias, then TILE of column sums
OBJECT_ELEMS = TILE_ELEMS + 2 * TAIL  # of a weight object, in bf16: a weight tile and its tail
OBJECT_BYTES = 2 * OBJECT_ELEMS
CONTROL_OBJECTS = 2  # before the weights of a step: two, so that the parity of a ring stays
PARAMETER_WORDS = 16  # int32 at the start of the first control object


class Word(IntEnum):
    """The parameters of a step: words of the control object that starts it."""

    KIND = 0  # `Kind`
    COLUMN_TILES = 1  # output column tiles that one array column makes
    ROW_BLOCKS = 2  # row tiles that one array row makes
    K_PAIRS = 3  # k tiles / 2
    WIDTH = 4  # 0, or the true length of the rows of x that are normalized
    ACTIVATION = 5  # 0, or 1 for GELU
    RESIDUALS = 6  # how many are added
    TRANSPOSE = 7  # 0 or 1: output tiles are stored transposed
    UNITS = 8  # attention: head blocks * query blocks
    KEY_TILES = 9
    LAST_KEYS = 10  # valid keys in the last key tile, 1 to TILE


class Kind(IntEnum):
    """What a core does with the objects that follow a control object."""

    GEMM = 0
    ATTENTION = 1


class BlockKind(StrEnum):
    """What a block is; each is one runtime sequence."""

    STEM = "stem"  # two convolutions with GELU, positions added
    LAYER = "layer"  # pre-norm self attention and MLP, both with a residual
    FINAL = "final"  # the last layer norm
    CROSS = "cross"  # keys and values of a decoder layer's cross attention, from the final output
    LINEAR = "linear"  # one linear layer by itself


class Access(StrEnum):
    """What a sequence does with a host buffer."""

    IN = "in"  # reads it: an activation that comes with each run
    OUT = "out"  # writes all of it
    INOUT = "inout"  # changes it in place
    RESIDENT = "resident"  # weights, and room to work in: stays between runs


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
class Matrix:
    """Where the 64x64 tiles of a bf16 matrix lie in a host buffer; strides in elements.

    Element (y, x) of tile (R, K) is at `offset + R*row_tile + K*col_tile + y*row + x`.

    Example: a row-major matrix of width w is `Matrix(buffer, 0, 64 * w, 64, w)`; one whose tiles
    are contiguous, t of them in a row of tiles, is `Matrix(buffer, 0, t * 4096, 4096, 64)`.
    """

    buffer: str  # the role of an argument of the sequence
    offset: int
    row_tile: int
    col_tile: int
    row: int

    @property
    def tiled(self) -> bool:
        """Whether each tile is one contiguous run."""
        return self.row == TILE

    def span(self, row_tiles: int, col_tiles: int) -> tuple[int, int]:
        """First element and first beyond the last, of so many tiles."""
        last = (row_tiles - 1) * self.row_tile + (col_tiles - 1) * self.col_tile
        return self.offset, self.offset + last + (TILE - 1) * self.row + TILE


@dataclass(frozen=True, slots=True)
class KPart:
    """Columns of a weight that a step takes, from `first` on; the first part has the bias."""

    operand: str  # whose weight: the name that the whole step would have
    first: int
    whole: int


@dataclass(frozen=True, slots=True)
class GemmStep:
    """out = act(norm(x) @ weight.T + bias) + residuals, on whole tiles.

    Attributes:
        name: q | k | v | proj | fc1 | fc2 | conv1 | conv2 | norm | cross_k | cross_v.
        n, k: true sizes of the weight, in elements.
        row_blocks: row tiles / 4 (I).
        column_tiles: of one array column (J): tile j of column c is column tile j * columns + c.
        k_tiles: even (KT); what of them is beyond the true k has zero weights.
        weights: first element of the step's objects in the buffer "weights": for each array column
            CONTROL_OBJECTS, then column_tiles * k_tiles weight objects.
        runs: the true k is so many equal runs, each of them padded (a convolution's taps).
        parts: k tiles of a column tile's weights that a mem tile holds, by slot: all, or a whole
            fraction of them where they do not fit.
        turns: row blocks for which what stays there stays; it divides the mem tiles' `turns`.
        pieces: 1 where all parts stay equally long. Else slots 0 and 2 hold so many parts, which
            stay and are sent one by one, each before a part of slot 1 or 3, which is streamed.
        sets: 2 where the next panel moves in beside the one that is sent.
        x, out: (4 * row_blocks, k_tiles) and (4 * row_blocks, columns * column_tiles) tiles.
        width: 0, or the true length of the rows of x that are normalized.
        transpose: each output tile is stored transposed.
        residuals: each like `out`; added after the activation.
        part: set where the step is one of several along k.
    """

    name: str
    n: int
    k: int
    row_blocks: int
    column_tiles: int
    k_tiles: int
    weights: int
    x: Matrix
    out: Matrix
    runs: int = 1
    parts: tuple[int, ...] = ()
    turns: int = 1
    pieces: int = 1
    sets: int = 1
    width: int = 0
    activation: Activation = Activation.NONE
    transpose: bool = False
    residuals: tuple[Matrix, ...] = ()
    part: KPart | None = None

    @property
    def activations(self) -> tuple[Matrix, ...]:
        """All that the step reads and writes but weights."""
        return (self.x, *self.residuals, self.out)

    @property
    def operand(self) -> str:
        """Whose weights the step takes, by name."""
        return self.part.operand if self.part else self.name

    @property
    def staying(self) -> int:
        """K tiles of a column tile's weights that lie in the mem tiles for `turns` row blocks."""
        if self.turns == 1:
            return 0
        return self.k_tiles if self.pieces == 1 else self.pieces * sum(self.parts[::2])

    @property
    def resident(self) -> bool:
        """Whether all weights lie in the mem tiles for several row blocks."""
        return self.staying == self.k_tiles

    @property
    def panels(self) -> int:
        """How often what stays comes from DDR."""
        return self.column_tiles * self.row_blocks // self.turns

    @property
    def by_panel(self) -> bool:
        """Whether the runtime sequence queues the mem tiles' chains for each panel anew."""
        return self.sets == 2 or self.pieces > 1

    @property
    def objects(self) -> int:
        """Objects of one array column in the buffer "weights"."""
        return CONTROL_OBJECTS + self.column_tiles * self.k_tiles


@dataclass(frozen=True, slots=True)
class HeadRun:
    """Units of attention, one after another: in each, every core takes a head and a query tile.

    In unit u, array row r takes head `first_head + r % heads` of query block `first_block +
    u * (rows // heads) + r // heads`; column c takes the query tile block * columns + c.
    """

    first_head: int
    heads: int  # side by side, a divisor of the array's rows
    first_block: int
    units: int


@dataclass(frozen=True, slots=True)
class AttentionStep:
    """out = softmax2(Q @ K.T) @ V for each head; softmax2 to the base 2.

    The queries come scaled by log2(e) / 8 (in their weights).

    Attributes:
        head_blocks, query_blocks, key_tiles: sizes in tiles, padding included.
        runs: which core takes what, in order.
        last_keys: valid keys in the last key tile that has any (`key_tiles` counts no others).
        weights: first element of the control objects: CONTROL_OBJECTS for each array column.
        q: tile (query tile, head), each at a distance of an object, so that it streams as one.
        kv: tile (2 * key tile, head) is K, (keys, 64); (2 * key tile + 1, head) is V transposed.
        out: tile (query tile, head).
    """

    name: str
    head_blocks: int
    query_blocks: int
    runs: tuple[HeadRun, ...]
    key_tiles: int
    last_keys: int
    weights: int
    q: Matrix
    kv: Matrix
    out: Matrix

    @property
    def activations(self) -> tuple[Matrix, ...]:
        """All that the step reads and writes but weights."""
        return (self.q, self.kv, self.out)

    @property
    def units(self) -> int:
        """Heads and query tiles that each core takes."""
        return sum(run.units for run in self.runs)

    @property
    def objects(self) -> int:
        """Objects of one array column in the buffer "weights"."""
        return CONTROL_OBJECTS


Step = GemmStep | AttentionStep


@dataclass(frozen=True, slots=True)
class HostBuffer:
    """An argument of a sequence.

    Its role: mel | conv | positions | state | work | weights | out | cross_k | cross_v of an
    encoder's blocks; x | residual | weights | out of a linear layer.
    """

    role: str
    nbytes: int
    access: Access


@dataclass(frozen=True, slots=True)
class BlockSequence:
    """One runtime sequence: a block's steps and its arguments, in order.

    `macs` counts multiply-accumulates without padding. `gemm` is set for a linear layer alone.
    """

    symbol: str
    kind: BlockKind
    steps: tuple[Step, ...]
    arguments: tuple[HostBuffer, ...]
    macs: int
    gemm: Gemm | None = None

    @property
    def read(self) -> tuple[HostBuffer, ...]:
        """The activations that come with a run, in order."""
        return tuple(a for a in self.arguments if a.access in (Access.IN, Access.INOUT))

    @property
    def made(self) -> tuple[HostBuffer, ...]:
        """The activations that a run makes, in order."""
        return tuple(a for a in self.arguments if a.access in (Access.OUT, Access.INOUT))

    def where(self, role: str) -> Matrix:
        """Where the tiles of an activation lie, as the steps have it; KeyError if none does."""
        for step in self.steps:
            for matrix in step.activations:
                if matrix.buffer == role:
                    return matrix
        raise KeyError(role)

    def argument(self, role: str) -> HostBuffer:
        """The argument of a role; KeyError if there is none."""
        for argument in self.arguments:
            if argument.role == role:
                return argument
        raise KeyError(role)

    def step(self, name: str) -> Step:
        """The step of a name; KeyError if there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class MemTileSizes:
    """How a mem tile's memory is used: x objects, and weight objects by slot.

    The pieces of any step divide `pieces`, and the row blocks for which its weights stay `turns`.
    """

    x_depth: int
    slots: tuple[int, ...]
    turns: int
    pieces: int = 1

    @property
    def panel_objects(self) -> int:
        """Weight objects that can be resident."""
        return sum(self.slots)


@dataclass(frozen=True, slots=True)
class EncoderPlan:
    """One array configuration, and the blocks that run on it.

    `shape` is that of the encoder whose blocks they are, None if they are linear layers alone.
    `dtype`, one of the target's: what products keep of activations.
    """

    target: Target
    shape: EncoderShape | None
    columns: int
    rows: int
    mem: MemTileSizes
    dtype: str
    blocks: tuple[BlockSequence, ...]
    why: str  # how the plan was chosen, for a person

    @property
    def left_parts(self) -> int:
        """The bfp16 to which cores round a left operand; 1, too, where they multiply bf16."""
        return 2 if self.dtype == "bf16" and "bfp16" in self.target.dtypes else 1

    @property
    def slot_units(self) -> int:
        """What a slot's lock counts: each time that a part of it is sent is a share of it."""
        return self.mem.turns * self.mem.pieces

    def block(self, kind: BlockKind, gemm: Gemm | None = None) -> BlockSequence:
        """The block of a kind, the linear layer of a GEMM; KeyError if it was not planned."""
        for block in self.blocks:
            if block.kind is kind and block.gemm == gemm:
                return block
        raise KeyError(kind if gemm is None else gemm.label)
