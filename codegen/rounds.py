"""Rounds: what a step's weights are queued in, on the mem tiles of all columns alike.

Between plan and emission, and free of MLIR. A round is what one entry of a channel's queue brings:
runs of the chains that fill the mem tiles' slots and send from them (`encoder_panels.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.encoder import (
    CONTROL_OBJECTS,
    AttentionStep,
    BlockSequence,
    EncoderPlan,
    GemmStep,
    Step,
)
from aiec.ir.errors import CodegenError

SINGLE_OBJECTS = 2  # control and query objects in a mem tile


@dataclass(frozen=True, slots=True)
class Round:
    """What is queued at once: runs of the chains of single objects, then of parts in and out.

    `stays` counts those that fill the share of a panel that stays where not all of it does.
    `begins` is the round of output tiles with which it is needed, as of an `Issue`.
    """

    begins: int
    singles: int = 0
    stays: int = 0
    fills: int = 0
    sends: int = 0

    @property
    def tasks(self) -> int:
        """Entries of a channel's queue."""
        return (self.singles > 0) + (self.stays > 0) + (self.fills > 0)


def single_objects_at_once(block: BlockSequence) -> int:
    """Single objects in a descriptor: one where queries come, else both controls of a step."""
    queries = any(isinstance(step, AttentionStep) for step in block.steps)
    return 1 if queries else CONTROL_OBJECTS


def rounds_of(plan: EncoderPlan, step: Step) -> tuple[Round, ...]:
    """The rounds of a step: one a panel, or one for as many column tiles as can be."""
    if isinstance(step, AttentionStep):
        queries = plan.rows * step.units
        return (Round(0, (CONTROL_OBJECTS + queries) // SINGLE_OBJECTS),)
    control = CONTROL_OBJECTS // SINGLE_OBJECTS
    runs = step.k_tiles // sum(step.parts)  # of the sending chain, for one row block
    sends = runs * step.turns
    if step.by_panel:
        stays, fills = (1, sends) if step.pieces > 1 else (0, runs)
        return tuple(
            Round(j * step.turns, 0 if j else control, stays, fills, sends)
            for j in range(step.panels)
        )
    count, panels = column_tiles_a_round(plan, step), step.row_blocks // step.turns
    return tuple(
        Round(
            j * step.row_blocks,
            0 if j else control,
            fills=tiles * panels * runs,
            sends=tiles * panels * sends,
        )
        for j in range(0, step.column_tiles, count)
        for tiles in [min(count, step.column_tiles - j)]
    )


def column_tiles_a_round(plan: EncoderPlan, step: GemmStep) -> int:
    """Column tiles of a step whose weights are queued at once where panels are not queued alone.

    As many as an entry of a mem tile's queue can repeat the sending chain for, and a shim's
    transfer its rows. Raises `CodegenError` where it is not even one.
    """
    sends = step.k_tiles // sum(step.parts) * step.row_blocks
    most = plan.target.mem.max_repeat // sends
    if most == 0:
        raise CodegenError(
            f"{step.n}x{step.k} weights that are sent {sends} times for each column tile",
            expected=f"at most {plan.target.mem.max_repeat}: a mem tile's queue counts no more",
            todo="force this op to the CPU with force_cpu",
        )
    return min(step.column_tiles, most, plan.target.shim.iteration_wrap)
