"""The simulator's clock beside a chip's, where the chip alone is the measure."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "benchmarks" / "silicon_timing.py"
ON_CHIP = {"controller, a register", "stream on chip", "descriptor on chip, start"}


def test_what_is_on_the_chip_agrees_with_silicon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(COMMAND.parent)
    rows = {row.name: row for row in runpy.run_path(str(COMMAND))["rows"]()}
    assert all(abs(rows[name].ours / rows[name].silicon - 1) <= 0.15 for name in ON_CHIP)
