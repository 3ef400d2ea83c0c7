"""Commands of a runtime sequence: transfers, waits, parameters and register writes.

Source: include/aie/Dialect/AIEX/IR/AIEX.td of mlir-aie, E1 and E2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import (
    IntegerAttr,
    IntegerType,
    MemRefType,
    SymbolRefAttr,
    UnrankedMemRefType,
    i32,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    base,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer

from aiec.codegen.dialects.attributes import PacketInfoAttr
from aiec.codegen.dialects.dma import parse_scalars, print_scalars
from aiec.codegen.dialects.epochs import in_e1
from aiec.codegen.dialects.operands import (
    i64_attr,
    parse_attributes,
    print_attributes,
    true_attr,
)
from aiec.codegen.dialects.routing import parse_packet
from aiec.codegen.dialects.scalars import (
    Scalar,
    ScalarsOp,
    parse_scalar,
    print_scalar,
    resolve,
    split,
)


@irdl_op_definition
class NpuDmaMemcpyNdOp(ScalarsOp):
    """Half a transfer between a host buffer and a shim's channel. Four dimensions, outermost first.

    The scalars are offsets, sizes, strides in elements; the start is the sum of offset * stride.
    """

    name = "aiex.npu.dma_memcpy_nd"
    E1_DYNAMIC: ClassVar[bool] = True
    memref = operand_def(base(MemRefType) | base(UnrankedMemRefType))
    packet = opt_prop_def(PacketInfoAttr)
    metadata = prop_def(SymbolRefAttr)
    id = prop_def(IntegerAttr)
    issue_token = opt_prop_def(IntegerAttr)
    d0_zero_before = opt_prop_def(IntegerAttr)
    d1_zero_before = opt_prop_def(IntegerAttr)
    d2_zero_before = opt_prop_def(IntegerAttr)
    d0_zero_after = opt_prop_def(IntegerAttr)
    d1_zero_after = opt_prop_def(IntegerAttr)
    d2_zero_after = opt_prop_def(IntegerAttr)
    burst_length = opt_prop_def(IntegerAttr)
    offset_parameter = opt_prop_def(SymbolRefAttr)
    offset_state_table_idx = opt_prop_def(IntegerAttr)

    def __init__(
        self,
        memref: SSAValue | Operation,
        metadata: str,
        bd_id: int,
        offsets: Sequence[Scalar],
        sizes: Sequence[Scalar],
        strides: Sequence[Scalar],
        *,
        issue_token: bool = False,
        packet: PacketInfoAttr | None = None,
    ) -> None:
        operands, static = split([*offsets, *sizes, *strides])
        properties: dict[str, Attribute | None] = {
            "static": static,
            "metadata": SymbolRefAttr(metadata),
            "id": i64_attr(bd_id),
            "issue_token": true_attr(issue_token),
            "packet": packet,
        }
        super().__init__(operands=[memref, operands], properties=properties)

    def _part(self, index: int) -> tuple[Scalar, ...]:
        part = self.scalars[4 * index : 4 * index + 4]
        return tuple(value for value in part if value is not None)

    @property
    def offsets(self) -> tuple[Scalar, ...]:
        """Four offsets, outermost first, each to be multiplied by its stride."""
        return self._part(0)

    @property
    def sizes(self) -> tuple[Scalar, ...]:
        """Four sizes, outermost first; the first one repeats the transfer."""
        return self._part(1)

    @property
    def strides(self) -> tuple[Scalar, ...]:
        """Four strides in elements, outermost first."""
        return self._part(2)

    @classmethod
    def parse(cls, parser: Parser) -> NpuDmaMemcpyNdOp:
        properties: dict[str, Attribute] = {}
        with parser.in_parens():
            while parser.parse_optional_integer() is not None:  # E0's column and row, always 0, 0
                parser.parse_punctuation(",")
            raw_memref = parser.parse_unresolved_operand()
            position = parser.pos
            parts = [parse_scalars(parser) for _ in range(3)]
            if any(len(part) != 4 for part in parts):
                parser.raise_error("offsets, sizes and strides have four entries each", position)
            if parser.parse_optional_punctuation(","):
                parser.parse_keyword("packet")
                parser.parse_punctuation("=")
                properties["packet"] = parse_packet(parser)
        attributes = parse_attributes(parser, cls, properties)
        parser.parse_punctuation(":")
        memref = parser.resolve_operand(raw_memref, parser.parse_type())
        operands, properties["static"] = split([value for part in parts for value in part])
        return cls.create(
            operands=[memref, *operands], properties=properties, attributes=attributes
        )

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            printer.print_ssa_value(self.memref)
            for part in (self.offsets, self.sizes, self.strides):
                print_scalars(printer, part)
            if self.packet is not None:
                printer.print_string(", packet = ")
                self.packet.print_parameters(printer)
        print_attributes(printer, self, "packet")
        printer.print_string(" : ")
        printer.print_attribute(self.memref.type)


@irdl_op_definition
class NpuDmaWaitOp(IRDLOperation):
    """Wait for one completion token of a shim allocation's channel."""

    name = "aiex.npu.dma_wait"
    symbol = prop_def(SymbolRefAttr)
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "attr-dict"

    def __init__(self, symbol: str) -> None:
        super().__init__(properties={"symbol": SymbolRefAttr(symbol)})


@irdl_op_definition
class NpuRtpWriteOp(ScalarsOp):
    """Write one 32-bit word of a buffer at once. `index` counts words."""

    name = "aiex.npu.rtp_write"
    CONSTANT_TYPE: ClassVar[IntegerType | None] = i32
    buffer = prop_def(SymbolRefAttr)
    index = prop_def(IntegerAttr)

    def __init__(self, buffer: str | SymbolRefAttr, index: int, value: Scalar) -> None:
        operands, static = split([value])
        properties: dict[str, Attribute | None] = {
            "buffer": SymbolRefAttr(buffer) if isinstance(buffer, str) else buffer,
            "index": i64_attr(index),
            "static": static,
        }
        super().__init__(operands=[operands], properties=properties)

    @property
    def value(self) -> Scalar:
        """The word."""
        (value,) = self.scalars
        assert value is not None
        return value

    @classmethod
    def parse(cls, parser: Parser) -> NpuRtpWriteOp:
        with parser.in_parens():
            buffer = parser.parse_symbol_name()
            parser.parse_punctuation(",")
            index = parser.parse_integer()
            parser.parse_punctuation(",")
            raw = parse_scalar(parser)
        attributes = parser.parse_optional_attr_dict()
        if parser.parse_optional_punctuation(":"):
            parser.parse_type()
        op = cls(SymbolRefAttr(buffer), index, resolve(parser, raw, i32))
        op.attributes = attributes
        return op

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            printer.print_attribute(self.buffer)
            printer.print_string(f", {self.index.value.data}, ")
            print_scalar(printer, self.value, i32)
        print_attributes(printer, self, "buffer", "index")
        if not in_e1(printer):
            printer.print_string(" : i32")


OPERATIONS: tuple[type[Operation], ...] = (NpuDmaMemcpyNdOp, NpuDmaWaitOp, NpuRtpWriteOp)
