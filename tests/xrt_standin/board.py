"""The made-up machine behind the stand-in of pyxrt: contexts, faults, and what a run computes.

A run computes on the device's side of its buffers, from the instruction stream that it was given:
`Simulated` runs it in the simulator, `Computed` finds the sequence that it belongs to and computes
that with torch, for tests of many runs.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from aiec.codegen.build import load_artifact
from aiec.ir.design import Artifact
from aiec.ir.transaction import decode
from aiec.kernels import host
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import Buffer, Run
from aiec.runtime.sim import Simulator

STATES = {
    "NEW": 1, "QUEUED": 2, "COMPLETED": 4, "ERROR": 5, "ABORT": 6, "SUBMITTED": 7, "TIMEOUT": 8,
    "NORESPONSE": 9, "SKERROR": 10, "SKCRASHED": 11,
}  # fmt: skip


class Array(Protocol):
    """What computes a run; a new one for each configuration of the array."""

    def run(self, stream: bytes, buffers: list[np.ndarray]) -> None:
        """Change the buffers as the instructions have it."""
        ...


class Simulated:
    """The instruction stream in the simulator, loaded with the xclbin's design."""

    def __init__(self, artifact: Artifact) -> None:
        design = artifact.design
        self._symbols = {s.content: s.symbol for s in design.instructions}
        kernels = host.load(design.kernels, design.plan.target)
        self._simulator = Simulator(design.text, kernels=kernels, epoch=design.epoch)

    def run(self, stream: bytes, buffers: list[np.ndarray]) -> None:
        """Simulate it; the sequence's text is only asked for the arguments."""
        symbol = self._symbols[stream]
        self._simulator.run(buffers, sequence=symbol, stream=decode(stream))


class Computed:
    """The sequence that a stream was made of, by the cpu device."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact
        self._symbols = {s.content: s.symbol for s in artifact.design.instructions}

    def run(self, stream: bytes, buffers: list[np.ndarray]) -> None:
        """Compute it with torch."""
        run = Run(self._artifact, self._symbols[stream], tuple(map(Buffer, buffers)))
        CpuDevice().submit([run])


def write_xclbin(path: Path, folder: Path, host_buffers: int = 5, columns: int = 4) -> Path:
    """A container that the stand-in loads, of a folder of `aiec compile`."""
    path.write_text(
        json.dumps({"folder": str(folder), "buffers": host_buffers, "columns": columns})
    )
    return path


@dataclass
class Board:
    """One made-up NPU and its driver.

    Attributes:
        array: `Simulated` or `Computed`.
        contexts: how many there may be at once.
        looks: how often a state is looked at before it changes.
        faults: what becomes of the n-th run that starts, counted from 1: a state's name.
        errors: messages that a call raises, by its name (`device`, `hw_context`, `bo`, `start`,
            `sync`), each at its next calls.
        lost: every call raises.
    """

    array: type = Computed
    contexts: int = 6
    columns: int = 4
    looks: int = 2
    faults: dict[int, str] = field(default_factory=dict)
    errors: dict[str, list[str | None]] = field(default_factory=dict)
    lost: bool = False
    calls: Counter[str] = field(default_factory=Counter)
    synced: Counter[str] = field(default_factory=Counter)
    open_contexts: int = 0
    started: int = 0
    most_in_flight: int = 0
    ends: list[str] = field(default_factory=list)  # what was let go of, in order

    def meet(self, call: str) -> None:
        """Count a call; raise what is to happen to it."""
        self.calls[call] += 1
        if self.lost:
            raise RuntimeError(f"DRM_IOCTL_AMDXDNA_{call.upper()} IOCTL failed (err=-19): No such "
                               "device")  # fmt: skip
        told = self.errors.get(call)
        message = told.pop(0) if told else None
        if message:
            raise RuntimeError(message)


class Queue:
    """The commands of one context: in order, four at once; a fifth start would hold the process."""

    def __init__(self, board: Board, artifact: Artifact) -> None:
        self._board, self._artifact = board, artifact
        self._array = board.array(artifact)
        self._flying: deque[list[Any]] = deque()

    def start(self, runs: list[Any]) -> None:
        """Take a command: a run, or a list of them."""
        assert len(self._flying) < 4, "the fifth command: start() holds the process here"
        self._board.meet("start")
        for run in runs:
            run.number = STATES["SUBMITTED"]
            run.looks = self._board.looks
        self._flying.append(runs)
        self._board.most_in_flight = max(self._board.most_in_flight, len(self._flying))

    def look(self, run: Any) -> None:
        """Somebody asks for a state: time passes, and with it the commands in order."""
        if run.looks > 0:
            run.looks -= 1
            run.number = 3 if run.looks % 2 else STATES["SUBMITTED"]  # running has no name
            return
        while self._flying and run.number in (3, STATES["SUBMITTED"]):
            self._carry_out(self._flying.popleft())

    def _carry_out(self, runs: list[Any]) -> None:
        for place, run in enumerate(runs):
            self._board.started += 1
            fault = self._board.faults.pop(self._board.started, None)
            if fault is None:
                try:
                    run.compute(self._array)
                except RuntimeError as error:  # torch's: it is no message of XRT
                    raise AssertionError("buffers that the sequence does not have") from error
                run.number = STATES["COMPLETED"]
                continue
            run.number = STATES[fault]
            self._end_all(runs[place + 1 :], fault)
            return

    def _end_all(self, rest: list[Any], fault: str) -> None:
        """What is behind a failed run: a watchdog aborts everything, an error its own list."""
        for run in rest:
            run.number = STATES["ABORT"]
        if fault in ("TIMEOUT", "ABORT", "NORESPONSE"):
            while self._flying:
                for run in self._flying.popleft():
                    run.number = STATES["ABORT"]
            self._array = self._board.array(self._artifact)


def loaded(path: Path) -> dict[str, Any]:
    """What `write_xclbin` wrote, with the artifact."""
    content = json.loads(path.read_text())
    return content | {"artifact": load_artifact(content["folder"])}
