"""docs/measurements.md has the table of the simulator's clock beside a chip's."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "benchmarks" / "silicon_timing.py"
ON_CHIP = {"controller, a register", "stream on chip", "descriptor on chip, start"}


def test_the_table_is_up_to_date() -> None:
    page = runpy.run_path(str(COMMAND))["page"]
    assert page() == (ROOT / "docs" / "measurements.md").read_text(), f"run python {COMMAND}"


def test_what_is_on_the_chip_agrees_with_silicon() -> None:
    rows = {row.name: row for row in runpy.run_path(str(COMMAND))["rows"]()}
    assert all(abs(rows[name].ours / rows[name].silicon - 1) <= 0.15 for name in ON_CHIP)
