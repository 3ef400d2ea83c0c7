"""How the tools are called: Peano for kernels, aiecc of three generations for everything else.

One call of aiecc makes the xclbin and the instructions of all sequences.
Source: mlir-aie `programming_examples/makefile-common` (kernels), `cl_arguments.py` of February,
`aiecc.cpp` of 13 March and `CommandLineOptions.h` of 14 August 2026.
"""

from __future__ import annotations

import os

from aiec.codegen.design_folder import TEXT, XCLBIN
from aiec.codegen.toolchain.find import (
    AIECC,
    AIECC_SCRIPT,
    MLIR_AIE_ROOT,
    PEANO_ROOT,
    CommandLine,
    Toolchain,
)
from aiec.codegen.toolchain.optimization import optimization
from aiec.ir.design import Design, KernelBuild

DEVICE = "main"  # mlir-aie's name of a device that the text does not name
_DOCUMENTED = {"E1": CommandLine.GENERATE, "E2": CommandLine.GET}
_WORK = "work.prj"


def made_instructions(symbol: str, command_line: CommandLine) -> str:
    """What aiecc calls the instructions of a sequence, as `aiecc_command` asks."""
    named = f"{DEVICE}_{symbol}"
    return f"insts_{named}.bin" if command_line is CommandLine.GET else f"{named}.bin"


def kernel_command(kernel: KernelBuild, isa: str, tools: Toolchain) -> list[str]:
    """Compile one object file; runs in a folder with `kernels/`."""
    return [
        f"{tools.peano}/bin/clang++",
        optimization(kernel, isa),
        "-std=c++20",
        f"--target={isa}-none-unknown-elf",
        "-DNDEBUG",
        "-fstack-size-section",  # read by object_limits.py
        # Keeps aie_api from including a header of Vitis that Peano does not have.
        "-D__AIE_API_AIE_ADF_HPP__",
        *("-I", f"{tools.mlir_aie}/include"),
        *(f"-D{name}={value}" for name, value in kernel.defines),
        *("-c", f"kernels/{kernel.source}", "-o", kernel.object),
    ]


def aiecc_command(tools: Toolchain, threads: int) -> list[str]:
    """Make the xclbin and all instructions of TEXT."""
    peano = f"--peano={tools.peano}"
    common = [f"--xclbin-name={XCLBIN}", f"--tmpdir={_WORK}", f"-j{threads}"]
    if tools.command_line is CommandLine.GET:
        made = ["--get-xclbin", "--get-npu-insts", "--npu-insts-name=insts_{0}.bin"]
        return [tools.aiecc, peano, *made, *common, TEXT]
    made = ["--aie-generate-xclbin", "--aie-generate-npu-insts", "--npu-insts-name={0}_{1}.bin"]
    # These generations take AMD's closed compilers unless told otherwise.
    without = ["--no-xchesscc", "--no-xbridge", "--no-aiesim", "--no-compile-host"]
    return [tools.aiecc, peano, *without, *made, *common, TEXT]


def documented_commands(design: Design) -> list[str]:
    """The build commands for a person to run in the folder, with the environment's variables."""
    command_line = _DOCUMENTED[design.epoch]
    program = AIECC_SCRIPT if command_line is CommandLine.SCRIPT else AIECC
    tools = Toolchain(program, command_line, f"${MLIR_AIE_ROOT}", f"${PEANO_ROOT}", "xclbinutil")
    isa = design.plan.target.isa
    commands = [kernel_command(kernel, isa, tools) for kernel in design.kernels]
    commands.append(aiecc_command(tools, threads=4))
    return [" ".join(command) for command in commands]


def threads() -> int:
    """Cores of an array are compiled side by side, on all of this machine's."""
    return os.cpu_count() or 1
