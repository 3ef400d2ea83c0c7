"""The stream switches of routed designs: switchboxes, their connections, arbiters and rules.

Where it stands: below `routing`, whose flows a router turns into these ops.
Source: AIEOps.td 254-785 and 1729-1857 of mlir-aie.
"""

from __future__ import annotations

from xdsl.dialects.builtin import I32, IndexType, IntegerAttr, i8, i32
from xdsl.ir import Operation
from xdsl.irdl import (
    AnyAttr,
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import NoTerminator

from aiec.codegen.dialects.attributes import WireBundleAttr
from aiec.codegen.dialects.regions import parse_implicit_region


class _SwitchOp(IRDLOperation):
    tile = operand_def(IndexType())
    body = region_def("single_block")
    result = result_def(IndexType())
    traits = traits_def(NoTerminator())

    @classmethod
    def parse(cls, parser: Parser) -> _SwitchOp:
        with parser.in_parens():
            tile = parser.parse_operand(IndexType())
        region = parse_implicit_region(parser)
        return cls.create(
            operands=[tile],
            regions=[region],
            attributes=parser.parse_optional_attr_dict(),
            result_types=[IndexType()],
        )

    def print(self, printer: Printer) -> None:
        printer.print_operands(self.operands)
        printer.print_string(" ")
        printer.print_region(self.body, print_empty_block=False)
        printer.print_op_attributes(self.attributes)

    def suggested_name(self) -> str:
        return self.name.removeprefix("aie.")


@irdl_op_definition
class SwitchboxOp(_SwitchOp):
    """The switch of a tile."""

    name = "aie.switchbox"


@irdl_op_definition
class ShimMuxOp(_SwitchOp):
    """What lies between a shim's switch and its DMA."""

    name = "aie.shim_mux"


@irdl_op_definition
class ConnectOp(IRDLOperation):
    """A circuit inside a switch."""

    name = "aie.connect"
    source_bundle = prop_def(WireBundleAttr)
    source_channel = prop_def(IntegerAttr[I32])
    dest_bundle = prop_def(WireBundleAttr)
    dest_channel = prop_def(IntegerAttr[I32])
    assembly_format = (
        "`<` $source_bundle `:` $source_channel `,` $dest_bundle `:` $dest_channel `>` attr-dict"
    )


@irdl_op_definition
class AmselOp(IRDLOperation):
    """One of the selections of an arbiter."""

    name = "aie.amsel"
    arbiter = prop_def(IntegerAttr.constr(i8), prop_name="arbiterID")
    msel = prop_def(IntegerAttr.constr(i8))
    result = result_def(IndexType())
    assembly_format = "`<` $arbiterID `>` `` `(` $msel `)` attr-dict"

    def suggested_name(self) -> str:
        return "amsel"


@irdl_op_definition
class MasterSetOp(IRDLOperation):
    """The selections that may send to a port."""

    name = "aie.masterset"
    dest_bundle = prop_def(WireBundleAttr)
    dest_channel = prop_def(IntegerAttr[I32])
    amsels = var_operand_def(IndexType())
    keep_pkt_header = opt_prop_def(IntegerAttr)
    result = result_def(IndexType())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $dest_bundle `:` $dest_channel `,` $amsels `)` attr-dict"

    def suggested_name(self) -> str:
        return "masterset"


@irdl_op_definition
class PacketRulesOp(IRDLOperation):
    """The rules of a port at which packets come in."""

    name = "aie.packet_rules"
    source_bundle = prop_def(WireBundleAttr)
    source_channel = prop_def(IntegerAttr[I32])
    rules = region_def("single_block")
    traits = traits_def(NoTerminator())

    @classmethod
    def parse(cls, parser: Parser) -> PacketRulesOp:
        with parser.in_parens():
            bundle = WireBundleAttr(WireBundleAttr.parse_parameter(parser))
            parser.parse_punctuation(":")
            channel = IntegerAttr(parser.parse_integer(), i32)
        region = parse_implicit_region(parser)
        return cls.create(
            properties={"source_bundle": bundle, "source_channel": channel},
            regions=[region],
            attributes=parser.parse_optional_attr_dict(),
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(f"({self.source_bundle.data} : {self.source_channel.value.data}) ")
        printer.print_region(self.rules, print_empty_block=False)
        printer.print_op_attributes(self.attributes)


@irdl_op_definition
class PacketRuleOp(IRDLOperation):
    """Packets whose id under `mask` is `value` take a selection."""

    name = "aie.rule"
    mask = prop_def(IntegerAttr.constr(i8))
    value = prop_def(IntegerAttr.constr(i8))
    amsel = operand_def(IndexType())
    packet_ids = opt_prop_def(AnyAttr())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $mask `,` $value `,` $amsel `)` attr-dict"


@irdl_op_definition
class WireOp(IRDLOperation):
    """A bundle of wires between two entities."""

    name = "aie.wire"
    source = operand_def(IndexType())
    source_bundle = prop_def(WireBundleAttr)
    dest = operand_def(IndexType())
    dest_bundle = prop_def(WireBundleAttr)
    assembly_format = "`(` $source `:` $source_bundle `,` $dest `:` $dest_bundle `)` attr-dict"


@irdl_op_definition
class PlioOp(IRDLOperation):
    """A port to programmable logic."""

    name = "aie.plio"
    col = prop_def(IntegerAttr[I32])
    result = result_def(IndexType())
    assembly_format = "`(` $col `)` attr-dict"


OPERATIONS: tuple[type[Operation], ...] = (
    SwitchboxOp,
    ShimMuxOp,
    ConnectOp,
    AmselOp,
    MasterSetOp,
    PacketRulesOp,
    PacketRuleOp,
    WireOp,
    PlioOp,
)
