"""Lone linear layers, end to end: the emitted text, simulated with the kernels' C++, against torch.

Several run one after another on one loaded design, as on the device: what a sequence leaves behind
is what the next one finds.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import Wanted, plan_steps
from aiec.ir.design import Design
from aiec.ir.encoder import BlockKind, BlockSequence, EncoderPlan, GemmStep
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import host, timed_kernels
from aiec.kernels.bfp16 import rounded_to_bfp16
from aiec.kernels.encoder_cost import block_cycles
from aiec.kernels.encoder_layout import LinearOperands, pack_weights, tile, untile
from aiec.runtime.sim import Simulator

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
# Each kind of epilogue, padding in every dimension, several row blocks and column tiles.
GEMMS = (
    Gemm(7, 100, 50),
    Gemm(130, 64, 600, activation=Activation.GELU),
    Gemm(300, 200, 64, bias=False, residual=True),
    Gemm(600, 40, 300, activation=Activation.GELU, residual=True),
)
# Outputs are rounded to bf16: half a unit in the last place of 8 bits, 2^-9, relative; sums in
# another order, GELU's polynomial and npu2's two parts of x add the absolute term.
RTOL, ATOL = 2**-8, 6e-3


def simulated(design: Design, seed: int = 0) -> Simulator:
    kernels = host.load(design.kernels, design.plan.target)
    # On npu1 the weights' chains are tasks of a mem tile: docs/hardware_hazards.md.
    strict = design.plan.target.isa != "aie2"
    return Simulator(design.text, kernels=kernels, seed=seed, strict_hardware=strict)


def run(plan: EncoderPlan, block: BlockSequence, simulator: Simulator, seed: int) -> int:
    """Run one layer on random operands, compare with torch, return the simulated cycles."""
    gemm = block.gemm
    assert gemm is not None
    dice = torch.Generator().manual_seed(seed)
    x = torch.randn(gemm.m, gemm.k, generator=dice)
    weight = (torch.randn(gemm.n, gemm.k, generator=dice) / gemm.k**0.5).bfloat16()
    for _ in range(2):  # what one rounding leaves, a second changes in some blocks
        weight = rounded_to_bfp16(weight)
    bias = torch.randn(gemm.n, generator=dice) if gemm.bias else None
    residual = torch.randn(gemm.m, gemm.n, generator=dice) if gemm.residual else None
    # NaN where nobody wrote: padding of x that is multiplied is zero, and no more is read.
    buffers = {a.role: np.full(a.nbytes, 0xFF, np.uint8) for a in block.arguments}
    buffers["weights"] = pack_weights(plan, block, {"linear": LinearOperands(weight, bias)})
    for role, values in (("x", x), ("residual", residual)):
        if values is not None:
            buffers[role][:] = 0
            tile(values, block.where(role), buffers[role])
    report = simulator.run([buffers[a.role] for a in block.arguments], sequence=block.symbol)
    made = untile(buffers["out"], block.where("out"), gemm.m, gemm.n)
    torch.testing.assert_close(
        made, reference(gemm, x, weight, bias, residual), rtol=RTOL, atol=ATOL
    )
    return report.cycles


def reference(
    gemm: Gemm, x: Tensor, weight: Tensor, bias: Tensor | None, residual: Tensor | None
) -> Tensor:
    out = functional.linear(x.bfloat16().float(), weight, bias)
    if gemm.activation is Activation.GELU:
        out = functional.gelu(out)
    return out if residual is None else out + residual.bfloat16().float()


@TARGETS
def test_layers_of_one_design_equal_torch(target: Target) -> None:
    plan = plan_steps(Wanted(gemms=GEMMS), target)
    design = emit(plan, "several", "E1" if target is NPU1 else "E2")
    simulator = simulated(design)
    for number, block in enumerate((*plan.blocks, *plan.blocks)):
        run(plan, block, simulator, seed=number)


@TARGETS
def test_random_sizes_equal_torch(target: Target) -> None:
    dice = random.Random(1)
    gemms = tuple(
        Gemm(
            dice.randint(1, 300),
            dice.randint(1, 300),
            dice.randint(1, 300),
            bias=dice.random() < 0.5,
            activation=dice.choice(list(Activation)),
            residual=dice.random() < 0.5,
        )
        for _ in range(5)
    )
    plan = plan_steps(Wanted(gemms=gemms), target)
    design = emit(plan, "random")
    simulator = simulated(design, seed=2)
    for number, block in enumerate(plan.blocks):
        run(plan, block, simulator, seed=number)


@TARGETS
def test_a_layer_that_is_queued_in_rounds_equals_torch(target: Target) -> None:
    """Weights that stay for no second row block, sent more often than a queue's entry counts."""
    gemm = Gemm(2 * 64 * target.core_rows, 128, 64 * target.columns * 3, residual=True)
    few = replace(target, mem=replace(target.mem, max_repeat=2))
    plan = plan_steps(Wanted(gemms=(gemm,)), few)
    step = plan.blocks[0].steps[0]
    assert isinstance(step, GemmStep)
    design = emit(plan, "rounds")
    simulator = simulated(design)
    run(plan, plan.blocks[0], simulator, seed=0)


@TARGETS
@pytest.mark.parametrize("activation", list(Activation))
def test_prediction_agrees_with_simulation(target: Target, activation: Activation) -> None:
    """The planner's physics and the simulator's, within 15 % on a layer of Whisper base."""
    plan = plan_steps(Wanted(gemms=(Gemm(1500, 512, 512, activation=activation),)), target)
    assert timed(plan) == pytest.approx(block_cycles(plan, plan.blocks[0]), rel=0.15)


@pytest.mark.parametrize(("target", "most_us"), [(NPU1, 256), (NPU2, 122)])
def test_a_layer_takes_no_longer_than_as_a_step_of_an_encoder(
    target: Target, most_us: float
) -> None:
    plan = plan_steps(Wanted(gemms=(Gemm(1500, 512, 512),)), target)
    assert timed(plan) / target.clock_hz * 1e6 < most_us


def timed(plan: EncoderPlan) -> int:
    """Simulated cycles of a plan's one block, by the kernels' cycle models."""
    design, (block,) = emit(plan, "timed"), plan.blocks
    arrays = {a.role: np.zeros(a.nbytes, np.uint8) for a in block.arguments}
    gemm = block.gemm
    assert block.kind is BlockKind.LINEAR and gemm is not None
    zeros = LinearOperands(torch.zeros(gemm.n, gemm.k))
    arrays["weights"] = pack_weights(plan, block, {"linear": zeros})
    kernels = timed_kernels.load(design.kernels, plan.target)
    return Simulator(design.text, kernels=kernels).run(list(arrays.values())).cycles
