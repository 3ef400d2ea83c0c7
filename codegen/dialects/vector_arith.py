"""arith ops whose xDSL 0.74 form takes numbers only: comparisons, selection and conversions.

Ours take vectors too, and stand for xDSL's of the same name in the context of `registry`.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import IntegerAttr, VectorType, i1, i64
from xdsl.ir import Attribute, Operation
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer

INTEGER_PREDICATES = ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")
FLOAT_PREDICATES = (
    "false", "oeq", "ogt", "oge", "olt", "ole", "one", "ord",
    "ueq", "ugt", "uge", "ult", "ule", "une", "uno", "true",
)  # fmt: skip


def mask_of(kind: Attribute) -> Attribute:
    """i1, or a vector of i1 of the shape of `kind`."""
    return VectorType(i1, kind.get_shape()) if isinstance(kind, VectorType) else i1


class _CompareOp(IRDLOperation):
    PREDICATES: ClassVar[tuple[str, ...]] = ()
    predicate = prop_def(IntegerAttr)
    lhs = operand_def()
    rhs = operand_def()
    result = result_def()

    @classmethod
    def parse(cls, parser: Parser) -> _CompareOp:
        position = parser.pos
        word = parser.parse_identifier()
        if word not in cls.PREDICATES:
            parser.raise_error(f"unknown predicate {word!r}", position)
        raw = []
        for _ in range(2):
            parser.parse_punctuation(",")
            raw.append(parser.parse_unresolved_operand())
        attributes = parser.parse_optional_attr_dict()
        parser.parse_punctuation(":")
        kind = parser.parse_type()
        return cls.create(
            operands=parser.resolve_operands(raw, [kind, kind], parser.pos),
            properties={"predicate": IntegerAttr(cls.PREDICATES.index(word), i64)},
            attributes=attributes,
            result_types=[mask_of(kind)],
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {self.PREDICATES[self.predicate.value.data]}, ")
        printer.print_list(self.operands, printer.print_operand)
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : ")
        printer.print_attribute(self.lhs.type)


@irdl_op_definition
class CompareIntegersOp(_CompareOp):
    """Compare integers or indices."""

    name = "arith.cmpi"
    PREDICATES: ClassVar[tuple[str, ...]] = INTEGER_PREDICATES


@irdl_op_definition
class CompareFloatsOp(_CompareOp):
    """Compare floats."""

    name = "arith.cmpf"
    PREDICATES: ClassVar[tuple[str, ...]] = FLOAT_PREDICATES


@irdl_op_definition
class SelectOp(IRDLOperation):
    """One of two values, of each lane where the condition is a vector."""

    name = "arith.select"
    cond = operand_def()
    lhs = operand_def()
    rhs = operand_def()
    result = result_def()

    @classmethod
    def parse(cls, parser: Parser) -> SelectOp:
        raw = [parser.parse_unresolved_operand()]
        for _ in range(2):
            parser.parse_punctuation(",")
            raw.append(parser.parse_unresolved_operand())
        attributes = parser.parse_optional_attr_dict()
        parser.parse_punctuation(":")
        condition, kind = i1, parser.parse_type()
        if parser.parse_optional_punctuation(","):
            condition, kind = kind, parser.parse_type()
        operands = parser.resolve_operands(raw, [condition, kind, kind], parser.pos)
        return cls.create(operands=operands, attributes=attributes, result_types=[kind])

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_list(self.operands, printer.print_operand)
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : ")
        if self.cond.type != i1:
            printer.print_attribute(self.cond.type)
            printer.print_string(", ")
        printer.print_attribute(self.result.type)


class _ConversionOp(IRDLOperation):
    """A number or a vector in another type."""

    input = operand_def()
    result = result_def()
    assembly_format = "$input attr-dict `:` type($input) `to` type($result)"


def _conversion(word: str) -> type[Operation]:
    namespace = {"name": f"arith.{word}", "__doc__": f"arith.{word} of a number or a vector."}
    return irdl_op_definition(type(f"{word.capitalize()}Op", (_ConversionOp,), namespace))


CONVERSIONS = (
    "sitofp", "uitofp", "fptosi", "fptoui", "extf", "truncf", "extsi", "extui", "trunci",
    "index_cast", "index_castui",
)  # fmt: skip
OPERATIONS: tuple[type[Operation], ...] = (
    CompareIntegersOp,
    CompareFloatsOp,
    SelectOp,
    *map(_conversion, CONVERSIONS),
)
