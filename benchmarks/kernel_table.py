"""The table of all kernels in docs/kernels.md, made anew from specs, cycle models and tolerances.

    python benchmarks/kernel_table.py           writes it
    python benchmarks/kernel_table.py --check   says whether it is what this would write

Cycles are those of the models, nothing here is measured. Ideal cycles: the products at the matrix
unit's rate, or the bytes at the rate of the core's two load ports and its store port, whichever is
longer.
"""

import sys
from collections.abc import Callable
from dataclasses import replace

from docs_table import Place, write_or_check

from aiec.codegen.core_memory import STACK_BYTES
from aiec.ir.design import GemmTiling
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import cycles, encoder, gemm_bf16
from aiec.kernels.cycles import CORE_CODE_BYTES
from aiec.kernels.encoder_cycles import Model
from aiec.kernels.registry import KERNELS
from aiec.kernels.right_operand import is_bfp16
from aiec.kernels.spec import KernelSpec, Parameter
from aiec.kernels.tolerances import TOLERANCES, Tolerance

PLACE = Place(
    "kernels.md",
    "<!-- the table: python benchmarks/kernel_table.py -->\n",
    "<!-- end of the table -->\n",
)
ELEMENT = {"bf16": 2, "f32": 4, "i32": 4}
OUTPUTS = {"out", "pt", "par"}  # written, not read
SPENT = {"k"}  # room for scores once it was read
# Of these arguments a call touches only so many bytes.
TOUCHED = {("encoder_parameters", "w"): 64, ("encoder_affine", "w"): 512, ("", "scratch"): 512}
# Multiply-accumulates a cycle of the instruction that the kernel uses. Source: hardware's ISA.
RATES = {("gemm_bf16", "aie2"): 128, ("gemm_bf16", "aie2p"): 32,
         ("encoder_gemm", "aie2"): 128, ("encoder_gemm", "aie2p"): 512,
         ("encoder_scores", "aie2"): 128, ("encoder_scores", "aie2p"): 512}  # fmt: skip
# Of bodies in exact fp32 on AIE2P, which spill. Source: xdna-engine, commit a6c7407.
LARGEST_FRAME = 1792
PORT_BYTES = {"aie2": 32, "aie2p": 64}


def tiling_of(spec: KernelSpec, target: Target) -> GemmTiling:
    """64 x 64 x 64 in the instruction that the kernel uses."""
    if spec.object == "encoder.o":
        return encoder.tiling_for(target)
    return GemmTiling(64, 64, 64, *gemm_bf16.MMUL_SHAPE[target.isa], k_l2=64)


def touched(spec: KernelSpec, parameter: Parameter, tiling: GemmTiling) -> int:
    """Bytes of an argument that a call reads or writes."""
    for key in ((spec.symbol, parameter.name), ("", parameter.name)):
        if key in TOUCHED:
            return TOUCHED[key]
    return parameter.elems(tiling) * ELEMENT[parameter.dtype] if parameter.elems else 0


def moved(spec: KernelSpec, target: Target) -> tuple[int, int]:
    """Bytes read and bytes written by a call."""
    tiling = tiling_of(spec, target)
    sizes = {p: touched(spec, p, tiling) for p in spec.parameters}
    read = sum(size for p, size in sizes.items() if p.name not in OUTPUTS)
    return read, sum(size for p, size in sizes.items() if p.written and p.name not in SPENT)


def ideal(spec: KernelSpec, target: Target) -> int:
    """Cycles that the hardware needs at the least."""
    read, written = moved(spec, target)
    port = PORT_BYTES[target.isa]
    rate = RATES.get((spec.symbol, target.isa))
    return max(read // (2 * port), written // port, 64**3 // rate if rate else 0)


def program(spec: KernelSpec, target: Target) -> int:
    """Bytes of program memory with bundles of full length."""
    if isinstance(spec.cycles, Model):
        return spec.cycles.program_bytes(target.isa)
    return cycles.program_bytes(target, spec.symbol)


def described(row: Tolerance) -> str:
    """A tolerance in words."""
    numbers = [_bounds(row.on(target)) for target in (NPU1, NPU2)]
    return (numbers[0] if numbers[0] == numbers[1] else "; ".join(numbers)) + f": {row.why}"


def _bounds(bounds: tuple[float, float]) -> str:
    relative, absolute = bounds
    parts = [f"{relative:.2g} of it"] if relative else []
    parts += [f"{absolute:.2g}"] if absolute else []
    return " + ".join(parts) or "equal"


def taken(spec: KernelSpec, target: Target, scalars: tuple[int, ...]) -> str:
    """Predicted cycles of a call; where left operands may be of two parts, of those too."""
    tiling = tiling_of(spec, target)
    one = spec.cycles(target, tiling, *scalars)
    two = spec.cycles(target, replace(tiling, left_parts=2), *scalars) if is_bfp16(tiling) else one
    return f"{one:,}" if one == two else f"{one:,}, in bf16 {two:,}"


def line(symbol: str, scalars: tuple[int, ...]) -> str:
    """A row of the table: a kernel with certain scalar arguments."""
    spec = KERNELS[symbol]
    cells = [f"`{symbol}`" + (f" {', '.join(map(str, scalars))}" if scalars else "")]
    cells.append(described(TOLERANCES[symbol, scalars]))
    for target in (NPU1, NPU2):
        cells.append(f"{taken(spec, target, scalars)} / {ideal(spec, target):,}")
    read, written = moved(spec, NPU1)
    cells.append(f"{read:,} + {written:,}")
    cells.append(" / ".join(f"{program(spec, target):,}" for target in (NPU1, NPU2)))
    return "| " + " | ".join(cells) + " |\n"


def table() -> str:
    """The whole table."""
    titles = ("kernel, scalars", "tolerance (npu1; npu2) against the torch body",
              "cycles / ideal, npu1", "cycles / ideal, npu2", "bytes read + written",
              "program bytes, npu1 / npu2")  # fmt: skip
    head = "| " + " | ".join(titles) + " |\n|" + " --- |" * len(titles) + "\n"
    return head + "".join(line(*case) for case in TOLERANCES) + totals()


def totals() -> str:
    """Program memory of each object."""
    unused = 1 - LARGEST_FRAME / STACK_BYTES
    lines = [
        "| the largest program, a core of an encoder | npu1 | npu2 |", "| --- | --- | --- |",
        _totals("kernels, at full bundles", lambda code, most: f"{code - CORE_CODE_BYTES:,}"),
        _totals("with the core's loop and start-up", lambda code, most: f"{code:,} of {most:,}"),
        _totals("left", lambda code, most: f"{1 - code / most:.1%}"),
        f"| stack that every core has | {STACK_BYTES:,} | {STACK_BYTES:,} |",
        f"| largest published frame of a like kernel | {LARGEST_FRAME:,} | {LARGEST_FRAME:,} |",
        f"| left of the stack | {unused:.0%} | {unused:.0%} |",
    ]  # fmt: skip
    return "\n" + "\n".join(lines) + "\n"


def _totals(name: str, cell: Callable[[int, int], str]) -> str:
    """A line of what the largest program takes, from its bytes and those that there are."""
    cells = []
    for target in (NPU1, NPU2):
        kernels = sum(m.program_bytes(target.isa) for m in encoder.MODELS.values())
        cells.append(cell(kernels + CORE_CODE_BYTES, target.core_program_bytes))
    return f"| {name} | {cells[0]} | {cells[1]} |"


def page() -> str:
    """docs/kernels.md with its table as it should be."""
    return PLACE.filled("\n" + table() + "\n")


if __name__ == "__main__":
    sys.exit(write_or_check(PLACE, page, __doc__))
