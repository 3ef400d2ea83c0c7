"""What the values of a sequence are while it is assembled: numbers, host memories, tasks.

Loops are counted out and conditions decided, so every number must be known: one that comes with
the call (a scalar argument) is refused. Memories are traced through casts and contiguous subviews
to an argument of the sequence or a buffer of the array.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xdsl.dialects import arith, memref
from xdsl.dialects.builtin import IntegerAttr, IntegerType, MemRefType
from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects import describe
from aiec.codegen.dialects.addresses import element_bits
from aiec.codegen.dialects.scalars import Scalar
from aiec.codegen.dialects.structure import BufferOp
from aiec.ir.errors import DesignError


@dataclass(frozen=True, slots=True)
class HostMemory:
    """Bytes of an argument of the sequence, from `offset` on."""

    argument: int
    offset: int = 0


@dataclass(slots=True)
class Values:
    """The values at one point of a sequence; one may stand for another (arguments of a chain)."""

    known: dict[SSAValue, Any] = field(default_factory=dict)

    def actual(self, value: SSAValue) -> SSAValue:
        """The value that `value` stands for."""
        while isinstance(found := self.known.get(value), SSAValue):
            value = found
        return value

    def number(self, scalar: Scalar | None, op: Operation) -> int:
        """The integer of a scalar of `op`; None is 0."""
        if scalar is None or isinstance(scalar, int):
            return scalar or 0
        found = self.known.get(self.actual(scalar))
        if not isinstance(found, int):
            raise DesignError(
                f"{op.name} uses %{scalar.name_hint or 'value'}, which is not known before the run",
                where=describe(op),
                expected="a constant, or a number that loops and arithmetic make of constants",
            )
        return found

    def memory(self, value: SSAValue, op: Operation) -> HostMemory | BufferOp:
        """What memory `value`, an operand of `op`, is."""
        value = self.actual(value)
        found = self.known.get(value)
        if isinstance(found, HostMemory):
            return found
        if isinstance(value.owner, BufferOp):
            return value.owner
        raise DesignError(
            f"{op.name} uses memory %{value.name_hint or 'value'} of unknown place",
            where=describe(op),
            expected="an argument of the sequence, a contiguous subview of one, or an aie.buffer",
        )

    def compute(self, op: Operation) -> bool:
        """Set the result of arithmetic or of a view; False if `op` is neither."""
        if isinstance(op, arith.ConstantOp):
            if isinstance(op.value, IntegerAttr):
                self.known[op.result] = op.value.value.data
        elif op.name in _SAME:
            self._alias(op)
        elif op.name == "arith.cmpi" and isinstance(
            which := op.properties["predicate"], IntegerAttr
        ):
            a, b = (self.number(v, op) for v in op.operands)
            self.known[op.results[0]] = int(_COMPARE[which.value.data](a, b))
        elif op.name == "arith.select":
            condition, *choices = op.operands
            chosen = self.actual(choices[0 if self.number(condition, op) else 1])
            self.known[op.results[0]] = self.known.get(chosen, chosen)
        elif (function := _BINARY.get(op.name)) is not None:
            a, b = (self.number(v, op) for v in op.operands)
            self.known[op.results[0]] = self._divided(function, a, b, op)
        elif isinstance(op, memref.SubviewOp):
            self.known[op.result] = self._subview(op)
        elif isinstance(op, memref.ReinterpretCastOp):
            self.known[op.result] = self._reinterpreted(op)
        else:
            return False
        return True

    def _divided(self, function: Callable[[int, int], int], a: int, b: int, op: Operation) -> int:
        try:
            value = function(a, b)
        except (ZeroDivisionError, ValueError):
            raise DesignError(f"{op.name} of {a} and {b}", where=describe(op)) from None
        kind = op.results[0].type
        if not isinstance(kind, IntegerType):
            return value
        width = kind.width.data
        value &= (1 << width) - 1
        return value - (1 << width) if width > 1 and value >> width - 1 else value

    def _alias(self, op: Operation) -> None:
        source = self.actual(op.operands[0])
        if source in self.known:
            self.known[op.results[0]] = self.known[source]
        else:
            self.known[op.results[0]] = source

    def _subview(self, op: memref.SubviewOp) -> HostMemory:
        kind = op.source.type
        assert isinstance(kind, MemRefType)
        offsets, sizes, steps = (
            [int(n) for n in part.get_values()]
            for part in (op.static_offsets, op.static_sizes, op.static_strides)
        )
        strides = kind.get_strides()
        if op.offsets or op.sizes or op.strides or strides is None or None in strides:
            raise DesignError("a subview of run time", where=describe(op), expected="constants")
        follows = 1
        for size, stride in zip(reversed(sizes), reversed(strides), strict=True):
            if size > 1 and stride != follows:
                raise DesignError("a subview in pieces", where=describe(op),
                                  expected="one run of elements")  # fmt: skip
            follows *= size
        if any(step != 1 for step in steps):
            raise DesignError("a subview with steps", where=describe(op), expected="steps of 1")
        elements = sum(o * int(s) for o, s in zip(offsets, strides, strict=True) if s is not None)
        return self._moved(op.source, elements * element_bits(kind.element_type) // 8, op)

    def _reinterpreted(self, op: memref.ReinterpretCastOp) -> HostMemory:
        if op.offsets or any(op.static_offsets.get_values()):
            raise DesignError("a reinterpret_cast with an offset, which mlir-aie leaves out",
                              where=describe(op), todo="use a subview")  # fmt: skip
        return self._moved(op.source, 0, op)

    def _moved(self, source: SSAValue, nbytes: int, op: Operation) -> HostMemory:
        found = self.memory(source, op)
        if not isinstance(found, HostMemory):
            raise DesignError("a view of a buffer of the array", where=describe(op),
                              expected="views of arguments")  # fmt: skip
        return HostMemory(found.argument, found.offset + nbytes)


def _truncated(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


_SAME = frozenset(
    ("arith.index_cast", "arith.index_castui", "arith.extsi", "arith.extui", "arith.trunci",
     "memref.cast", "memref.memory_space_cast", "memref.assume_alignment")
)  # fmt: skip
_BINARY: dict[str, Callable[[int, int], int]] = {
    "arith.addi": operator.add,
    "arith.subi": operator.sub,
    "arith.muli": operator.mul,
    "arith.divsi": _truncated,
    "arith.divui": operator.floordiv,
    "arith.floordivsi": operator.floordiv,
    "arith.ceildivsi": lambda a, b: -(-a // b),
    "arith.ceildivui": lambda a, b: -(-a // b),
    "arith.remsi": lambda a, b: a - b * _truncated(a, b),
    "arith.remui": operator.mod,
    "arith.minsi": min,
    "arith.minui": min,
    "arith.maxsi": max,
    "arith.maxui": max,
    "arith.andi": operator.and_,
    "arith.ori": operator.or_,
    "arith.xori": operator.xor,
    "arith.shli": operator.lshift,
    "arith.shrui": operator.rshift,
    "arith.shrsi": operator.rshift,
    "index.add": operator.add,
    "index.sub": operator.sub,
    "index.mul": operator.mul,
}
# By the predicate's number: eq, ne, slt, sle, sgt, sge, ult, ule, ugt, uge.
_COMPARE = (operator.eq, operator.ne) + 2 * (operator.lt, operator.le, operator.gt, operator.ge)
