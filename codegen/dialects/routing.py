"""Streams between tiles: flows, packet flows, cascades, shim allocations, and the switchbox layer.

Source: include/aie/Dialect/AIE/IR/AIEOps.td of mlir-aie (lines 254-870, 1729-1903).
"""

from __future__ import annotations

from xdsl.dialects.builtin import I32, IndexType, IntegerAttr, StringAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer

from aiec.codegen.dialects.attributes import (
    DmaDirection,
    DmaDirectionAttr,
    PacketInfoAttr,
    WireBundle,
    WireBundleAttr,
)
from aiec.codegen.dialects.operands import i32_attr, parse_attributes, print_attributes


@irdl_op_definition
class FlowOp(IRDLOperation):
    """A circuit from one port to another; several from one source are a broadcast."""

    name = "aie.flow"
    source = operand_def(IndexType())
    source_bundle = prop_def(WireBundleAttr)
    source_channel = prop_def(IntegerAttr[I32])
    dest = operand_def(IndexType())
    dest_bundle = prop_def(WireBundleAttr)
    dest_channel = prop_def(IntegerAttr[I32])
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = (
        "`(` $source `,` $source_bundle `:` $source_channel `,` "
        "$dest `,` $dest_bundle `:` $dest_channel `)` attr-dict"
    )

    def __init__(
        self,
        source: SSAValue | Operation,
        source_channel: int,
        dest: SSAValue | Operation,
        dest_channel: int,
        source_bundle: WireBundle = WireBundle.DMA,
        dest_bundle: WireBundle = WireBundle.DMA,
    ) -> None:
        properties = {
            "source_bundle": WireBundleAttr(source_bundle),
            "source_channel": i32_attr(source_channel),
            "dest_bundle": WireBundleAttr(dest_bundle),
            "dest_channel": i32_attr(dest_channel),
        }
        super().__init__(operands=[source, dest], properties=properties)


@irdl_op_definition
class ShimDmaAllocationOp(IRDLOperation):
    """A name for a shim's channel, which the runtime sequence refers to.

    E0 gives the column instead of the tile; reading finds the tile.
    """

    name = "aie.shim_dma_allocation"
    tile = opt_operand_def(IndexType())
    sym_name = prop_def(StringAttr)
    direction = prop_def(DmaDirectionAttr, prop_name="channel_dir")
    channel = prop_def(IntegerAttr, prop_name="channel_index")
    packet = opt_prop_def(PacketInfoAttr)
    column = opt_prop_def(IntegerAttr)

    def __init__(
        self,
        sym_name: str,
        tile: SSAValue | Operation | None,
        direction: DmaDirection,
        channel: int,
        packet: PacketInfoAttr | None = None,
        column: int | None = None,
    ) -> None:
        properties: dict[str, Attribute | None] = {
            "sym_name": StringAttr(sym_name),
            "channel_dir": DmaDirectionAttr(direction),
            "channel_index": i32_attr(channel),
            "packet": packet,
            "column": i32_attr(column),
        }
        super().__init__(operands=[tile], properties=properties)

    @classmethod
    def parse(cls, parser: Parser) -> ShimDmaAllocationOp:
        name = parser.parse_symbol_name().data
        column = packet = None
        with parser.in_parens():
            raw_tile = parser.parse_optional_unresolved_operand()
            tile = parser.resolve_operand(raw_tile, IndexType()) if raw_tile else None
            if tile is not None:
                parser.parse_punctuation(",")
            direction = DmaDirectionAttr.parse_parameter(parser)
            parser.parse_punctuation(",")
            channel = parser.parse_integer()
            if parser.parse_optional_punctuation(","):
                packet = parse_packet(parser) if tile is not None else None
                column = parser.parse_integer() if tile is None else None
        op = cls(name, tile, DmaDirection(direction), channel, packet, column)
        op.attributes = parse_attributes(parser, cls, op.properties)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        with printer.in_parens():
            if self.tile is not None:
                printer.print_ssa_value(self.tile)
                printer.print_string(", ")
            printer.print_string(f"{self.direction.data}, {self.channel.value.data}")
            for extra in (self.packet, self.column):
                if extra is not None:
                    printer.print_string(", ")
                    printer.print_attribute(extra)
        print_attributes(
            printer, self, "sym_name", "channel_dir", "channel_index", "packet", "column"
        )


def parse_packet(parser: Parser) -> PacketInfoAttr:
    """Read a packet header, `<pkt_type = 0, pkt_id = 1>` or with its full name."""
    attribute = parser.parse_optional_attribute()
    if attribute is None:
        return PacketInfoAttr.new(PacketInfoAttr.parse_parameters(parser))
    if not isinstance(attribute, PacketInfoAttr):
        parser.raise_error("#aie.packet_info expected")
    return attribute


AIE_OPERATIONS: tuple[type[Operation], ...] = (FlowOp, ShimDmaAllocationOp)
