"""Counters of what ran where: dispatches, bytes, device time, fallbacks.

One `Telemetry` belongs to one session. Times that come from the simulator are marked as such
wherever they are shown (`simulated`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from aiec.runtime.device import Completion


@dataclass(slots=True)
class Telemetry:
    """Running totals, of calls from any thread.

    Attributes:
        dispatches: runs of a sequence.
        submissions: chains of them that went to the device.
        device_us: time the array was busy with them, in microseconds, launch cost not included.
        simulated: True if any of that time came from the simulator.
        bytes_in, bytes_out: moved into and out of the device's buffers for activations.
        weight_bytes: packed for weights (once each, unless they were evicted or written to).
        flushed_bytes, invalidated_bytes: of the host's cache, for the device to see what the host
            wrote (weights once each), and the host what the device wrote.
        faults: how often the device failed, by cause.
        macs: multiply-accumulates of the dispatched GEMMs, padding not counted.
        by_gemm: dispatches and microseconds by GEMM label.
    """

    dispatches: int = 0
    submissions: int = 0
    device_us: float = 0.0
    simulated: bool = False
    bytes_in: int = 0
    bytes_out: int = 0
    weight_bytes: int = 0
    flushed_bytes: int = 0
    invalidated_bytes: int = 0
    macs: int = 0
    by_gemm: dict[str, tuple[int, float]] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def record(self, label: str, macs: int, completion: Completion) -> None:
        """Count one finished dispatch."""
        with self._lock:
            self.dispatches += 1
            self.device_us += completion.device_us
            self.simulated |= completion.simulated
            self.macs += macs
            count, us = self.by_gemm.get(label, (0, 0.0))
            self.by_gemm[label] = (count + 1, us + completion.device_us)

    def moved(self, *, bytes_in: int = 0, bytes_out: int = 0, weight_bytes: int = 0) -> None:
        """Count what crossed to the device's buffers or came from there."""
        with self._lock:
            self.bytes_in += bytes_in
            self.bytes_out += bytes_out
            self.weight_bytes += weight_bytes

    def submitted(self) -> None:
        """Count one chain."""
        with self._lock:
            self.submissions += 1

    def synchronized(self, *, flushed: int = 0, invalidated: int = 0) -> None:
        """Count bytes of the host's cache that were written back or dropped."""
        with self._lock:
            self.flushed_bytes += flushed
            self.invalidated_bytes += invalidated

    def failed(self, cause: str) -> None:
        """Count one fault of the device."""
        with self._lock:
            self.faults[cause] = self.faults.get(cause, 0) + 1

    def summary(self) -> str:
        """One line for a person; simulated time is called simulated."""
        word = "simulated NPU time" if self.simulated else "NPU time"
        return f"{self.dispatches} dispatches, {word} {self.device_us / 1000:.2f} ms"
