"""The simulator's clock beside a chip's: captured times are met, and what is not is told."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from aiec.kernels import encoder_cost
from aiec.runtime.sim.array import timing

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "benchmarks" / "silicon_timing.py"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(str(COMMAND.parent))
    return runpy.run_path(str(COMMAND))


def off(command: dict[str, Any]) -> list[str]:
    return [row.name for row in command["rows"]() if row.verdict == "off"]


def test_the_captured_times_are_met(command: dict[str, Any]) -> None:
    assert off(command) == []


def test_what_is_not_met_is_told(command: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "READ_CYCLES", 100)
    monkeypatch.setattr(timing, "TRANSFER_PERIOD_CYCLES", 2000)
    monkeypatch.setattr(timing, "CORE_WAKE_CYCLES", 0)
    missed = off(command)
    assert "shim reads 64 words, task 8 of 8" in missed
    assert "shim transfers, push 7 to 8" in missed
    assert "mem tile is full until the core has the lock" in missed


def test_the_planner_has_the_controller_of_the_simulator() -> None:
    descriptor = timing.DESCRIPTOR_CYCLES + timing.MASK_WRITE_CYCLES + timing.WRITE_CYCLES
    assert encoder_cost.TRANSFER_CYCLES == timing.TRANSFER_PERIOD_CYCLES
    assert descriptor == encoder_cost.DESCRIPTOR_CYCLES
    assert encoder_cost.PUSH_CYCLES == timing.WRITE_CYCLES
    assert encoder_cost.FIRST_WORD_CYCLES == timing.READ_CYCLES + timing.FIRST_READ_CYCLES
