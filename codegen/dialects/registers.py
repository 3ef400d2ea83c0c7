"""Commands of a runtime sequence below transfers: register writes, tokens, queues, reconfiguration.

One form of their numbers (`scalars`): E1 writes them in the dictionary, E2 as SSA values.
Source: include/aie/Dialect/AIEX/IR/AIEX.td 779-1270 of mlir-aie, E1 and E2.
"""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

from xdsl.dialects.builtin import (
    BoolAttr,
    IntegerAttr,
    IntegerType,
    MemRefType,
    Signedness,
    StringAttr,
    SymbolRefAttr,
    i32,
)
from xdsl.ir import Attribute, Operation
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer

from aiec.codegen.dialects.attributes import DmaDirection, DmaDirectionAttr
from aiec.codegen.dialects.epochs import in_e1
from aiec.codegen.dialects.operands import i32_attr, parse_attributes, print_attributes
from aiec.codegen.dialects.scalars import (
    RawScalar,
    Scalar,
    ScalarsOp,
    parse_scalar,
    print_scalar,
    resolve,
    split,
    unsigned,
)

ui32 = IntegerType(32, Signedness.UNSIGNED)
_WORD = 0xFFFFFFFF


class CommandOp(ScalarsOp, ABC):
    """The numbers FIELDS: `(%a, %b) {…} : i32, i32` in E2, `{a = …, b = …}` in E1."""

    FIELDS: ClassVar[tuple[str, ...]]
    E1_TYPE: ClassVar[IntegerType] = i32
    CONSTANT_TYPE: ClassVar[IntegerType | None] = i32

    def field(self, name: str) -> Scalar:
        """The number `name` of FIELDS."""
        value = self.scalars[self.FIELDS.index(name)]
        assert value is not None
        return value

    @classmethod
    def parse(cls, parser: Parser) -> CommandOp:
        raw: list[RawScalar] = (
            parser.parse_optional_comma_separated_list(
                parser.Delimiter.PAREN, lambda: parse_scalar(parser)
            )
            or []
        )
        properties: dict[str, Attribute] = {}
        position = parser.pos
        attributes = parse_attributes(parser, cls, properties)
        raw = raw or [n for name in cls.FIELDS if (n := take_integer(attributes, name)) is not None]
        if len(raw) != len(cls.FIELDS):
            parser.raise_error(f"{cls.name} takes {', '.join(cls.FIELDS)}", position)
        if parser.parse_optional_punctuation(":"):
            parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type)
        values = [resolve(parser, value, i32) for value in raw]
        words = ui32 == cls.E1_TYPE
        operands, properties["static"] = split([unsigned(v) if words else v for v in values])
        return cls.create(operands=operands, properties=properties, attributes=attributes)

    def print(self, printer: Printer) -> None:
        if in_e1(printer):
            numbers = zip(self.FIELDS, self.scalars, strict=True)
            fields = {k: IntegerAttr(v, self.E1_TYPE) for k, v in numbers if isinstance(v, int)}
            shown = {k: v for k, v in self.properties.items() if k != "static"}
            printer.print_op_attributes(fields | shown | self.attributes)
            return
        with printer.in_parens():
            printer.print_list(self.scalars, lambda value: print_scalar(printer, value or 0, i32))
        print_attributes(printer, self)
        printer.print_string(" : " + ", ".join("i32" for _ in self.FIELDS))


def take_integer(attributes: dict[str, Attribute], name: str) -> int | None:
    """Remove and return an integer of a dictionary; None if it is not there."""
    value = attributes.get(name)
    if not isinstance(value, IntegerAttr):
        return None
    del attributes[name]
    return value.value.data


class _WriteOp(CommandOp, ABC):
    """A write to `address`: absolute, within tile (column, row), or in words of `buffer`."""

    E1_TYPE: ClassVar[IntegerType] = ui32
    buffer = opt_prop_def(SymbolRefAttr)
    column = opt_prop_def(IntegerAttr)
    row = opt_prop_def(IntegerAttr)


@irdl_op_definition
class NpuWrite32Op(_WriteOp):
    """Write one word."""

    name = "aiex.npu.write32"
    FIELDS: ClassVar[tuple[str, ...]] = ("address", "value")

    def __init__(self, column: int, row: int, address: int, value: int) -> None:
        operands, static = split([address, value])
        properties = {"column": i32_attr(column), "row": i32_attr(row), "static": static}
        super().__init__(operands=[operands], properties=properties)


@irdl_op_definition
class NpuMaskWrite32Op(_WriteOp):
    """Write the bits of one word that `mask` selects."""

    name = "aiex.npu.maskwrite32"
    FIELDS: ClassVar[tuple[str, ...]] = ("address", "value", "mask")


@irdl_op_definition
class NpuSyncOp(CommandOp):
    """Wait for a token of a channel, of column_num x row_num tiles. Direction 0 S2MM, 1 MM2S."""

    name = "aiex.npu.sync"
    FIELDS: ClassVar[tuple[str, ...]] = (
        "column",
        "row",
        "direction",
        "channel",
        "column_num",
        "row_num",
    )


@irdl_op_definition
class NpuBlockWriteOp(IRDLOperation):
    """Write the words of a global from `address` on."""

    name = "aiex.npu.blockwrite"
    data = operand_def(MemRefType)
    address = prop_def(IntegerAttr)
    buffer = opt_prop_def(SymbolRefAttr)
    column = opt_prop_def(IntegerAttr)
    row = opt_prop_def(IntegerAttr)
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "`(` $data `)` attr-dict `:` type($data)"


@irdl_op_definition
class NpuBlockWriteValuesOp(IRDLOperation):
    """Write words that the sequence computes, from `address` on."""

    name = "aiex.npu.blockwrite_values"
    SINCE: ClassVar[str] = "E3"
    address = operand_def(i32)
    values = var_operand_def(i32)
    assembly_format = (
        "`(` $address `:` type($address) `)` `values` $values `:` type($values) attr-dict"
    )


@irdl_op_definition
class NpuAddressPatchOp(ScalarsOp):
    """Put a host buffer's address, plus `arg_plus` bytes, into the register at `addr`.

    The scalars are arg_plus and, where the register is chosen at run time, its address.
    """

    name = "aiex.npu.address_patch"
    CONSTANT_TYPE: ClassVar[IntegerType | None] = i32
    addr = prop_def(IntegerAttr)
    arg_idx = prop_def(IntegerAttr)

    @property
    def arg_plus(self) -> Scalar:
        """Bytes past the start of the buffer."""
        value = self.scalars[0]
        assert value is not None
        return value

    @classmethod
    def parse(cls, parser: Parser) -> NpuAddressPatchOp:
        plus = register = None
        if parser.parse_optional_punctuation("("):
            plus = parse_typed_scalar(parser)
            parser.parse_punctuation(")")
        if parser.parse_optional_keyword("addr"):
            register = parse_typed_scalar(parser)
        properties: dict[str, Attribute] = {}
        attributes = parse_attributes(parser, cls, properties)
        plus = take_integer(attributes, "arg_plus") if plus is None else plus
        if plus is None:
            parser.raise_error("aiex.npu.address_patch takes arg_plus")
        operands, properties["static"] = split([plus, register])
        return cls.create(operands=operands, properties=properties, attributes=attributes)

    def print(self, printer: Printer) -> None:
        plus, register = self.scalars
        if in_e1(printer):
            plus_attr = {"arg_plus": IntegerAttr(plus, i32)} if isinstance(plus, int) else {}
            fields: dict[str, Attribute] = {**plus_attr}
            fields |= {k: v for k, v in self.properties.items() if k != "static"}
            printer.print_op_attributes(fields | self.attributes)
            return
        with printer.in_parens():
            print_scalar(printer, plus or 0, i32)
            printer.print_string(" : i32")
        if register is not None:
            printer.print_string(" addr ")
            print_scalar(printer, register, i32)
            printer.print_string(" : i32")
        print_attributes(printer, self)


def parse_typed_scalar(parser: Parser) -> Scalar:
    """Read `%v : i32`, or an integer with or without its type."""
    raw = parse_scalar(parser)
    if parser.parse_optional_punctuation(":"):
        parser.parse_type()
    return resolve(parser, raw, i32)


@irdl_op_definition
class NpuPushQueueOp(ScalarsOp):
    """Queue a descriptor on a channel; it runs repeat_count + 1 times."""

    name = "aiex.npu.push_queue"
    CONSTANT_TYPE: ClassVar[IntegerType | None] = i32
    column = prop_def(IntegerAttr)
    row = prop_def(IntegerAttr)
    direction = prop_def(DmaDirectionAttr)
    channel = prop_def(IntegerAttr)
    issue_token = prop_def(IntegerAttr)

    def __init__(
        self,
        column: int,
        row: int,
        direction: DmaDirection,
        channel: int,
        bd_id: Scalar,
        repeat_count: Scalar = 0,
        issue_token: bool = False,
    ) -> None:
        operands, static = split([bd_id, repeat_count])
        properties: dict[str, Attribute | None] = {
            "column": i32_attr(column),
            "row": i32_attr(row),
            "direction": DmaDirectionAttr(direction),
            "channel": i32_attr(channel),
            "issue_token": BoolAttr.from_bool(issue_token),
            "static": static,
        }
        super().__init__(operands=[operands], properties=properties)

    @property
    def bd_id(self) -> Scalar:
        """The first descriptor of the task."""
        return self.scalars[0] or 0

    @property
    def repeat_count(self) -> Scalar:
        """Executions after the first."""
        return self.scalars[1] or 0

    @classmethod
    def parse(cls, parser: Parser) -> NpuPushQueueOp:
        with parser.in_parens():
            column = parser.parse_integer()
            parser.parse_punctuation(",")
            row = parser.parse_integer()
            parser.parse_punctuation(",")
            direction = DmaDirection(DmaDirectionAttr.parse_parameter(parser))
            parser.parse_punctuation(":")
            channel = parser.parse_integer()
        raw = [parse_scalar(parser) for word in ("bd_id", "repeat") if _found(parser, word)]
        attributes = parser.parse_optional_attr_dict()
        if parser.parse_optional_punctuation(":"):
            parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type)
        fields = (take_integer(attributes, name) or 0 for name in ("bd_id", "repeat_count"))
        values = [resolve(parser, value, i32) for value in raw or fields]
        token = bool(take_integer(attributes, "issue_token"))
        op = cls(column, row, direction, channel, *values, issue_token=token)
        op.attributes = attributes
        return op

    def print(self, printer: Printer) -> None:
        place = f"{self.column.value.data}, {self.row.value.data}"
        printer.print_string(f" ({place}, {self.direction.data}:{self.channel.value.data})")
        inline = ("column", "row", "direction", "channel")
        if in_e1(printer):
            numbers = zip(("bd_id", "repeat_count"), self.scalars, strict=True)
            fields: dict[str, Attribute] = {
                k: IntegerAttr(v, i32) for k, v in numbers if isinstance(v, int)
            }
            fields["issue_token"] = self.issue_token
            printer.print_op_attributes(fields | self.attributes)
            return
        printer.print_string(" bd_id ")
        print_scalar(printer, self.bd_id, i32)
        printer.print_string(" repeat ")
        print_scalar(printer, self.repeat_count, i32)
        print_attributes(printer, self, *inline)
        printer.print_string(" : i32, i32")


def _found(parser: Parser, word: str) -> bool:
    return parser.parse_optional_keyword(word) is not None


class DictionaryOp(IRDLOperation, ABC):
    """A command that is a dictionary only. REQUIRED names must be in it."""

    REQUIRED: ClassVar[tuple[str, ...]] = ()

    def field(self, name: str) -> int:
        """An integer of the dictionary, 0 where it is not given."""
        value = self.attributes.get(name)
        return value.value.data if isinstance(value, IntegerAttr) else 0

    @classmethod
    def parse(cls, parser: Parser) -> DictionaryOp:
        position = parser.pos
        attributes = parser.parse_optional_attr_dict()
        missing = [name for name in cls.REQUIRED if name not in attributes]
        if missing:
            parser.raise_error(f"{cls.name} without {', '.join(missing)}", position)
        return cls.create(attributes=attributes)

    def print(self, printer: Printer) -> None:
        printer.print_op_attributes(self.attributes)


@irdl_op_definition
class NpuWriteBdOp(DictionaryOp):
    """Write all registers of one descriptor: raw values, sizes and strides in words, off by one."""

    name = "aiex.npu.writebd"
    REQUIRED: ClassVar[tuple[str, ...]] = (
        "column",
        "row",
        "bd_id",
        "buffer_length",
        "buffer_offset",
        "valid_bd",
    )


@irdl_op_definition
class ControlPacketOp(DictionaryOp):
    """A control packet: an opcode for a register and its data."""

    name = "aiex.control_packet"
    REQUIRED: ClassVar[tuple[str, ...]] = ("address", "opcode", "stream_id")


@irdl_op_definition
class NpuLoadPdiOp(DictionaryOp):
    """Configure the array with a device's image."""

    name = "aiex.npu.load_pdi"


@irdl_op_definition
class NpuPreemptOp(DictionaryOp):
    """Where the controller may turn to another task."""

    name = "aiex.npu.preempt"
    REQUIRED: ClassVar[tuple[str, ...]] = ("level",)


@irdl_op_definition
class NpuCreateScratchpadOp(DictionaryOp):
    """Copy `size` bytes of host parameters to the controller."""

    name = "aiex.npu.create_scratchpad"
    REQUIRED: ClassVar[tuple[str, ...]] = ("size",)
    SINCE: ClassVar[str] = "E2"


@irdl_op_definition
class NpuUpdateFromScratchpadOp(IRDLOperation):
    """Add a value made from a parameter to 8 bytes of the array. `function`: incr, decr or mul."""

    name = "aiex.npu.update_from_scratchpad"
    SINCE: ClassVar[str] = "E2"

    @classmethod
    def parse(cls, parser: Parser) -> NpuUpdateFromScratchpadOp:
        function = None
        if parser.parse_optional_punctuation("<"):
            function = parser.parse_identifier()
            parser.parse_punctuation(">")
        attributes = parser.parse_optional_attr_dict()
        if function is not None:
            attributes["func"] = StringAttr(function)
        return cls.create(attributes=attributes)

    @property
    def function(self) -> str:
        """incr, decr or mul."""
        function = self.attributes.get("func")
        return function.data if isinstance(function, StringAttr) else "incr"

    def field(self, name: str) -> int:
        """An integer of the dictionary, 0 where it is not given."""
        return take_integer(dict(self.attributes), name) or 0

    def print(self, printer: Printer) -> None:
        function = self.attributes.get("func")
        if isinstance(function, StringAttr):
            printer.print_string(f"<{function.data}>")
        printer.print_op_attributes(self.attributes, reserved_attr_names=("func",))


class _AssertOp(ScalarsOp, ABC):
    """A check of one value at run time, before it goes into a descriptor."""

    SINCE: ClassVar[str] = "E2"
    CONSTANT_TYPE: ClassVar[IntegerType | None] = i32

    @property
    def value(self) -> Scalar:
        """What is checked."""
        return self.scalars[0] or 0

    @classmethod
    def parse(cls, parser: Parser) -> _AssertOp:
        with parser.in_parens():
            raw = parse_scalar(parser)
        attributes = parser.parse_optional_attr_dict()
        if parser.parse_optional_punctuation(":"):
            parser.parse_type()
        operands, static = split([resolve(parser, raw, i32)])
        return cls.create(operands=operands, properties={"static": static}, attributes=attributes)

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            print_scalar(printer, self.value, i32)
        printer.print_op_attributes(self.attributes)
        printer.print_string(" : i32")


@irdl_op_definition
class NpuAssertBdFieldOp(_AssertOp):
    """The value is at most `max`."""

    name = "aiex.npu.assert_bd_field"


@irdl_op_definition
class NpuAssertBdDivisibleOp(_AssertOp):
    """The value is a multiple of `divisor`."""

    name = "aiex.npu.assert_bd_divisible"


OPERATIONS: tuple[type[Operation], ...] = (
    NpuWrite32Op,
    NpuMaskWrite32Op,
    NpuSyncOp,
    NpuBlockWriteOp,
    NpuBlockWriteValuesOp,
    NpuAddressPatchOp,
    NpuPushQueueOp,
    NpuWriteBdOp,
    ControlPacketOp,
    NpuLoadPdiOp,
    NpuPreemptOp,
    NpuCreateScratchpadOp,
    NpuUpdateFromScratchpadOp,
    NpuAssertBdFieldOp,
    NpuAssertBdDivisibleOp,
)
