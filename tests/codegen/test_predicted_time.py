"""Predicted and simulated time of our designs; `benchmarks/cost_vs_sim.py` has many more shapes."""

from __future__ import annotations

import numpy as np
import pytest
from encoder_shapes import encoder_gemms

from aiec.codegen.emit_gemm import emit
from aiec.codegen.plan_gemm import plan
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import timed_kernels
from aiec.kernels.gemm_cost import gemm_cost
from aiec.runtime.sim import Simulator

SHAPES = (
    encoder_gemms(384, 300),
    (
        Gemm(1, 384, 384),
        Gemm(64, 100, 200, activation=Activation.GELU),
        Gemm(333, 500, 333, residual=True),
    ),
)


@pytest.mark.parametrize("gemms", SHAPES, ids=["encoder", "odd"])
@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
def test_prediction_agrees_with_simulation(target: Target, gemms: tuple[Gemm, ...]) -> None:
    design = emit(plan(gemms, target), "timed")
    simulator = Simulator(design.text, kernels=timed_kernels.load(design.kernels, target))
    for sequence in design.sequences:
        buffers = [np.zeros(a.nbytes, np.uint8) for a in sequence.arguments]
        simulated = simulator.run(buffers, sequence=sequence.symbol).cycles
        predicted = gemm_cost(design.plan, sequence.shape).total
        assert predicted == pytest.approx(simulated, rel=0.2), sequence.symbol
