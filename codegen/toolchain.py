"""The vendor's tools where installed: an artifact's folder becomes xclbin and instructions.

After `build.py`, only when asked: the simulator needs none of it. mlir-aie's `aiecc` lowers the
text, Peano (llvm-aie) compiles kernels and cores. Refuses, and says what to install, where a tool
is missing; a tool that fails is reported with the end of what it said.

Command lines as upstream's own examples and tests use them: Makefiles of `programming_examples`
(kernels), `test/npu-xrt/*/run.lit` (aiecc), of the revisions that the two epochs stand for.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from aiec.ir.design import AnyDesign, Artifact, KernelBuild
from aiec.ir.errors import CodegenError

TEXT, XCLBIN = "design.mlir", "aie.xclbin"
AIECC = {"E1": "aiecc.py", "E2": "aiecc"}  # a Python script until spring 2026, then a program
# Environment variables that upstream's set-up scripts export.
MLIR_AIE_ROOT, PEANO_ROOT = "MLIR_AIE_INSTALL_DIR", "PEANO_INSTALL_DIR"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """Where the tools are."""

    aiecc: str
    mlir_aie: str  # installation prefix; include/ holds aie_api
    peano: str  # installation prefix; bin/ holds clang++


def find_toolchain(epoch: str) -> Toolchain:
    """Find aiecc and Peano by environment and PATH; `CodegenError` says what to install."""
    aiecc = _find(AIECC[epoch], MLIR_AIE_ROOT)
    if aiecc is None:
        raise CodegenError(
            f"mlir-aie's {AIECC[epoch]} is not installed",
            expected=f"${MLIR_AIE_ROOT}/bin/{AIECC[epoch]}, or {AIECC[epoch]} on PATH",
            todo="install the mlir_aie wheel (github.com/Xilinx/mlir-aie, releases)",
        )
    clang = _find("clang++", PEANO_ROOT, on_path=False)
    if clang is None:
        raise CodegenError(
            "Peano, the compiler for the cores, is not installed",
            expected=f"${PEANO_ROOT}/bin/clang++",
            todo=f"install the llvm-aie wheel (github.com/Xilinx/llvm-aie) and set {PEANO_ROOT}",
        )
    return Toolchain(aiecc, str(Path(aiecc).parent.parent), str(Path(clang).parent.parent))


def build_xclbin(artifact: Artifact) -> Artifact:
    """Make `aie.xclbin` and one instruction file a sequence in the artifact's folder.

    Takes minutes. Raises `CodegenError` if a tool is missing or fails, or there is no folder.
    """
    if artifact.directory is None:
        raise CodegenError(
            f"design {artifact.design.name!r} was not written to a folder",
            todo="give `build` a directory",
        )
    tools = find_toolchain(artifact.design.epoch)
    for command in _commands(artifact.design, tools):
        _run(command, artifact.directory)
    xclbin = artifact.directory / XCLBIN
    if not xclbin.exists():
        raise CodegenError(f"{tools.aiecc} ended well but left no {XCLBIN}", where=str(xclbin))
    return replace(artifact, xclbin=xclbin)


def documented_commands(design: AnyDesign) -> list[str]:
    """The build commands for a person to run in the folder, with the environment's variables."""
    tools = Toolchain(AIECC[design.epoch], f"${MLIR_AIE_ROOT}", f"${PEANO_ROOT}")
    return [" ".join(command) for command in _commands(design, tools)]


def instructions_name(symbol: str) -> str:
    """The file that holds the instruction stream of a runtime sequence."""
    return f"{symbol}.insts.bin"


def _commands(design: AnyDesign, tools: Toolchain) -> Iterator[list[str]]:
    for kernel in design.kernels:
        yield _compile(kernel, design, tools)
    yield [*_aiecc(design, tools), *_XCLBIN_FLAGS[design.epoch], f"--xclbin-name={XCLBIN}", TEXT]
    for sequence in design.sequences:
        wanted = [f"--sequence-name={sequence.symbol}"]
        wanted.append(f"--npu-insts-name={instructions_name(sequence.symbol)}")
        yield [*_aiecc(design, tools), *_INSTS_FLAGS[design.epoch], *wanted, TEXT]


def _compile(kernel: KernelBuild, design: AnyDesign, tools: Toolchain) -> list[str]:
    defines = [f"-D{name}={value}" for name, value in kernel.defines]
    return [
        f"{tools.peano}/bin/clang++",
        "-O2",
        "-std=c++20",
        f"--target={design.plan.target.isa}-none-unknown-elf",
        "-DNDEBUG",
        # Keeps aie_api from including a header of Vitis that Peano does not have.
        "-D__AIE_API_AIE_ADF_HPP__",
        *("-I", f"{tools.mlir_aie}/include"),
        *defines,
        *("-c", f"kernels/{kernel.source}", "-o", kernel.object),
    ]


_XCLBIN_FLAGS = {
    "E1": ["--aie-generate-xclbin", "--no-compile-host"],
    "E2": ["--get-xclbin"],
}
_INSTS_FLAGS = {
    "E1": ["--aie-generate-npu-insts", "--no-compile", "--no-compile-host"],
    "E2": ["--get-npu-insts"],
}


def _aiecc(design: AnyDesign, tools: Toolchain) -> list[str]:
    common = [tools.aiecc, f"--peano={tools.peano}"]
    legacy = ["--no-aiesim", "--no-xchesscc", "--no-xbridge"]  # defaults by the time of E2
    return [*common, *(legacy if design.epoch == "E1" else [])]


def _find(program: str, root: str, on_path: bool = True) -> str | None:
    prefix = os.environ.get(root)
    if prefix and os.access(Path(prefix, "bin", program), os.X_OK):
        return str(Path(prefix, "bin", program))
    return shutil.which(program) if on_path else None


def _run(command: list[str], directory: Path) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " | ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-3:])
        raise CodegenError(
            f"{Path(command[0]).name} failed with status {done.returncode}: {said}",
            where=str(directory),
            todo=f"run it there by hand: {shlex.join(command)}",
        )
