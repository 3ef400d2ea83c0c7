"""What a piece costs on the array, or why it cannot run there.

Below `cost.py`. The plan is the planner's, which the compiler makes for all pieces of a graph
before the assignment; the physics is that by which the planner chose (`kernels/encoder_cost.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiec.ir.encoder import EncoderPlan
from aiec.ir.graph import Gemm
from aiec.ir.piece import Piece, belongs
from aiec.kernels.encoder_cost import block_cycles, step_cost


@dataclass(frozen=True, slots=True)
class PieceCost:
    """One pass over all windows; `memory_us` is what the DDR traffic alone would take."""

    compute_us: float
    memory_us: float
    ddr_bytes: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the array cannot run a piece, as the end of a sentence."""

    why: str


class Planner(Protocol):
    """Who knows what the array can run."""

    def price(self, piece: Piece, /) -> PieceCost | Refusal:
        """The cost of a piece, or why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class PieceModel:
    """The plan of a graph's pieces. `refused` has the reasons by GEMM; None is the encoder."""

    plan: EncoderPlan | None = None
    refused: Mapping[Gemm | None, str] = field(default_factory=dict)

    def price(self, piece: Piece) -> PieceCost | Refusal:
        """The cost of a piece by the plan, or why there is none."""
        if piece.gemm in self.refused:
            return Refusal(self.refused[piece.gemm])
        if self.plan is None:
            return Refusal("no design was planned")
        if piece.gemm is None and not (self.plan.shape and belongs(piece, self.plan.shape)):
            return Refusal(
                "one design runs encoders of one size, and this graph's first has another"
            )
        return self._cost(self.plan, piece)

    def _cost(self, plan: EncoderPlan, piece: Piece) -> PieceCost:
        sequence, hertz = plan.block(piece.kind, piece.gemm), plan.target.clock_hz
        steps = [step_cost(plan, step) for step in sequence.steps]
        return PieceCost(
            compute_us=1e6 * piece.batch * block_cycles(plan, sequence) / hertz,
            memory_us=1e6 * piece.batch * sum(step.ddr for step in steps) / hertz,
            ddr_bytes=round(piece.batch * sum(step.ddr_bytes for step in steps)),
        )


UNPLANNED = PieceModel()
