"""Ops of MLIR's own dialects that xDSL 0.74 has not, or has without their text form.

memref.global, memref.get_global, memref.copy, vector.shape_cast, arithmetic of index. Our classes
stand for xDSL's of the same name in the context of `registry`.
"""

from __future__ import annotations

from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    IndexType,
    MemRefType,
    StringAttr,
    SymbolRefAttr,
    UnitAttr,
    VectorType,
)
from xdsl.ir import Attribute, Dialect, Operation
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import SymbolOpInterface

from aiec.codegen.dialects.operands import parse_dense
from aiec.codegen.dialects.structure import parse_memref


@irdl_op_definition
class GlobalOp(IRDLOperation):
    """A named constant or variable memory. `initial_value` is None where it is uninitialised."""

    name = "memref.global"
    sym_name = prop_def(StringAttr)
    sym_visibility = opt_prop_def(StringAttr)
    type = prop_def(MemRefType)
    initial_value = opt_prop_def(Attribute)
    constant = opt_prop_def(UnitAttr)
    traits = traits_def(SymbolOpInterface())

    @classmethod
    def parse(cls, parser: Parser) -> GlobalOp:
        properties: dict[str, Attribute] = {}
        visibility = parser.parse_optional_str_literal()
        if visibility is not None:
            properties["sym_visibility"] = StringAttr(visibility)
        if parser.parse_optional_keyword("constant"):
            properties["constant"] = UnitAttr()
        properties["sym_name"] = parser.parse_symbol_name()
        parser.parse_punctuation(":")
        properties["type"] = kind = parse_memref(parser)
        if parser.parse_optional_punctuation("="):
            uninitialised = parser.parse_optional_keyword("uninitialized")
            properties["initial_value"] = UnitAttr() if uninitialised else parse_dense(parser, kind)
        attributes = parser.parse_optional_attr_dict()
        return cls.create(properties=properties, attributes=attributes)

    def print(self, printer: Printer) -> None:
        visibility = f' "{self.sym_visibility.data}"' if self.sym_visibility else ""
        printer.print_string(visibility + (" constant " if self.constant else " "))
        printer.print_symbol_name(self.sym_name.data)
        printer.print_string(" : ")
        printer.print_attribute(self.type)
        if isinstance(self.initial_value, DenseIntOrFPElementsAttr):
            printer.print_string(" = ")
            self.initial_value.print_without_type(printer)
        elif self.initial_value is not None:
            printer.print_string(" = uninitialized")
        printer.print_op_attributes(self.attributes)


@irdl_op_definition
class GetGlobalOp(IRDLOperation):
    """The memory of a global."""

    name = "memref.get_global"
    symbol = prop_def(SymbolRefAttr, prop_name="name")
    memref = result_def(MemRefType)
    assembly_format = "$name `:` type($memref) attr-dict"


@irdl_op_definition
class CopyOp(IRDLOperation):
    """Copy one memory to another of the same shape."""

    name = "memref.copy"
    source = operand_def(MemRefType)
    destination = operand_def(MemRefType)
    assembly_format = "$source `,` $destination attr-dict `:` type($source) `to` type($destination)"


@irdl_op_definition
class ShapeCastOp(IRDLOperation):
    """The same elements as a vector of another shape."""

    name = "vector.shape_cast"
    source = operand_def(VectorType)
    result = result_def(VectorType)
    assembly_format = "$source attr-dict `:` type($source) `to` type($result)"


class _IndexOp(IRDLOperation):
    lhs = operand_def(IndexType())
    rhs = operand_def(IndexType())
    result = result_def(IndexType())
    assembly_format = "$lhs `,` $rhs attr-dict"


@irdl_op_definition
class IndexAddOp(_IndexOp):
    """Sum of two indices."""

    name = "index.add"


@irdl_op_definition
class IndexSubOp(_IndexOp):
    """Difference of two indices."""

    name = "index.sub"


@irdl_op_definition
class IndexMulOp(_IndexOp):
    """Product of two indices."""

    name = "index.mul"


Index = Dialect("index", [IndexAddOp, IndexSubOp, IndexMulOp], [])
REPLACED: tuple[type[Operation], ...] = (GlobalOp, GetGlobalOp, CopyOp, ShapeCastOp)


def with_replacements(dialect: Dialect) -> Dialect:
    """A dialect of xDSL, with our ops for its own of the same name, and added where it has none."""
    ours = {op.name: op for op in REPLACED if op.name.split(".")[0] == dialect.name}
    kept = [op for op in dialect.operations if op.name not in ours]
    return Dialect(dialect.name, [*kept, *ours.values()], list(dialect.attributes))
