"""End to end: the emitted text, simulated with the kernels' C++, against torch.

Several GEMMs run one after another on one loaded design, as on the device: what a sequence leaves
behind is what the next one finds.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from aiec.codegen.emit_gemm import emit
from aiec.codegen.plan_gemm import plan
from aiec.ir.design import Design, Sequence
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import host, layout
from aiec.kernels.gemm_cost import gemm_cost
from aiec.runtime.sim import Simulator

# Each kind of epilogue, padding in every dimension, more than one block and more than two steps.
GEMMS = (
    Gemm(7, 100, 50),
    Gemm(130, 64, 200, activation=Activation.GELU),
    Gemm(130, 200, 64, bias=False, residual=True),
    Gemm(333, 128, 300),
    Gemm(333, 40, 300, residual=True),
)
# Outputs are rounded to bf16: half a unit in the last place of 8 bits, 2^-9, relative; fp32 sums in
# another order, and the GELU's polynomial, add the absolute term.
RTOL, ATOL = 2**-8, 2e-3


def simulated(design: Design, seed: int = 0) -> Simulator:
    kernels = host.load(design.kernels, design.plan.target)
    return Simulator(design.text, kernels=kernels, seed=seed, strict_hardware=True)


def run(design: Design, sequence: Sequence, simulator: Simulator, seed: int) -> float:
    """Run one GEMM on random operands, compare with torch, return the simulated cycles."""
    gemm, shape = sequence.shape.gemm, sequence.shape
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(gemm.m, gemm.k, generator=generator)
    weight = torch.randn(gemm.n, gemm.k, generator=generator) / gemm.k**0.5
    bias = torch.randn(gemm.n, generator=generator) if gemm.bias else None
    residual = torch.randn(gemm.m, gemm.n, generator=generator) if gemm.residual else None

    buffers = {a.role: np.zeros(a.nbytes, np.uint8) for a in sequence.arguments}
    layout.pack_x(x, shape, buffers["x"])
    buffers["weight"][:] = layout.pack_weight(weight, bias, design.plan, shape)
    if residual is not None:
        layout.pack_residual(residual, design.plan, shape, buffers["residual"])
    buffers["out"][:] = 0xFF  # NaN: an element that nobody writes is seen
    report = simulator.run(list(buffers.values()), sequence=sequence.symbol)

    made = layout.unpack_out(buffers["out"], shape)
    wanted = reference(gemm, x, weight, bias, residual)
    torch.testing.assert_close(made, wanted, rtol=RTOL, atol=ATOL)
    return report.cycles


def reference(
    gemm: Gemm,
    x: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    residual: torch.Tensor | None,
) -> torch.Tensor:
    out = torch.nn.functional.linear(x.bfloat16().float(), weight.bfloat16().float(), bias)
    if gemm.activation is Activation.GELU:
        out = torch.nn.functional.gelu(out)
    return out if residual is None else out + residual.bfloat16().float()


@pytest.mark.parametrize("epoch", ["E1", "E2"])
@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
def test_gemms_of_one_design_equal_torch(target: Target, epoch: str) -> None:
    design = emit(plan(GEMMS, target), "several", epoch)
    simulator = simulated(design)
    for round_number in range(2):  # the second finds what the first left
        for number, sequence in enumerate(design.sequences):
            run(design, sequence, simulator, seed=10 * round_number + number)


@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
def test_random_shapes_equal_torch(target: Target) -> None:
    dice = random.Random(1)
    gemms = tuple(
        Gemm(
            dice.randint(1, 300),
            dice.randint(1, 300),
            dice.randint(1, 300),
            bias=dice.random() < 0.5,
            residual=dice.random() < 0.5,
        )
        for _ in range(8)
    )
    design = emit(plan(gemms, target), "random")
    simulator = simulated(design, seed=2)
    for number, sequence in enumerate(design.sequences):
        run(design, sequence, simulator, seed=number)


@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
def test_prediction_agrees_with_simulation(target: Target) -> None:
    """The planner's physics and the simulator's, within 10 % on a layer of Whisper tiny."""
    gemms = (Gemm(1500, 384, 384), Gemm(1500, 384, 384, residual=True))
    design = emit(plan(gemms, target), "tiny")
    simulator = simulated(design)
    for sequence in design.sequences:
        cycles = run(design, sequence, simulator, seed=0)
        predicted = gemm_cost(design.plan, sequence.shape).total
        assert cycles == pytest.approx(predicted, rel=0.1), sequence.symbol
