"""What the simulator needs of each operation, as plain values.

Between the dialects and the modules that build the machine. `Mixed` is a number of the text: an int
where it is constant, an SSA value where the program computes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, StringAttr
from xdsl.ir import Attribute, Block, Operation, SSAValue

from aiec.codegen.dialects import describe as place_of
from aiec.codegen.dialects.attributes import LockAction
from aiec.codegen.dialects.dma import DmaBdOp, DmaOp, DmaStartOp, NextBdOp
from aiec.codegen.dialects.locks import LockOp, UseLockOp
from aiec.codegen.dialects.regions import EndOp
from aiec.codegen.dialects.routing import FlowOp
from aiec.codegen.dialects.structure import BufferOp, CoreOp
from aiec.ir.errors import DesignError
from aiec.runtime.sim.program.arithmetic import dense_array

Mixed: TypeAlias = int | SSAValue
Describe = Callable[[Operation], str]
ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True)
class Start:
    """A channel's task: the descriptors of `chain` in order, run `repeat` + 1 times.

    `loops`: the last leads to descriptor `back` of the chain.
    """

    op: Operation
    direction: str
    channel: int
    repeat: int
    chain: tuple[Block, ...]
    back: int | None
    pad_value: int | None


def number(attribute: Attribute | None) -> int | None:
    """The integer of an attribute."""
    return attribute.value.data if isinstance(attribute, IntegerAttr) else None


def fixed(value: Mixed | None, default: int, where: str) -> int:
    """The integer of a number that only a running program could compute otherwise."""
    if value is None:
        return default
    if isinstance(value, int):
        return value
    raise DesignError("a number is not known before the run", where=where, expected="a constant")


def describe(op: Operation) -> str:
    """The op and its place in the text, for messages."""
    return f"{op.name} ({place_of(op)})"


def the(
    kind: type[ThingT], value: SSAValue, values: Mapping[SSAValue, object], op: Operation
) -> ThingT:
    """What `value`, an operand of `op`, became; `DesignError` if that is no `kind`."""
    found = values.get(value)
    if isinstance(found, kind):
        return found
    word = kind.__name__.lower()
    raise DesignError(
        f"%{value.name_hint or 'value'} is no {word}",
        where=describe(op),
        expected=f"an aie.{word} of the device",
    )


def symbol(op: Operation) -> str | None:
    """The op's own symbol."""
    name = op.properties.get("sym_name") or op.attributes.get("sym_name")
    return name.data if isinstance(name, StringAttr) else None


def is_acquire(op: UseLockOp) -> bool:
    """Whether it waits, be it for a value or for at least one."""
    return op.action.data != LockAction.RELEASE


def is_equal(op: UseLockOp) -> bool:
    """Whether it waits for equality and leaves the value."""
    return op.action.data == LockAction.ACQUIRE


def initial_value(op: BufferOp) -> np.ndarray | None:
    """What the buffer holds when the design is loaded."""
    return None if op.initial_value is None else dense_array(op.initial_value)


def stack_bytes(op: CoreOp, default: int, memory_bytes: int) -> int:
    """The stack of a core; refuses one that its memory of `memory_bytes` cannot hold."""
    given = number(op.stack_size)
    stack = default if given is None else given
    if not 0 <= stack < memory_bytes:
        raise DesignError(
            f"the core has a stack of {stack} bytes",
            where=describe(op),
            expected=f"0 to {memory_bytes - 1}, and room for its buffers",
        )
    return stack


def ports(op: FlowOp) -> tuple[tuple[str, int], tuple[str, int]]:
    """Bundle and channel of a flow's source, and of its end."""
    return (
        (op.source_bundle.data.value, op.source_channel.value.data),
        (op.dest_bundle.data.value, op.dest_channel.value.data),
    )


def initial_lock(op: LockOp) -> int:
    """The value of a lock when the design is loaded."""
    return number(op.init) or 0


def starts(op: Operation) -> Iterator[Start]:
    """The tasks that a DMA region starts, in order, whichever form it has."""
    blocks = op.regions[0].blocks
    block: Block | None = blocks[0] if blocks else None
    seen: set[Block] = set()
    while block is not None and block not in seen:
        seen.add(block)
        following = None
        for inner in block.ops:
            if isinstance(inner, DmaOp):
                yield _region_start(inner)
            elif isinstance(inner, DmaStartOp):
                yield _block_start(inner)
                following = inner.chain
        block = following


def descriptor(block: Block) -> DmaBdOp:
    """The one descriptor of a block."""
    found = [op for op in block.ops if isinstance(op, DmaBdOp)]
    if len(found) == 1:
        return found[0]
    parent = block.parent_op()
    assert parent is not None
    raise DesignError(f"a block has {len(found)} dma_bd", where=describe(parent), expected="one")


def _block_start(op: DmaStartOp) -> Start:
    chain: list[Block] = []
    block: Block | None = op.dest
    while block is not None and block not in chain and not only_ends(block):
        chain.append(block)
        last = block.last_op
        block = last.dest if isinstance(last, NextBdOp) else None
    back = chain.index(block) if block is not None and block in chain else None
    return Start(
        op,
        op.direction.data.value,
        op.channel.value.data,
        number(op.repeat_count) or 0,
        tuple(chain),
        back,
        number(op.pad_value),
    )


def only_ends(block: Block) -> bool:
    """Whether a chain that comes to `block` has come to its end."""
    return isinstance(block.first_op, EndOp)


def _region_start(op: DmaOp) -> Start:
    loops = number(op.loop) != 0
    return Start(
        op,
        op.direction.data.value,
        op.channel.value.data,
        number(op.repeat_count) or 0,
        tuple(region.block for region in op.bds),
        0 if loops else None,
        number(op.pad_value),
    )
