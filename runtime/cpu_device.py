"""The reference device: computes what a design's sequences mean, with torch, from the same buffers.

It reads the packed layouts by their definition (`kernels/encoder_layout.py` writes them), so it
checks the packing as well, and gives the numbers that the simulator has to agree with: bf16
operands, fp32 accumulation, one rounding at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aiec.ir.design import Artifact
from aiec.ir.encoder import BlockSequence
from aiec.runtime.cpu_encoder import run_block
from aiec.runtime.device import Completion, Event, Run, SharedMemory


class CpuDevice(SharedMemory):
    """Runs any design of this project on the host."""

    name = "cpu"

    def __init__(self) -> None:
        self._tickets = 0

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Nothing to load."""

    def submit(self, runs: Sequence[Run]) -> Event:
        """Compute the runs' blocks into their output buffers."""
        for run in runs:
            sequence = run.sequence
            run_block(run.artifact.design.plan, sequence, _arrays(sequence, run))
        self._tickets += 1
        return Event(tuple(runs), self._tickets)

    def wait(self, event: Event, timeout_s: float | None = None) -> tuple[Completion, ...]:
        """Done already; the host's time is not counted as a device's."""
        return (Completion(device_us=0.0, simulated=False),) * len(event.runs)

    def reset(self) -> None:
        """Designs have no state here."""

    def close(self) -> None:
        """Nothing to let go of."""


def _arrays(sequence: BlockSequence, run: Run) -> dict[str, np.ndarray]:
    """The run's buffers by role."""
    both = zip(sequence.arguments, run.buffers, strict=True)
    return {argument.role: buffer.array for argument, buffer in both}
