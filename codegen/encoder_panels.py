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
from aiec.codegen.array import WEIGHT_CHANNEL, LockPair
from aiec.codegen.dma_blocks import LINEAR, Chain, Descriptor, Layout, configure_task
from aiec.codegen.encoder_array import EncoderMemTile
from aiec.codegen.encoder_chains import FIRST_ODD_BD, odd_descriptors
from aiec.codegen.encoder_transfers import LINE
from aiec.codegen.plan_encoder import SINGLE_OBJECTS
from aiec.ir.encoder import CONTROL_OBJECTS, OBJECT_ELEMS, AttentionStep, EncoderPlan, Step
from aiec.ir.errors import CodegenError

MEM_ROW = 1


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


def rounds_of(plan: EncoderPlan, step: Step) -> tuple[Round, ...]:
    """The rounds of a step: one, or one a panel."""
    if isinstance(step, AttentionStep):
        queries = plan.rows * step.units
        return (Round(0, (CONTROL_OBJECTS + queries) // SINGLE_OBJECTS),)
    control = CONTROL_OBJECTS // SINGLE_OBJECTS
    runs = step.k_tiles // sum(step.parts)  # of the sending chain, for one row block
    sends = runs * step.turns
    if not step.by_panel:
        return (Round(0, control, fills=step.panels * runs, sends=step.panels * sends),)
    stays, fills = (1, sends) if step.pieces > 1 else (0, runs)
    return tuple(
        Round(j * step.turns, 0 if j else control, stays, fills, sends) for j in range(step.panels)
    )


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

    def __init__(self, plan: EncoderPlan, mem_tiles: Sequence[EncoderMemTile]) -> None:
        self._plan, self._mem_tiles = plan, mem_tiles
        self._following_bd = FIRST_ODD_BD + odd_descriptors(plan)
        self._tasks: list[SSAValue] = []
        self._known: dict[Split, tuple[int, ...]] = {}  # the chains' first descriptors
        self._second_set = False

    def queue(self, step: Step, runs: Round) -> None:
        """Queue a round of a step on all columns."""
        if runs.singles:
            self._push(SINGLE, (0, runs.singles, runs.singles))
        if runs.fills and not isinstance(step, AttentionStep):
            slots = len(self._plan.mem.slots)
            first_slot = slots // 2 if self._second_set and step.sets == 2 else 0
            self._second_set = step.sets == 2 and not self._second_set
            split = Split(step.parts, step.turns, step.pieces, first_slot)
            self._push(split, (runs.stays, runs.fills, runs.sends))

    def free(self) -> None:
        """Give back the numbers of all descriptors, when nothing is under way."""
        for task in self._tasks:
            ops.free_task(task)

    def _push(self, split: Split, runs: tuple[int, int, int]) -> None:
        queued = tuple(zip(DIRECTIONS, self._configured(split), runs, strict=True))
        for mem in self._mem_tiles:
            for direction, bd, count in queued:
                if count:
                    ops.push_mem_queue(mem.column, MEM_ROW, direction, WEIGHT_CHANNEL, bd, count)

    def _configured(self, split: Split) -> tuple[int, ...]:
        """The first descriptors of the chains of a split, which are written if they are new."""
        if split not in self._known:
            rings = [
                self._slots(mem, split) if split.parts else _ring(mem) for mem in self._mem_tiles
            ]
            firsts = tuple(self._take(len(ring)) for ring in rings[0])
            for mem, of_tile in zip(self._mem_tiles, rings, strict=True):
                for direction, ring, bd in zip(DIRECTIONS, of_tile, firsts, strict=True):
                    if ring:
                        chain = Chain(direction, WEIGHT_CHANNEL, ring, bd)
                        self._tasks.append(configure_task(mem.tile, chain))
            self._known[split] = firsts
        return self._known[split]

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


def _ring(mem: EncoderMemTile) -> Rings:
    def objects(locks: LockPair) -> tuple[Descriptor, ...]:
        return tuple(
            Descriptor(mem.ring, i * OBJECT_ELEMS, OBJECT_ELEMS, locks.empty, locks.full)
            for i in range(SINGLE_OBJECTS)
        )

    return (), objects(mem.ring_locks), objects(LockPair(mem.ring_locks.full, mem.ring_locks.empty))
