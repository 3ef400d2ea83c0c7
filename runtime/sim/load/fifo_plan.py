"""ObjectFifos lowered to pools of buffers, their locks, chains of descriptors, and flows.

A pass over the text of one device, before elaboration: what it makes is plain data, which
`fifo_build.py` puts on the machine. Source of the rules: mlir-aie's
AIEObjectFifoStatefulTransform.cpp (which pools, how many objects, which locks, which channels).

    shared     neighbours, one consumer, no layout, link or repeat: one pool, no DMA
    else       a pool at the producer, one at each consumer, a stream between them
    link       the pools on the shared tile are one; join and distribute have a part, with locks of
               its own, for each fifo of the many
    repeat     an object is sent r times before it is free: its full lock counts r
    allocate   a linked fifo's consumer that sees the shared tile reads the link's pool there
    aie_stream an end that is a core's own stream port has no pool

Refuses ObjectFifos on PLIO, a fifo in two links, iteration counts away from mem tiles, and memory
that one of the ends does not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from xdsl.dialects.builtin import (
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    IntegerAttr,
    MemRefType,
    SymbolRefAttr,
)
from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.attributes import FifoPort
from aiec.codegen.dialects.objectfifo import (
    ObjectFifoAcquireOp,
    ObjectFifoAllocateOp,
    ObjectFifoLinkOp,
    ObjectFifoOp,
    ObjectFifoRegisterExternalBuffersOp,
)
from aiec.codegen.dialects.structure import CoreOp
from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW, SHIM_ROW
from aiec.runtime.sim.load.plain_values import describe, number
from aiec.runtime.sim.program.arithmetic import dense_array

Place = tuple[int, int]
Dims = tuple[tuple[int, int], ...]
MAX_ITERATIONS = 256  # of a chain. Source: REGDB, 8-bit repeat field of a queue, stored minus one


@dataclass(frozen=True, slots=True)
class FifoPart:
    """A slice of every object of a pool, with its own pair of locks."""

    offset: int  # elements
    length: int
    repeat: int = 1


@dataclass(slots=True, eq=False)
class Pool:
    """Buffers used in turn on one tile. `parts` has one entry but for joins and distributes."""

    name: str
    place: Place
    kind: MemRefType
    depth: int
    parts: tuple[FifoPart, ...]
    initial: tuple[np.ndarray, ...] = ()
    synchronised: bool = True
    external: tuple[SSAValue, ...] = ()  # the host's buffers that it consists of


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """Where a fifo starts or ends: a pool, and which of its parts (None: all, in order)."""

    place: Place
    pool: Pool | None  # None at a shim, and where a core's own stream port is the end
    part: int | None = None
    stream: int | None = None  # the core's stream port


@dataclass(frozen=True, slots=True, eq=False)
class Fifo:
    """One lowered ObjectFifo. A shared one has the same pool at both ends and no stream."""

    op: ObjectFifoOp
    name: str
    producer: End
    consumers: tuple[End, ...]
    shared: bool
    to_stream: Dims
    from_stream: tuple[Dims, ...]
    padding: tuple[tuple[int, int], ...]
    pad_value: int | None
    iterations: int | None  # of the ends on mem tiles; None: for ever
    pins: tuple[int | None, ...]  # channels that the text chose: the producer's, each consumer's

    @property
    def ends(self) -> tuple[End, ...]:
        """The producer's, then the consumers'."""
        return (self.producer, *self.consumers)

    @property
    def pool_names(self) -> tuple[str, ...]:
        """What a pool of its own is called at each end."""
        count = len(self.consumers)
        return (self.name, *(consumer_name(self.name, i, count) for i in range(count)))

    def length(self, index: int) -> int:
        """Elements of the objects that end `index` moves."""
        return _elements(_consumer_type(self.op) if index else self.op.type.element)


class FifoSide(Enum):
    """Which end of a fifo."""

    PRODUCER = 0
    CONSUMER = 1


@dataclass(slots=True)
class _Draft:
    """A fifo while its pools are being decided."""

    op: ObjectFifoOp
    name: str
    producer: Place
    consumers: tuple[Place, ...]
    ends: dict[tuple[FifoSide, int], End] = field(default_factory=dict)


def plan_fifos(ops: list[Operation], places: Mapping[SSAValue, Place]) -> tuple[Fifo, ...]:
    """Decide pools and ends of all ObjectFifos of a device, in the order of the text."""
    return _Planner(ops, places).plan()


def _place(tile: SSAValue, places: Mapping[SSAValue, Place], op: Operation) -> Place:
    if tile not in places:
        raise DesignError(f"%{tile.name_hint or 'value'} is no tile", where=describe(op),
                          expected="an aie.tile of the device")  # fmt: skip
    return places[tile]


class _Planner:
    def __init__(self, ops: list[Operation], places: Mapping[SSAValue, Place]) -> None:
        self._drafts = {
            op.sym_name.data: _Draft(
                op,
                op.sym_name.data,
                _place(op.producer, places, op),
                tuple(_place(consumer, places, op) for consumer in op.consumers),
            )
            for op in ops
            if isinstance(op, ObjectFifoOp)
        }
        self._places = places
        self._links = [op for op in ops if isinstance(op, ObjectFifoLinkOp)]
        self._linked = _linked(self._links)
        self._delegates = self._allocated(
            [op for op in ops if isinstance(op, ObjectFifoAllocateOp)]
        )
        self._through: set[str] = set()  # linked fifos whose consumer reads the link's pool
        self._acquired = _most_acquired(ops, places)
        self._external: dict[tuple[str, Place], tuple[SSAValue, ...]] = {}
        for op in ops:
            if isinstance(op, ObjectFifoRegisterExternalBuffersOp):
                name, place = self._fifo(op.fifo.root_reference.data, op).name, places[op.tile]
                given = self._external.get((name, place), ())
                self._external[name, place] = (*given, *op.buffers)

    def plan(self) -> tuple[Fifo, ...]:
        """All pools: those of links first, as both fifos of a link share theirs."""
        for draft in self._drafts.values():
            _check(draft)
        for link in self._links:
            self._link(link)
        return tuple(self._finish(draft) for draft in self._drafts.values())

    def _allocated(self, ops: list[ObjectFifoAllocateOp]) -> dict[str, Place]:
        """Where the text puts pools, by fifo."""
        delegates: dict[str, Place] = {}
        for op in ops:
            draft, place = (
                self._fifo(op.fifo.root_reference.data, op),
                _place(op.tile, self._places, op),
            )
            if draft.name in delegates:
                raise DesignError(
                    f"ObjectFifo @{draft.name} is allocated twice", where=describe(op)
                )
            if draft.op.aie_stream is not None:
                raise DesignError(
                    f"ObjectFifo @{draft.name} has a stream port and is allocated",
                    where=describe(op),
                )
            if draft.name not in self._linked and not _both_see(draft, place):
                raise DesignError(
                    f"not both ends of ObjectFifo @{draft.name} see the memory of tile {place}",
                    where=describe(op),
                    expected="a neighbour of the producer and of the only consumer",
                )
            delegates[draft.name] = place
        return delegates

    def _fifo(self, name: str, link: Operation) -> _Draft:
        if name not in self._drafts:
            raise DesignError(f"there is no ObjectFifo @{name}", where=describe(link))
        return self._drafts[name]

    def _link(self, link: ObjectFifoLinkOp) -> None:
        ins = [self._fifo(name, link) for name in _symbols(link.fifo_ins)]
        outs = [self._fifo(name, link) for name in _symbols(link.fifo_outs)]
        if not ins or not outs:
            raise DesignError(
                f"a link of {len(ins)} ObjectFifos to {len(outs)}",
                where=describe(link),
                expected="one or more on each side",
            )
        place = outs[0].producer
        for fifo in ins:
            if place not in fifo.consumers:
                raise DesignError(
                    f"@{fifo.name} does not end where @{outs[0].name} begins",
                    where=describe(link),
                    expected="a tile that both have",
                )
        pool = self._link_pool(link, ins, outs, place)
        join, distribute = len(ins) > 1, len(outs) > 1
        for fifo, end in (*((fifo, 1) for fifo in ins), *((fifo, 0) for fifo in outs)):
            if end in _stream_ends(fifo.op):
                raise DesignError(
                    f"@{fifo.name} is linked where it is a core's stream", where=describe(link)
                )
        for i, fifo in enumerate(ins):
            key = (FifoSide.CONSUMER, fifo.consumers.index(place))
            fifo.ends[key] = End(place, pool, i if join else None)
        for i, fifo in enumerate(outs):
            fifo.ends[FifoSide.PRODUCER, 0] = End(place, pool, i if distribute else None)
        if not join and not distribute and self._reads_through(ins[0], outs[0]):
            self._through.add(outs[0].name)
            outs[0].ends[FifoSide.CONSUMER, 0] = End(outs[0].consumers[0], pool)

    def _reads_through(self, into: _Draft, out: _Draft) -> bool:
        """Whether the consumer of a link's output reads the link's pool where it lies."""
        delegate = self._delegates.get(out.name)
        same = into.op.type == out.op.type
        return delegate is not None and same and _can_share(out) and _both_see(out, delegate)

    def _link_pool(
        self, link: ObjectFifoLinkOp, ins: list[_Draft], outs: list[_Draft], place: Place
    ) -> Pool:
        join, distribute = len(ins) > 1, len(outs) > 1
        if join:
            owner, many, offsets = outs[0], ins, _integers(link.src_offsets)
        elif distribute:
            owner, many, offsets = ins[0], outs, _integers(link.dst_offsets)
        else:
            owner, many, offsets = _one_to_one_owner(ins[0], outs[0]), [], []
        kind = _consumer_type(owner.op) if owner is ins[0] and not join else owner.op.type.element
        repeats = [_repeat(fifo.op) for fifo in outs]
        if many:
            starts = offsets or _running([_elements(f.op.type.element) for f in many])
            repeats = repeats if distribute else repeats * len(many)
            parts = _parts(link, starts, _elements(kind), repeats)
        else:
            parts = (FifoPart(0, _elements(kind), repeats[0]),)
        from_in = owner is ins[0] and not join
        name = owner.name
        if from_in:
            name = consumer_name(name, owner.consumers.index(place), len(owner.consumers))
        depth = self._depth(owner, FifoSide.CONSUMER if from_in else FifoSide.PRODUCER, place,
                            owner.consumers.index(place) if from_in else 0)  # fmt: skip
        initial = () if distribute else _initial(outs[0].op)
        return Pool(name, place, kind, depth, parts, initial, _synchronised(owner.op))

    def _finish(self, draft: _Draft) -> Fifo:
        shared = self._is_shared(draft)
        if shared and not draft.ends:
            self._share(draft)
        producer = draft.ends.get((FifoSide.PRODUCER, 0)) or self._producer_end(draft)
        consumers = tuple(
            draft.ends.get((FifoSide.CONSUMER, i)) or self._consumer_end(draft, i)
            for i in range(len(draft.consumers))
        )
        op = draft.op
        dims = op.consumer_dims
        return Fifo(
            op,
            draft.name,
            producer,
            consumers,
            shared,
            op.to_stream.pairs,
            tuple(dims[i] if i < len(dims) else () for i in range(len(consumers))),
            op.pad_dimensions.pairs if op.pad_dimensions else (),
            number(op.pad_value),
            number(op.iter_count),
            _pins(op, len(consumers)),
        )

    def _is_shared(self, draft: _Draft) -> bool:
        return draft.name in self._through if draft.name in self._linked else _can_share(draft)

    def _share(self, draft: _Draft) -> None:
        place = self._delegates.get(draft.name)
        if place is None:
            near = sees(draft.consumers[0], draft.producer)
            place = draft.producer if near else draft.consumers[0]
        kind = draft.op.type.element
        pool = Pool(
            draft.name, place, kind, draft.op.depths[0], (FifoPart(0, _elements(kind)),),
            _initial(draft.op), _synchronised(draft.op),
        )  # fmt: skip
        draft.ends[FifoSide.PRODUCER, 0] = End(draft.producer, pool)
        draft.ends[FifoSide.CONSUMER, 0] = End(draft.consumers[0], pool)

    def _producer_end(self, draft: _Draft) -> End:
        if 0 in _stream_ends(draft.op):
            return End(draft.producer, None, stream=number(draft.op.aie_stream_port))
        if draft.producer[1] == SHIM_ROW:
            return End(draft.producer, self._external_pool(draft, draft.name, draft.producer))
        kind = draft.op.type.element
        depth = self._depth(draft, FifoSide.PRODUCER, draft.producer, 0)
        part = FifoPart(0, _elements(kind), _repeat(draft.op))
        initial = _initial(draft.op)
        # Nothing ever refills objects that all have initial values: such a pool has no locks.
        constant = (number(draft.op.iter_count) or 1) > 1 and len(initial) == depth
        synchronised = _synchronised(draft.op) and not constant
        pool = Pool(draft.name, draft.producer, kind, depth, (part,), initial, synchronised)
        return End(draft.producer, pool)

    def _consumer_end(self, draft: _Draft, index: int) -> End:
        place = draft.consumers[index]
        if 1 in _stream_ends(draft.op):
            return End(place, None, stream=number(draft.op.aie_stream_port))
        name = consumer_name(draft.name, index, len(draft.consumers))
        if place[1] == SHIM_ROW:
            return End(place, self._external_pool(draft, name, place))
        kind = _consumer_type(draft.op)
        depth = self._depth(draft, FifoSide.CONSUMER, place, index)
        pool = Pool(name, place, kind, depth, (FifoPart(0, _elements(kind)),),
                    (), _synchronised(draft.op))  # fmt: skip
        return End(place, pool)

    def _external_pool(self, draft: _Draft, name: str, place: Place) -> Pool | None:
        """The host's buffers at a shim, if the text registers any; else sequences drive it."""
        external = self._external.get((draft.name, place), ())
        if not external:
            return None
        kind = external[0].type
        assert isinstance(kind, MemRefType)
        part = FifoPart(0, _elements(kind))
        synchronised = _synchronised(draft.op)
        return Pool(name, place, kind, len(external), (part,), (), synchronised, external)

    def _depth(self, draft: _Draft, side: FifoSide, place: Place, index: int) -> int:
        depths = draft.op.depths
        if len(depths) > 1:
            return depths[0 if side is FifoSide.PRODUCER else 1 + index]
        depth = next(iter(depths))
        if place[1] <= MEM_ROW:
            return depth
        most = self._acquired.get((draft.name, side, place), 0)
        if most == 0:
            return depth
        return 1 if most == 1 and depth == 1 else most + 1


def sees(core: Place, memory: Place) -> bool:
    """Whether a core can load and store in a tile's memory: its own, west, north and south.

    Source: hardware.md's address map of the core (S, W, N windows and its own).
    """
    columns, rows = core[0] - memory[0], core[1] - memory[1]
    if min(core[1], memory[1]) <= MEM_ROW:
        return False
    return (columns, rows) in ((0, 0), (1, 0), (0, 1), (0, -1))


def are_neighbours(a: Place, b: Place) -> bool:
    """Whether one of two cores sees the other's memory."""
    return sees(a, b) or sees(b, a)


def consumer_name(fifo: str, index: int, count: int) -> str:
    """The pool of consumer `index` of `count`."""
    return f"{fifo}_{index}_cons" if count > 1 else f"{fifo}_cons"


def _can_share(draft: _Draft) -> bool:
    op = draft.op
    if number(op.via_dma) or op.repeat_count or op.consumer_type:
        return False
    if op.aie_stream is not None:
        return False
    if len(draft.consumers) != 1 or op.to_stream.pairs or any(op.consumer_dims):
        return False
    return are_neighbours(draft.producer, draft.consumers[0])


def _both_see(draft: _Draft, memory: Place) -> bool:
    return len(draft.consumers) == 1 and all(
        sees(core, memory) for core in (draft.producer, draft.consumers[0])
    )


def _check(draft: _Draft) -> None:
    """Refuse what a fifo of its own cannot be."""
    op, where = draft.op, describe(draft.op)
    if number(op.plio):
        raise DesignError(f"ObjectFifo @{draft.name} on PLIO is not supported", where=where)
    wrong = _stream_fault(draft)
    if wrong is not None:
        raise DesignError(
            f"ObjectFifo @{draft.name} with aie_stream {wrong}",
            where=where,
            expected="one producer, one consumer; nothing at a core's stream that needs memory",
        )
    iterations = number(op.iter_count)
    if iterations is None:
        return
    if not 1 <= iterations <= MAX_ITERATIONS:
        raise DesignError(f"ObjectFifo @{draft.name} iterates {iterations} times", where=where,
                          expected=f"1 to {MAX_ITERATIONS}")  # fmt: skip
    if MEM_ROW not in {row for _, row in (draft.producer, *draft.consumers)}:
        raise DesignError(f"ObjectFifo @{draft.name} iterates and touches no mem tile", where=where,
                          expected="iter_count at a mem tile")  # fmt: skip


def _stream_ends(op: ObjectFifoOp) -> tuple[int, ...]:
    """Which ends of a fifo, 0 the producer's and 1 the consumer's, are a core's stream port."""
    ends = number(op.aie_stream)
    return () if ends is None else {0: (0,), 1: (1,), 2: (0, 1)}.get(ends, ())


def _stream_fault(draft: _Draft) -> str | None:
    """What is wrong with the stream ends of a fifo. Source: ObjectFifoCreateOp::verify."""
    op, ends = draft.op, _stream_ends(draft.op)
    if op.aie_stream is None:
        return "left out has an aie_stream_port" if op.aie_stream_port is not None else None
    sends = 0 in ends
    faults = {
        "that is none of 0, 1, 2": not ends,
        "names no port of 0, 1": number(op.aie_stream_port) not in (0, 1),
        "has several consumers": len(draft.consumers) > 1,
        "ends at a tile without a core": any(
            (draft.producer, *draft.consumers)[end][1] <= MEM_ROW for end in ends
        ),
        "has a repeat_count": sends and op.repeat_count is not None,
        "has an iter_count": sends and op.iter_count is not None,
        "has initial values": sends and op.initial_values is not None,
        "has dimensionsToStream": sends and bool(op.to_stream.pairs),
        "has dimensionsFromStream": any(op.consumer_dims),
        "names a DMA channel": any(pin is not None for pin in _pins(op, len(draft.consumers))),
    }
    return next((fault for fault, is_so in faults.items() if is_so), None)


def _linked(links: list[ObjectFifoLinkOp]) -> set[str]:
    """The fifos of all links; refuses one in two."""
    linked: set[str] = set()
    for link in links:
        for name in _names(link):
            if name in linked:
                raise DesignError(f"ObjectFifo @{name} is in two links", where=describe(link))
            linked.add(name)
    return linked


def _parts(
    link: ObjectFifoLinkOp, starts: list[int], total: int, repeats: list[int]
) -> tuple[FifoPart, ...]:
    """A part reaches to the next one's start, the last to the end of the object.

    Source: mlir-aie ObjectFifoLinkOp, transfer lengths of join and distribute.
    """
    lengths = [end - start for start, end in zip(starts, [*starts[1:], total], strict=True)]
    if min(lengths) < 1:
        raise DesignError(
            f"the parts of a link start at {starts} of {total} elements",
            where=describe(link),
            expected="offsets that rise, below the size of the object",
        )
    return tuple(map(FifoPart, starts, lengths, repeats))


def _pins(op: ObjectFifoOp, consumers: int) -> tuple[int | None, ...]:
    """Channels that the text chose; consumers' are -1 where it did not."""
    chosen = op.cons_dma_channels
    values = chosen.get_values() if isinstance(chosen, DenseArrayBase) else ()
    pins = [int(value) if value >= 0 else None for value in values]
    return (number(op.prod_dma_channel), *pins, *[None] * (consumers - len(pins)))


def _one_to_one_owner(into: _Draft, out: _Draft) -> _Draft:
    """The larger side's element; a padded link uses the input's, initial values the output's."""
    if out.op.initial_values is not None:
        return out
    if out.op.pad_dimensions:
        return into
    larger = _elements(_consumer_type(into.op)) >= _elements(out.op.type.element)
    return into if larger else out


def _most_acquired(
    ops: list[Operation], places: Mapping[SSAValue, Place]
) -> dict[tuple[str, FifoSide, Place], int]:
    most: dict[tuple[str, FifoSide, Place], int] = {}
    for core in ops:
        if not isinstance(core, CoreOp):
            continue
        for op in core.walk():
            if isinstance(op, ObjectFifoAcquireOp):
                key = (
                    op.fifo.root_reference.data,
                    side_of(op.port.data),
                    _place(core.tile, places, core),
                )
                most[key] = max(most.get(key, 0), op.size.value.data)
    return most


def side_of(port: FifoPort) -> FifoSide:
    """The end that a core's port is at."""
    return FifoSide.PRODUCER if port == FifoPort.PRODUCE else FifoSide.CONSUMER


def _names(link: ObjectFifoLinkOp) -> list[str]:
    return [*_symbols(link.fifo_ins), *_symbols(link.fifo_outs)]


def _symbols(attributes: Iterable[object]) -> list[str]:
    return [a.root_reference.data for a in attributes if isinstance(a, SymbolRefAttr)]


def _integers(values: Iterable[object]) -> list[int]:
    return [v.value.data for v in values if isinstance(v, IntegerAttr)]


def _running(lengths: list[int]) -> list[int]:
    return [sum(lengths[:i]) for i in range(len(lengths))]


def _elements(kind: MemRefType) -> int:
    return kind.element_count()


def _consumer_type(op: ObjectFifoOp) -> MemRefType:
    return op.consumer_type.element if op.consumer_type is not None else op.type.element


def _repeat(op: ObjectFifoOp) -> int:
    return number(op.repeat_count) or 1


def _synchronised(op: ObjectFifoOp) -> bool:
    return not number(op.disable_synchronization)


def _initial(op: ObjectFifoOp) -> tuple[np.ndarray, ...]:
    values = op.initial_values
    if values is None:
        return ()
    return tuple(dense_array(v) for v in values if isinstance(v, DenseIntOrFPElementsAttr))
