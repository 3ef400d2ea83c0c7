"""From a device's name in the options to an open device, or to the reason why there is none."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from aiec.ir.errors import DeviceError
from aiec.ir.options import Options
from aiec.ir.target import Target, target_named
from aiec.runtime.device import Device

ACCEL_NODE = Path("/dev/accel/accel0")  # amdxdna's device node; hardware.md, Linux 6.14 and later


def npu_missing() -> str | None:
    """Why no real NPU can be used on this machine; None if nothing is known to be missing."""
    if not ACCEL_NODE.exists():
        return f"{ACCEL_NODE} does not exist: no amdxdna driver, or no NPU"
    if importlib.util.find_spec("pyxrt") is None:
        return "the Python module pyxrt (XRT) is not installed"
    return None


def npu_target(options: Options) -> Target | None:
    """The target that `options.device` means on this machine; None if everything stays on the CPU.

    Raises:
        DeviceError: a real NPU was named and cannot be used.
    """
    if options.device in ("cpu", "auto"):
        return None
    if options.device in ("npu1", "npu2"):
        raise _no_hardware(options.device)
    assert options.target_name is not None
    return target_named(options.target_name)


def open_device(target: Target, options: Options) -> Device:
    """Open the device of `options`, simulated or paced, for `target`."""
    device = _paced(target, options) if options.device.startswith("null:") else None
    if device is None:
        from aiec.runtime.sim_device import SimDevice

        device = SimDevice(target, options.cache_dir)
    device.open()
    return device


def _paced(target: Target, options: Options) -> Device:
    from aiec.runtime.cpu_device import CpuDevice
    from aiec.runtime.paced_device import PacedDevice

    return PacedDevice(target, CpuDevice() if options.device.endswith("+cpu") else None)


def _no_hardware(name: str) -> DeviceError:
    why = npu_missing() or "this version has no driver for the real device yet"
    return DeviceError(
        f"device {name!r} cannot be used: {why}",
        expected="auto, cpu, sim:npu1, sim:npu2, or null:npu1 and null:npu2, with +cpu or without",
        todo="run `aiec doctor`",
    )
