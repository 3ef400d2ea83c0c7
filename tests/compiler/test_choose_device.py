"""Names of devices: what they mean on a machine, and what is said where there is none."""

import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aiec import choose_device
from aiec.choose_device import npu_target, open_device
from aiec.doctor_machine import Machine
from aiec.ir.errors import CodegenError, DeviceError
from aiec.ir.options import options_from
from aiec.ir.target import NPU1, Target
from aiec.runtime.device import RunError

WORKS = SimpleNamespace(device=lambda index: object())


def machine(root: Path, device: str | None = "0x1502", *, node: bool = True) -> Machine:
    """A tree with an NPU of a PCI id."""
    if device is not None:
        place = root / "sys/bus/pci/devices/0000:c5:00.1"
        accel = root / "sys/class/accel/accel0/device"
        for folder in (place, accel):
            folder.mkdir(parents=True)
            for name, content in (("vendor", "0x1022"), ("device", device), ("revision", "0x10")):
                (folder / name).write_text(content)
        if node:
            (root / "dev/accel").mkdir(parents=True)
            (root / "dev/accel/accel0").touch()
    return Machine(root)


def target(name: str, at: Machine) -> Target | None:
    return npu_target(options_from({"device": name}), at)


@pytest.fixture
def has_xrt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyxrt", WORKS)  # type: ignore[arg-type]
    monkeypatch.setattr(choose_device, "find_toolchain", lambda epoch: None)
    monkeypatch.setattr(choose_device, "_said", set())


@pytest.mark.parametrize(("device", "name"), [("sim", "npu2"), ("sim:npu1", "npu1")])
def test_simulated_devices(device: str, name: str) -> None:
    options = options_from({"device": device})
    found = npu_target(options)
    assert found is not None
    assert found.name == name
    assert open_device(found, options).name == f"sim:{name}"


def test_no_npu_means_the_cpu(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert target("cpu", machine(tmp_path)) is None
    assert target("auto", machine(tmp_path / "none", None)) is None
    assert not caplog.records


@pytest.mark.usefixtures("has_xrt")
@pytest.mark.parametrize(("pci", "name"), [("0x1502", "npu1"), ("0x17f0", "npu2")])
def test_the_npu_that_is_there(tmp_path: Path, pci: str, name: str) -> None:
    at = machine(tmp_path, pci)
    for asked in ("auto", "npu", name):
        found = target(asked, at)
        assert found is not None and found.name == name
    other = "npu2" if name == "npu1" else "npu1"
    message = rf"device '{other}' cannot be used: this machine's NPU, 1022:{pci[2:]} .* is {name}"
    with pytest.raises(DeviceError, match=message):
        target(other, at)


@pytest.mark.usefixtures("has_xrt")
def test_an_unknown_generation_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    at = machine(tmp_path, "0x17f1")
    for _ in range(2):
        assert target("auto", at) is None
    (said,) = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert "the NPU is not used: the NPU is 1022:17f1" in said and "another generation" in said
    with pytest.raises(DeviceError, match=r"'npu' cannot be used: the NPU is 1022:17f1.*doctor"):
        target("npu", at)


@pytest.mark.usefixtures("has_xrt")
def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeviceError, match=r"'npu1' cannot be used: there is no NPU on PCI.*doctor"):
        target("npu1", machine(tmp_path / "a", None))
    with pytest.raises(DeviceError, match=r"has no node /dev/accel/accel\*: no amdxdna driver"):
        target("npu1", machine(tmp_path / "b", node=False))
    monkeypatch.setitem(sys.modules, "pyxrt", None)
    with pytest.raises(DeviceError, match=r"pyxrt \(XRT\) cannot be imported"):
        target("npu1", machine(tmp_path / "c"))


@pytest.mark.usefixtures("has_xrt")
def test_auto_without_the_tools_is_the_cpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(epoch: str) -> Any:
        raise CodegenError("aiecc is not installed", todo="pip install mlir_aie")

    monkeypatch.setattr(choose_device, "find_toolchain", missing)
    at = machine(tmp_path)
    assert target("auto", at) is None
    assert "cannot be built: aiecc is not installed; pip install mlir_aie" in caplog.text
    assert target("npu1", at) is not None


@pytest.mark.usefixtures("has_xrt")
def test_a_device_that_does_not_open(caplog: pytest.LogCaptureFixture) -> None:
    def refused(index: int) -> Any:
        raise RuntimeError("mmap(addr=0x0, len=67108864) failed (err=-11): Resource temporarily")

    broken = SimpleNamespace(device=refused)
    assert open_device(NPU1, options_from({"device": "auto"}), broken).name == "cpu"
    assert "may not lock enough memory" in caplog.text and "memlock unlimited" in caplog.text
    for options in ({"device": "npu1"}, {"device": "auto", "require_npu": True}):
        with pytest.raises(RunError, match="cannot be opened: this process may not lock enough"):
            open_device(NPU1, options_from(options), broken)
    assert open_device(NPU1, options_from({"device": "npu1"}), WORKS).name == "npu1"
