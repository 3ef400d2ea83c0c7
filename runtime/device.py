"""The seam between a mixed graph and what runs its NPU side: `xrt`, `sim`, `cpu`, `null`.

A device loads artifacts, allocates host-visible buffers, and takes chains of runs: a run is one
runtime sequence of a loaded design with its buffers in the order of the sequence's arguments.
`submit` returns at once where the device can; `wait` gives a completion for each run.

Host and device do not see each other's writes by themselves: whoever writes into a buffer flushes
it before a run reads it, whoever reads invalidates it after the run that wrote it, and what the
host's cache may still hold of a buffer is flushed before a run writes there. An error says what can
be done about it: `RunError.remedy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np

from aiec.ir.design import Artifact
from aiec.ir.encoder import BlockSequence
from aiec.ir.errors import DeviceError
from aiec.ir.target import Target


class Remedy(StrEnum):
    """What can be done about a run that did not end well."""

    RETRY = "retry"  # once, with the designs loaded anew
    FALL_BACK = "fall back"  # this device will not do it: compute it elsewhere


class RunError(DeviceError):
    """A run that a device did not end. `remedy`: what can be done, `cause`: for counting."""

    def __init__(self, what: str, remedy: Remedy, cause: str = "error", **more: Any) -> None:
        super().__init__(what, **more)
        self.remedy, self.cause = remedy, cause


@dataclass(slots=True, eq=False, weakref_slot=True)
class Buffer:
    """A host-visible buffer of a device. `array` is uint8, (nbytes,), mapped from the device.

    `cached`: the host's cache may hold lines of it, as the host touched it since the last flush.
    """

    array: np.ndarray
    cached: bool = False

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

    @property
    def sequence(self) -> BlockSequence:
        """The sequence: its arguments say what is read, written or resident."""
        sequences = self.artifact.design.sequences
        for sequence in sequences:
            if sequence.symbol == self.symbol:
                return sequence
        raise DeviceError(
            f"design {self.artifact.design.name!r} has no sequence {self.symbol!r}",
            expected=", ".join(sequence.symbol for sequence in sequences),
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """What a finished run tells. `simulated` says that the time is not of real hardware."""

    device_us: float
    simulated: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A chain under way; `ticket` is the device's own."""

    runs: tuple[Run, ...]
    ticket: int


class Device(Protocol):
    """What every device does. Errors are `DeviceError`."""

    name: str

    def open(self) -> None:
        """Take hold of the device; refuse with the reason if it is not there."""
        ...

    def load(self, artifact: Artifact) -> None:
        """Make a design ready to run; loading it again does nothing."""
        ...

    def alloc(self, nbytes: int) -> Buffer:
        """A buffer of `nbytes` that host and device both see as zeros."""
        ...

    def free(self, buffer: Buffer) -> None:
        """Give a buffer's memory back; no run that reads or writes it is under way."""
        ...

    def flush(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Let the device see what the host wrote in a range (the whole by default).

        Returns the bytes of it. Any thread may call, also while runs are under way.
        """
        ...

    def invalidate(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Let the host see what the device wrote in a range; as `flush` otherwise.

        What the host wrote there and did not flush is lost.
        """
        ...

    def submit(self, runs: Sequence[Run]) -> Event:
        """Queue runs of loaded designs as a chain: each begins when the one before has ended."""
        ...

    def wait(self, event: Event, timeout_s: float | None = None) -> tuple[Completion, ...]:
        """Wait until a chain is done; once. A completion for each run.

        Raises `RunError` if one did not end well, or none ended in time.
        """
        ...

    def reset(self) -> None:
        """Forget all runs under way, and have the loaded designs as if they had just been loaded.

        Called after a run that did not end; contents of buffers stay.
        """
        ...

    def close(self) -> None:
        """Let go of the device and its designs. Closing twice does nothing."""
        ...


class SharedMemory:
    """Buffers of a device that reads and writes the host's own memory."""

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed host buffer."""
        return Buffer(np.zeros(nbytes, dtype=np.uint8))

    def free(self, buffer: Buffer) -> None:
        """Its memory goes with the last who holds it."""

    def flush(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Nothing is to be moved; counted as if it were."""
        return span_of(buffer, start, nbytes)

    def invalidate(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Nothing is to be moved; counted as if it were."""
        return span_of(buffer, start, nbytes)


def check_target(artifact: Artifact, target: Target) -> None:
    """Refuse a design of another target than the device's."""
    design = artifact.design
    if design.plan.target.name != target.name:
        raise DeviceError(
            f"design {design.name!r} was made for {design.plan.target.name}",
            expected=f"a design for {target.name}",
            todo="compile it for this target",
        )


def not_loaded(device: Device, artifact: Artifact) -> DeviceError:
    """The error for a run of a design that was not loaded."""
    return DeviceError(
        f"design {artifact.design.name!r} is not loaded on {device.name}",
        expected="runs of one loaded design",
    )


def span_of(buffer: Buffer, start: int, nbytes: int | None) -> int:
    """How many bytes a range of a buffer has; all from `start` on if `nbytes` is None."""
    size = buffer.nbytes - start if nbytes is None else nbytes
    assert start >= 0 and size >= 0 and start + size <= buffer.nbytes, (start, size, buffer.nbytes)
    return size
