"""A device that computes nothing: what it costs to drive a device, with the device's time left out.

Outputs keep whatever their buffers held. Used by benchmarks of the runtime and by its tests.
"""

from __future__ import annotations

import numpy as np

from aiec.ir.design import Artifact
from aiec.runtime.device import Buffer, Completion, Event, Run


class NullDevice:
    """Accepts every design and completes every run in no time."""

    name = "null"
    queue_depth = 1

    def __init__(self, *, keep_runs: bool = True) -> None:
        self.runs: list[Run] = []
        self._keep_runs = keep_runs

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Nothing to load."""

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed host buffer."""
        return Buffer(np.zeros(nbytes, dtype=np.uint8))

    def submit(self, run: Run) -> Event:
        """Remember the run, if it is to be kept."""
        if self._keep_runs:
            self.runs.append(run)
        return Event(run, len(self.runs) - 1)

    def wait(self, event: Event) -> Completion:
        """Done at once."""
        return Completion(device_us=0.0, simulated=False)

    def reset(self) -> None:
        """Designs have no state here."""

    def close(self) -> None:
        """Nothing to let go of."""
