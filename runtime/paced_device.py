"""A device that takes its time: each dispatch lasts as long as the cost model says, in wall time.

Stands where the real NPU will, so that what overlaps with it can be measured without one. With
`values` the runs are computed by another device while their time passes; without, outputs keep
whatever their buffers held. A computation that outlasts its time makes the device that much slower.
Refuses designs of another target and runs of designs that were not loaded.
"""

from __future__ import annotations

import time

from aiec.ir.design import Artifact
from aiec.ir.errors import DeviceError
from aiec.ir.target import Target
from aiec.kernels.encoder_cost import block_cycles
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import IN_FLIGHT, Buffer, Completion, Event, Run
from aiec.runtime.null_device import NullDevice


class PacedDevice:
    """An NPU's predicted time on a clock of its own: runs one after another, in order.

    Args:
        values: computes the runs; None leaves their outputs alone.
    """

    queue_depth = IN_FLIGHT

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
        plan = artifact.design.plan
        if plan.target.name != self.target.name:
            raise DeviceError(
                f"design {artifact.design.name!r} was made for {plan.target.name}",
                expected=f"a design for {self.target.name}",
                todo="compile it for this target",
            )
        us = {
            sequence.symbol: 1e6 * block_cycles(plan, sequence) / plan.target.clock_hz
            for sequence in artifact.design.sequences
        }
        self._loaded[id(artifact)] = (artifact, us)

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed host buffer."""
        return self._values.alloc(nbytes)

    def submit(self, run: Run) -> Event:
        """Queue the run; its time begins when that of the run before is over."""
        if id(run.artifact) not in self._loaded:
            raise DeviceError(f"design {run.artifact.design.name!r} is not loaded on {self.name}")
        self._tickets += 1
        self._submitted_s[self._tickets] = time.monotonic()
        return Event(run, self._tickets)

    def wait(self, event: Event) -> Completion:
        """Compute the run if somebody does, and return when its time has passed."""
        _, us = self._loaded[id(event.run.artifact)]
        array_us = us[event.run.symbol]
        start_s = max(self._submitted_s.pop(event.ticket), self._free_s)
        end_s = start_s + (array_us + self.target.dispatch_us) / 1e6
        self._values.wait(self._values.submit(event.run))
        time.sleep(max(0.0, end_s - time.monotonic()))
        self._free_s = max(end_s, time.monotonic())
        return Completion(device_us=array_us, simulated=True)

    def reset(self) -> None:
        """Forget the runs under way."""
        self._submitted_s.clear()
        self._values.reset()

    def close(self) -> None:
        """Forget all designs."""
        self._loaded.clear()
