"""KernelPlan, Design and Artifact: what codegen makes of the NPU side of a partition.

plan   GemmPlan | EncoderPlan   tiles, placement and layouts chosen (codegen/plan_*.py)
emit   Design | EncoderDesign   MLIR-AIE text + host contract       (codegen/emit_*.py)
build  Artifact                 a folder that a device can load     (codegen/build.py)

A `Design` computes the GEMMs of linear layers that stand alone, an `EncoderDesign` the blocks of
an encoder (`ir/encoder.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aiec.ir.encoder import BlockSequence, EncoderPlan
from aiec.ir.graph import Gemm
from aiec.ir.target import Target


@dataclass(frozen=True, slots=True)
class GemmTiling:
    """Tile sizes in elements. One tiling serves all GEMMs of a design.

    A core multiplies an (m, k) tile of x by a (k, n) tile of the weights. `r`, `s`, `t` is the
    shape of the matrix unit's instruction: (r, s) @ (s, t). A mem tile holds x in (m, k_l2) pieces.
    Where the matrix unit multiplies bfp16, x is rounded to `left_parts` of them: one, or two that
    add up to its bf16.
    """

    m: int
    k: int
    n: int
    r: int
    s: int
    t: int
    k_l2: int
    left_parts: int = 1

    def __post_init__(self) -> None:
        assert self.m % self.r == 0 and self.k % self.s == 0 and self.n % self.t == 0, self
        assert self.k_l2 % self.k == 0, self

    @property
    def x_bytes(self) -> int:
        """One x object of a core: m*k bf16."""
        return 2 * self.m * self.k

    @property
    def w_bytes(self) -> int:
        """One weight object of a core: k*n bf16, then n fp32 of bias."""
        return 2 * self.k * self.n + 4 * self.n

    @property
    def acc_bytes(self) -> int:
        """The accumulator of a core: m*n fp32."""
        return 4 * self.m * self.n

    @property
    def out_bytes(self) -> int:
        """One output object of a core: m*n bf16."""
        return 2 * self.m * self.n


@dataclass(frozen=True, slots=True)
class GemmShape:
    """A GEMM and its padded sizes in elements: mp, kp, np are multiples of the array's tile."""

    gemm: Gemm
    mp: int
    kp: int
    np: int


@dataclass(frozen=True, slots=True)
class GemmPlan:
    """One array configuration, and the GEMMs that run on it through runtime parameters."""

    target: Target
    tiling: GemmTiling
    columns: int
    rows: int
    shapes: tuple[GemmShape, ...]
    why: str  # how the tiling was chosen, for a person

    @property
    def block_m(self) -> int:
        """Rows of x that the array takes in one step."""
        return self.rows * self.tiling.m

    @property
    def block_n(self) -> int:
        """Columns of the output that the array makes in one step."""
        return self.columns * self.tiling.n


@dataclass(frozen=True, slots=True)
class Argument:
    """One host buffer of a runtime sequence, in order."""

    role: str  # x | weight | residual | out
    nbytes: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """One runtime sequence of a design: the symbol to run for a shape, and its buffers."""

    symbol: str
    shape: GemmShape
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class KernelBuild:
    """One object file that cores link with: a source of `kernels/cpp`, and how to compile it."""

    object: str  # gemm_bf16.o
    source: str  # gemm_bf16.cc
    defines: tuple[tuple[str, str], ...]
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instructions:
    """What the NPU's controller reads to run a sequence: see `ir/transaction.py`."""

    symbol: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Design:
    """MLIR-AIE text of one array configuration with its host contract."""

    name: str
    epoch: str  # E1 | E2
    text: str
    plan: GemmPlan
    sequences: tuple[Sequence, ...]
    kernels: tuple[KernelBuild, ...]
    instructions: tuple[Instructions, ...] = ()  # of the sequences, in their order

    def sequence_for(self, gemm: Gemm) -> Sequence:
        """The runtime sequence that computes `gemm`; KeyError if there is none."""
        for sequence in self.sequences:
            if sequence.shape.gemm == gemm:
                return sequence
        raise KeyError(gemm.label)


@dataclass(frozen=True, slots=True)
class EncoderDesign:
    """MLIR-AIE text of one array configuration that runs an encoder's blocks, one a sequence."""

    name: str
    epoch: str  # E1 | E2
    text: str
    plan: EncoderPlan
    kernels: tuple[KernelBuild, ...]
    instructions: tuple[Instructions, ...] = ()  # of the sequences, in their order

    @property
    def sequences(self) -> tuple[BlockSequence, ...]:
        """The runtime sequences: the plan's blocks."""
        return self.plan.blocks


AnyDesign = Design | EncoderDesign


@dataclass(frozen=True, slots=True)
class Artifact:
    """A built design; `xclbin` only where the vendor's tools made one. The simulator needs none."""

    design: AnyDesign
    directory: Path | None = None
    xclbin: Path | None = None
