"""The simulator as a device: runs the emitted text with the kernels compiled for this host."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aiec.ir.design import Artifact
from aiec.ir.errors import DeviceError
from aiec.ir.target import Target
from aiec.kernels import host
from aiec.runtime.device import Buffer, Completion, Event, Run
from aiec.runtime.sim import Simulator


class SimDevice:
    """One simulated NPU. A loaded design keeps its state between runs, as on hardware."""

    queue_depth = 1  # simulates when a run is submitted

    def __init__(self, target: Target, cache_dir: Path | None = None) -> None:
        self.name = f"sim:{target.name}"
        self.target = target
        self._cache_dir = cache_dir
        self._loaded: dict[int, tuple[Artifact, Simulator]] = {}
        self._completions: dict[int, Completion] = {}
        self._tickets = 0

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Parse and elaborate the design's text, and compile its kernels for the host."""
        if id(artifact) in self._loaded:
            return
        design = artifact.design
        if design.plan.target.name != self.target.name:
            raise DeviceError(
                f"design {design.name!r} was made for {design.plan.target.name}",
                expected=f"a design for {self.target.name}",
                todo="compile it for this target",
            )
        self._loaded[id(artifact)] = (artifact, self._simulator(artifact))

    def _simulator(self, artifact: Artifact) -> Simulator:
        kernels = host.load(artifact.design.kernels, self.target, self._cache_dir)
        return Simulator(artifact.design.text, kernels=kernels)

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed host buffer; the simulator reads and writes it in place."""
        return Buffer(np.zeros(nbytes, dtype=np.uint8))

    def submit(self, run: Run) -> Event:
        """Simulate the whole run now."""
        if id(run.artifact) not in self._loaded:
            raise DeviceError(f"design {run.artifact.design.name!r} is not loaded on {self.name}")
        _, simulator = self._loaded[id(run.artifact)]
        report = simulator.run([b.array for b in run.buffers], sequence=run.symbol)
        self._tickets += 1
        us = report.cycles / report.clock_hz * 1e6
        self._completions[self._tickets] = Completion(device_us=us, simulated=True)
        return Event(run, self._tickets)

    def wait(self, event: Event) -> Completion:
        """The completion of a run; a run can be waited for once."""
        return self._completions.pop(event.ticket)

    def reset(self) -> None:
        """Elaborate the loaded designs again."""
        self._completions.clear()
        for artifact, _ in tuple(self._loaded.values()):
            self._loaded[id(artifact)] = (artifact, self._simulator(artifact))

    def close(self) -> None:
        """Forget all designs."""
        self._loaded.clear()
