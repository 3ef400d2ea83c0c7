"""The weight stream in the mem tiles: panels that stay for several row blocks, single objects.

The runtime sequence drives this stream, not a ring that runs for ever, as what stays how long
changes from step to step. Chains of descriptors, one a direction, are written once a sequence for
each split into parts that its steps have, and for single objects (control and queries); a step
queues them with the number of its runs. Parts lie in slots of the mem tile, whose locks count units
(`EncoderPlan.slot_units`), enough for every way to send a slot:

    fill slot p   take all units of empty, give as many to full
    send slot p   take a share of full, give it to empty: it is free again when all have gone by
    of parts that do not stay, sending takes and gives all at once

So locks alone order the steps: the next step's parts move in where the last turn has gone by. Where
two panels fit, they take turns in two halves of the slots, and the next one moves in while this one
is sent; then each panel is queued by itself.

Of a panel that does not fit, slots 0 and 2 may hold a share. It is filled by a chain of its own, a
descriptor a slot; sent piece by piece, by the iteration of a descriptor, which steps through the
slot and begins anew with every row block. Slots 1 and 3 bring what is streamed between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.dma_blocks import LINEAR, Chain, Descriptor, Layout, configure_task
from aiec.codegen.encoder_array import EncoderMemTile
from aiec.codegen.encoder_chains import FIRST_ODD_BD, odd_descriptors
from aiec.codegen.encoder_transfers import LINE
from aiec.codegen.rounds import SINGLE_OBJECTS, Round, single_objects_at_once
from aiec.codegen.streams import WEIGHT_CHANNEL, LockPair
from aiec.ir.encoder import OBJECT_ELEMS, AttentionStep, BlockSequence, EncoderPlan, Step
from aiec.ir.errors import CodegenError

MEM_ROW = 1


@dataclass(frozen=True, slots=True)
class Split:
    """How weights lie in the slots from `first_slot` on: fields of a `GemmStep`."""

    parts: tuple[int, ...]
    turns: int
    pieces: int
    first_slot: int

    def pieces_in(self, slot: int) -> int:
        """Pieces that a slot holds and that are sent one by one."""
        return 1 if slot % 2 else self.pieces

    def sends_of(self, slot: int) -> int:
        """Runs of the sending chain after which all that a slot holds has gone by."""
        return 1 if self.pieces > 1 and slot % 2 else self.turns * self.pieces


SINGLE = Split((), 1, 1, 0)  # the ring of single objects
# Chains of a split: what fills where only a share stays, what fills else, and what sends.
DIRECTIONS = ("S2MM", "S2MM", "MM2S")
Rings = tuple[tuple[Descriptor, ...], tuple[Descriptor, ...], tuple[Descriptor, ...]]


class WeightStream:
    """Writes and queues the chains of all columns from a sequence."""

    def __init__(
        self, plan: EncoderPlan, block: BlockSequence, mem_tiles: Sequence[EncoderMemTile]
    ) -> None:
        self._plan, self._mem_tiles = plan, mem_tiles
        self._at_once = single_objects_at_once(block)
        self._following_bd = FIRST_ODD_BD + odd_descriptors(plan)
        self._tasks: list[SSAValue] = []
        self._known: dict[Split, tuple[int, ...]] = {}  # the chains' first descriptors
        self._second_set = False

    def queue(self, step: Step, runs: Round) -> None:
        """Queue a round of a step, column by column: data flow in one while the next is told."""
        queued: list[tuple[Split, tuple[int, int, int]]] = []
        if runs.singles:
            queued.append((SINGLE, (0, runs.singles, runs.singles)))
        if runs.fills and not isinstance(step, AttentionStep):
            slots = len(self._plan.mem.slots)
            first_slot = slots // 2 if self._second_set and step.sets == 2 else 0
            self._second_set = step.sets == 2 and not self._second_set
            split = Split(step.parts, step.turns, step.pieces, first_slot)
            queued.append((split, (runs.stays, runs.fills, runs.sends)))
        new = {split for split, _ in queued if split not in self._known}
        self._known |= {split: self._numbers(split) for split, _ in queued if split in new}
        for mem in self._mem_tiles:
            for split, counts in queued:
                self._push(mem, split, counts, split in new)

    def free(self) -> None:
        """Give back the numbers of all descriptors, when nothing is under way."""
        for task in self._tasks:
            ops.free_task(task)

    def _push(
        self, mem: EncoderMemTile, split: Split, runs: tuple[int, int, int], is_new: bool
    ) -> None:
        """Queue the chains of a split on a column, each written before if it is new."""
        chains = zip(DIRECTIONS, self._rings(mem, split), self._known[split], runs, strict=True)
        for direction, ring, bd, count in chains:
            if is_new and ring:
                chain = Chain(direction, WEIGHT_CHANNEL, ring, bd)
                self._tasks.append(configure_task(mem.tile, chain))
            if count:
                ops.push_mem_queue(mem.column, MEM_ROW, direction, WEIGHT_CHANNEL, bd, count)

    def _numbers(self, split: Split) -> tuple[int, ...]:
        """The first descriptors of the chains of a split, the same in every column."""
        return tuple(self._take(len(ring)) for ring in self._rings(self._mem_tiles[0], split))

    def _rings(self, mem: EncoderMemTile, split: Split) -> Rings:
        return self._slots(mem, split) if split.parts else _ring(mem, self._at_once)

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

    def _slots(self, mem: EncoderMemTile, split: Split) -> Rings:
        sizes, units = self._plan.mem.slots, self._plan.slot_units
        stays, fills, sends = [], [], []
        for number, objects in enumerate(split.parts, split.first_slot):
            offset, part = sum(sizes[:number]) * OBJECT_ELEMS, objects * OBJECT_ELEMS
            locks, pieces = mem.slot_locks[number], split.pieces_in(number)
            fill = Descriptor(
                mem.panel, offset, pieces * part, locks.empty, locks.full, take=units, give=units
            )
            (stays if pieces > 1 else fills).append(fill)
            layout = _piece_by_piece(pieces, objects) if pieces > 1 else LINEAR
            share = units // split.sends_of(number)
            sends.append(
                Descriptor(mem.panel, offset, part, locks.full, locks.empty, layout, share, share)
            )
        return tuple(stays), tuple(fills), tuple(sends)


def _piece_by_piece(pieces: int, objects: int) -> Layout:
    """Some objects in a run, then the next ones: the outermost dimension is the iteration."""
    sizes = (pieces, objects, OBJECT_ELEMS // LINE, LINE)
    return Layout(sizes, (objects * OBJECT_ELEMS, OBJECT_ELEMS, LINE, 1))


def _ring(mem: EncoderMemTile, at_once: int) -> Rings:
    """Single objects, so many in a descriptor."""

    def objects(locks: LockPair) -> tuple[Descriptor, ...]:
        return tuple(
            Descriptor(
                mem.ring,
                i * OBJECT_ELEMS,
                at_once * OBJECT_ELEMS,
                locks.empty,
                locks.full,
                take=at_once,
                give=at_once,
            )
            for i in range(0, SINGLE_OBJECTS, at_once)
        )

    return (), objects(mem.ring_locks), objects(LockPair(mem.ring_locks.full, mem.ring_locks.empty))
