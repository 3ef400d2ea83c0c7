"""A small design without its text: enough for the runtime, with no MLIR in it."""

import pytest

from aiec.codegen.plan_steps import Wanted, plan_steps
from aiec.ir.design import Artifact, Design
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1


@pytest.fixture
def artifact() -> Artifact:
    """One linear layer on npu1."""
    plan = plan_steps(Wanted(gemms=(Gemm(50, 40, 70),)), NPU1)
    return Artifact(Design("by_hand", "E2", "", plan, ()))
