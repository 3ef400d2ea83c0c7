"""The simulator as a device: runs the emitted text with the kernels compiled for this host."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiec.ir.design import Artifact
from aiec.ir.target import Target
from aiec.kernels import host
from aiec.runtime.device import (
    Completion,
    Event,
    Run,
    SharedMemory,
    check_target,
    not_loaded,
)
from aiec.runtime.sim import Simulator


class SimDevice(SharedMemory):
    """One simulated NPU. A loaded design keeps its state between runs, as on hardware."""

    def __init__(self, target: Target, cache_dir: Path | None = None) -> None:
        self.name = f"sim:{target.name}"
        self.target = target
        self._cache_dir = cache_dir
        self._loaded: dict[int, tuple[Artifact, Simulator]] = {}
        self._completions: dict[int, tuple[Completion, ...]] = {}
        self._tickets = 0

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Parse and elaborate the design's text, and compile its kernels for the host."""
        if id(artifact) in self._loaded:
            return
        check_target(artifact, self.target)
        self._loaded[id(artifact)] = (artifact, self._simulator(artifact))

    def _simulator(self, artifact: Artifact) -> Simulator:
        kernels = host.load(artifact.design.kernels, self.target, self._cache_dir)
        return Simulator(artifact.design.text, kernels=kernels)

    def submit(self, runs: Sequence[Run]) -> Event:
        """Simulate the whole chain now."""
        completions = tuple(self._simulate(run) for run in runs)
        self._tickets += 1
        self._completions[self._tickets] = completions
        return Event(tuple(runs), self._tickets)

    def _simulate(self, run: Run) -> Completion:
        if id(run.artifact) not in self._loaded:
            raise not_loaded(self, run.artifact)
        _, simulator = self._loaded[id(run.artifact)]
        report = simulator.run([b.array for b in run.buffers], sequence=run.symbol)
        return Completion(report.cycles / report.clock_hz * 1e6, simulated=True)

    def wait(self, event: Event, timeout_s: float | None = None) -> tuple[Completion, ...]:
        """The completions of a chain, which ended when it was submitted."""
        return self._completions.pop(event.ticket)

    def reset(self) -> None:
        """Elaborate the loaded designs again."""
        self._completions.clear()
        for artifact, _ in tuple(self._loaded.values()):
            self._loaded[id(artifact)] = (artifact, self._simulator(artifact))

    def close(self) -> None:
        """Forget all designs."""
        self._loaded.clear()
