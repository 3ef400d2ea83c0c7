"""The weight stream in the mem tiles: panels that stay for several row blocks, single objects.

The runtime sequence drives this stream, not a ring that runs for ever, as what stays how long
changes from step to step. Two chains of descriptors, one a direction, are written once a sequence
for each split into parts that its steps have, and one for single objects (control and queries); a
step queues them with the number of its runs. Parts lie in slots of the mem tile:

    fill slot p   take `row_blocks` of empty, give as many to full
    send slot p   take 1 of full, give 1 to empty: it is free again after `row_blocks` runs
    of parts that do not stay, sending takes and gives `row_blocks` at once

So locks alone order the steps: the next step's parts move in where the last turn has gone by. Where
two panels fit, they take turns in two halves of the slots, and the next one moves in while this one
is sent; then each panel is queued by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.array import WEIGHT_CHANNEL, LockPair
from aiec.codegen.dma_blocks import Chain, Descriptor, configure_task
from aiec.codegen.encoder_array import EncoderMemTile
from aiec.codegen.encoder_chains import FIRST_ODD_BD, odd_descriptors
from aiec.codegen.plan_encoder import SINGLE_OBJECTS
from aiec.ir.encoder import CONTROL_OBJECTS, OBJECT_ELEMS, AttentionStep, EncoderPlan, Step
from aiec.ir.errors import CodegenError

MEM_ROW = 1


@dataclass(frozen=True, slots=True)
class Round:
    """What is queued at once: runs of the chains of single objects, then of parts in and out.

    `begins` is the round of output tiles with which it is needed, as of an `Issue`.
    """

    begins: int
    singles: int = 0
    fills: int = 0
    sends: int = 0

    @property
    def tasks(self) -> int:
        """Entries of a channel's queue."""
        return (self.singles > 0) + (self.fills > 0)


def rounds_of(plan: EncoderPlan, step: Step) -> tuple[Round, ...]:
    """The rounds of a step: one, or one a panel where panels take turns in two sets of slots."""
    if isinstance(step, AttentionStep):
        queries = plan.rows * step.units
        return (Round(0, (CONTROL_OBJECTS + queries) // SINGLE_OBJECTS),)
    control = CONTROL_OBJECTS // SINGLE_OBJECTS
    if step.sets == 1:
        return (Round(0, control, step.loads, step.loads * step.turns),)
    return tuple(
        Round(j * step.row_blocks, 0 if j else control, fills=1, sends=step.turns)
        for j in range(step.loads)
    )


class WeightStream:
    """Writes and queues the chains of all columns from a sequence."""

    def __init__(self, plan: EncoderPlan, mem_tiles: Sequence[EncoderMemTile]) -> None:
        self._plan, self._mem_tiles = plan, mem_tiles
        self._following_bd = FIRST_ODD_BD + odd_descriptors(plan)
        self._tasks: list[SSAValue] = []
        self._known: dict[tuple[tuple[int, ...], int, int], int] = {}  # parts, turns, first slot
        self._second_set = False

    def queue(self, step: Step, runs: Round) -> None:
        """Queue a round of a step on all columns."""
        if runs.singles:
            self._push(self._configured((), 1, 0), SINGLE_OBJECTS, runs.singles, runs.singles)
        if runs.fills and not isinstance(step, AttentionStep):
            first_slot = self._plan.mem.slots // 2 if self._second_set and step.sets == 2 else 0
            self._second_set = step.sets == 2 and not self._second_set
            first = self._configured(step.parts, step.turns, first_slot)
            self._push(first, len(step.parts), runs.fills, runs.sends)

    def free(self) -> None:
        """Give back the numbers of all descriptors, when nothing is under way."""
        for task in self._tasks:
            ops.free_task(task)

    def _push(self, first: int, length: int, fills: int, sends: int) -> None:
        for mem in self._mem_tiles:
            for direction, bd, runs in (("S2MM", first, fills), ("MM2S", first + length, sends)):
                ops.push_mem_queue(mem.column, MEM_ROW, direction, WEIGHT_CHANNEL, bd, runs)

    def _configured(self, parts: tuple[int, ...], turns: int, first_slot: int) -> int:
        """The first descriptor of the chains of a split, which are written if they are new."""
        key = parts, turns, first_slot
        if key not in self._known:
            first = self._take(2 * (len(parts) or SINGLE_OBJECTS))
            for mem in self._mem_tiles:
                filled, sent = self._slots(mem, *key) if parts else _ring(mem)
                both = ("S2MM", filled, first), ("MM2S", sent, first + len(filled))
                for direction, ring, bd in both:
                    chain = Chain(direction, WEIGHT_CHANNEL, ring, bd)
                    self._tasks.append(configure_task(mem.tile, chain))
            self._known[key] = first
        return self._known[key]

    def _take(self, count: int) -> int:
        first, limit = self._following_bd, self._plan.target.mem.bds
        if first + count > limit:
            raise CodegenError(
                "the weights of a block are split in too many ways",
                expected=f"{limit} descriptors of a mem tile, and {first + count} are needed",
                todo="give its steps the same parts",
            )
        self._following_bd = first + count
        return first

    def _slots(
        self, mem: EncoderMemTile, parts: tuple[int, ...], turns: int, first_slot: int
    ) -> tuple[tuple[Descriptor, ...], tuple[Descriptor, ...]]:
        slot, all_turns = self._plan.mem.slot_objects, self._plan.row_blocks
        filled, sent = [], []
        for number, objects in enumerate(parts, first_slot):
            offset, length = number * slot * OBJECT_ELEMS, objects * OBJECT_ELEMS
            locks = mem.slot_locks[number]
            filled.append(
                Descriptor(
                    mem.panel, offset, length, locks.empty, locks.full,
                    take=all_turns, give=all_turns,
                )
            )  # fmt: skip
            share = all_turns // turns
            sent.append(
                Descriptor(
                    mem.panel, offset, length, locks.full, locks.empty, take=share, give=share
                )
            )
        return tuple(filled), tuple(sent)


def _ring(mem: EncoderMemTile) -> tuple[tuple[Descriptor, ...], tuple[Descriptor, ...]]:
    def objects(locks: LockPair) -> tuple[Descriptor, ...]:
        return tuple(
            Descriptor(mem.ring, i * OBJECT_ELEMS, OBJECT_ELEMS, locks.empty, locks.full)
            for i in range(SINGLE_OBJECTS)
        )

    return objects(mem.ring_locks), objects(LockPair(mem.ring_locks.full, mem.ring_locks.empty))
