"""plan_pieces: one plan for what a graph asks the array for, by which the partitioner prices it.

Between `fuse.py` and the assignment, and again before emission, for what landed on the NPU. What
the planner refuses becomes the reason why a piece stays on the CPU.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiec.codegen.plan_steps import ENCODER_BLOCKS, Wanted, plan_steps
from aiec.ir.encoder import EncoderPlan
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Gemm, MixedGraph
from aiec.ir.piece import Piece, shape_of_pieces
from aiec.ir.target import Target
from aiec.partitioner.piece_model import PieceModel


def plan_pieces(pieces: Sequence[Piece], target: Target, dtype: str = "bf16") -> EncoderPlan:
    """Plan all of `pieces`; `CodegenError` for what no plan serves.

    `dtype` is that of `ir/options.py`; `OptionError` where the target does not have it.
    """
    wanted = Wanted(shape_of_pieces(pieces), tuple(p.gemm for p in pieces if p.gemm))
    return plan_steps(wanted, target, {piece.kind for piece in pieces}, dtype=dtype)


def price_pieces(graph: MixedGraph, target: Target | None, dtype: str = "bf16") -> PieceModel:
    """The model of a plan for all pieces of `graph` that the planner does not refuse."""
    pieces = [op.piece for op in graph.ops if op.piece is not None]
    if target is None or not pieces:
        return PieceModel()
    shape, gemms = shape_of_pieces(pieces), [p.gemm for p in pieces if p.gemm]
    refused: dict[Gemm | None, str] = {}
    for wanted in [*dict.fromkeys(gemms), *([None] if shape else [])]:
        alone = Wanted(gemms=(wanted,)) if wanted else Wanted(shape)
        try:
            plan_steps(alone, target, dtype=dtype)
        except CodegenError as error:  # a decision with its reason: it stays on the CPU
            refused[wanted] = f"no design can be planned for {error.message}"
    served = Wanted(
        None if None in refused else shape, tuple(gemm for gemm in gemms if gemm not in refused)
    )
    if served == Wanted():
        return PieceModel(refused=refused)
    return PieceModel(plan_steps(served, target, ENCODER_BLOCKS, dtype=dtype), refused)
