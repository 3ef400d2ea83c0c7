"""Run blocks of an encoder design in the simulator on random weights, and the same in torch.

The reference takes the steps of the plan one by one, in fp32 from bf16 operands, without tiles: of
each step it is told only its name.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from aiec.codegen.block_steps import round_up, tiled
from aiec.codegen.emit import emit
from aiec.ir.encoder import BlockSequence, EncoderPlan, EncoderShape, GemmStep, Matrix
from aiec.ir.transaction import decode
from aiec.kernels import torch_kernels
from aiec.kernels.bfp16 import rounded_to_bfp16
from aiec.kernels.encoder_layout import LinearOperands, pack_weights, tile, tile_parts, untile
from aiec.runtime.sim import Simulator

QUERY_SCALE = math.log2(math.e) / 8


def bf16(values: Tensor) -> Tensor:
    """Rounded to bf16."""
    return values.bfloat16().float()


def random_operands(block: BlockSequence, seed: int) -> dict[str, LinearOperands]:
    """Weights like a trained model's: outputs of about the size of the inputs.

    With norm and scale folded in they are values that npu2's matrix unit keeps.
    """
    dice = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=dice)

    found = {}
    for step in block.steps:
        if not isinstance(step, GemmStep) or step.operand in found:
            continue
        k = step.part.whole if step.part else step.k
        weight = torch.eye(k) if step.name == "norm" else random(step.n, k)
        gamma, beta = (
            (1 + 0.3 * random(step.k), 0.3 * random(step.k)) if step.width else (None,) * 2
        )
        if step.name != "norm":
            weight /= math.sqrt(k)
        scale = QUERY_SCALE if step.name == "q" else 1.0
        factors = scale * (torch.ones(k) if gamma is None else gamma)
        weight = rounded_to_bfp16(bf16(weight * factors)) / factors
        bias = None if step.name in ("k", "norm") else random(step.n)
        found[step.operand] = LinearOperands(weight, bias, gamma, beta, scale)
    return found


def linear(x: Tensor, operands: LinearOperands) -> Tensor:
    """In fp32; what is folded into a weight is rounded there once."""
    x = bf16(x)
    gamma = torch.ones(x.shape[1]) if operands.gamma is None else operands.gamma
    if operands.gamma is not None:
        x = functional.layer_norm(x, x.shape[1:])
    weight = bf16(operands.weight * gamma * operands.scale)
    bias = torch.zeros(len(weight)) if operands.bias is None else operands.bias
    if operands.beta is not None:
        bias = bias + operands.weight @ operands.beta
    return x @ weight.T + bias * operands.scale


def attention(q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
    """The queries are scaled already, to the base 2."""
    q, k, v = (bf16(m).view(len(m), heads, -1).transpose(0, 1) for m in (q, k, v))
    out = torch.softmax(math.log(2) * (q @ k.transpose(1, 2)), -1) @ v
    return out.transpose(0, 1).flatten(1)


def layer(state: Tensor, weights: dict[str, LinearOperands], heads: int) -> Tensor:
    """A pre-norm layer, rounded to bf16 where the design stores."""
    q, k, v = (linear(state, weights[name]) for name in "qkv")
    state = bf16(linear(attention(q, k, v, heads), weights["proj"]) + bf16(state))
    hidden = functional.gelu(linear(state, weights["fc1"]))
    return bf16(linear(hidden, weights["fc2"]) + state)


def stem(mel: Tensor, positions: Tensor, weights: dict[str, LinearOperands]) -> Tensor:
    """Windows of three frames, the second convolution in steps of two."""

    def convolved(frames: Tensor, operands: LinearOperands, step: int) -> Tensor:
        padded = functional.pad(frames, (0, 0, 1, 1))
        windows = padded.unfold(0, 3, step).transpose(1, 2).flatten(1)
        return bf16(functional.gelu(linear(windows, operands)))

    frames = convolved(mel.T, weights["conv1"], 1)
    return bf16(convolved(frames, weights["conv2"], 2) + positions)


def step_by_step(plan: EncoderPlan) -> EncoderPlan:
    """The same plan with a sequence of its own for each step, of the step's name."""
    blocks = tuple(
        replace(block, symbol=step.name, steps=(step,))
        for block in plan.blocks
        for step in block.steps
    )
    return replace(plan, blocks=blocks)


def shape_of(plan: EncoderPlan) -> EncoderShape:
    """Of the encoder whose blocks a plan has."""
    assert plan.shape is not None
    return plan.shape


def state_tiles(plan: EncoderPlan) -> int:
    """Column tiles of the residual stream, padding included."""
    return round_up(shape_of(plan).heads, plan.columns)


class Run:
    """A loaded design and its host buffers by role; weights are packed for each run.

    streamed: run the instructions, not the text's sequences.
    """

    def __init__(
        self, plan: EncoderPlan, epoch: str = "E2", seed: int = 0, streamed: bool = False
    ) -> None:
        self.plan = plan
        design = emit(plan, "test", epoch)
        kernels = torch_kernels.load(design.kernels, plan.target)
        layout = epoch if streamed else None
        # On npu1 the weights' chains are tasks of a mem tile: docs/hardware_hazards.md.
        strict = plan.target.isa != "aie2"
        self.simulator = Simulator(
            design.text, kernels=kernels, seed=seed, epoch=layout, strict_hardware=strict
        )
        streams = design.instructions if streamed else ()
        self.streams = {one.symbol: decode(one.content, one.symbol) for one in streams}
        self.buffers: dict[str, np.ndarray] = {}
        for block in plan.blocks:
            for argument in block.arguments:
                self.buffers.setdefault(argument.role, np.zeros(argument.nbytes, np.uint8))
        # Huge where nobody wrote, but finite: padding may be multiplied by zero.
        for role in {"state", "work", "out", "cross_k", "cross_v"} & set(self.buffers):
            self.buffers[role][:] = 0x7B

    def run(self, block: BlockSequence, weights: dict[str, LinearOperands]) -> int:
        """Run a block; returns the simulated cycles."""
        self.buffers["weights"] = pack_weights(self.plan, block, weights)
        arguments = [self.buffers[a.role] for a in block.arguments]
        stream = self.streams.get(block.symbol)
        return self.simulator.run(arguments, sequence=block.symbol, stream=stream).cycles

    def put(self, role: str, values: Tensor) -> None:
        """Write a tiled activation of the width of the residual stream."""
        tile(values, tiled(role, state_tiles(self.plan)), self.buffers[role])

    def put_positions(self, values: Tensor) -> None:
        """Write what the stem adds."""
        conv2 = next(s for b in self.plan.blocks for s in b.steps if s.name == "conv2")
        assert isinstance(conv2, GemmStep)
        tile_parts(values, conv2.residuals, self.buffers["positions"])

    def get(self, matrix: Matrix, rows: int, columns: int) -> Tensor:
        """Read a matrix."""
        return untile(self.buffers[matrix.buffer], matrix, rows, columns)

    def state(self, role: str = "state") -> Tensor:
        """Read a tiled activation of the width of the residual stream."""
        shape = shape_of(self.plan)
        return self.get(tiled(role, state_tiles(self.plan)), shape.frames, shape.state)


def heads_of(run: Run, matrix: Matrix, transposed: bool = False) -> Tensor:
    """(frames, state) of a matrix whose tiles are (row tile, head), for Q, K and V."""
    shape = shape_of(run.plan)
    tiles = (
        torch.from_numpy(run.buffers["work"].view(np.int16))
        .view(torch.bfloat16)
        .as_strided(
            (-(-shape.frames // 64), shape.heads, 64, 64),
            (matrix.row_tile, matrix.col_tile, 64, 1),
            matrix.offset,
        )
    )
    tiles = tiles.transpose(2, 3) if transposed else tiles
    whole = tiles.transpose(1, 2).reshape(-1, shape.state)
    return whole[: shape.frames].float()
