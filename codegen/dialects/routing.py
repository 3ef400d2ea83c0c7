"""Streams between tiles: flows, packet flows, cascades, shim allocations, and the switchbox layer.

Source: include/aie/Dialect/AIE/IR/AIEOps.td of mlir-aie (lines 254-870, 1729-1903).
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import I32, IndexType, IntegerAttr, StringAttr, i8, i32
from xdsl.ir import Attribute, Block, Operation, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import NoTerminator

from aiec.codegen.dialects.attributes import (
    DmaDirection,
    DmaDirectionAttr,
    PacketInfoAttr,
    WireBundle,
    WireBundleAttr,
)
from aiec.codegen.dialects.operands import (
    i32_attr,
    parse_attributes,
    print_attributes,
    true_attr,
)
from aiec.codegen.dialects.regions import parse_implicit_region


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


@irdl_op_definition
class PacketFlowOp(IRDLOperation):
    """Packets of one id from sources to destinations."""

    name = "aie.packet_flow"
    id = prop_def(IntegerAttr.constr(i8), prop_name="ID")
    keep_pkt_header = opt_prop_def(IntegerAttr)
    priority_route = opt_prop_def(IntegerAttr)
    ports = region_def("single_block")
    traits = traits_def(NoTerminator())

    def __init__(self, id: int, ports: Sequence[Operation], keep_pkt_header: bool = False) -> None:
        properties: dict[str, Attribute | None] = {
            "ID": IntegerAttr(id, i8),
            "keep_pkt_header": true_attr(keep_pkt_header),
        }
        super().__init__(properties=properties, regions=[Region(Block(ports))])

    @property
    def sources(self) -> tuple[PacketSourceOp, ...]:
        """Where its packets come from."""
        return tuple(op for op in self.ports.block.ops if isinstance(op, PacketSourceOp))

    @property
    def dests(self) -> tuple[PacketDestOp, ...]:
        """Where its packets go, all of them."""
        return tuple(op for op in self.ports.block.ops if isinstance(op, PacketDestOp))

    @classmethod
    def parse(cls, parser: Parser) -> PacketFlowOp:
        with parser.in_parens():
            number = parser.parse_integer()
        properties: dict[str, Attribute] = {"ID": IntegerAttr(number, i8)}
        region = parse_implicit_region(parser)
        attributes = parse_attributes(parser, cls, properties)
        return cls.create(properties=properties, attributes=attributes, regions=[region])

    def print(self, printer: Printer) -> None:
        printer.print_string(f"({self.id.value.data}) ")
        printer.print_region(self.ports, print_empty_block=False)
        print_attributes(printer, self, "ID")


class _PacketPortOp(IRDLOperation):
    tile = operand_def(IndexType())
    bundle = prop_def(WireBundleAttr)
    channel = prop_def(IntegerAttr[I32])
    assembly_format = "`<` $tile `,` $bundle `:` $channel `>` attr-dict"

    def __init__(
        self, tile: SSAValue | Operation, channel: int, bundle: WireBundle = WireBundle.DMA
    ) -> None:
        properties = {"bundle": WireBundleAttr(bundle), "channel": i32_attr(channel)}
        super().__init__(operands=[tile], properties=properties)


@irdl_op_definition
class PacketSourceOp(_PacketPortOp):
    """A port that packets of the flow come from."""

    name = "aie.packet_source"


@irdl_op_definition
class PacketDestOp(_PacketPortOp):
    """A port that packets of the flow go to."""

    name = "aie.packet_dest"


@irdl_op_definition
class CascadeFlowOp(IRDLOperation):
    """The cascade from one core to its neighbour."""

    name = "aie.cascade_flow"
    source_tile = operand_def(IndexType())
    dest_tile = operand_def(IndexType())
    assembly_format = "`(` $source_tile `,` $dest_tile `)` attr-dict"

    def __init__(self, source: SSAValue | Operation, dest: SSAValue | Operation) -> None:
        super().__init__(operands=[source, dest])


@irdl_op_definition
class ConfigureCascadeOp(IRDLOperation):
    """The sides at which a core's cascade comes in and goes out."""

    name = "aie.configure_cascade"
    tile = operand_def(IndexType())
    input_dir = prop_def(WireBundleAttr, prop_name="inputDir")
    output_dir = prop_def(WireBundleAttr, prop_name="outputDir")
    assembly_format = "`(` $tile `,` $inputDir `,` $outputDir `)` attr-dict"


@irdl_op_definition
class PutCascadeOp(IRDLOperation):
    """Send one beat over the cascade: 512 bits on AIE2, 384 on AIE1."""

    name = "aie.put_cascade"
    value = operand_def()
    assembly_format = "`(` $value `:` type($value) `)` attr-dict"


@irdl_op_definition
class GetCascadeOp(IRDLOperation):
    """Receive one beat from the cascade."""

    name = "aie.get_cascade"
    value = result_def()
    assembly_format = "`(` `)` attr-dict `:` type($value)"


@irdl_op_definition
class PutStreamOp(IRDLOperation):
    """Send one word to a stream port of the core."""

    name = "aie.put_stream"
    channel = operand_def(i32)
    value = operand_def()
    assembly_format = "`(` $channel `:` type($channel) `,` $value `:` type($value) `)` attr-dict"


@irdl_op_definition
class GetStreamOp(IRDLOperation):
    """Receive one word from a stream port of the core."""

    name = "aie.get_stream"
    channel = operand_def(i32)
    value = result_def()
    assembly_format = "`(` $channel `:` type($channel) `)` attr-dict `:` type($value)"


@irdl_op_definition
class EventOp(IRDLOperation):
    """Raise an event of the core."""

    name = "aie.event"
    value = prop_def(IntegerAttr[I32], prop_name="val")
    assembly_format = "`(` $val `)` attr-dict"


OPERATIONS: tuple[type[Operation], ...] = (
    FlowOp,
    ShimDmaAllocationOp,
    PacketFlowOp,
    PacketSourceOp,
    PacketDestOp,
    CascadeFlowOp,
    ConfigureCascadeOp,
    PutCascadeOp,
    GetCascadeOp,
    PutStreamOp,
    GetStreamOp,
    EventOp,
)
