"""What a device's text may not say whatever its numbers do at run time: who reaches whose memory
and locks, what pads, which packets, bursts, cascades and programs there can be.

One pass of elaboration over the operations, once tiles are known. limits.py has the fields of
descriptors, placement.py sizes of memories, switch_ports.py the switches. Source: mlir-aie's
AIETargetModel (memory affinity) and AIEDialect.cpp (verifiers), AM020 (cascade, packets).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from xdsl.dialects import func
from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Block, Operation, SSAValue

from aiec.codegen.dialects.attributes import BlockFloatType, PacketInfoAttr
from aiec.codegen.dialects.dma import DmaBdOp
from aiec.codegen.dialects.locks import LockOp, UseLockOp
from aiec.codegen.dialects.npu import NpuDmaMemcpyNdOp
from aiec.codegen.dialects.routing import CascadeFlowOp, PacketFlowOp
from aiec.codegen.dialects.structure import BufferOp, CoreOp, MemOp, MemTileDmaOp, ShimDmaOp
from aiec.codegen.dialects.tasks import DmaConfigureTaskOp
from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW, SHIM_ROW
from aiec.ir.target import Target
from aiec.runtime.sim.array.limits import WORD_BYTES
from aiec.runtime.sim.load import plain_values
from aiec.runtime.sim.load.fifo_plan import Place, sees
from aiec.runtime.sim.load.plain_values import describe, number
from aiec.runtime.sim.program.types import dtype_of, element_of, shape_of

PACKET_IDS, PACKET_TYPES = 32, 8  # 5 and 3 bits of the header. Source: AM020
MEM_TILE_BANKS = 8  # Source: mlir-aie getNumBanks
# Channels of a mem tile that reach its neighbours. Source: getMaxChannelNumForAdjacentMemTile.
ADJACENT_CHANNELS = 4
# Bytes of a shim's burst; 0 is the longest. Source: mlir-aie getShimBurstEncodingsAndLengths.
BURSTS = {"aie2": (0, 64, 128, 256), "aie2p": (0, 64, 128, 256, 512)}
# The shortest instruction that does anything has 4 bytes (Source: llvm-aie's formats of 16 to 128
# bits, of which the shortest is a nop). A lower bound: compilers take more.
OP_BYTES = 4
_NO_CODE = ("aie.core", "arith.constant", "memref.subview", "memref.cast", "scf.yield", "aie.end",
            "aie.objectfifo.subview.access", "memref.reinterpret_cast")  # fmt: skip

Places = Mapping[SSAValue, Place]


def check_device(
    ops: Sequence[Operation], places: Places, target: Target, kernels: Mapping[str, object]
) -> None:
    """Refuse the first operation of a device that the hardware could not follow.

    places: of the values that are tiles. kernels: by symbol; an attribute `program_bytes` of one is
        what it takes of a core's program memory.
    """
    check = _Check(places, target, kernels)
    for op in ops:
        check.packet(op)
        for kind, rule in check.rules.items():
            if isinstance(op, kind):
                rule(op)


class _Check:
    def __init__(self, places: Places, target: Target, kernels: Mapping[str, object]) -> None:
        self._places, self._target, self._kernels = places, target, kernels
        self._banks: Counter[tuple[Place, int]] = Counter()
        self.rules: dict[type[Operation], Callable[..., None]] = {
            MemOp: self._tile_dma,
            MemTileDmaOp: self._tile_dma,
            ShimDmaOp: self._tile_dma,
            DmaConfigureTaskOp: self._task,
            DmaBdOp: self._burst,
            NpuDmaMemcpyNdOp: self._memcpy,
            BufferOp: self._bank,
            CoreOp: self._core,
            CascadeFlowOp: self._cascade,
            PacketFlowOp: self._packet_flow,
            UseLockOp: self._lock_value,
        }

    def packet(self, op: Operation) -> None:
        """The packet header of any op."""
        info = op.properties.get("packet")
        if isinstance(info, PacketInfoAttr):
            kind, packet = info.values
            self._packet(op, packet)
            if not 0 <= kind < PACKET_TYPES:
                raise DesignError(f"there is no packet type {kind}", where=describe(op),
                                  expected=f"0 to {PACKET_TYPES - 1}")  # fmt: skip

    def _packet_flow(self, op: PacketFlowOp) -> None:
        self._packet(op, op.id.value.data)

    def _packet(self, op: Operation, packet: int) -> None:
        if not 0 <= packet < PACKET_IDS:
            raise DesignError(f"there is no packet id {packet}", where=describe(op),
                              expected=f"0 to {PACKET_IDS - 1}")  # fmt: skip

    def _tile_dma(self, op: MemOp | MemTileDmaOp | ShimDmaOp) -> None:
        if (at := self._places.get(op.tile)) is None:
            return
        for start in plain_values.starts(op):
            for block in start.chain:
                self._descriptor(block, at, start.direction, start.channel, start.pad_value)

    def _task(self, op: DmaConfigureTaskOp) -> None:
        if (at := self._places.get(op.tile)) is None:
            return
        for block in op.body.blocks:
            self._descriptor(block, at, op.direction.data.value, op.channel.value.data, None)

    def _descriptor(
        self, block: Block, at: Place, direction: str, channel: int, pad_value: int | None
    ) -> None:
        locks = [op for op in block.ops if isinstance(op, UseLockOp)]
        for op in block.ops:
            if isinstance(op, DmaBdOp):
                _check_pairs(op, locks)
                _check_buffer(op, at)
                self._check_reach(op, op.buffer, at, channel)
                self._padding(op, at, direction, pad_value or number(op.pad_value))
        for op in locks:
            self._check_reach(op, op.lock, at, channel)

    def _check_reach(self, op: Operation, value: SSAValue, at: Place, channel: int) -> None:
        home = self._home(value)
        if home in (None, at):
            return
        beside = at[1] == MEM_ROW == home[1] and abs(at[0] - home[0]) == 1
        if beside and channel < ADJACENT_CHANNELS:
            return
        raise DesignError(
            f"channel {channel} of tile {at} does not reach %{value.name_hint} of tile {home}",
            where=describe(op),
            expected=f"its own tile's, or from channels 0 to {ADJACENT_CHANNELS - 1} a neighbour's"
            if at[1] == MEM_ROW else "its own tile's",
        )  # fmt: skip

    def _home(self, value: SSAValue) -> Place | None:
        owner = value.owner
        return self._places.get(owner.tile) if isinstance(owner, BufferOp | LockOp) else None

    def _padding(self, op: DmaBdOp, at: Place, direction: str, value: int | None) -> None:
        if not op.padding or not any(any(pair) for pair in op.padding):
            return
        if at[1] != MEM_ROW or direction != "MM2S":
            raise DesignError(f"{direction} of tile {at} cannot pad", where=describe(op),
                              expected="padding where a mem tile sends (MM2S)")  # fmt: skip
        if value and self._target.isa == "aie2":
            raise DesignError(f"tile {at} cannot pad with {value}", where=describe(op),
                              expected=f"padding with 0 on {self._target.name}")  # fmt: skip

    def _memcpy(self, op: NpuDmaMemcpyNdOp) -> None:
        self._burst(op)
        kind = element_of(op.memref.type)
        if dtype_of(kind).itemsize > WORD_BYTES and not isinstance(kind, BlockFloatType):
            raise DesignError(f"a transfer of elements of type {kind}", where=describe(op),
                              expected="elements of at most 32 bits")  # fmt: skip

    def _burst(self, op: DmaBdOp | NpuDmaMemcpyNdOp) -> None:
        length = number(op.burst_length)
        if length is not None and length not in BURSTS[self._target.isa]:
            raise DesignError(
                f"there is no burst of {length} bytes",
                where=describe(op),
                expected=f"one of {', '.join(map(str, BURSTS[self._target.isa]))}",
            )

    def _bank(self, op: BufferOp) -> None:
        # Where an address is given it decides; iree writes bank 0 beside every address.
        bank, place = number(op.mem_bank), self._places.get(op.tile)
        if bank is None or place is None or place[1] == SHIM_ROW or op.address is not None:
            return
        in_mem = place[1] == MEM_ROW
        count = MEM_TILE_BANKS if in_mem else self._target.core_banks
        whole = self._target.mem_tile_bytes if in_mem else self._target.core_memory_bytes
        if not 0 <= bank < count:
            raise DesignError(f"tile {place} has no memory bank {bank}", where=describe(op),
                              expected=f"0 to {count - 1}")  # fmt: skip
        kind = op.buffer.type
        self._banks[place, bank] += dtype_of(element_of(kind)).itemsize * math.prod(shape_of(kind))
        if self._banks[place, bank] > whole // count:
            raise DesignError(
                f"buffers of {self._banks[place, bank]} bytes are in bank {bank} of tile {place}",
                where=describe(op),
                expected=f"at most {whole // count}",
            )

    def _core(self, op: CoreOp) -> None:
        place = self._places.get(op.tile)
        if place is None:
            return
        for inner in op.walk():
            for value in inner.operands:
                home = self._home(value)
                if home is not None and not sees(place, home):
                    raise DesignError(
                        f"the core of tile {place} does not see %{value.name_hint} of tile {home}",
                        where=describe(inner),
                        expected="its own tile's, or of the tile to its west, north or south",
                    )
        self._program(op)

    def _program(self, op: CoreOp) -> None:
        inside = [inner for inner in op.walk() if inner.name not in _NO_CODE]
        called = {c.callee.root_reference.data for c in inside if isinstance(c, func.CallOp)}
        own = sum(getattr(self._kernels.get(symbol), "program_bytes", 0) for symbol in called)
        estimate, most = OP_BYTES * len(inside) + own, self._target.core_program_bytes
        if estimate > most:
            raise DesignError(
                f"the program takes {estimate} bytes or more (estimated: {len(inside)} operations, "
                f"kernels of {own} bytes)",
                where=describe(op),
                expected=f"at most {most} bytes of program memory",
                todo="use loops for what is written out",
            )

    def _cascade(self, op: CascadeFlowOp) -> None:
        source, sink = (self._places.get(tile) for tile in (op.source_tile, op.dest_tile))
        if source is None or sink is None:
            return
        step = sink[0] - source[0], sink[1] - source[1]
        if min(source[1], sink[1]) <= MEM_ROW or step not in ((1, 0), (0, -1)):
            raise DesignError(f"no cascade leads from tile {source} to {sink}", where=describe(op),
                              expected="a core and the one to its east or south")  # fmt: skip

    def _lock_value(self, op: UseLockOp) -> None:
        most = self._target.max_lock_value
        if isinstance(op.value, int) and abs(op.value) > most:
            raise DesignError(f"a lock is used with {op.value}", where=describe(op),
                              expected=f"at most {most}")  # fmt: skip


def _check_buffer(op: DmaBdOp, at: Place) -> None:
    """A layout stays within its buffer, wherever in it the transfer begins."""
    kind, dims = op.buffer.type, [(n, s) for n, s in op.dims if isinstance(n, int)]
    steps = [(n - 1) * s for n, s in dims if isinstance(s, int)]
    if (
        not isinstance(kind, MemRefType)
        or not kind.has_static_shape()
        or len(steps) != len(op.dims)
    ):
        return
    if sum(steps) >= kind.element_count() > 0:
        raise DesignError(
            f"the descriptor's layout walks to element {sum(steps)} of %{op.buffer.name_hint}",
            where=f"{describe(op)} of tile {at}",
            expected=f"0 to {kind.element_count() - 1}",
        )


def _check_pairs(op: DmaBdOp, locks: Sequence[UseLockOp]) -> None:
    """A descriptor's registers hold one acquire and one release, and have one use for both."""
    acquires = sum(map(plain_values.is_acquire, locks))
    releases = len(locks) - acquires
    if acquires > 1 or releases > 1 or acquires != releases:
        raise DesignError(
            f"the descriptor has {acquires} acquires and {releases} releases",
            where=describe(op),
            expected="one of each, or none",
        )
