"""What straight-line scalar code costs a core: issued in order, one operation a cycle, and a result
is waited for where it is used.

Stands under writer.py, which asks once for each stretch of code between two points where time is
settled. A loop that holds neither loop nor call has no overhead, as the core has hardware loops for
these; any other pays its jump. A loop of plain arithmetic, loads and stores that never loads from a
memory that it stores to overlaps its rounds, as compilers pipeline it: a round takes its slots, or
what its carried values wait for, and the latencies are paid once.
"""

from __future__ import annotations

import math

from xdsl.dialects import arith, func, memref, scf
from xdsl.dialects.builtin import DYNAMIC_INDEX, FloatAttr, IntegerAttr, MemRefType
from xdsl.ir import Operation, SSAValue

from aiec.runtime.sim.array import timing

LATENCY = {
    "memref.load": timing.SCALAR_LOAD_LATENCY,
    "affine.load": timing.SCALAR_LOAD_LATENCY,
    "arith.muli": timing.SCALAR_MUL_LATENCY,
}
_MOVES = (memref.LoadOp, memref.StoreOp, scf.YieldOp)
_PLAIN = (arith.ConstantOp, scf.YieldOp, memref.StoreOp, scf.ForOp)


class Schedule:
    """One stretch of straight-line code. `quiet`: operations cost nothing for now."""

    __slots__ = ("_issued", "_landed", "_ready", "_slots", "op", "quiet")

    def __init__(self) -> None:
        self.op: Operation | None = None
        self.quiet = False
        self._issued = self._landed = self._slots = 0
        self._ready: dict[SSAValue, int] = {}

    def spend(self, cycles: int) -> None:
        """The current operation starts when its operands are there, and issues for `cycles`."""
        if self.quiet:
            return
        op = self.op
        start = self._issued
        for operand in op.operands if op is not None else ():
            start = max(start, self._ready.get(operand, 0))
        self._issued = start + cycles
        self._slots += cycles
        if op is None:
            return
        landed = start + max(cycles, LATENCY.get(op.name, 0))
        for result in op.results:
            self._ready[result] = landed
            self._landed = max(self._landed, landed)

    def drain(self) -> int:
        """Cycles until everything has landed; a new stretch begins."""
        cycles = max(self._issued, self._landed)
        self._issued = self._landed = self._slots = 0
        self._ready.clear()
        return cycles

    def drain_round(self, loop: scf.ForOp) -> tuple[int, int]:
        """Cycles that one more round of an overlapping loop takes, and the rest of the last one."""
        each = max(self._slots, _recurrence(loop))
        return each, max(0, self.drain() - each)


def jumps(op: Operation) -> bool:
    """Whether a loop is more than the core's hardware loops can hold."""
    inside = (inner for inner in op.walk() if inner is not op)
    return any(inner.regions or isinstance(inner, func.CallOp) for inner in inside)


def overlaps(loop: scf.ForOp) -> bool:
    """Whether a compiler can start a round of the loop before the last one has ended."""
    inside = [op for op in loop.walk() if op is not loop]
    stored = {op.memref for op in inside if isinstance(op, memref.StoreOp)}
    loaded = {op.memref for op in inside if isinstance(op, memref.LoadOp)}
    return not stored & loaded and all(
        op.name.startswith(("arith.", "math.")) or isinstance(op, _MOVES) for op in inside
    )


def _recurrence(loop: scf.ForOp) -> int:
    """The longest way in cycles from a value that the loop carries to the next round's."""
    body = loop.body.block
    longest: dict[SSAValue, int] = {}
    longest.update((carried, 0) for carried in body.args[1:])
    for op in body.ops:
        ways = [longest[operand] for operand in op.operands if operand in longest]
        if ways:
            cycles = max(ways) + max(timing.SCALAR_OP_CYCLES, LATENCY.get(op.name, 0))
            longest.update((result, cycles) for result in op.results)
    last = body.last_op
    return max((longest.get(value, 0) for value in last.operands), default=0) if last else 0


def filled_bytes(loop: scf.ForOp) -> int:
    """The size of the buffer that a nest of loops sets to one byte's value, or 0.

    Compilers turn such a nest into a call of memset.
    """
    stores = [op for op in loop.walk() if isinstance(op, memref.StoreOp)]
    if len(stores) != 1 or not all(isinstance(op, _PLAIN) for op in loop.walk()):
        return 0
    store = stores[0]
    kind = store.memref.type
    assert isinstance(kind, MemRefType)
    shape = kind.get_shape()
    if DYNAMIC_INDEX in shape or not _is_zero(store.value):
        return 0
    trips = [_trips(op) for op in loop.walk() if isinstance(op, scf.ForOp)]
    indices = {op.body.block.args[0] for op in loop.walk() if isinstance(op, scf.ForOp)}
    if trips != list(shape) or indices != set(store.indices):
        return 0
    return math.prod(shape) * _bits(kind) // 8


def _bits(kind: MemRefType) -> int:
    return getattr(kind.element_type, "bitwidth", 0)


def _is_zero(value: SSAValue) -> bool:
    constant = _constant(value)
    return constant is not None and constant == 0


def _constant(value: SSAValue) -> float | None:
    owner = value.owner
    if not isinstance(owner, arith.ConstantOp):
        return None
    attribute = owner.value
    return attribute.value.data if isinstance(attribute, IntegerAttr | FloatAttr) else None


def _trips(loop: scf.ForOp) -> int:
    bounds = [_constant(value) for value in (loop.lb, loop.ub, loop.step)]
    if any(bound is None for bound in bounds):
        return -1
    low, high, step = (int(bound or 0) for bound in bounds)
    return (high - low) // step if step else -1
