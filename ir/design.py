"""Design and Artifact: what codegen makes of the NPU side of a partition.

plan   EncoderPlan   steps, placement and layouts chosen (codegen/plan_steps.py)
emit   Design        MLIR-AIE text + host contract       (codegen/emit.py)
build  Artifact      a folder that a device can load     (codegen/build.py)

The blocks of a plan are in `ir/encoder.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aiec.ir.encoder import BlockSequence, EncoderPlan


@dataclass(frozen=True, slots=True)
class GemmTiling:
    """Sizes of a core's tile, in elements, and of the matrix unit's instruction.

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
class KernelBuild:
    """One object file that cores link with: a source of `kernels/cpp`, and how to compile it."""

    object: str  # encoder.o
    source: str  # encoder.cc
    defines: tuple[tuple[str, str], ...]
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instructions:
    """What the NPU's controller reads to run a sequence: see `ir/transaction.py`."""

    symbol: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Design:
    """MLIR-AIE text of one array configuration with its host contract: a block a sequence."""

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


@dataclass(frozen=True, slots=True)
class Artifact:
    """A built design; `xclbin` only where the vendor's tools made one. The simulator needs none."""

    design: Design
    directory: Path | None = None
    xclbin: Path | None = None
