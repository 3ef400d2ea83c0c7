"""The encoder compiled for the NPU, and the facts about its run.

Where it stands: between `weights.py` and `speech_model.py`. Everything about devices is the
backend's; this only asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any

import torch

from aiec.choose_device import npu_target
from aiec.ir.errors import PartitionError
from aiec.ir.graph import OpKind
from aiec.ir.options import Options
from aiec.ir.partition import Partition, Side
from aiec.observe import CompiledGraph, compiled_graphs
from aiec.runtime.telemetry import Telemetry
from aiec.speech import weights


def wants_npu(options: Options) -> bool:
    """Whether `options` bring an NPU, real or simulated, into play on this machine.

    Raises:
        DeviceError: a device was named that is not here.
        PartitionError: an NPU is required, and the device has none.
    """
    if npu_target(options) is not None:
        return True
    if options.require_npu:
        what = f"require_npu: device {options.device!r} has no NPU on this machine"
        raise PartitionError(
            what, expected="npu, npu1, npu2, sim:npu1, sim:npu2, null:npu1 or null:npu2"
        )
    return False


class NpuEncoder:
    """The encoder compiled by the backend, which tells what ran where.

    Args:
        path: a Whisper model in any format that `weights.py` reads.
        given: the backend's options, as `torch.compile` takes them.
        device: the device's name, for the facts.

    Raises:
        ModelError: the weights cannot be read.
    """

    def __init__(self, path: Path, given: Mapping[str, Any], device: str) -> None:
        self.device = device
        self.windows = 0  # encoded so far
        self._counting = Lock()
        self._encode = torch.compile(
            weights.load_encoder(path), backend="aie", dynamic=False, options=dict(given)
        )
        self._graphs: list[CompiledGraph] = []

    def __call__(self, mel: torch.Tensor) -> torch.Tensor:
        """Encode one window, (1, n_mels, 3000) to (1, 1500, width).

        Raises:
            AiecError: whatever the backend refuses, at the first window, which compiles.
        """
        with compiled_graphs() as graphs:
            encoded = self._encode(mel)
        self._graphs += graphs
        with self._counting:  # the decoder asks for windows as well, while others are encoded ahead
            self.windows += 1
        return encoded

    def status(self) -> str:
        """What it is doing now, in a few words."""
        done = sum(t.dispatches for t in self._telemetries())
        return f"window {self.windows + 1} on {self.device}" + f", {done} dispatches" * bool(done)

    def facts(self, wall_s: float) -> tuple[str, ...]:
        """Lines on what ran where, how long it took, and where its picture lies."""
        partitions = [graph.partition for graph in self._graphs]
        flop = sum(p.graph.flop for p in partitions)
        share = sum(p.npu_flop_share * p.graph.flop for p in partitions) / max(1, flop)
        regions = sum(map(npu_regions, partitions))
        count = "1 partition" if regions == 1 else f"{regions} partitions"
        line = (
            f"encoder on {self.device}: {count} with {share:.1%} of its FLOP on the NPU, "
            f"{self._npu_time()}, windows: {self.windows}, wall time {wall_s:.1f} s"
        )
        pictures = [g.directory / "graph.html" for g in self._graphs if g.directory]
        return (line, *(f"picture of the partition: {path}" for path in pictures))

    def _npu_time(self) -> str:
        telemetries = self._telemetries()
        simulated = any(t.simulated for t in telemetries)
        us = sum(t.device_us for t in telemetries) / max(1, self.windows)
        return f"{'simulated ' * simulated}NPU time {us / 1000:.2f} ms a window"

    def _telemetries(self) -> list[Telemetry]:
        return [graph.telemetry for graph in self._graphs if graph.telemetry]


def npu_regions(partition: Partition) -> int:
    """Stretches of ops on the NPU with nothing but views between them, in execution order."""
    sides = [
        decision.side
        for op, decision in zip(partition.graph.ops, partition.decisions, strict=True)
        if op.kind is not OpKind.VIEW
    ]
    return sum(side is Side.NPU for side, _ in groupby(sides))
