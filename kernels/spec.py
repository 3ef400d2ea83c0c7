"""KernelSpec: one record a kernel, read by the planner, the emitter, the simulator and the tests.

A kernel is a C++ function in `cpp/` that runs on one core on objects in the core's memory. Its spec
says how it is called, what it means (a torch body over the same objects), which tiles it takes and
how long it runs. `registry.py` lists all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from aiec.ir.design import GemmTiling, KernelBuild
from aiec.ir.target import Target

CPP = Path(__file__).parent / "cpp"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a kernel: an array of `elems` elements of a tiling, or a scalar."""

    name: str
    dtype: str  # MLIR's name: bf16 | f32 | i32
    elems: Callable[[GemmTiling], int] | None = None  # None: a scalar
    written: bool = False

    def mlir_type(self, tiling: GemmTiling) -> str:
        """The argument's type in a design: `memref<4096xbf16>`, or `i32`."""
        return f"memref<{self.elems(tiling)}x{self.dtype}>" if self.elems else self.dtype


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """What is known of one kernel.

    Attributes:
        symbol: its C name.
        object, source: the object file that cores link with, and its source in `cpp/`.
        parameters: in the order of the C function.
        body: its meaning: called with the tiling, then the arguments as flat torch tensors and
            ints, writes its results into the tensors as the kernel does.
        constraint: the first rule that a tiling breaks on a target, as one sentence; else None.
        cycles: predicted cycles of one call: target, tiling, then the scalar arguments in order.
        cycles_source: where the cycle model's constants come from, and how far it was off.
    """

    symbol: str
    object: str
    source: str
    parameters: tuple[Parameter, ...]
    body: Callable[..., None]
    constraint: Callable[[Target, GemmTiling], str | None]
    cycles: Callable[..., int]
    cycles_source: str

    def mlir_types(self, tiling: GemmTiling) -> tuple[str, ...]:
        """Argument types of the function's declaration in a design."""
        return tuple(p.mlir_type(tiling) for p in self.parameters)

    def sizes(self, tiling: GemmTiling) -> tuple[int, ...]:
        """Elements of each argument; 0 for a scalar."""
        return tuple(p.elems(tiling) if p.elems else 0 for p in self.parameters)

    def run_body(self, tiling: GemmTiling, *args: torch.Tensor | int) -> None:
        """Run the torch body on flat tensors, in place."""
        self.body(tiling, *args)


def source_files(build: KernelBuild) -> tuple[Path, ...]:
    """The files that `build` is compiled from: its source, then the headers beside it."""
    return (CPP / build.source, *sorted(CPP.glob("*.h")))


def tiling_defines(tiling: GemmTiling) -> tuple[tuple[str, str], ...]:
    """The macros that tell a kernel's source its tiling; k_l2 does not concern kernels."""
    sizes = {"DIM_M": tiling.m, "DIM_K": tiling.k, "DIM_N": tiling.n}
    mmul = {"MMUL_R": tiling.r, "MMUL_S": tiling.s, "MMUL_T": tiling.t}
    parts = {"LEFT_PARTS": tiling.left_parts} if tiling.left_parts > 1 else {}
    return tuple((name, str(value)) for name, value in {**sizes, **mmul, **parts}.items())


def tiling_of(build: KernelBuild) -> GemmTiling:
    """The tiling of `tiling_defines` in a build, with k as its k_l2."""
    d = dict(build.defines)
    m, k, n = (int(d[f"DIM_{name}"]) for name in "MKN")
    r, s, t = (int(d[f"MMUL_{name}"]) for name in "RST")
    return GemmTiling(m, k, n, r, s, t, k_l2=k, left_parts=int(d.get("LEFT_PARTS", 1)))
