"""Fixtures of the compiler's tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No options from this machine, no compiled code from another test, the same random weights."""
    for variable in list(os.environ):
        if variable.startswith("AIE_"):
            monkeypatch.delenv(variable)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.chdir(home)
    torch.compiler.reset()
    torch.manual_seed(0)
    yield
    torch.compiler.reset()
