"""Our designs do not depend on what their last dispatch left: the driver may configure the array
anew between any two, after 5 s without work."""

from __future__ import annotations

import pytest
import torch
from run_encoder import Run, random_operands
from small_encoders import small_encoder
from test_simulated_gemm import GEMMS, run, simulated

from aiec.codegen.emit_gemm import emit
from aiec.codegen.plan_encoder import plan_encoder
from aiec.codegen.plan_gemm import plan
from aiec.ir.encoder import BlockKind
from aiec.ir.target import NPU1, NPU2, Target

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)


@TARGETS
def test_gemms_after_a_new_configuration_equal_torch(target: Target) -> None:
    design = emit(plan(GEMMS, target), "anew")
    simulator = simulated(design)
    for number, sequence in enumerate(design.sequences):
        run(design, sequence, simulator, seed=number)
        if number % 2:
            simulator.configure_anew()


@pytest.mark.slow
@TARGETS
def test_a_layer_after_a_new_configuration_computes_the_same(target: Target) -> None:
    """Three times the same: on a fresh array, on what that left, and on an array made anew."""
    made = Run(plan_encoder(small_encoder(layers=1), target, [BlockKind.LAYER]))
    (layer,) = made.plan.blocks
    state = torch.randn(made.plan.shape.frames, made.plan.shape.state,
                        generator=torch.manual_seed(0))  # fmt: skip
    outcomes = []
    for number in range(3):
        if number == 2:
            made.simulator.configure_anew()
        made.put("state", state)
        made.run(layer, random_operands(layer, seed=1))
        outcomes.append(made.state())
    assert torch.equal(outcomes[0], outcomes[1]) and torch.equal(outcomes[0], outcomes[2])
    assert not torch.equal(outcomes[0], state.bfloat16().float())
