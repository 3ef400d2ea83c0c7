"""Each table in docs/ is what its command writes."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("command", ["flags_table", "kernel_table", "silicon_timing"])
def test_the_table_is_up_to_date(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    made = importlib.import_module(command)
    assert made.page() == made.PLACE.path.read_text(), f"run python benchmarks/{command}.py"
