"""Our designs do not depend on what their last dispatch left: the driver may configure the array
anew between any two, after 5 s without work."""

from __future__ import annotations

import pytest
import torch
from run_encoder import Run, random_operands
from small_encoders import small_encoder
from test_simulated_linears import GEMMS, run, simulated

from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import Wanted, plan_encoder, plan_steps
from aiec.ir.encoder import BlockKind
from aiec.ir.target import NPU1, NPU2, Target

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)


@TARGETS
def test_linear_layers_after_a_new_configuration_equal_torch(target: Target) -> None:
    plan = plan_steps(Wanted(gemms=GEMMS), target)
    simulator = simulated(emit(plan, "anew"))
    for number, block in enumerate(plan.blocks):
        run(plan, block, simulator, seed=number)
        if number % 2:
            simulator.configure_anew()


@pytest.mark.slow
@TARGETS
def test_a_layer_after_a_new_configuration_computes_the_same(target: Target) -> None:
    """Three times the same: on a fresh array, on what that left, and on an array made anew."""
    made = Run(plan_encoder(small_encoder(layers=1), target, [BlockKind.LAYER]))
    (layer,) = made.plan.blocks
    assert made.plan.shape is not None
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
