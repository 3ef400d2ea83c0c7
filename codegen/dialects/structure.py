"""Ops that say what there is: devices, tiles, memory, programs and their link to the host.

Where it stands: the frame of a design; `dma`, `locks`, `routing` and `npu` fill it. Coordinates are
(column, row) with row 0 the shims, row 1 the mem tiles and cores from row 2.
Source: include/aie/Dialect/AIE/IR/AIEOps.td of mlir-aie, E1 and E2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import (
    I32,
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    MemRefType,
    StringAttr,
)
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import NoTerminator, SymbolTable
from xdsl.utils.exceptions import VerifyException

from aiec.codegen.dialects.attributes import DeviceName, DeviceNameAttr, TileKind, TileKindAttr
from aiec.codegen.dialects.operands import (
    i32_attr,
    parse_attributes,
    parse_dense,
    print_attributes,
    string_attr,
)
from aiec.codegen.dialects.regions import EndOp, parse_implicit_region

DEFAULT_DEVICE = "main"
DEFAULT_SEQUENCE = "sequence"


class DeviceSymbols(SymbolTable):
    """Each name once, but for a global that only declares: E0 has one for each shim channel."""

    def verify(self, op: Operation) -> None:
        """Refuse a name that two operations define."""
        met: set[str] = set()
        for inner in op.regions[0].block.ops:
            name = inner.get_attr_or_prop("sym_name")
            if not isinstance(name, StringAttr):
                continue
            if inner.name == "memref.global" and "initial_value" not in inner.properties:
                continue
            if name.data in met:
                raise VerifyException(f'Redefinition of symbol "{name.data}"')
            met.add(name.data)


@irdl_op_definition
class DeviceOp(IRDLOperation):
    """A design for one whole device. Its symbol is `main` where the text gives none."""

    name = "aie.device"
    device = prop_def(DeviceNameAttr)
    sym_name = prop_def(StringAttr)
    body = region_def("single_block")
    traits = traits_def(NoTerminator(), DeviceSymbols())

    def __init__(
        self, device: str, body: Region | Sequence[Operation], sym_name: str = DEFAULT_DEVICE
    ) -> None:
        region = body if isinstance(body, Region) else Region(Block(body))
        properties = {
            "device": DeviceNameAttr(DeviceName(device)),
            "sym_name": StringAttr(sym_name),
        }
        super().__init__(properties=properties, regions=[region])

    @classmethod
    def parse(cls, parser: Parser) -> DeviceOp:
        with parser.in_parens():
            device = DeviceNameAttr.parse_parameter(parser)
        name = parser.parse_optional_symbol_name()
        region = parse_implicit_region(parser)
        op = cls(device, region, name.data if name else DEFAULT_DEVICE)
        op.attributes = parse_attributes(parser, cls, op.properties)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(f"({self.device.data})")
        if self.sym_name.data != DEFAULT_DEVICE:
            printer.print_string(" ")
            printer.print_symbol_name(self.sym_name.data)
        printer.print_string(" ")
        printer.print_region(self.body, print_empty_block=False)
        print_attributes(printer, self, "device", "sym_name")


@irdl_op_definition
class TileOp(IRDLOperation):
    """The tile at (col, row)."""

    name = "aie.tile"
    col = prop_def(IntegerAttr[I32])
    row = prop_def(IntegerAttr[I32])
    result = result_def(IndexType())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $col `,` $row `)` attr-dict"

    def __init__(self, col: int, row: int) -> None:
        properties = {"col": i32_attr(col), "row": i32_attr(row)}
        super().__init__(properties=properties, result_types=[IndexType()])

    @property
    def coordinates(self) -> tuple[int, int]:
        """(column, row)."""
        return self.col.value.data, self.row.value.data

    def suggested_name(self) -> str:
        return "tile_{}_{}".format(*self.coordinates)


def tile_of(value: SSAValue) -> tuple[int, int]:
    """(column, row) of a tile, or of the tile that a buffer, a lock or a program belongs to."""
    op = value.owner
    while isinstance(op, Operation) and not isinstance(op, TileOp) and op.operands:
        op = op.operands[0].owner
    assert isinstance(op, TileOp), "a logical tile has no place yet"
    return op.coordinates


@irdl_op_definition
class LogicalTileOp(IRDLOperation):
    """A tile of a kind whose place is open, wholly or in one coordinate."""

    name = "aie.logical_tile"
    tile_type = prop_def(TileKindAttr)
    col = opt_prop_def(IntegerAttr[I32])
    row = opt_prop_def(IntegerAttr[I32])
    result = result_def(IndexType())
    SINCE: ClassVar[str] = "E2"

    def __init__(self, kind: TileKind, col: int | None = None, row: int | None = None) -> None:
        properties = {
            "tile_type": TileKindAttr(kind),
            "col": i32_attr(col),
            "row": i32_attr(row),
        }
        super().__init__(properties=properties, result_types=[IndexType()])

    @classmethod
    def parse(cls, parser: Parser) -> LogicalTileOp:
        with parser.in_angle_brackets():
            kind = TileKindAttr.parse_parameter(parser)
        with parser.in_parens():
            col = _parse_open_coordinate(parser)
            parser.parse_punctuation(",")
            row = _parse_open_coordinate(parser)
        op = cls(TileKind(kind), col, row)
        op.attributes = parse_attributes(parser, cls, op.properties)
        return op

    def print(self, printer: Printer) -> None:
        places = ("?" if a is None else str(a.value.data) for a in (self.col, self.row))
        printer.print_string(f"<{self.tile_type.data}>({', '.join(places)})")
        print_attributes(printer, self, "tile_type", "col", "row")


def _parse_open_coordinate(parser: Parser) -> int | None:
    return None if parser.parse_optional_punctuation("?") else parser.parse_integer()


@irdl_op_definition
class BufferOp(IRDLOperation):
    """Memory of a tile, with its values at configuration where they are given."""

    name = "aie.buffer"
    tile = operand_def(IndexType())
    sym_name = opt_prop_def(StringAttr)
    address = opt_prop_def(IntegerAttr)
    mem_bank = opt_prop_def(IntegerAttr)
    initial_value = opt_prop_def(DenseIntOrFPElementsAttr)
    buffer = result_def(MemRefType)

    def __init__(
        self,
        tile: SSAValue | Operation,
        type: MemRefType,
        *,
        sym_name: str | None = None,
        address: int | None = None,
        initial_value: DenseIntOrFPElementsAttr | None = None,
    ) -> None:
        properties: dict[str, Attribute | None] = {
            "sym_name": string_attr(sym_name),
            "address": i32_attr(address),
            "initial_value": initial_value,
        }
        super().__init__(operands=[tile], properties=properties, result_types=[type])

    @classmethod
    def parse(cls, parser: Parser) -> BufferOp:
        with parser.in_parens():
            tile = parser.parse_operand(IndexType())
        properties: dict[str, Attribute] = {}
        attributes = parse_attributes(parser, cls, properties)
        parser.parse_punctuation(":")
        kind = parse_memref(parser)
        if parser.parse_optional_punctuation("="):
            properties["initial_value"] = parse_dense(parser, kind)
        return cls.create(
            operands=[tile], properties=properties, attributes=attributes, result_types=[kind]
        )

    def print(self, printer: Printer) -> None:
        printer.print_operands(self.operands)
        print_attributes(printer, self, "initial_value")
        printer.print_string(" : ")
        printer.print_attribute(self.buffer.type)
        if self.initial_value is not None:
            printer.print_string(" = ")
            self.initial_value.print_without_type(printer)

    def suggested_name(self) -> str | None:
        return self.sym_name.data if self.sym_name else None


def parse_memref(parser: Parser) -> MemRefType:
    """Read a ranked memref type."""
    position = parser.pos
    kind = parser.parse_type()
    if not isinstance(kind, MemRefType):
        parser.raise_error("memref type expected", position)
    return kind


@irdl_op_definition
class ExternalBufferOp(IRDLOperation):
    """Memory of the host."""

    name = "aie.external_buffer"
    sym_name = opt_prop_def(StringAttr)
    address = opt_prop_def(IntegerAttr)
    buffer = result_def(MemRefType)
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict `:` type($buffer)"

    def suggested_name(self) -> str | None:
        return self.sym_name.data if self.sym_name else None


@irdl_op_definition
class CoreOp(IRDLOperation):
    """The program of a core. `stack_size` in bytes; 0x400 where it is not given."""

    name = "aie.core"
    tile = operand_def(IndexType())
    stack_size = opt_prop_def(IntegerAttr)
    link_with = opt_prop_def(StringAttr)
    link_files = opt_prop_def(ArrayAttr)
    link_merge_files = opt_prop_def(ArrayAttr)
    elf_file = opt_prop_def(StringAttr)
    dynamic_objfifo_lowering = opt_prop_def(IntegerAttr)
    emit_parameter_sync_preamble = opt_prop_def(IntegerAttr)
    body = region_def()
    result = result_def(IndexType())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $tile `)` $body attr-dict"

    def __init__(
        self,
        tile: SSAValue | Operation,
        body: Region,
        *,
        link_with: str | None = None,
        stack_size: int | None = None,
    ) -> None:
        properties = {
            "link_with": string_attr(link_with),
            "stack_size": i32_attr(stack_size),
        }
        super().__init__(
            operands=[tile], properties=properties, regions=[body], result_types=[IndexType()]
        )

    def suggested_name(self) -> str | None:
        return _name_by_tile("core", self.tile)


class _DmaRegionOp(IRDLOperation):
    """Chains of descriptors of one tile: blocks of `dma_bd` between `dma_start` ops."""

    tile = operand_def(IndexType())
    body = region_def()
    result = result_def(IndexType())
    assembly_format = "`(` $tile `)` $body attr-dict"

    def __init__(self, tile: SSAValue | Operation, body: Region) -> None:
        super().__init__(operands=[tile], regions=[body], result_types=[IndexType()])

    def suggested_name(self) -> str | None:
        return _name_by_tile(self.name.removeprefix("aie."), self.tile)


@irdl_op_definition
class MemOp(_DmaRegionOp):
    """The DMA of a core tile."""

    name = "aie.mem"


@irdl_op_definition
class MemTileDmaOp(_DmaRegionOp):
    """The DMA of a mem tile."""

    name = "aie.memtile_dma"


@irdl_op_definition
class ShimDmaOp(_DmaRegionOp):
    """The DMA of a shim, configured with the design."""

    name = "aie.shim_dma"


def _name_by_tile(stem: str, tile: SSAValue) -> str | None:
    owner = tile.owner
    return "{}_{}_{}".format(stem, *owner.coordinates) if isinstance(owner, TileOp) else None


@irdl_op_definition
class RuntimeSequenceOp(IRDLOperation):
    """What the host's command stream does, in order. Its symbol is `sequence` where none is given.

    E0 spells it `aiex.runtime_sequence`.
    """

    name = "aie.runtime_sequence"
    sym_name = prop_def(StringAttr)
    emit_parameter_sync_preamble = opt_prop_def(IntegerAttr)
    body = region_def("single_block")
    traits = traits_def(NoTerminator())

    def __init__(self, body: Region | Block, sym_name: str = DEFAULT_SEQUENCE) -> None:
        super().__init__(
            properties={"sym_name": StringAttr(sym_name)},
            regions=[body if isinstance(body, Region) else Region(body)],
        )

    @classmethod
    def parse(cls, parser: Parser) -> RuntimeSequenceOp:
        name = parser.parse_optional_symbol_name()
        arguments = parser.parse_comma_separated_list(parser.Delimiter.PAREN, parser.parse_argument)
        attributes: dict[str, Attribute] = {}
        if (dictionary := parser.parse_optional_attr_dict_with_keyword()) is not None:
            attributes = dict(dictionary.data)
        region = parse_implicit_region(parser, arguments)
        op = cls(region, name.data if name else DEFAULT_SEQUENCE)
        op.attributes = attributes | parser.parse_optional_attr_dict()
        return op

    def print(self, printer: Printer) -> None:
        if self.sym_name.data != DEFAULT_SEQUENCE:
            printer.print_string(" ")
            printer.print_symbol_name(self.sym_name.data)
        with printer.in_parens():
            printer.print_list(self.body.block.args, printer.print_block_argument)
        printer.print_op_attributes(self.attributes, print_keyword=True)
        printer.print_string(" ")
        printer.print_region(self.body, print_entry_block_args=False, print_empty_block=False)


OPERATIONS: tuple[type[Operation], ...] = (
    EndOp,
    DeviceOp,
    TileOp,
    LogicalTileOp,
    BufferOp,
    ExternalBufferOp,
    CoreOp,
    MemOp,
    MemTileDmaOp,
    ShimDmaOp,
    RuntimeSequenceOp,
)
