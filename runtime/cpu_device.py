"""The reference device: computes what a design's sequences mean, with torch, from the same buffers.

It reads the packed layouts by their definition (`kernels/encoder_layout.py` writes them), so it
checks the packing as well, and gives the numbers that the simulator has to agree with: bf16
operands, fp32 accumulation, one rounding at the end.
"""

from __future__ import annotations

import numpy as np

from aiec.ir.design import Artifact, Design
from aiec.ir.encoder import BlockSequence
from aiec.ir.errors import DeviceError
from aiec.runtime.cpu_encoder import run_block
from aiec.runtime.device import Buffer, Completion, Event, Run


class CpuDevice:
    """Runs any design of this project on the host."""

    name = "cpu"
    queue_depth = 1  # computes when a run is submitted

    def __init__(self) -> None:
        self._tickets = 0

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Nothing to load."""

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed host buffer."""
        return Buffer(np.zeros(nbytes, dtype=np.uint8))

    def submit(self, run: Run) -> Event:
        """Compute the run's block into its output buffers."""
        design = run.artifact.design
        block = _sequence(design, run.symbol)
        run_block(design.plan, block, _arrays(block, run))
        self._tickets += 1
        return Event(run, self._tickets)

    def wait(self, event: Event) -> Completion:
        """Done already; the host's time is not counted as a device's."""
        return Completion(device_us=0.0, simulated=False)

    def reset(self) -> None:
        """Designs have no state here."""

    def close(self) -> None:
        """Nothing to let go of."""


def _sequence(design: Design, symbol: str) -> BlockSequence:
    for sequence in design.sequences:
        if sequence.symbol == symbol:
            return sequence
    raise DeviceError(
        f"design {design.name!r} has no sequence {symbol!r}",
        expected=", ".join(sequence.symbol for sequence in design.sequences),
    )


def _arrays(sequence: BlockSequence, run: Run) -> dict[str, np.ndarray]:
    """The run's buffers by role."""
    both = zip(sequence.arguments, run.buffers, strict=True)
    return {argument.role: buffer.array for argument, buffer in both}
