"""A small plan and design built by hand: enough for the runtime, with no MLIR in it."""

import pytest

from aiec.ir.design import Argument, Artifact, Design, GemmPlan, GemmShape, GemmTiling, Sequence
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1

TILING = GemmTiling(m=16, k=16, n=16, r=4, s=8, t=4, k_l2=32)
GEMMS = (
    Gemm(m=50, k=40, n=70, bias=True),
    Gemm(m=50, k=40, n=120, bias=True, activation=Activation.GELU),
    Gemm(m=50, k=120, n=40, bias=False, residual=True),
)


def _round_up(value: int, step: int) -> int:
    return -(-value // step) * step


def _sequence(plan: GemmPlan, shape: GemmShape) -> Sequence:
    tiles = (shape.mp // TILING.m) * (shape.np // TILING.n)
    arguments = [
        Argument("x", 2 * shape.mp * shape.kp),
        Argument("weight", (shape.np // TILING.n) * (shape.kp // TILING.k) * TILING.w_bytes),
    ]
    if shape.gemm.residual:
        arguments.append(Argument("residual", tiles * TILING.w_bytes))
    arguments.append(Argument("out", 2 * shape.mp * shape.np))
    return Sequence(shape.gemm.label, shape, tuple(arguments))


@pytest.fixture
def artifact() -> Artifact:
    """Three GEMMs on npu1's array with 16-cubed tiles."""
    shapes = tuple(
        GemmShape(g, _round_up(g.m, 64), _round_up(g.k, 32), _round_up(g.n, 64)) for g in GEMMS
    )
    plan = GemmPlan(NPU1, TILING, columns=4, rows=4, shapes=shapes, why="by hand")
    sequences = tuple(_sequence(plan, shape) for shape in shapes)
    return Artifact(Design("by_hand", "E2", "", plan, sequences, ()))
