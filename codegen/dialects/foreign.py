"""Ops of MLIR's own dialects that xDSL 0.74 has not, or has without their text form.

memref.global, memref.get_global, memref.copy, shapes and contractions of vector, arithmetic of
index. Our classes
stand for xDSL's of the same name in the context of `registry`.
"""

from __future__ import annotations

from xdsl.dialects.builtin import (
    AffineMapAttr,
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    IndexType,
    MemRefType,
    StringAttr,
    SymbolRefAttr,
    UnitAttr,
    VectorType,
    i64,
)
from xdsl.dialects.vector import CombiningKindAttr
from xdsl.ir import Attribute, Dialect, Operation
from xdsl.ir.affine import AffineMap
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
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

from aiec.codegen.dialects import vector_arith
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


@irdl_op_definition
class SplatOp(IRDLOperation):
    """A scalar in every lane."""

    name = "vector.splat"
    source = operand_def()
    result = result_def(VectorType)

    @classmethod
    def parse(cls, parser: Parser) -> SplatOp:
        raw = parser.parse_unresolved_operand()
        attributes = parser.parse_optional_attr_dict()
        parser.parse_punctuation(":")
        kind = parser.parse_type()
        if not isinstance(kind, VectorType):
            parser.raise_error("vector type expected")
        source = parser.resolve_operand(raw, kind.get_element_type())
        return cls.create(operands=[source], attributes=attributes, result_types=[kind])

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_operand(self.source)
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)


@irdl_op_definition
class TransposeOp(IRDLOperation):
    """A vector with its dimensions in another order."""

    name = "vector.transpose"
    vector = operand_def(VectorType)
    permutation = prop_def(DenseArrayBase.constr(i64))
    result = result_def(VectorType)
    assembly_format = "$vector `,` $permutation attr-dict `:` type($vector) `to` type($result)"


@irdl_op_definition
class ExtractStridedSliceOp(IRDLOperation):
    """A box of a vector; strides are 1."""

    name = "vector.extract_strided_slice"
    vector = operand_def(VectorType)
    offsets = prop_def(ArrayAttr)
    sizes = prop_def(ArrayAttr)
    strides = prop_def(ArrayAttr)
    result = result_def(VectorType)
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$vector attr-dict `:` type($vector) `to` type($result)"


@irdl_op_definition
class InsertStridedSliceOp(IRDLOperation):
    """A vector with a box of it replaced; strides are 1."""

    name = "vector.insert_strided_slice"
    source = operand_def(VectorType)
    dest = operand_def(VectorType)
    offsets = prop_def(ArrayAttr)
    strides = prop_def(ArrayAttr)
    result = result_def(VectorType)

    @classmethod
    def parse(cls, parser: Parser) -> InsertStridedSliceOp:
        source = parser.parse_unresolved_operand()
        parser.parse_punctuation(",")
        dest = parser.parse_unresolved_operand()
        properties = parser.parse_optional_attr_dict()
        parser.parse_punctuation(":")
        small = parser.parse_type()
        parser.parse_keyword("into")
        large = parser.parse_type()
        operands = parser.resolve_operands([source, dest], [small, large], parser.pos)
        return cls.create(operands=operands, properties=properties, result_types=[large])

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_list(self.operands, printer.print_operand)
        printer.print_op_attributes(self.properties)
        printer.print_string(" : ")
        printer.print_attribute(self.source.type)
        printer.print_string(" into ")
        printer.print_attribute(self.result.type)


@irdl_op_definition
class ContractOp(IRDLOperation):
    """A sum of products of two vectors along maps, added to a third."""

    name = "vector.contract"
    lhs = operand_def(VectorType)
    rhs = operand_def(VectorType)
    acc = operand_def()
    indexing_maps = prop_def(ArrayAttr)
    iterator_types = prop_def(ArrayAttr)
    kind = opt_prop_def(CombiningKindAttr)
    result = result_def()

    @property
    def maps(self) -> tuple[AffineMap, ...]:
        """The maps of both operands and of the result."""
        return tuple(m.data for m in self.indexing_maps if isinstance(m, AffineMapAttr))

    @property
    def combining(self) -> str:
        """How products are put together."""
        return self.kind.data.value if self.kind is not None else "add"

    @classmethod
    def parse(cls, parser: Parser) -> ContractOp:
        properties = parser.parse_optional_attr_dict()
        raw = [parser.parse_unresolved_operand()]
        for _ in range(2):
            parser.parse_punctuation(",")
            raw.append(parser.parse_unresolved_operand())
        attributes = parser.parse_optional_attr_dict()
        parser.parse_punctuation(":")
        kinds = [parser.parse_type()]
        parser.parse_punctuation(",")
        kinds.append(parser.parse_type())
        parser.parse_keyword("into")
        kinds.append(parser.parse_type())
        operands = parser.resolve_operands(raw, kinds, parser.pos)
        return cls.create(operands=operands, properties=properties, attributes=attributes,
                          result_types=[kinds[2]])  # fmt: skip

    def print(self, printer: Printer) -> None:
        printer.print_op_attributes(self.properties)
        printer.print_string(" ")
        printer.print_list(self.operands, printer.print_operand)
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : ")
        printer.print_list((self.lhs.type, self.rhs.type), printer.print_attribute)
        printer.print_string(" into ")
        printer.print_attribute(self.result.type)


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
REPLACED: tuple[type[Operation], ...] = (
    GlobalOp,
    GetGlobalOp,
    CopyOp,
    ShapeCastOp,
    SplatOp,
    TransposeOp,
    ExtractStridedSliceOp,
    InsertStridedSliceOp,
    ContractOp,
    *vector_arith.OPERATIONS,
)


def with_replacements(dialect: Dialect) -> Dialect:
    """A dialect of xDSL, with our ops for its own of the same name, and added where it has none."""
    ours = {op.name: op for op in REPLACED if op.name.split(".")[0] == dialect.name}
    kept = [op for op in dialect.operations if op.name not in ours]
    return Dialect(dialect.name, [*kept, *ours.values()], list(dialect.attributes))
