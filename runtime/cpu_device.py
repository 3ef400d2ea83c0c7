"""The reference device: computes what a design's sequences mean, with torch, from the same buffers.

It reads the packed layouts by their definition (`kernels/layout.py` writes them), so it checks the
packing as well, and gives the numbers that the simulator has to agree with: bf16 operands, fp32
accumulation, one rounding at the end.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch

from aiec.ir.design import Artifact, EncoderDesign, GemmPlan, GemmShape, Sequence
from aiec.ir.encoder import BlockSequence
from aiec.ir.errors import DeviceError
from aiec.ir.graph import Activation
from aiec.runtime.cpu_encoder import run_block
from aiec.runtime.device import Buffer, Completion, Event, Run

S = TypeVar("S", Sequence, BlockSequence)


class CpuDevice:
    """Runs any design of this project on the host."""

    name = "cpu"

    def __init__(self) -> None:
        self._tickets = 0

    def open(self) -> None:
        """Nothing to take hold of."""

    def load(self, artifact: Artifact) -> None:
        """Nothing to load."""

    def alloc(self, nbytes: int) -> Buffer:
        """A zeroed host buffer."""
        return Buffer(np.zeros(nbytes, dtype=np.uint8))

    def submit(self, run: Run) -> Event:
        """Compute the run's GEMM, or its block, into its output buffers."""
        design = run.artifact.design
        if isinstance(design, EncoderDesign):
            block = _sequence(design.name, design.sequences, run.symbol)
            run_block(design.plan, block, _arrays(block, run))
        else:
            sequence = _sequence(design.name, design.sequences, run.symbol)
            _compute(design.plan, sequence, _arrays(sequence, run))
        self._tickets += 1
        return Event(run, self._tickets)

    def wait(self, event: Event) -> Completion:
        """Done already; the host's time is not counted as a device's."""
        return Completion(device_us=0.0, simulated=False)

    def reset(self) -> None:
        """Designs have no state here."""

    def close(self) -> None:
        """Nothing to let go of."""


def _sequence(design: str, sequences: tuple[S, ...], symbol: str) -> S:
    for sequence in sequences:
        if sequence.symbol == symbol:
            return sequence
    raise DeviceError(
        f"design {design!r} has no sequence {symbol!r}",
        expected=", ".join(sequence.symbol for sequence in sequences),
    )


def _arrays(sequence: Sequence | BlockSequence, run: Run) -> dict[str, np.ndarray]:
    """The run's buffers by role."""
    both = zip(sequence.arguments, run.buffers, strict=True)
    return {argument.role: buffer.array for argument, buffer in both}


def _compute(plan: GemmPlan, sequence: Sequence, arrays: dict[str, np.ndarray]) -> None:
    shape = sequence.shape
    weight, bias = _read_weight(arrays["weight"], plan, shape)
    x = _bf16(arrays["x"]).reshape(shape.mp, shape.kp).float()
    out = torch.nn.functional.linear(x, weight, bias)
    if shape.gemm.activation is Activation.GELU:
        out = torch.nn.functional.gelu(out)
    if shape.gemm.residual:
        out = out + _read_residual(arrays["residual"], plan, shape)
    arrays["out"][:] = out.bfloat16().view(torch.uint8).numpy().ravel()


def _bf16(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array).view(torch.bfloat16)


def _read_weight(
    array: np.ndarray, plan: GemmPlan, shape: GemmShape
) -> tuple[torch.Tensor, torch.Tensor]:
    """(np, kp) weights and (np,) bias from objects [column][j][k tile], each with its bias."""
    t = plan.tiling
    k_tiles, blocks = shape.kp // t.k, shape.np // plan.block_n
    objects = torch.from_numpy(array).view(plan.columns, blocks, k_tiles, t.w_bytes)
    split = 2 * t.k * t.n
    tiles = objects[..., :split].contiguous().view(torch.bfloat16)
    tiles = tiles.view(plan.columns, blocks, k_tiles, t.k // t.s, t.n // t.t, t.s, t.t)
    weight = tiles.permute(1, 0, 4, 6, 2, 3, 5).reshape(shape.np, shape.kp).float()
    bias = objects[:, :, 0, split:].contiguous().view(torch.float32)
    return weight, bias.transpose(0, 1).reshape(shape.np)


def _read_residual(array: np.ndarray, plan: GemmPlan, shape: GemmShape) -> torch.Tensor:
    """(mp, np) from objects ordered [column][i][j][array row], each padded to a weight object."""
    t = plan.tiling
    grid = (plan.columns, shape.mp // plan.block_m, shape.np // plan.block_n, plan.rows)
    objects = torch.from_numpy(array).view(*grid, t.w_bytes)
    tiles = objects[..., : t.out_bytes].contiguous().view(torch.bfloat16)
    tiles = tiles.view(*grid, t.m // t.r, t.n // t.t, t.r, t.t)
    return tiles.permute(1, 3, 4, 6, 2, 0, 5, 7).reshape(shape.mp, shape.np).float()
