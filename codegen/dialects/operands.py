"""Small builders and readers that several op files share: integer attributes and dense values.

Where it stands: below the op files; knows xDSL only.
"""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.dialects.builtin import (
    AnyFloat,
    BoolAttr,
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
    MemRefType,
    StringAttr,
    TensorType,
    i32,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import IRDLOperation
from xdsl.parser import Parser
from xdsl.printer import Printer


def i32_attr(value: int | None) -> IntegerAttr | None:
    """An i32 attribute, or None for None."""
    return None if value is None else IntegerAttr(value, i32)


def i64_attr(value: int | None) -> IntegerAttr | None:
    """An i64 attribute, or None for None."""
    return None if value is None else IntegerAttr(value, i64)


def string_attr(value: str | None) -> StringAttr | None:
    """A string attribute, or None for None."""
    return None if value is None else StringAttr(value)


def true_attr(value: bool) -> BoolAttr | None:
    """`true`, or None for what is the default."""
    return BoolAttr.from_bool(True) if value else None


def parse_attributes(
    parser: Parser, op: type[IRDLOperation], properties: dict[str, Attribute]
) -> dict[str, Attribute]:
    """Read an optional dictionary: what the op knows joins `properties`, the rest is returned."""
    known = op.get_irdl_definition().properties
    attributes = parser.parse_optional_attr_dict()
    for name in tuple(attributes):
        if name in known:
            properties[name] = attributes.pop(name)
    return attributes


def print_attributes(printer: Printer, op: Operation, *elsewhere: str) -> None:
    """Write properties and attributes as one dictionary, but those that stand elsewhere."""
    dictionary: Mapping[str, Attribute] = op.properties | op.attributes
    hidden = ("static", "operandSegmentSizes", *elsewhere)
    printer.print_op_attributes(dictionary, reserved_attr_names=hidden)


def parse_dense(parser: Parser, type: MemRefType) -> DenseIntOrFPElementsAttr:
    """Read `dense<...>` whose type is that of the memory it fills."""
    parser.parse_keyword("dense")
    element = type.element_type
    if not isinstance(element, IntegerType | IndexType | AnyFloat):
        parser.raise_error(f"no dense values of type {element}")
    tensor = TensorType(element, type.shape)
    value = parser.parse_dense_int_or_fp_elements_attr(tensor)
    if parser.parse_optional_punctuation(":"):
        parser.parse_type()
    return value


def print_memref_operand(printer: Printer, value: SSAValue) -> None:
    """Write `%value : type`."""
    printer.print_ssa_value(value)
    printer.print_string(" : ")
    printer.print_attribute(value.type)


def parse_integers(parser: Parser) -> list[int]:
    """Read `[1, 2]` if it is there, else nothing."""
    return (
        parser.parse_optional_comma_separated_list(parser.Delimiter.SQUARE, parser.parse_integer)
        or []
    )
