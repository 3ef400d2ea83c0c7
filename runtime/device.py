"""The seam between a mixed graph and what runs its NPU side: `xrt`, `sim`, `cpu`, `null`.

A device loads artifacts, allocates host-visible buffers, and takes runs: one runtime sequence of a
loaded design with its buffers in the order of the sequence's arguments. `submit` returns at once
where the device can; `wait` gives the completion with the device's own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from aiec.ir.design import Artifact

IN_FLIGHT = 4  # runs that a queue of commands is fed ahead; more would only be lost together


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Buffer:
    """A host-visible buffer of a device. `array` is uint8, (nbytes,), shared with the device."""

    array: np.ndarray

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return int(self.array.nbytes)


@dataclass(frozen=True, slots=True)
class Run:
    """One dispatch: the sequence `symbol` of a loaded design on `buffers`."""

    artifact: Artifact
    symbol: str
    buffers: tuple[Buffer, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """What a finished run tells. `simulated` says that the time is not of real hardware."""

    device_us: float
    simulated: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A run under way; `ticket` is the device's own."""

    run: Run
    ticket: int


class Device(Protocol):
    """What every device does. Errors are `DeviceError`."""

    name: str
    queue_depth: int  # how many runs may be under way: submitted, and not waited for

    def open(self) -> None:
        """Take hold of the device; refuse with the reason if it is not there."""
        ...

    def load(self, artifact: Artifact) -> None:
        """Make a design ready to run; loading it again does nothing."""
        ...

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed buffer of `nbytes` that the device can read and write."""
        ...

    def submit(self, run: Run) -> Event:
        """Queue a run of a loaded design."""
        ...

    def wait(self, event: Event) -> Completion:
        """Wait until the run is done and its outputs are in its buffers."""
        ...

    def reset(self) -> None:
        """Forget all runs under way, and have the loaded designs as if they had just been loaded.

        Called after a run that did not end; contents of buffers stay.
        """
        ...

    def close(self) -> None:
        """Let go of the device and its designs. Closing twice does nothing."""
        ...
