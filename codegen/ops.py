"""Short builders for the ops of a design; each inserts its op where an `ImplicitBuilder` stands.

Between the emitter's modules, which say what a design does, and the op classes of
`codegen/dialects`, which say how MLIR-AIE spells it. What has a symbol is called by it in the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from xdsl.builder import ImplicitBuilder
from xdsl.dialects import arith, func, scf
from xdsl.dialects.builtin import (
    IndexType,
    IntegerAttr,
    MemRefType,
    ModuleOp,
    StringAttr,
    bf16,
    f32,
    i32,
)
from xdsl.ir import Attribute, Block, Region, SSAValue

from aiec.codegen.dialects import locks, npu, registers, routing, structure, tasks
from aiec.codegen.dialects.attributes import DmaDirection, LockAction

Held: TypeAlias = AbstractContextManager[None]

ELEMENT_TYPES: dict[str, Attribute] = {"bf16": bf16, "f32": f32, "i32": i32}


def named(value: SSAValue, name: str) -> SSAValue:
    """Give `value` a name in the text."""
    value.name_hint = name
    return value


# Frame


@contextmanager
def module() -> Iterator[ModuleOp]:
    """A new module, filled by the body of the `with`."""
    made = ModuleOp([])
    with ImplicitBuilder(made.body):
        yield made


@contextmanager
def device(name: str) -> Iterator[None]:
    """An `aie.device`, filled by the body."""
    block = Block()
    with ImplicitBuilder(block):
        yield
    structure.DeviceOp(name, Region(block))


def external_function(symbol: str, types: Sequence[Attribute], link_with: str | None) -> None:
    """Declare a function of an object file."""
    declared = func.FuncOp.external(symbol, types, [])
    if link_with is not None:
        declared.attributes["link_with"] = StringAttr(link_with)


def tile(column: int, row: int, sequential: bool = False) -> SSAValue:
    """An `aie.tile`; `sequential` has its buffers laid end to end, whatever the banks."""
    made = structure.TileOp(column, row)
    if sequential:
        made.attributes["allocation_scheme"] = StringAttr("basic-sequential")
    return made.result


def buffer(of: SSAValue, name: str, type: MemRefType, bank: int | None = None) -> SSAValue:
    """A buffer of a tile, in a memory bank if one is given."""
    made = structure.BufferOp(of, type, sym_name=name)
    if bank is not None:
        made.properties["mem_bank"] = IntegerAttr(bank, i32)
    return made.buffer


def lock(of: SSAValue, lock_id: int, name: str, init: int) -> SSAValue:
    """A lock of a tile with its value at configuration."""
    return locks.LockOp(of, lock_id, init, name).result


def flow(source: SSAValue, source_channel: int, dest: SSAValue, dest_channel: int) -> None:
    """A circuit between two DMA channels."""
    routing.FlowOp(source, source_channel, dest, dest_channel)


# Programs of cores


@contextmanager
def core(of: SSAValue, stack_bytes: int, link_with: str | None) -> Iterator[None]:
    """The program of a core, written by the body."""
    block = Block()
    with ImplicitBuilder(block):
        yield
        structure.EndOp()
    structure.CoreOp(of, Region(block), stack_size=stack_bytes, link_with=link_with)


@contextmanager
def loop(lower: SSAValue, upper: SSAValue, step: SSAValue, name: str) -> Iterator[SSAValue]:
    """An `scf.for` around the body, which gets the index."""
    block = Block(arg_types=[IndexType()])
    with ImplicitBuilder(block):
        yield named(block.args[0], name)
        scf.YieldOp()
    scf.ForOp(lower, upper, step, [], block)


@contextmanager
def when(condition: SSAValue) -> Iterator[None]:
    """An `scf.if` around the body."""
    block = Block()
    with ImplicitBuilder(block):
        yield
        scf.YieldOp()
    scf.IfOp(condition, [], Region(block))


def index(value: int, name: str | None = None) -> SSAValue:
    """A constant of type index."""
    made = arith.ConstantOp.from_int_and_width(value, IndexType())
    return named(made.result, name or f"c{value}")


def constant(value: int) -> SSAValue:
    """A constant of type i32."""
    return named(arith.ConstantOp.from_int_and_width(value, i32).result, f"c{value}_i32")


def acquire_equal(of: SSAValue, value: int) -> None:
    """Wait until a lock has `value`, and leave it."""
    locks.UseLockOp(of, LockAction.ACQUIRE, value)


def release(of: SSAValue, value: int) -> None:
    """Add `value` to a lock."""
    locks.UseLockOp(of, LockAction.RELEASE, value)


@contextmanager
def held(taken: SSAValue, given: SSAValue, take: int = 1, give: int = 1) -> Iterator[None]:
    """Take one of `taken` (or `take`), do the body, give one to `given` (or `give`)."""
    locks.UseLockOp(taken, LockAction.ACQUIRE_GREATER_EQUAL, take)
    yield
    locks.UseLockOp(given, LockAction.RELEASE, give)


# Host side


def shim_channel(symbol: str, shim: SSAValue, direction: str, channel: int) -> None:
    """Name a channel of a shim."""
    routing.ShimDmaAllocationOp(symbol, shim, DmaDirection(direction), channel)


@contextmanager
def runtime_sequence(
    symbol: str, names: Sequence[str], types: Sequence[MemRefType]
) -> Iterator[tuple[SSAValue, ...]]:
    """A runtime sequence written by the body, which gets the host's buffers."""
    block = Block(arg_types=types)
    with ImplicitBuilder(block):
        yield tuple(named(a, n) for a, n in zip(block.args, names, strict=True))
    structure.RuntimeSequenceOp(block, symbol)


def rtp_write(symbol: str, word: int, value: int) -> None:
    """Write a word of a core's buffer of runtime parameters."""
    npu.NpuRtpWriteOp(symbol, word, value)


def set_lock(of: SSAValue, value: int) -> None:
    """Set a lock from the host."""
    locks.SetLockOp(of, value)


def dma_memcpy_nd(
    host: SSAValue,
    channel: str,
    bd: int,
    offsets: Sequence[int],
    sizes: Sequence[int],
    strides: Sequence[int],
    issue_token: bool = False,
) -> None:
    """Queue one transfer on a shim channel; four of each, outermost first."""
    npu.NpuDmaMemcpyNdOp(host, channel, bd, offsets, sizes, strides, issue_token=issue_token)


def dma_wait(channel: str) -> None:
    """Wait for the completion of one transfer on a shim channel."""
    npu.NpuDmaWaitOp(channel)


def configure_task(of: SSAValue, direction: str, channel: int, body: Region) -> SSAValue:
    """Write the descriptors of a chain for a channel of a tile."""
    return tasks.DmaConfigureTaskOp(of, DmaDirection(direction), channel, body).result


def free_task(task: SSAValue) -> None:
    """Give back the numbers of a chain's descriptors."""
    tasks.DmaFreeTaskOp(task)


# Source: AM025, memory tile: DMA_S2MM_0_Start_Queue and DMA_MM2S_0_Start_Queue, 8 B a channel
MEM_QUEUES = {"S2MM": 0xA0604, "MM2S": 0xA0634}


def push_mem_queue(
    column: int, row: int, direction: str, channel: int, first_bd: int, runs: int
) -> None:
    """Queue the chain that begins at a descriptor of a mem tile, to run so often.

    By a write: in mlir-aie before July 2026 (AIEDmaToNpu.cpp) `aiex.npu.push_queue` keeps four bits
    of the descriptor, and those of odd channels begin at 24.
    """
    registers.NpuWrite32Op(
        column, row, MEM_QUEUES[direction] + 8 * channel, first_bd | (runs - 1) << 16
    )
