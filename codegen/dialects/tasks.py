"""Tasks of a runtime sequence: chains of descriptors that are configured, started and awaited.

With them what reconfigures, resets and parametrises the array.
Source: include/aie/Dialect/AIEX/IR/AIEX.td 523-566 and 1276-1868 of mlir-aie, E1 and E2.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import (
    I32,
    IndexType,
    IntegerAttr,
    IntegerType,
    StringAttr,
    SymbolRefAttr,
    i32,
)
from xdsl.ir import Attribute, Operation, Region, SSAValue
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
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import NoTerminator, SymbolOpInterface

from aiec.codegen.dialects.attributes import DmaDirection, DmaDirectionAttr, PacketInfoAttr
from aiec.codegen.dialects.operands import i32_attr, parse_attributes, true_attr
from aiec.codegen.dialects.regions import parse_implicit_region
from aiec.codegen.dialects.registers import parse_typed_scalar
from aiec.codegen.dialects.routing import parse_packet
from aiec.codegen.dialects.scalars import Scalar, ScalarsOp, print_scalar, split


class _ConfigureOp(ScalarsOp, ABC):
    """A task. The scalars are repeat_count, and bd_id where it is a value of run time."""

    issue_token = opt_prop_def(IntegerAttr)
    body = region_def()
    result = result_def(IndexType())
    TAKES_BD_ID: ClassVar[bool] = False

    @property
    def repeat_count(self) -> Scalar:
        """Executions of the chain after the first."""
        return self.scalars[0] or 0

    @property
    def bd_id(self) -> Scalar | None:
        """The first descriptor's number where it is given beside the body."""
        return self.scalars[1]

    def constants(self) -> tuple[tuple[int, IntegerType], ...]:
        return ((self.bd_id, i32),) if isinstance(self.bd_id, int) else ()

    @classmethod
    def parse_rest(
        cls, parser: Parser, operands: Sequence[SSAValue], properties: dict[str, Attribute]
    ) -> Operation:
        """Read `repeat %r : i32 bd_id %b : i32 {...} {...}`; `_for` has no `bd_id`."""
        repeat: Scalar | None = None
        bd_id: Scalar | None = None
        if parser.parse_optional_keyword("repeat"):
            repeat = parse_typed_scalar(parser)
        if cls.TAKES_BD_ID and parser.parse_optional_keyword("bd_id"):
            bd_id = parse_typed_scalar(parser)
        region = parser.parse_region()
        attributes = parse_attributes(parser, cls, properties)
        given = attributes.pop("repeat_count", None)
        if isinstance(given, IntegerAttr) and repeat is None:
            repeat = given.value.data
        dynamic, properties["static"] = split([repeat or 0, bd_id])
        return cls.create(
            operands=[*operands, *dynamic],
            properties=properties,
            attributes=attributes,
            regions=[region],
            result_types=[IndexType()],
        )

    def print_rest(self, printer: Printer, *inline: str) -> None:
        """Write what `parse_rest` reads."""
        repeat = self.repeat_count
        if isinstance(repeat, SSAValue):
            printer.print_string(" repeat ")
            print_scalar(printer, repeat)
            printer.print_string(" : i32")
        if self.bd_id is not None:
            printer.print_string(" bd_id ")
            print_scalar(printer, self.bd_id, i32)
            printer.print_string(" : i32")
        printer.print_string(" ")
        printer.print_region(self.body)
        repeats: dict[str, Attribute] = {}
        if isinstance(repeat, int) and repeat:
            repeats["repeat_count"] = IntegerAttr(repeat, i32)
        shown = repeats | self.properties | self.attributes
        printer.print_op_attributes(shown, reserved_attr_names=("static", *inline))

    def suggested_name(self) -> str:
        return "task"


@irdl_op_definition
class DmaConfigureTaskOp(_ConfigureOp):
    """A chain of descriptors for a channel of a tile."""

    name = "aiex.dma_configure_task"
    tile = operand_def(IndexType())
    direction = prop_def(DmaDirectionAttr)
    channel = prop_def(IntegerAttr[I32])
    packet = opt_prop_def(PacketInfoAttr)
    TAKES_BD_ID: ClassVar[bool] = True

    def __init__(
        self,
        tile: SSAValue | Operation,
        direction: DmaDirection,
        channel: int,
        body: Region,
        *,
        repeat_count: Scalar = 0,
        issue_token: bool = False,
    ) -> None:
        operands, static = split([repeat_count, None])
        properties: dict[str, Attribute | None] = {
            "direction": DmaDirectionAttr(direction),
            "channel": i32_attr(channel),
            "issue_token": true_attr(issue_token),
            "static": static,
        }
        super().__init__(
            operands=[tile, operands],
            properties=properties,
            regions=[body],
            result_types=[IndexType()],
        )

    @classmethod
    def parse(cls, parser: Parser) -> Operation:
        with parser.in_parens():
            tile = parser.parse_operand(IndexType())
            parser.parse_punctuation(",")
            direction = DmaDirectionAttr(DmaDirectionAttr.parse_parameter(parser))
            parser.parse_punctuation(",")
            channel = IntegerAttr(parser.parse_integer(), i32)
            properties: dict[str, Attribute] = {"direction": direction, "channel": channel}
            if parser.parse_optional_punctuation(","):
                properties["packet"] = parse_packet(parser)
        return cls.parse_rest(parser, [tile], properties)

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            printer.print_ssa_value(self.tile)
            printer.print_string(f", {self.direction.data}, {self.channel.value.data}")
            if self.packet is not None:
                printer.print_string(", ")
                self.packet.print_parameters(printer)
        self.print_rest(printer, "direction", "channel", "packet")


@irdl_op_definition
class DmaConfigureTaskForOp(_ConfigureOp):
    """A chain of descriptors for the channel of a shim allocation."""

    name = "aiex.dma_configure_task_for"
    alloc = prop_def(SymbolRefAttr)

    @classmethod
    def parse(cls, parser: Parser) -> Operation:
        return cls.parse_rest(parser, [], {"alloc": parse_symbol(parser)})

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_attribute(self.alloc)
        self.print_rest(printer, "alloc")


def parse_symbol(parser: Parser) -> SymbolRefAttr:
    """Read `@name` or `@device::@name`."""
    attribute = parser.parse_attribute()
    if not isinstance(attribute, SymbolRefAttr):
        parser.raise_error("symbol expected")
    return attribute


class _TaskOp(IRDLOperation):
    task = operand_def(IndexType())
    assembly_format = "`(` $task `)` attr-dict"

    def __init__(self, task: SSAValue | Operation) -> None:
        super().__init__(operands=[task])


@irdl_op_definition
class DmaStartTaskOp(_TaskOp):
    """Put a task on its channel's queue."""

    name = "aiex.dma_start_task"


@irdl_op_definition
class DmaAwaitTaskOp(_TaskOp):
    """Wait for the token of a task."""

    name = "aiex.dma_await_task"


@irdl_op_definition
class DmaFreeTaskOp(_TaskOp):
    """Let the numbers of a task's descriptors be used again."""

    name = "aiex.dma_free_task"


@irdl_op_definition
class DmaBdPoolPopOp(IRDLOperation):
    """Take a descriptor's number at run time."""

    name = "aiex.dma_bd_pool_pop"
    SINCE: ClassVar[str] = "E2"
    column = prop_def(IntegerAttr[I32])
    row = prop_def(IntegerAttr[I32])
    bd_id = result_def(i32)
    assembly_format = "`(` $column `,` $row `)` attr-dict `:` type($bd_id)"


@irdl_op_definition
class DmaBdPoolPushOp(IRDLOperation):
    """Give back a descriptor's number at run time."""

    name = "aiex.dma_bd_pool_push"
    SINCE: ClassVar[str] = "E2"
    column = prop_def(IntegerAttr[I32])
    row = prop_def(IntegerAttr[I32])
    bd_id = operand_def(i32)
    assembly_format = "`(` $column `,` $row `)` `bd_id` $bd_id attr-dict `:` type($bd_id)"


@irdl_op_definition
class BdChainOp(IRDLOperation):
    """A chain of descriptors whose buffers and locks are arguments."""

    name = "aie.bd_chain"
    sym_name = prop_def(StringAttr)
    body = region_def()
    traits = traits_def(SymbolOpInterface())

    @classmethod
    def parse(cls, parser: Parser) -> BdChainOp:
        name = parser.parse_symbol_name()
        arguments = parser.parse_comma_separated_list(parser.Delimiter.PAREN, parser.parse_argument)
        region = parser.parse_region(arguments)
        return cls.create(
            properties={"sym_name": name},
            regions=[region],
            attributes=parser.parse_optional_attr_dict(),
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        with printer.in_parens():
            printer.print_list(self.body.blocks[0].args, printer.print_block_argument)
        printer.print_string(" ")
        printer.print_region(self.body, print_entry_block_args=False)
        printer.print_op_attributes(self.attributes)


class _StartChainOp(IRDLOperation):
    symbol = prop_def(SymbolRefAttr)
    result = result_def(IndexType())

    def suggested_name(self) -> str:
        return "task"


@irdl_op_definition
class DmaStartBdChainOp(_StartChainOp):
    """Configure a chain on a tile's channel and start it."""

    name = "aiex.dma_start_bd_chain"
    arguments = var_operand_def()
    tile = operand_def(IndexType())
    direction = prop_def(DmaDirectionAttr)
    channel = prop_def(IntegerAttr[I32])
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = (
        "$symbol `(` $arguments `)` `:` `(` type($arguments) `)` `on` ` ` "
        "`(` $tile `,` $direction `,` $channel `)` attr-dict"
    )


@irdl_op_definition
class DmaStartBdChainForOp(_StartChainOp):
    """Configure a chain on a shim allocation's channel and start it."""

    name = "aiex.dma_start_bd_chain_for"
    arguments = var_operand_def()
    alloc = prop_def(SymbolRefAttr)
    assembly_format = (
        "$symbol `(` $arguments `)` `:` `(` type($arguments) `)` `for` $alloc attr-dict"
    )


@irdl_op_definition
class ConfigureOp(IRDLOperation):
    """Configure the array with a device of the module, then do what the body says."""

    name = "aiex.configure"
    symbol = prop_def(SymbolRefAttr)
    body = region_def("single_block")
    traits = traits_def(NoTerminator())

    @classmethod
    def parse(cls, parser: Parser) -> ConfigureOp:
        symbol = parse_symbol(parser)
        region = parse_implicit_region(parser)
        attributes = parser.parse_optional_attr_dict()
        return cls.create(properties={"symbol": symbol}, attributes=attributes, regions=[region])

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_attribute(self.symbol)
        printer.print_string(" ")
        printer.print_region(self.body, print_empty_block=False)
        printer.print_op_attributes(self.attributes)


@irdl_op_definition
class RunOp(IRDLOperation):
    """Run a runtime sequence of the configured device."""

    name = "aiex.run"
    sequence = prop_def(SymbolRefAttr, prop_name="runtime_sequence_symbol")
    arguments = var_operand_def()
    assembly_format = (
        "$runtime_sequence_symbol `(` $arguments `)` `:` `(` type($arguments) `)` attr-dict"
    )


@irdl_op_definition
class DmaChannelResetOp(IRDLOperation):
    """Reset a channel: its queue is empty afterwards."""

    name = "aiex.dma_channel_reset"
    SINCE: ClassVar[str] = "E2"
    tile = operand_def(IndexType())
    direction = prop_def(DmaDirectionAttr)
    channel = prop_def(IntegerAttr[I32])
    assembly_format = "`(` $tile `,` $direction `,` $channel `)` attr-dict"


@irdl_op_definition
class DmaChannelResetForOp(IRDLOperation):
    """Reset a fifo's channels in the array, start them again and set its locks anew."""

    name = "aiex.dma_channel_reset_for"
    SINCE: ClassVar[str] = "E2"
    fifo = prop_def(SymbolRefAttr, prop_name="objfifo")
    assembly_format = "`(` $objfifo `)` attr-dict"


@irdl_op_definition
class CoreResetOp(IRDLOperation):
    """Reset a core: it starts its program again; memory, locks and DMAs stay."""

    name = "aiex.core_reset"
    SINCE: ClassVar[str] = "E2"
    tile = operand_def(IndexType())
    assembly_format = "`(` $tile `)` attr-dict"


@irdl_op_definition
class ScratchpadParameterOp(IRDLOperation):
    """A parameter that the host writes and cores or descriptors read."""

    name = "aiex.scratchpad_parameter"
    SINCE: ClassVar[str] = "E2"
    sym_name = prop_def(StringAttr)
    type = prop_def(Attribute)
    traits = traits_def(SymbolOpInterface())

    @classmethod
    def parse(cls, parser: Parser) -> ScratchpadParameterOp:
        name = parser.parse_symbol_name()
        parser.parse_punctuation(":")
        kind = parser.parse_type()
        attributes = parser.parse_optional_attr_dict()
        return cls.create(properties={"sym_name": name, "type": kind}, attributes=attributes)

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        printer.print_string(" : ")
        printer.print_attribute(self.type)
        printer.print_op_attributes(self.attributes)


@irdl_op_definition
class ReadScratchpadParameterOp(IRDLOperation):
    """Read a parameter in a core."""

    name = "aiex.read_scratchpad_parameter"
    SINCE: ClassVar[str] = "E2"
    parameter = prop_def(SymbolRefAttr)
    result = result_def()
    assembly_format = "$parameter `:` type($result) attr-dict"


@irdl_op_definition
class SyncScratchpadParametersFromHostOp(IRDLOperation):
    """Where the host's parameters come over."""

    name = "aiex.sync_scratchpad_parameters_from_host"
    SINCE: ClassVar[str] = "E2"
    assembly_format = "attr-dict"


AIE_OPERATIONS: tuple[type[Operation], ...] = (BdChainOp,)
AIEX_OPERATIONS: tuple[type[Operation], ...] = (
    DmaConfigureTaskOp,
    DmaConfigureTaskForOp,
    DmaStartTaskOp,
    DmaAwaitTaskOp,
    DmaFreeTaskOp,
    DmaBdPoolPopOp,
    DmaBdPoolPushOp,
    DmaStartBdChainOp,
    DmaStartBdChainForOp,
    ConfigureOp,
    RunOp,
    DmaChannelResetOp,
    DmaChannelResetForOp,
    CoreResetOp,
    ScratchpadParameterOp,
    ReadScratchpadParameterOp,
    SyncScratchpadParametersFromHostOp,
)
