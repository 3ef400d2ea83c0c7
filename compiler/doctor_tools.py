"""Probes of `aiec doctor` for software: XRT and its Python module, and the tools that build.

Source: pyxrt's releases from 2.18 on (`src/python/pybind11`), and how Debian's, Ubuntu's and AMD's
packages lay XRT out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from aiec.codegen.toolchain import find
from aiec.doctor_machine import Finding, Machine, State
from aiec.ir.errors import CodegenError
from aiec.kernels.host_compiler import find_compiler

_LIBRARIES = ("/usr/lib/*", "/usr/lib", "/usr/lib64", "/opt/xilinx/xrt/lib", "/usr/local/lib")
_MODULES = (
    "/usr/lib/python3*/dist-packages",
    "/usr/lib/python3/dist-packages",
    "/opt/xilinx/xrt/python",
    "/usr/local/lib/python3*/dist-packages",
)
_XRT = (
    "sudo apt install libxrt-npu2 python3-xrt "
    "(Debian 13: -t trixie-backports; Ubuntu 24.04: ppa:amd-team/xrt)"
)
OLDEST_XRT = (2, 18)
# What each release of XRT added that aiec can use.
FEATURES: tuple[tuple[tuple[int, int], str], ...] = (
    ((2, 20), "runlists"),
    ((2, 21), "full ELF"),
    ((2, 23), "quality of service"),
)


def _libraries(machine: Machine, name: str) -> list[Path]:
    prefix = machine.environment.get("XILINX_XRT")
    places = (*_LIBRARIES, f"{prefix}/lib") if prefix else _LIBRARIES
    return [path for place in places for path in machine.glob(f"{place}/{name}")]


def _plugin(machine: Machine) -> Finding:
    """XRT's part for this device: without it, XRT sees none."""
    name, found = "XRT's NPU plugin", _libraries(machine, "libxrt_driver_xdna.so*")
    if found:
        return Finding(name, State.OK, str(found[0]))
    return Finding(name, State.MISSING, "no libxrt_driver_xdna.so", _XRT)


def _xrt(machine: Machine) -> Finding:
    name, versions = "XRT", [_version(p) for p in _libraries(machine, "libxrt_coreutil.so.*")]
    known = sorted(version for version in versions if version is not None)
    if not known:
        return Finding(name, State.MISSING, "no libxrt_coreutil.so", _XRT)
    version = known[-1]
    text = ".".join(map(str, version))
    if len({v[:2] for v in known}) > 1:
        both = " and ".join(".".join(map(str, v)) for v in known)
        return Finding(
            name,
            State.WARNING,
            f"{both} are both installed",
            "remove one: mixed libraries do not load",
        )
    if version[:2] < OLDEST_XRT:
        return Finding(name, State.MISSING, f"{text} is too old", _XRT)
    has = [feature for since, feature in FEATURES if version[:2] >= since]
    lacks = [feature for since, feature in FEATURES if version[:2] < since]
    without = f"; without {', '.join(lacks)}" if lacks else ""
    return Finding(name, State.OK, f"{text} with {', '.join(has) or 'the basics'}{without}")


def _version(path: Path) -> tuple[int, ...] | None:
    """2.21.75 of libxrt_coreutil.so.2.21.75; None of a mere link's name."""
    numbers = path.name.partition(".so.")[2].split(".")
    if len(numbers) < 2 or not all(number.isdigit() for number in numbers):
        return None
    return tuple(map(int, numbers))


def _pyxrt(machine: Machine) -> Finding:
    name = "pyxrt"
    works, said = machine.import_pyxrt() if machine.is_this else (False, "")
    if works:
        return Finding(name, State.OK, said)
    files = [p for place in _MODULES for p in machine.glob(f"{place}/pyxrt*.so")]
    fitting = [p for p in files if p.name in (f"pyxrt{machine.extension_tag}", "pyxrt.so")]
    if fitting and "No module named 'pyxrt'" not in said and said:
        return Finding(
            name,
            State.MISSING,
            f"{fitting[0]} does not load: {said}",
            "source /opt/xilinx/xrt/setup.sh, or install XRT and pyxrt of one release",
        )
    if fitting:
        return Finding(
            name,
            State.MISSING if machine.is_this else State.OK,
            f"{fitting[0]}" + (", which this venv hides" if machine.is_this else ""),
            f"export PYTHONPATH={fitting[0].parent}",
        )
    if files:
        found = re.search(r"cpython-(\d)(\d+)", files[0].name)
        python = f"python{found[1]}.{found[2]}" if found else "another Python"
        return Finding(
            name,
            State.MISSING,
            f"{files[0]} is for {python}",
            f"{python} -m venv --system-site-packages .venv && .venv/bin/pip install aiec",
        )
    return Finding(name, State.MISSING, said or "not installed", _XRT)


def _compiler(machine: Machine) -> Finding:
    """The same that the simulator compiles kernels with."""
    name = "C++ compiler"
    try:
        compiler = find_compiler()
    except CodegenError as error:
        return Finding(name, State.MISSING, error.what, "sudo apt install g++", counts=True)
    return Finding(name, State.OK, " ".join(compiler.command), counts=True)


def _aiecc(machine: Machine) -> Finding:
    name, program = "mlir-aie (to build)", next(find.aiecc_programs(), None)
    if program is None:
        return Finding(name, State.SKIPPED, "not installed", find.INSTALL_MLIR_AIE["E2"])
    try:
        version = find.mlir_aie_version(program)
        reads = find.text_epoch(find.command_line_of(program, version), version)
    except CodegenError as error:
        return Finding(name, State.MISSING, error.what, find.INSTALL_MLIR_AIE["E2"])
    if reads is None:
        return Finding(
            name, State.MISSING, f"{version} reads neither E1 nor E2", find.INSTALL_MLIR_AIE["E2"]
        )
    return Finding(name, State.OK, f"{program}, {version}: reads {reads}")


def _peano(machine: Machine) -> Finding:
    name, prefix = "Peano (to build)", next(find.peano_prefixes(), None)
    if prefix is None:
        return Finding(name, State.SKIPPED, "not installed", find.INSTALL_PEANO)
    try:
        return Finding(name, State.OK, f"{prefix}, {find.peano_version(prefix)}")
    except CodegenError as error:
        return Finding(name, State.MISSING, error.what, find.INSTALL_PEANO)


def _xclbinutil(machine: Machine) -> Finding:
    name, program = "xclbinutil (to build)", find.find_xclbinutil()
    if program is None:
        return Finding(name, State.SKIPPED, "not installed", find.INSTALL_XCLBINUTIL)
    return Finding(name, State.OK, program)


XRT_PROBES: tuple[Callable[[Machine], Finding], ...] = (_plugin, _xrt, _pyxrt)
BUILD_PROBES: tuple[Callable[[Machine], Finding], ...] = (_aiecc, _peano, _xclbinutil)


def software_findings(machine: Machine) -> Iterator[Finding]:
    """The compiler; XRT where there is an NPU for it; the tools that build."""
    yield _compiler(machine)
    if machine.npu is not None and machine.npu.chip.target is not None:
        yield from (replace(probe(machine), counts=True) for probe in XRT_PROBES)
    yield from (probe(machine) for probe in BUILD_PROBES)
