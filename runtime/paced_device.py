"""A device that takes its time: each dispatch lasts as long as the cost model says, in wall time.

Stands where the real NPU will, so that what overlaps with it can be measured without one. With
`values` the runs are computed by another device while their time passes; without, outputs keep
whatever their buffers held. A computation that outlasts its time makes the device that much slower.
Refuses designs of another target and runs of designs that were not loaded.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from aiec.ir.design import Artifact
from aiec.ir.target import Target
from aiec.kernels.encoder_cost import block_cycles
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import Buffer, Completion, Event, Run, check_target, not_loaded
from aiec.runtime.null_device import NullDevice


class PacedDevice:
    """An NPU's predicted time on a clock of its own: runs one after another, in order.

    Args:
        values: computes the runs; None leaves their outputs alone.
    """

    def __init__(self, target: Target, values: CpuDevice | None = None) -> None:
        self.name = f"null:{target.name}" + ("+cpu" if values else "")
        self.target = target
        self._values = values or NullDevice(keep_runs=False)
        self._loaded: dict[int, tuple[Artifact, dict[str, float]]] = {}
        self._submitted_s: dict[int, float] = {}
        self._tickets = 0
        self._free_s = 0.0  # when the last finished run was done

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Predict how long each sequence of the design takes, in microseconds."""
        if id(artifact) in self._loaded:
            return
        check_target(artifact, self.target)
        plan = artifact.design.plan
        us = {
            sequence.symbol: 1e6 * block_cycles(plan, sequence) / plan.target.clock_hz
            for sequence in artifact.design.sequences
        }
        self._loaded[id(artifact)] = (artifact, us)

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed host buffer."""
        return self._values.alloc(nbytes)

    def free(self, buffer: Buffer) -> None:
        """Give a buffer back."""
        self._values.free(buffer)

    def flush(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """As the device of the values does."""
        return self._values.flush(buffer, start, nbytes)

    def invalidate(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """As the device of the values does."""
        return self._values.invalidate(buffer, start, nbytes)

    def submit(self, runs: Sequence[Run]) -> Event:
        """Queue the chain; its time begins when that of the one before is over."""
        for run in runs:
            if id(run.artifact) not in self._loaded:
                raise not_loaded(self, run.artifact)
        self._tickets += 1
        self._submitted_s[self._tickets] = time.monotonic()
        return Event(tuple(runs), self._tickets)

    def wait(self, event: Event, timeout_s: float | None = None) -> tuple[Completion, ...]:
        """Compute the runs if somebody does, and return when their time has passed.

        Each run of a chain is launched at the cost of a dispatch.
        """
        array_us = [self._loaded[id(run.artifact)][1][run.symbol] for run in event.runs]
        start_s = max(self._submitted_s.pop(event.ticket), self._free_s)
        end_s = start_s + sum(us + self.target.dispatch_us for us in array_us) / 1e6
        self._values.wait(self._values.submit(event.runs))
        time.sleep(max(0.0, end_s - time.monotonic()))
        self._free_s = max(end_s, time.monotonic())
        return tuple(Completion(device_us=us, simulated=True) for us in array_us)

    def reset(self) -> None:
        """Forget the runs under way."""
        self._submitted_s.clear()
        self._values.reset()

    def close(self) -> None:
        """Forget all designs."""
        self._loaded.clear()
