"""Which of the vendor's tools are installed, where and of which version.

mlir-aie and Peano come as wheels, which no console script on PATH tells of: their folders are
looked for first, then the variables that upstream's set-up scripts export win over them, then PATH.
Refuses, with the command that installs it, where a tool is missing, and versions that do not read
the design's text.
Source: README and `python/` of mlir-aie, 14 Aug 2026, for the layout of wheels; its history for
the dates of command lines and syntax.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from aiec.ir.errors import CodegenError

MLIR_AIE_ROOT, PEANO_ROOT = "MLIR_AIE_INSTALL_DIR", "PEANO_INSTALL_DIR"
XCLBINUTIL = "AIE_XCLBINUTIL"
AIECC, AIECC_SCRIPT = "aiecc", "aiecc.py"
_RELEASES = "https://github.com/Xilinx/{0}/releases/expanded_assets/{1}"
INSTALL_MLIR_AIE = {
    "E1": f"pip install mlir_aie -f {_RELEASES.format('mlir-aie', 'latest-wheels-3')}",
    "E2": f"pip install mlir_aie -f {_RELEASES.format('mlir-aie', 'latest-wheels-4')}",
}
INSTALL_PEANO = f"pip install llvm-aie -f {_RELEASES.format('llvm-aie', 'nightly')}"
INSTALL_XCLBINUTIL = "sudo apt install libxrt-utils (Debian 13: from trixie-backports; Ubuntu: ppa)"
_XRT_BIN = ("/opt/xilinx/xrt/bin", "/usr/bin")
_ASK_S = 60  # for a version or a help text


class CommandLine(Enum):
    """The generations of aiecc's command line, by what changed last."""

    SCRIPT = "aiecc.py, until 5 March 2026"
    GENERATE = "aiecc with --aie-generate-*, until 20 July 2026"
    GET = "aiecc with --get-*"


# The first day of a command line, and of a syntax that it reads.
_PROGRAM_DAY, _GET_DAY = 20260305, 20260721
_E1_LAST_DAY, _E2_DAY = 20260705, 20260714


@dataclass(frozen=True, slots=True)
class Toolchain:
    """The tools and what they are. `mlir_aie`: the prefix whose include/ holds aie_api."""

    aiecc: str
    command_line: CommandLine
    mlir_aie: str
    peano: str  # prefix; bin/ holds clang++, opt and llc
    xclbinutil: str
    versions: tuple[str, ...] = ()  # of mlir-aie and Peano, as they say

    @property
    def environment(self) -> dict[str, str]:
        """Variables for the tools: aiecc finds xclbinutil by its own, or on PATH."""
        path = os.pathsep.join((str(Path(self.xclbinutil).parent), os.environ.get("PATH", "")))
        return {**os.environ, "PATH": path, XCLBINUTIL: self.xclbinutil, PEANO_ROOT: self.peano}


def find_toolchain(epoch: str) -> Toolchain:
    """Find all tools for text of `epoch`; `CodegenError` says what to install."""
    aiecc = next(aiecc_programs(), None)
    if aiecc is None:
        raise CodegenError(
            "mlir-aie is not installed",
            expected=f"{AIECC} in the package mlir_aie, in ${MLIR_AIE_ROOT}/bin or on PATH",
            todo=INSTALL_MLIR_AIE[epoch],
        )
    version = mlir_aie_version(aiecc)
    command_line = command_line_of(aiecc, version)
    _check_epoch(epoch, command_line, version)
    peano = next(peano_prefixes(), None)
    if peano is None:
        raise CodegenError(
            "Peano, the compiler for the cores, is not installed",
            expected=f"clang++ in the package llvm-aie or in ${PEANO_ROOT}/bin",
            todo=INSTALL_PEANO,
        )
    xclbinutil = find_xclbinutil()
    if xclbinutil is None:
        raise CodegenError(
            "XRT's xclbinutil is not installed, and aiecc packs with it",
            expected=f"xclbinutil on PATH or in ${XCLBINUTIL}",
            todo=INSTALL_XCLBINUTIL,
        )
    versions = version, peano_version(peano)
    prefix = str(aiecc.parent.parent)
    return Toolchain(str(aiecc), command_line, prefix, str(peano), xclbinutil, versions)


def aiecc_programs() -> Iterator[Path]:
    """aiecc where it is installed, the best place first."""
    prefixes = [Path(root)] if (root := os.environ.get(MLIR_AIE_ROOT)) else []
    prefixes += [Path(entry, "mlir_aie") for entry in sys.path]
    on_path = [found for name in (AIECC, AIECC_SCRIPT) if (found := shutil.which(name))]
    for found in on_path:
        # A console script of a wheel: the program is in the package, with its headers.
        prefixes += Path(found).parent.parent.glob("lib/python3*/site-packages/mlir_aie")
    for prefix in prefixes:
        for name in (AIECC, AIECC_SCRIPT):
            if _runs(prefix / "bin" / name):
                yield prefix / "bin" / name
    yield from map(Path, on_path)


def peano_prefixes() -> Iterator[Path]:
    """Peano's prefixes: PATH is not asked, whose clang++ is the host's."""
    prefixes = [Path(root)] if (root := os.environ.get(PEANO_ROOT)) else []
    prefixes += [Path(entry, "llvm-aie") for entry in sys.path]
    prefixes += [aiecc.parent.parent.with_name("llvm-aie") for aiecc in aiecc_programs()]
    return (prefix for prefix in prefixes if _runs(prefix / "bin" / "clang++"))


def find_xclbinutil() -> str | None:
    """XRT's packer, by its variable, on PATH, or where XRT puts it."""
    named = os.environ.get(XCLBINUTIL)
    if named and _runs(Path(named)):
        return named
    places = [Path(folder, "xclbinutil") for folder in _XRT_BIN]
    found = next((str(place) for place in places if _runs(place)), None)
    return shutil.which("xclbinutil") or found


def mlir_aie_version(aiecc: Path) -> str:
    """What the wheel's metadata says, else what the program says of itself."""
    site = aiecc.parent.parent.parent
    for info in sorted(site.glob("mlir_aie-*.dist-info")):
        return info.name.removeprefix("mlir_aie-").removesuffix(".dist-info")
    flag = "--version" if aiecc.name == AIECC_SCRIPT else "--aie-version"
    return _says([str(aiecc), flag]).strip()


def peano_version(prefix: Path) -> str:
    """The first line of `clang++ --version`."""
    return _says([str(prefix / "bin" / "clang++"), "--version"]).partition("\n")[0].strip()


def command_line_of(aiecc: Path, version: str) -> CommandLine:
    """How this aiecc wants to be called: by the day of its wheel, else by its help."""
    if (day := _day(version)) is not None:
        if day >= _GET_DAY:
            return CommandLine.GET
        return CommandLine.GENERATE if day >= _PROGRAM_DAY else CommandLine.SCRIPT
    help_text = _says([str(aiecc), "--help"])
    if "--get-xclbin" in help_text:
        return CommandLine.GET
    if "--aie-generate-xclbin" in help_text:
        is_script = aiecc.name == AIECC_SCRIPT
        return CommandLine.SCRIPT if is_script else CommandLine.GENERATE
    raise CodegenError(
        f"{aiecc} says neither its version nor its flags",
        expected="--get-xclbin or --aie-generate-xclbin in what --help prints",
        todo="install mlir_aie again",
    )


def _check_epoch(epoch: str, command_line: CommandLine, version: str) -> None:
    """Refuse tools that do not read the text's syntax."""
    reads = text_epoch(command_line, version)
    if reads != epoch:
        other = "" if reads is None else f"compile it with --mlir-aie {reads}, or install another: "
        raise CodegenError(
            f"the design is text of {epoch}, and mlir-aie {version} reads "
            f"{reads or 'neither E1 nor E2'}",
            todo=other + INSTALL_MLIR_AIE[epoch],
        )


def text_epoch(command_line: CommandLine, version: str) -> str | None:
    """The syntax that a version of mlir-aie reads: E1, E2, or neither for some days of July."""
    day = _day(version)
    if day is None:
        return "E2" if command_line is CommandLine.GET else "E1"
    return "E1" if day <= _E1_LAST_DAY else "E2" if day >= _E2_DAY else None


def _day(version: str) -> int | None:
    """The day of a wheel, as its version has it: 0.0.1.2026031304+1e400306."""
    found = re.search(r"\b(20\d{6})\d{0,2}\b", version)
    return int(found[1]) if found else None


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _says(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ASK_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CodegenError(f"{command[0]} does not run: {error}") from error
    return done.stdout or done.stderr
