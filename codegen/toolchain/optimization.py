"""The level at which Peano compiles each kernel, and why: one table.

`command_lines.py` reads it. Refuses a kernel that is not in it: a level is a decision.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.design import KernelBuild
from aiec.ir.errors import CodegenError


@dataclass(frozen=True, slots=True)
class Level:
    """A flag of clang++, and the reason for it."""

    flag: str
    why: str


_AIE2 = Level("-O2", "loops are pipelined, and no open report of wrong code at -O2 is of AIE2")
# Reports on AIE2P: mlir-aie 3792 (-O1 right, -O2 wrong, -O0 fails), llvm-aie 1262 (products
# in a loop with a lookup), 847 (bfp16 products right with one accumulator, wrong with two), 487.
_AIE2P = Level(
    "-O2",
    "loops are pipelined; open reports of wrong code at -O2 are of other kernels, so the first "
    "device compares it with -O1",
)
LEVELS: dict[tuple[str, str], Level] = {
    ("gemm_bf16.o", "aie2"): _AIE2,
    ("gemm_bf16.o", "aie2p"): _AIE2P,
    ("encoder.o", "aie2"): _AIE2,
    ("encoder.o", "aie2p"): _AIE2P,
}


def optimization(kernel: KernelBuild, isa: str) -> str:
    """The flag for an object on an ISA. Raises `CodegenError` if none was decided."""
    if (kernel.object, isa) not in LEVELS:
        raise CodegenError(
            f"no optimization level is decided for {kernel.object} on {isa}",
            expected=f"one of {', '.join(f'{name} on {on}' for name, on in LEVELS)}",
            todo="add it, with its reason, to codegen/toolchain/optimization.py",
        )
    return LEVELS[kernel.object, isa].flag
