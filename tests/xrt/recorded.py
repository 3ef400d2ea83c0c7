"""A design with real operands: what a compiled module handed to the simulated device, and got.

Every dispatch of one call is kept, its buffers before and after, so that the real runtime can be
given the same bytes and held to the same results.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import aiec.backend  # noqa: F401 registers "aie"
from aiec.codegen.build import build
from aiec.ir.design import Artifact
from aiec.runtime.device import Completion, Run
from aiec.runtime.sim_device import SimDevice


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One run: its sequence, its buffers before, and after."""

    artifact: Artifact
    symbol: str
    before: tuple[np.ndarray, ...]
    after: tuple[np.ndarray, ...]

    @property
    def roles(self) -> list[str]:
        """What its buffers are to the sequence, in their order."""
        sequences = self.artifact.design.sequences
        (sequence,) = (one for one in sequences if one.symbol == self.symbol)
        return [argument.role for argument in sequence.arguments]

    @property
    def stream(self) -> bytes:
        """The instructions of its sequence."""
        streams = self.artifact.design.instructions
        return next(one.content for one in streams if one.symbol == self.symbol)

    def write_design(self, folder: Path) -> Path:
        """Write the folder of `aiec compile` into `folder`; its path."""
        build(self.artifact.design, folder / "design")
        return folder / "design"

    def write_operands(self, folder: Path) -> None:
        """Write the instructions and the buffers as they were before the run."""
        (folder / "insts.bin").write_bytes(self.stream)
        for number, array in enumerate(self.before):
            np.save(folder / f"in{number}.npy", array)

    def differing(self, folder: Path) -> list[int]:
        """Numbers of the buffers that a run in `folder` left otherwise than the simulator did."""
        outputs = [np.load(folder / f"out{number}.npy") for number in range(len(self.after))]
        pairs = enumerate(zip(outputs, self.after, strict=True))
        return [number for number, (got, expected) in pairs if not np.array_equal(got, expected)]


def dispatches_of(module: nn.Module, example: torch.Tensor, target: str) -> list[Dispatch]:
    """What one call of the compiled module dispatched."""
    options: dict[str, Any] = {"device": f"sim:{target}", "partition": "npu-all"}
    torch.compiler.reset()
    with _recording() as found, torch.no_grad():
        torch.compile(module, backend="aie", options=options)(example)
    assert found, "nothing of the module went to the NPU"
    return found


@contextmanager
def _recording() -> Iterator[list[Dispatch]]:
    found: list[Dispatch] = []
    simulate = SimDevice._simulate

    def recorded(device: SimDevice, run: Run) -> Completion:
        before = tuple(buffer.array.copy() for buffer in run.buffers)
        completion = simulate(device, run)
        after = tuple(buffer.array.copy() for buffer in run.buffers)
        found.append(Dispatch(run.artifact, run.symbol, before, after))
        return completion

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimDevice, "_simulate", recorded)
        yield found
