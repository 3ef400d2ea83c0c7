"""Locks: their declaration, their use by cores and descriptors, and setting them from the host.

Source: include/aie/Dialect/AIE/IR/AIEOps.td (lock, use_lock) and AIEX.td (set_lock) of mlir-aie.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import I32, IndexType, IntegerAttr, IntegerType, StringAttr, i32
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer

from aiec.codegen.dialects.attributes import (
    LockAction,
    LockActionAttr,
    LockBlocking,
    LockBlockingAttr,
)
from aiec.codegen.dialects.operands import (
    i32_attr,
    parse_attributes,
    print_attributes,
    string_attr,
)
from aiec.codegen.dialects.scalars import (
    Scalar,
    ScalarsOp,
    parse_scalar,
    print_scalar,
    resolve,
    split,
)


@irdl_op_definition
class LockOp(IRDLOperation):
    """A lock of a tile, a counter from 0 to 63. `init` is its value at configuration."""

    name = "aie.lock"
    tile = operand_def(IndexType())
    lock_id = opt_prop_def(IntegerAttr[I32], prop_name="lockID")
    init = opt_prop_def(IntegerAttr)
    sym_name = opt_prop_def(StringAttr)
    result = result_def(IndexType())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $tile (`,` $lockID^)? `)` attr-dict"

    def __init__(
        self,
        tile: SSAValue | Operation,
        lock_id: int | None = None,
        init: int | None = None,
        sym_name: str | None = None,
    ) -> None:
        properties: dict[str, Attribute | None] = {
            "lockID": i32_attr(lock_id),
            "init": i32_attr(init),
            "sym_name": string_attr(sym_name),
        }
        super().__init__(operands=[tile], properties=properties, result_types=[IndexType()])

    def suggested_name(self) -> str | None:
        return self.sym_name.data if self.sym_name else "lock"


@irdl_op_definition
class UseLockOp(ScalarsOp):
    """Acquire or release `value` of a lock. E1 may leave the value out: 1."""

    name = "aie.use_lock"
    CONSTANT_TYPE: ClassVar[IntegerType | None] = i32
    lock = operand_def(IndexType())
    action = prop_def(LockActionAttr)
    blocking = opt_prop_def(LockBlockingAttr)
    acq_en = opt_prop_def(IntegerAttr)

    def __init__(
        self,
        lock: SSAValue | Operation,
        action: LockAction,
        value: Scalar = 1,
        blocking: LockBlocking | None = None,
    ) -> None:
        operands, static = split([value])
        properties: dict[str, Attribute | None] = {
            "action": LockActionAttr(action),
            "blocking": LockBlockingAttr(blocking) if blocking else None,
            "static": static,
        }
        super().__init__(operands=[lock, operands], properties=properties)

    @property
    def value(self) -> Scalar:
        """The value to wait for, to take or to give."""
        (value,) = self.scalars
        assert value is not None
        return value

    @classmethod
    def parse(cls, parser: Parser) -> UseLockOp:
        value: Scalar = 1
        blocking = None
        with parser.in_parens():
            lock = parser.parse_operand(IndexType())
            parser.parse_punctuation(",")
            action = LockActionAttr.parse_parameter(parser)
            if parser.parse_optional_punctuation(","):
                value = resolve(parser, parse_scalar(parser), i32)
            if parser.parse_optional_punctuation(","):
                blocking = LockBlockingAttr.parse_parameter(parser)
        op = cls(lock, LockAction(action), value, LockBlocking(blocking) if blocking else None)
        op.attributes = parse_attributes(parser, cls, op.properties)
        return op

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            printer.print_ssa_value(self.lock)
            printer.print_string(f", {self.action.data}, ")
            print_scalar(printer, self.value, i32)
            if self.blocking is not None:
                printer.print_string(f", {self.blocking.data}")
        print_attributes(printer, self, "action", "blocking")


@irdl_op_definition
class SetLockOp(IRDLOperation):
    """Give a lock an absolute value from the runtime sequence; waits for nothing."""

    name = "aiex.set_lock"
    lock = operand_def(IndexType())
    value = prop_def(IntegerAttr[I32])
    assembly_format = "`(` $lock `,` $value `)` attr-dict"

    def __init__(self, lock: SSAValue | Operation, value: int) -> None:
        super().__init__(operands=[lock], properties={"value": i32_attr(value)})


AIE_OPERATIONS: tuple[type[Operation], ...] = (LockOp, UseLockOp)
AIEX_OPERATIONS: tuple[type[Operation], ...] = (SetLockOp,)
