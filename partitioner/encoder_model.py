"""What a block of an encoder costs on the array, and why some cannot run there.

Below `cost.py`. The plan is the planner's, which the compiler makes for the graph's encoder before
the assignment; the physics is that by which the planner chose it (`kernels/encoder_cost.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.block import EncoderBlock, belongs
from aiec.ir.encoder import EncoderPlan
from aiec.kernels.encoder_cost import block_cycles, step_cost


@dataclass(frozen=True, slots=True)
class BlockCost:
    """One pass over all windows; `memory_us` is what the DDR traffic alone would take."""

    compute_us: float
    memory_us: float
    ddr_bytes: int


@dataclass(frozen=True, slots=True)
class EncoderModel:
    """The plan of a graph's encoder; without one, `refusal` says why, as the end of a sentence."""

    plan: EncoderPlan | None = None
    refusal: str = "no design of its encoder was planned"

    def obstacle(self, block: EncoderBlock) -> str | None:
        """Why the array cannot run the block, as the end of a sentence; None if it can."""
        if self.plan is None:
            return self.refusal
        if not belongs(block, self.plan.shape):
            return "one design runs encoders of one size, and this graph's first has another"
        return None

    def cost(self, block: EncoderBlock) -> BlockCost:
        """Cost of a block that can run, for all of its windows."""
        assert self.plan is not None
        sequence, hertz = self.plan.block(block.kind), self.plan.target.clock_hz
        steps = [step_cost(self.plan, step) for step in sequence.steps]
        return BlockCost(
            compute_us=1e6 * block.batch * block_cycles(self.plan, sequence) / hertz,
            memory_us=1e6 * block.batch * sum(step.ddr for step in steps) / hertz,
            ddr_bytes=round(block.batch * sum(step.ddr_bytes for step in steps)),
        )


UNPLANNED = EncoderModel()
