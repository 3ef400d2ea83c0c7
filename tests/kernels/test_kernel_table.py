"""docs/kernels.md has the table that specs, models and tolerances give."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_table_is_up_to_date() -> None:
    command = ROOT / "benchmarks" / "kernel_table.py"
    page = runpy.run_path(str(command))["page"]
    assert page() == (ROOT / "docs" / "kernels.md").read_text(), f"run python {command}"
