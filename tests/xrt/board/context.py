"""One hardware context: a design on an array of its own, and the memory of its process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from aiec.ir.transaction import decode
from board.image import simulator_of
from board.wire import Run, Span

if TYPE_CHECKING:
    from aiec.runtime.sim import Simulator

RUN_STREAM = 3  # the kernel's first argument: its second holds a stream of instructions
_SIZE_WORD = 3  # of a stream's header: its bytes


@dataclass(slots=True)
class Client:
    """One open file of the device: a process and the array's side of its memory."""

    pid: int
    process: str
    memory: np.ndarray  # uint8, of the device's whole memory

    def bytes_of(self, span: Span) -> np.ndarray:
        """A part of the memory, in place."""
        return self.memory[span.offset : span.offset + span.nbytes]


@dataclass(slots=True)
class Context:
    """A design of one process on the NPU. `columns`: what its xclbin asks for."""

    number: int
    client: Client
    columns: int
    priority: int
    target: str = ""
    simulator: Simulator | None = None
    submissions: int = 0
    completions: int = 0
    errors: int = 0
    suspensions: int = 0
    runs: int = field(default=0)

    def configure(self, image: Span) -> None:
        """Load a design. Raises `AiecError` for one that cannot be."""
        content = self.client.bytes_of(image).tobytes()
        self.target, self.simulator = simulator_of(content)

    def configure_anew(self) -> None:
        """Have the array as it was when the design was loaded."""
        assert self.simulator is not None
        self.simulator.configure_anew()
        self.suspensions += 1

    def run(self, run: Run) -> float:
        """Run instructions on the process's buffers; simulated microseconds.

        Raises `AiecError` for what the array cannot do.
        """
        assert self.simulator is not None
        held = self.client.bytes_of(run.stream)
        nbytes = int(held[: 4 * (_SIZE_WORD + 1)].view(np.uint32)[_SIZE_WORD])
        stream = decode(held[:nbytes].tobytes(), "the submitted instructions")
        buffers = [self.client.bytes_of(span) for span in run.arguments]
        symbol = self._sequence(len(buffers))
        report = self.simulator.run(buffers, symbol, stream=stream)
        return report.cycles / report.clock_hz * 1e6

    def _sequence(self, buffers: int) -> str:
        """Any sequence of so many arguments: the instructions are the stream's."""
        assert self.simulator is not None
        counts = {s: len(self.simulator.arguments(s)) for s in self.simulator.sequences}
        fitting = {symbol: n for symbol, n in counts.items() if n <= buffers}
        return max(fitting or counts, key=lambda symbol: counts[symbol])
