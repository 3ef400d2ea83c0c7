"""The weight stream in the mem tiles: panels that stay for several row blocks, single objects.

The runtime sequence drives this stream, not a ring that runs for ever, as what stays how long
changes from step to step. Two chains of descriptors, one a direction, are written once a sequence
for each split into parts that its steps have, and one for single objects (control and queries); a
step queues them with the number of its runs. Parts lie in slots of the mem tile:

    fill slot p   take `row_blocks` of empty, give as many to full
    send slot p   take 1 of full, give 1 to empty: it is free again after `row_blocks` runs
    of parts that do not stay, sending takes and gives `row_blocks` at once

So locks alone order the steps: the next step's parts move in where the last turn has gone by.
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
class Runs:
    """How often the chains of a step run: of single objects, then of parts in and out."""

    singles: int
    fills: int = 0
    sends: int = 0


def runs_of(plan: EncoderPlan, step: Step) -> Runs:
    """The runs of a step's chains."""
    if isinstance(step, AttentionStep):
        queries = plan.rows * step.head_blocks * step.query_blocks
        return Runs((CONTROL_OBJECTS + queries) // SINGLE_OBJECTS)
    return Runs(CONTROL_OBJECTS // SINGLE_OBJECTS, step.loads, step.loads * step.turns)


class WeightStream:
    """Writes and queues the chains of all columns from a sequence."""

    def __init__(self, plan: EncoderPlan, mem_tiles: Sequence[EncoderMemTile]) -> None:
        self._plan, self._mem_tiles = plan, mem_tiles
        self._following_bd = FIRST_ODD_BD + odd_descriptors(plan)
        self._tasks: list[SSAValue] = []
        self._known: dict[tuple[tuple[int, ...], int], int] = {}  # parts and turns: first BD

    def queue(self, step: Step) -> None:
        """Queue what a step streams; at most the steps before and after may be under way."""
        runs = runs_of(self._plan, step)
        self._push((), 1, runs.singles, runs.singles)
        if not isinstance(step, AttentionStep):
            self._push(step.parts, step.turns, runs.fills, runs.sends)

    def free(self) -> None:
        """Give back the numbers of all descriptors, when nothing is under way."""
        for task in self._tasks:
            ops.free_task(task)

    def _push(self, parts: tuple[int, ...], turns: int, fills: int, sends: int) -> None:
        first = self._configured(parts, turns)
        length = len(parts) or SINGLE_OBJECTS
        for mem in self._mem_tiles:
            for direction, bd, runs in (("S2MM", first, fills), ("MM2S", first + length, sends)):
                ops.push_queue(mem.column, MEM_ROW, direction, WEIGHT_CHANNEL, bd, runs)

    def _configured(self, parts: tuple[int, ...], turns: int) -> int:
        """The first descriptor of the chains of a split, which are written if they are new."""
        key = parts, turns
        if key not in self._known:
            first = self._take(2 * (len(parts) or SINGLE_OBJECTS))
            for mem in self._mem_tiles:
                for chain in self._chains(mem, parts, turns, first):
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

    def _chains(
        self, mem: EncoderMemTile, parts: tuple[int, ...], turns: int, first: int
    ) -> tuple[Chain, Chain]:
        filled, sent = self._slots(mem, parts, turns) if parts else _ring(mem)
        return (
            Chain("S2MM", WEIGHT_CHANNEL, filled, first),
            Chain("MM2S", WEIGHT_CHANNEL, sent, first + len(filled)),
        )

    def _slots(
        self, mem: EncoderMemTile, parts: tuple[int, ...], turns: int
    ) -> tuple[tuple[Descriptor, ...], tuple[Descriptor, ...]]:
        slot, all_turns = self._plan.mem.slot_objects, self._plan.row_blocks
        filled, sent = [], []
        for number, objects in enumerate(parts):
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
