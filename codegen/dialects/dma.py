"""Descriptors and their chains: dma_start, dma, dma_bd, dma_bd_packet, next_bd.

Where it stands: inside `aie.mem`, `aie.memtile_dma`, `aie.shim_dma` and the tasks of a sequence.
One form of `dma_bd` whatever the generation: buffer, offset, length, dimensions outermost first,
padding, all in elements. E1 writes it by position, E2 by keyword, E0 in the dictionary.
Source: AIEOps.td 911-1320 (E2) and AIEDialect.cpp 1729-1886 (E1) of mlir-aie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from xdsl.dialects.builtin import (
    I32,
    IntegerAttr,
    MemRefType,
    StringAttr,
    SymbolRefAttr,
    UnrankedMemRefType,
    i1,
    i32,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    base,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    successor_def,
    traits_def,
    var_region_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import IsTerminator, NoTerminator
from xdsl.utils.exceptions import VerifyException

from aiec.codegen.dialects.attributes import (
    BdDimLayoutArrayAttr,
    BdIterationAttr,
    BdPadLayoutArrayAttr,
    DmaDirection,
    DmaDirectionAttr,
    PacketInfoAttr,
)
from aiec.codegen.dialects.epochs import in_e1
from aiec.codegen.dialects.operands import (
    i32_attr,
    parse_attributes,
    print_attributes,
    print_memref_operand,
)
from aiec.codegen.dialects.scalars import (
    RawScalar,
    Scalar,
    ScalarsOp,
    parse_scalar,
    print_scalar,
    resolve,
    split,
)

Dims: TypeAlias = tuple[tuple[Scalar, Scalar], ...]


@irdl_op_definition
class DmaStartOp(IRDLOperation):
    """Run the chain at `dest` repeat_count + 1 times on a channel; go on at `chain`."""

    name = "aie.dma_start"
    direction = prop_def(DmaDirectionAttr, prop_name="channel_dir")
    channel = prop_def(IntegerAttr[I32], prop_name="channel_index")
    repeat_count = opt_prop_def(IntegerAttr)
    pad_value = opt_prop_def(IntegerAttr)
    dest = successor_def()
    chain = successor_def()
    valid = result_def(i1)
    traits = traits_def(IsTerminator())

    def __init__(
        self,
        direction: DmaDirection,
        channel: int,
        dest: Block,
        chain: Block,
        repeat_count: int = 0,
        pad_value: int = 0,
    ) -> None:
        properties: dict[str, Attribute | None] = {
            "channel_dir": DmaDirectionAttr(direction),
            "channel_index": i32_attr(channel),
            "repeat_count": i32_attr(repeat_count or None),
            "pad_value": i32_attr(pad_value or None),
        }
        super().__init__(properties=properties, successors=[dest, chain], result_types=[i1])

    @classmethod
    def parse(cls, parser: Parser) -> DmaStartOp:
        repeat = 0
        with parser.in_parens():
            direction = DmaDirectionAttr.parse_parameter(parser)
            parser.parse_punctuation(",")
            channel = parser.parse_integer()
            parser.parse_punctuation(",")
            dest = parser.parse_successor()
            parser.parse_punctuation(",")
            chain = parser.parse_successor()
            if parser.parse_optional_punctuation(","):
                parser.parse_keyword("repeat_count")
                parser.parse_punctuation("=")
                repeat = parser.parse_integer()
        op = cls(DmaDirection(direction), channel, dest, chain, repeat)
        op.attributes = parse_attributes(parser, cls, op.properties)
        return op

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            printer.print_string(f"{self.direction.data}, {self.channel.value.data}, ")
            printer.print_block_name(self.dest)
            printer.print_string(", ")
            printer.print_block_name(self.chain)
            if self.repeat_count is not None:
                printer.print_string(f", repeat_count = {self.repeat_count.value.data}")
        inline = ("channel_dir", "channel_index", "repeat_count")
        print_attributes(printer, self, *inline, *_pad_value_elsewhere(printer))

    def suggested_name(self) -> str:
        return "dma"


@irdl_op_definition
class DmaOp(IRDLOperation):
    """A channel's list of descriptors, one region each. `loop` (default true): for ever."""

    name = "aie.dma"
    direction = prop_def(DmaDirectionAttr, prop_name="channel_dir")
    channel = prop_def(IntegerAttr[I32], prop_name="channel_index")
    loop = opt_prop_def(IntegerAttr)
    repeat_count = opt_prop_def(IntegerAttr)
    sym_name = opt_prop_def(StringAttr)
    pad_value = opt_prop_def(IntegerAttr)
    bds = var_region_def("single_block")
    valid = result_def(i1)
    traits = traits_def(NoTerminator())

    @classmethod
    def parse(cls, parser: Parser) -> DmaOp:
        with parser.in_parens():
            direction = DmaDirectionAttr(DmaDirectionAttr.parse_parameter(parser))
            parser.parse_punctuation(",")
            channel = i32_attr(parser.parse_integer())
        assert channel is not None
        properties: dict[str, Attribute] = {"channel_dir": direction, "channel_index": channel}
        attributes = parse_attributes(parser, cls, properties)
        regions = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, parser.parse_region)
        return cls.create(
            properties=properties, attributes=attributes, regions=regions, result_types=[i1]
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(f"({self.direction.data}, {self.channel.value.data})")
        inline = ("channel_dir", "channel_index", *_pad_value_elsewhere(printer))
        print_attributes(printer, self, *inline)
        printer.print_string(" ")
        with printer.in_square_brackets():
            printer.print_list(self.bds, printer.print_region)

    def suggested_name(self) -> str | None:
        return self.sym_name.data if self.sym_name else "dma"


@irdl_op_definition
class DmaBdOp(ScalarsOp):
    """One descriptor: which elements of a buffer move, in which order.

    The scalars are offset, length, the sizes, the strides. A length that is not given is the whole
    buffer. E1 writes `pad_value` here, E2 on the channel; reading moves it to the channel.
    """

    name = "aie.dma_bd"
    buffer = operand_def(base(MemRefType) | base(UnrankedMemRefType))
    pad_dimensions = opt_prop_def(BdPadLayoutArrayAttr)
    pad_value = opt_prop_def(IntegerAttr)
    bd_id = opt_prop_def(IntegerAttr)
    packet = opt_prop_def(PacketInfoAttr)
    burst_length = opt_prop_def(IntegerAttr)
    iteration = opt_prop_def(BdIterationAttr)
    offset_parameter = opt_prop_def(SymbolRefAttr)
    offset_state_table_idx = opt_prop_def(IntegerAttr)
    next_bd_id = opt_prop_def(IntegerAttr)
    ONLY_E2: ClassVar[tuple[str, ...]] = ("iteration", "offset_parameter", "offset_state_table_idx")

    def __init__(
        self,
        buffer: SSAValue | Operation,
        offset: Scalar = 0,
        length: Scalar | None = None,
        dims: Dims = (),
        *,
        padding: Sequence[tuple[int, int]] = (),
        packet: PacketInfoAttr | None = None,
        bd_id: int | None = None,
        next_bd_id: int | None = None,
    ) -> None:
        buffer = SSAValue.get(buffer)
        if length is None:
            length = _whole(buffer)
        sizes, strides = [size for size, _ in dims], [stride for _, stride in dims]
        operands, static = split([offset, length, *sizes, *strides])
        properties: dict[str, Attribute | None] = {
            "static": static,
            "pad_dimensions": BdPadLayoutArrayAttr.of(padding) if padding else None,
            "packet": packet,
            "bd_id": i32_attr(bd_id),
            "next_bd_id": i32_attr(next_bd_id),
        }
        super().__init__(operands=[buffer, operands], properties=properties)

    @property
    def offset(self) -> Scalar:
        """First element of the transfer."""
        value = self.scalars[0]
        assert value is not None
        return value

    @property
    def length(self) -> Scalar | None:
        """Elements that move; None is the whole of a buffer whose size is not in its type."""
        return self.scalars[1]

    @property
    def dims(self) -> Dims:
        """(size, stride) of each dimension in elements, outermost first; () is linear."""
        entries = [value for value in self.scalars[2:] if value is not None]
        half = len(entries) // 2
        return tuple(zip(entries[:half], entries[half:], strict=True))

    @property
    def padding(self) -> tuple[tuple[int, int], ...]:
        """(before, after) of each dimension in elements, outermost first; () is none.

        Fewer pads than dimensions are of the innermost.
        """
        pairs = self.pad_dimensions.pairs if self.pad_dimensions else ()
        missing = len(self.dims) - len(pairs)
        return ((0, 0),) * missing + pairs if pairs else ()

    @classmethod
    def parse(cls, parser: Parser) -> DmaBdOp:
        fields = _BdFields()
        with parser.in_parens():
            raw_buffer = parser.parse_unresolved_operand()
            parser.parse_punctuation(":")
            buffer = parser.resolve_operand(raw_buffer, parser.parse_type())
            position = 0
            while parser.parse_optional_punctuation(","):
                fields.parse_positional(parser, position)
                position += 1
            fields.parse_keywords(parser)
        properties: dict[str, Attribute] = {}
        attributes = parse_attributes(parser, cls, properties)
        fields.take(attributes)
        op = cls(buffer, fields.offset, fields.length, fields.dims(parser))
        if fields.pad is not None:
            properties["pad_dimensions"] = fields.pad
        if fields.pad_value is not None:
            properties["pad_value"] = IntegerAttr(fields.pad_value, i32)
        op.properties |= properties
        op.attributes = attributes
        return op

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            print_memref_operand(printer, self.buffer)
            if in_e1(printer):
                self._print_positional(printer)
            else:
                self._print_keywords(printer)
        print_attributes(printer, self, "pad_dimensions", "pad_value")

    def verify_(self) -> None:
        super().verify_()
        if self.padding and len(self.padding) != len(self.dims):
            raise VerifyException(f"{len(self.padding)} pads for {len(self.dims)} dimensions")

    def _print_positional(self, printer: Printer) -> None:
        printer.print_string(f", {self.offset}")
        if self.length is not None:
            printer.print_string(f", {self.length}")
        if self.dims or self.padding:
            layout = ", ".join(f"<size = {size}, stride = {stride}>" for size, stride in self.dims)
            printer.print_string(f", [{layout}]")
        if self.pad_dimensions is not None:
            printer.print_string(", ")
            self.pad_dimensions.print_parameters(printer)
        channel = channel_of(self)
        # Without padding E1 cannot say the value, nor is it used.
        if self.pad_dimensions is not None and channel is not None and channel.pad_value:
            printer.print_string(f", pad_value = {channel.pad_value.value.data}")

    def _print_keywords(self, printer: Printer) -> None:
        printer.print_string(" offset = ")
        print_scalar(printer, self.offset)
        if self.length is not None:
            printer.print_string(" len = ")
            print_scalar(printer, self.length)
        if self.dims:
            printer.print_string(" sizes = ")
            print_scalars(printer, [size for size, _ in self.dims])
            printer.print_string(" strides = ")
            print_scalars(printer, [stride for _, stride in self.dims])
        if self.pad_dimensions is not None:
            printer.print_string(" pad ")
            self.pad_dimensions.print_parameters(printer)


def _pad_value_elsewhere(printer: Printer) -> tuple[str, ...]:
    return ("pad_value",) if in_e1(printer) else ()


def chain(first: Block) -> tuple[Block, ...]:
    """The blocks from `first` on, as next_bd links them, each once: the last one ends or loops."""
    blocks = [first]
    while isinstance(last := blocks[-1].last_op, NextBdOp) and last.dest not in blocks:
        blocks.append(last.dest)
    return tuple(blocks)


def channel_of(bd: DmaBdOp) -> DmaStartOp | DmaOp | None:
    """The channel that runs a descriptor; None in a task or where nothing starts it."""
    parent, block = bd.parent_op(), bd.parent_block()
    if isinstance(parent, DmaOp):
        return parent
    if parent is None or block is None:
        return None
    starts = (op for b in parent.regions[0].blocks for op in b.ops if isinstance(op, DmaStartOp))
    return next((start for start in starts if block in chain(start.dest)), None)


class _BdFields:
    """What the text of one descriptor says, in whichever form."""

    def __init__(self) -> None:
        self.offset: Scalar = 0
        self.length: Scalar | None = None
        self.sizes: list[Scalar] = []
        self.strides: list[Scalar] = []
        self.pad: BdPadLayoutArrayAttr | None = None
        self.pad_value: int | None = None

    def parse_positional(self, parser: Parser, position: int) -> None:
        """One item of E1: offset, length, dimensions, padding, pad_value."""
        if parser.parse_optional_keyword("pad_value"):
            parser.parse_punctuation("=")
            self.pad_value = parser.parse_integer()
        elif position == 0:
            self.offset = resolve(parser, parse_scalar(parser), i32)
        elif position == 1:
            self.length = resolve(parser, parse_scalar(parser), i32)
        elif position == 2:
            layout = BdDimLayoutArrayAttr.new(BdDimLayoutArrayAttr.parse_parameters(parser))
            self._set_dims(layout)
        else:
            self.pad = BdPadLayoutArrayAttr.new(BdPadLayoutArrayAttr.parse_parameters(parser))

    def parse_keywords(self, parser: Parser) -> None:
        """The items of E2, in any order."""
        while word := parser.parse_optional_keyword_in(
            ("offset", "len", "sizes", "strides", "pad")
        ):
            if word == "pad":
                self.pad = BdPadLayoutArrayAttr.new(BdPadLayoutArrayAttr.parse_parameters(parser))
                continue
            parser.parse_punctuation("=")
            if word == "offset":
                self.offset = resolve(parser, parse_scalar(parser), i32)
            elif word == "len":
                self.length = resolve(parser, parse_scalar(parser), i32)
            elif word == "sizes":
                self.sizes = parse_scalars(parser)
            else:
                self.strides = parse_scalars(parser)

    def take(self, attributes: dict[str, Attribute]) -> None:
        """What E0 and E1 may put into the dictionary instead."""
        for name in ("offset", "len", "dimensions"):
            value = attributes.pop(name, None)
            if isinstance(value, IntegerAttr) and name == "offset":
                self.offset = value.value.data
            elif isinstance(value, IntegerAttr):
                self.length = value.value.data
            elif isinstance(value, BdDimLayoutArrayAttr):
                self._set_dims(value)

    def dims(self, parser: Parser) -> Dims:
        """Pairs of size and stride; both lists must be as long."""
        if len(self.sizes) != len(self.strides):
            parser.raise_error(
                f"aie.dma_bd has {len(self.sizes)} sizes and {len(self.strides)} strides"
            )
        return tuple(zip(self.sizes, self.strides, strict=True))

    def _set_dims(self, layout: BdDimLayoutArrayAttr) -> None:
        self.sizes = [size for size, _ in layout.pairs]
        self.strides = [stride for _, stride in layout.pairs]


def parse_scalars(parser: Parser) -> list[Scalar]:
    """Read `[1, %n, 4]`, values of type i64."""
    raw: list[RawScalar] = parser.parse_comma_separated_list(
        parser.Delimiter.SQUARE, lambda: parse_scalar(parser)
    )
    return [resolve(parser, value, i64) for value in raw]


def print_scalars(printer: Printer, values: Sequence[Scalar]) -> None:
    """Write `[1, %n, 4]`."""
    with printer.in_square_brackets():
        printer.print_list(values, lambda value: print_scalar(printer, value))


def _whole(buffer: SSAValue) -> int | None:
    kind = buffer.type
    if isinstance(kind, MemRefType) and kind.has_static_shape():
        return kind.element_count()
    return None


@irdl_op_definition
class DmaBdPacketOp(IRDLOperation):
    """The packet header of the descriptor that follows; reading moves it onto the descriptor."""

    name = "aie.dma_bd_packet"
    packet_type = prop_def(IntegerAttr[I32])
    packet_id = prop_def(IntegerAttr[I32])
    assembly_format = "`(` $packet_type `,` $packet_id `)` attr-dict"


@irdl_op_definition
class NextBdOp(IRDLOperation):
    """Go on with the descriptor of another block."""

    name = "aie.next_bd"
    dest = successor_def()
    traits = traits_def(IsTerminator())
    assembly_format = "$dest attr-dict"

    def __init__(self, dest: Block) -> None:
        super().__init__(successors=[dest])


OPERATIONS: tuple[type[Operation], ...] = (DmaStartOp, DmaOp, DmaBdOp, DmaBdPacketOp, NextBdOp)
