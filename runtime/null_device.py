"""A device that computes nothing: what it costs to drive a device, with the device's time left out.

Outputs keep whatever their buffers held. Used by benchmarks of the runtime and by its tests.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiec.ir.design import Artifact
from aiec.runtime.device import Completion, Event, Run, SharedMemory


class NullDevice(SharedMemory):
    """Accepts every design and completes every run in no time."""

    name = "null"

    def __init__(self, *, keep_runs: bool = True) -> None:
        self.runs: list[Run] = []
        self._keep_runs = keep_runs

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Nothing to load."""

    def submit(self, runs: Sequence[Run]) -> Event:
        """Remember the runs, if they are to be kept."""
        if self._keep_runs:
            self.runs += runs
        return Event(tuple(runs), len(self.runs) - 1)

    def wait(self, event: Event, timeout_s: float | None = None) -> tuple[Completion, ...]:
        """Done at once."""
        return (Completion(device_us=0.0, simulated=False),) * len(event.runs)

    def reset(self) -> None:
        """Designs have no state here."""

    def close(self) -> None:
        """Nothing to let go of."""
