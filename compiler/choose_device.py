"""From a device's name in the options to an open device, or to the reason why there is none.

`auto` is the NPU that is there, if everything that it needs is; `npu` is whichever there is; `npu1`
and `npu2` are held to the PCI id. On the real device a design without an xclbin is built first.
"""

from __future__ import annotations

import importlib
import logging
import tempfile
from pathlib import Path
from typing import Any

from aiec.codegen.build import build
from aiec.codegen.toolchain.build_xclbin import build_xclbin
from aiec.codegen.toolchain.find import find_toolchain
from aiec.doctor_machine import Machine
from aiec.ir.design import Artifact
from aiec.ir.errors import CodegenError, DeviceError
from aiec.ir.options import DEVICES, Options
from aiec.ir.target import Target, target_named
from aiec.runtime.device import Device, RunError

log = logging.getLogger("aiec")
REAL = ("npu", "npu1", "npu2")
OTHERS = ", ".join(name for name in DEVICES if name not in REAL)
_said: set[str] = set()
_folders: list[Any] = []  # of designs built for a device; they go at exit


def npu_target(options: Options, machine: Machine | None = None) -> Target | None:
    """The target that `options.device` means on this machine; None if everything stays on the CPU.

    Raises:
        DeviceError: a real NPU was named and cannot be used.
    """
    name = options.device
    if name in ("auto", *REAL):
        machine = machine or Machine()
        why = npu_missing(machine) or _other_generation(machine, name)
        if name == "auto":
            return _automatic(options, machine, why)
        if why is not None:
            raise DeviceError(
                f"device {name!r} cannot be used: {why}", expected=OTHERS, todo="run `aiec doctor`"
            )
        return _target(machine)
    if name == "cpu":
        return None
    assert options.target_name is not None
    return target_named(options.target_name)


def npu_missing(machine: Machine) -> str | None:
    """Why no real NPU can be used on a machine; None if nothing is known to be missing."""
    npu = machine.npu
    if npu is None:
        return "there is no NPU on PCI"
    if npu.chip.target is None:
        return f"the NPU is {npu}, {npu.chip.title}: aiec knows npu1 (1502) and npu2 (17f0)"
    if machine.node is None:
        return f"{npu} has no node /dev/accel/accel*: no amdxdna driver"
    try:
        importlib.import_module("pyxrt")
    except ImportError as error:
        return f"the Python module pyxrt (XRT) cannot be imported: {error}"
    return None


def open_device(target: Target, options: Options, pyxrt: Any = None) -> Device:
    """Open the device of `options` for `target`: real, simulated or paced.

    pyxrt: XRT's module, or a stand-in; imported if it is not given.
    """
    if options.device in ("auto", *REAL):
        return _open_real(target, options, pyxrt or importlib.import_module("pyxrt"))
    if options.device.startswith("null:"):
        device = _paced(target, options)
    else:
        from aiec.runtime.sim_device import SimDevice

        device = SimDevice(target, options.cache_dir)
    device.open()
    return device


def _open_real(target: Target, options: Options, pyxrt: Any) -> Device:
    from aiec.runtime.cpu_device import CpuDevice
    from aiec.runtime.xrt.xrt_device import XrtDevice

    device = XrtDevice(target, pyxrt, _built)
    try:
        device.open()
    except RunError as error:
        if options.device != "auto" or options.require_npu:
            raise
        _say_once(f"the NPU is not used: {error}")
        return CpuDevice()
    return device


def _paced(target: Target, options: Options) -> Device:
    from aiec.runtime.cpu_device import CpuDevice
    from aiec.runtime.paced_device import PacedDevice

    return PacedDevice(target, CpuDevice() if options.device.endswith("+cpu") else None)


def _target(machine: Machine) -> Target:
    assert machine.npu is not None and machine.npu.chip.target is not None
    return target_named(machine.npu.chip.target)


def _other_generation(machine: Machine, name: str) -> str | None:
    """Why a machine's NPU is not the one that was named."""
    assert machine.npu is not None and machine.npu.chip.target is not None
    has = machine.npu.chip.target
    return None if name in ("auto", "npu", has) else f"this machine's NPU, {machine.npu}, is {has}"


def _automatic(options: Options, machine: Machine, why: str | None) -> Target | None:
    """The machine's NPU; where something is missing, the CPU, and what is told once."""
    if why is None:
        try:
            find_toolchain(options.mlir_aie)
        except CodegenError as error:
            why = f"its xclbin cannot be built: {error}"
    if why is None:
        return _target(machine)
    if machine.npu is not None:
        _say_once(f"the NPU is not used: {why}; run `aiec doctor`")
    return None


def _say_once(text: str) -> None:
    if text not in _said:
        _said.add(text)
        log.warning("%s", text)


def _built(artifact: Artifact) -> Artifact:
    """The artifact with its xclbin, out of the cache or built now, which takes minutes."""
    if artifact.xclbin is not None:
        return artifact
    if artifact.directory is None:
        folder = tempfile.TemporaryDirectory(prefix="aiec-")
        _folders.append(folder)
        artifact = build(artifact.design, Path(folder.name))
    log.info("%s: building the xclbin", artifact.design.name)
    return build_xclbin(artifact, lambda line: log.info("%s", line)).artifact
