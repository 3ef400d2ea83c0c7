"""Numbers of an op that are a plain integer or an SSA value, in one representation.

Where it stands: below the op files. E1 writes most of these numbers as integers, E2 as SSA values
defined by `arith.constant`. Here an integer is an integer: reading folds constants, and printing E2
writes them again (`epochs.EpochPrinter`). What stays an SSA value is known at run time only.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from xdsl.dialects import arith
from xdsl.dialects.builtin import I64, DenseArrayBase, IntegerAttr, IntegerType, i32, i64
from xdsl.ir import OpResult, SSAValue
from xdsl.irdl import IRDLOperation, base, prop_def, var_operand_def
from xdsl.parser import Parser, UnresolvedOperand
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from aiec.codegen.dialects.epochs import EpochPrinter

Scalar: TypeAlias = int | SSAValue
RawScalar: TypeAlias = int | UnresolvedOperand

# MLIR's mark of an entry that is an operand (ShapedType::kDynamic); the next one is ours.
DYNAMIC = -(2**63)
ABSENT = DYNAMIC + 1


def constant_of(value: SSAValue) -> int | None:
    """The integer that an `arith.constant` defines `value` as, or None."""
    if isinstance(value, OpResult) and isinstance(value.op, arith.ConstantOp):
        attribute = value.op.value
        if isinstance(attribute, IntegerAttr):
            return attribute.value.data
    return None


def parse_scalar(parser: Parser) -> RawScalar:
    """Read `%v` or an integer."""
    operand = parser.parse_optional_unresolved_operand()
    return parser.parse_integer() if operand is None else operand


def resolve(parser: Parser, raw: RawScalar, kind: IntegerType) -> Scalar:
    """Give a scalar its type; a constant becomes its integer."""
    if isinstance(raw, int):
        return raw
    value = parser.resolve_operand(raw, kind)
    constant = constant_of(value)
    return value if constant is None else constant


def unsigned(value: Scalar) -> Scalar:
    """An integer as the 32-bit word that a register takes."""
    return value & 0xFFFFFFFF if isinstance(value, int) else value


def print_scalar(printer: Printer, value: Scalar, kind: IntegerType | None = None) -> None:
    """Write `%v` or an integer; where E2 wants a value of type `kind`, the constant's name."""
    if isinstance(value, SSAValue):
        printer.print_ssa_value(value)
    elif kind is not None and isinstance(printer, EpochPrinter) and printer.epoch == "E2":
        printer.print_string(printer.constant_name(value, kind))
    else:
        printer.print_string(str(value))


class ScalarsOp(IRDLOperation, ABC):
    """An op with scalars. `static` holds all of them in order; `dynamic` the SSA ones.

    CONSTANT_TYPE is the type that E2 wants its constants in, None where E2 takes integers too.
    E1_DYNAMIC: E1 takes SSA values too.
    """

    CONSTANT_TYPE: ClassVar[IntegerType | None] = None
    E1_DYNAMIC: ClassVar[bool] = False

    dynamic = var_operand_def(base(IntegerType))
    static = prop_def(DenseArrayBase[I64])

    @property
    def scalars(self) -> tuple[Scalar | None, ...]:
        """All scalars in order; None is one that the text does not give."""
        operands = iter(self.dynamic)
        return tuple(
            next(operands) if value == DYNAMIC else None if value == ABSENT else value
            for value in self.static.get_values()
        )

    def verify_(self) -> None:
        dynamic = sum(value == DYNAMIC for value in self.static.get_values())
        if dynamic != len(self.dynamic):
            raise VerifyException(
                f"{dynamic} of its numbers are said to be operands, {len(self.dynamic)} operands "
                f"are there (a plain number is never {DYNAMIC})"
            )

    def constants(self) -> tuple[tuple[int, IntegerType], ...]:
        """The integers that E2 writes as `arith.constant`, with their type."""
        kind = self.CONSTANT_TYPE
        if kind is None:
            return ()
        return tuple((value, kind) for value in self.scalars if isinstance(value, int))


def split(scalars: Sequence[Scalar | None]) -> tuple[list[SSAValue], DenseArrayBase[I64]]:
    """The operands and the static array of a `ScalarsOp`."""
    operands = [value for value in scalars if isinstance(value, SSAValue)]
    static = [
        DYNAMIC if isinstance(value, SSAValue) else ABSENT if value is None else value
        for value in scalars
    ]
    return operands, DenseArrayBase.from_list(i64, static)


__all__ = [
    "ABSENT",
    "DYNAMIC",
    "RawScalar",
    "Scalar",
    "ScalarsOp",
    "constant_of",
    "i32",
    "parse_scalar",
    "print_scalar",
    "resolve",
    "split",
    "unsigned",
]
