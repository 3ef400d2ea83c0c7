"""The host's C++ compiler: found, run, and its libraries kept by the hash of what made them.

Stands below `host.py`. One environment variable, AIE_CXX, names a compiler command and overrides
the search.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import logging
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import platformdirs

from aiec.ir.errors import CodegenError, OutputError
from aiec.ir.target import Target

_log = logging.getLogger("aiec")

EMULATION = Path(__file__).parent / "emulation"
ARCHITECTURE = {"aie2": "20", "aie2p": "21"}  # __AIE_ARCH__; source: aie_api
CANDIDATES = ("c++", "g++", "clang++")

# -ffp-contract=fast: a bf16 product is exact in fp32, so fusing it with its sum changes no bit.
_FLAGS = ("-std=c++20", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-shared", "-fPIC", "-w")


@dataclass(frozen=True, slots=True)
class HostCompiler:
    """A C++ compiler command, and what it says of itself."""

    command: tuple[str, ...]
    version: str

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags for the fastest code on this very machine."""
        if "ziglang" in self.command:  # compiles for this machine unless told otherwise
            return (*_FLAGS, "-fno-sanitize=undefined")
        return (*_FLAGS, "-mcpu=native" if _is_arm() else "-march=native")


def find_compiler() -> HostCompiler:
    """Return the compiler of AIE_CXX, else the first of c++, g++, clang++ and the ziglang package.

    Raises:
        CodegenError: AIE_CXX does not run, or there is none.
    """
    named = os.environ.get("AIE_CXX")
    if named:
        return _described(tuple(shlex.split(named)))
    for name in CANDIDATES:
        if path := shutil.which(name):
            return _described((path,))
    if importlib.util.find_spec("ziglang") is not None:
        return _described((sys.executable, "-m", "ziglang", "c++"))
    raise CodegenError(
        "there is no C++ compiler, and the simulator runs kernels compiled for this host",
        expected=f"{', '.join(CANDIDATES)}, or a command in the environment variable AIE_CXX",
        todo="install one (apt install g++), or a package that is one (pip install ziglang)",
    )


def compile_library(
    sources: tuple[Path, ...],
    defines: tuple[tuple[str, str], ...],
    target: Target,
    cache_dir: Path | None = None,
) -> ctypes.CDLL:
    """Compile `sources[0]` (the others are its headers) against the emulation, or take it from the
    cache, and load it.

    Raises:
        CodegenError: no compiler, or it refused the source; quotes the first error.
        OutputError: the cache cannot be written.
    """
    compiler = find_compiler()
    macros = (("__AIE_ARCH__", ARCHITECTURE[target.isa]), *defines)
    options = (*compiler.flags, f"-I{EMULATION}", *(f"-D{name}={value}" for name, value in macros))
    directory = cache_dir or Path(platformdirs.user_cache_dir("aiec"))
    name = f"{sources[0].stem}-{_key(compiler, options, sources)}.so"
    library = directory / "kernels" / name
    try:
        if not library.exists():
            library.parent.mkdir(parents=True, exist_ok=True)
            _compile(compiler, options, sources[0], library)
    except OSError as error:
        raise OutputError(
            f"cannot keep compiled kernels in {library.parent}: {error.strerror}",
            todo="choose a folder that can be written with the option cache_dir or AIE_CACHE_DIR",
        ) from error
    return _loaded(library)


@lru_cache
def _loaded(library: Path) -> ctypes.CDLL:
    return ctypes.CDLL(str(library))


def _compile(compiler: HostCompiler, options: tuple[str, ...], source: Path, library: Path) -> None:
    _log.info("compiling %s for this host with %s", source.name, compiler.command[0])
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        made = Path(scratch) / library.name
        command = [*compiler.command, *options, str(source), "-o", str(made)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CodegenError(
                f"{compiler.command[0]} cannot compile {source.name} for this host",
                where=_first_error(done.stderr),
            )
        os.replace(made, library)  # atomic: another process sees all of it or none


def _first_error(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if "error" in line]
    return lines[0] if lines else stderr.strip()[-300:]


def _key(compiler: HostCompiler, options: tuple[str, ...], sources: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for text in (*compiler.command, compiler.version, *options, _cpu()):
        digest.update(text.encode() + b"\0")
    for path in (*sources, *sorted(EMULATION.rglob("*.hpp"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


@lru_cache
def _described(command: tuple[str, ...]) -> HostCompiler:
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CodegenError(
            f"the C++ compiler {shlex.join(command)!r} does not run",
            where=str(error),
            todo="unset AIE_CXX, or make it the command of a working C++ compiler",
        ) from error
    return HostCompiler(command, done.stdout)


@lru_cache
def _cpu() -> str:
    """What `native` means here: the CPU's features where the system lists them."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    features = [line for line in lines if line.startswith(("flags", "Features", "model name"))]
    return "\n".join((platform.machine(), platform.processor(), *dict.fromkeys(features)))


def _is_arm() -> bool:
    return platform.machine().lower() in ("aarch64", "arm64")
