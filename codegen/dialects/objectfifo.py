"""ObjectFifos: declaration, links, where their memory goes, acquire and release.

Where it stands: the high-level form of `dma` and `locks`. E3's acquire returns the objects; reading
makes it E2's acquire of a subview with one access for each object.
Source: AIEOps.td 1905-2395 and AIEDialect.cpp 614-800 of mlir-aie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import (
    I32,
    ArrayAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    MemRefType,
    StringAttr,
    SymbolRefAttr,
    i32,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    IRDLOperation,
    ParsePropInAttrDict,
    base,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from aiec.codegen.dialects.attributes import (
    BdDimLayoutArrayArrayAttr,
    BdDimLayoutArrayAttr,
    BdPadLayoutArrayAttr,
    FifoPort,
    FifoPortAttr,
    ObjectFifoType,
    SubviewType,
)
from aiec.codegen.dialects.operands import (
    i32_attr,
    parse_attributes,
    parse_dense,
    parse_integers,
    print_attributes,
)


@irdl_op_definition
class ObjectFifoOp(IRDLOperation):
    """A circular buffer of objects between one producer and its consumers.

    `depth` is one number, or a list: the producer's, then each consumer's.
    """

    name = "aie.objectfifo"
    producer = operand_def(IndexType())
    consumers = var_operand_def(IndexType())
    sym_name = prop_def(StringAttr)
    depth = prop_def(base(IntegerAttr) | base(ArrayAttr), prop_name="elemNumber")
    type = prop_def(ObjectFifoType, prop_name="elemType")
    consumer_type = opt_prop_def(ObjectFifoType, prop_name="consumerElemType")
    to_stream = prop_def(BdDimLayoutArrayAttr, prop_name="dimensionsToStream")
    from_stream = prop_def(BdDimLayoutArrayArrayAttr, prop_name="dimensionsFromStreamPerConsumer")
    initial_values = opt_prop_def(ArrayAttr, prop_name="initValues")
    via_dma = opt_prop_def(IntegerAttr, prop_name="via_DMA")
    plio = opt_prop_def(IntegerAttr)
    disable_synchronization = opt_prop_def(IntegerAttr)
    repeat_count = opt_prop_def(IntegerAttr)
    iter_count = opt_prop_def(IntegerAttr)
    aie_stream = opt_prop_def(IntegerAttr)
    aie_stream_port = opt_prop_def(IntegerAttr)
    prod_dma_channel = opt_prop_def(IntegerAttr)
    cons_dma_channels = opt_prop_def(Attribute)
    pad_dimensions = opt_prop_def(BdPadLayoutArrayAttr, prop_name="padDimensions")
    pad_value = opt_prop_def(IntegerAttr, prop_name="padValue")
    traits = traits_def(SymbolOpInterface())
    ONLY_E2: ClassVar[tuple[str, ...]] = ("consumerElemType",)
    INLINE: ClassVar[tuple[str, ...]] = (
        "sym_name",
        "elemNumber",
        "elemType",
        "consumerElemType",
        "dimensionsToStream",
        "dimensionsFromStreamPerConsumer",
        "initValues",
    )

    def verify_(self) -> None:
        ends = 1 + len(self.consumers)
        if isinstance(self.depth, ArrayAttr) and len(self.depths) != ends:
            raise VerifyException(f"{len(self.depths)} depths for {ends} ends")
        values = self.initial_values
        if values is not None and len(values) != self.depths[0]:
            raise VerifyException(f"{len(values)} initial values for {self.depths[0]} objects")

    @property
    def depths(self) -> tuple[int, ...]:
        """Objects of the pools: one number for all, or the producer's and each consumer's."""
        depth = self.depth
        if isinstance(depth, IntegerAttr):
            return (depth.value.data,)
        return tuple(int(item.value.data) for item in depth if isinstance(item, IntegerAttr))

    @property
    def consumer_dims(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """(size, stride) pairs by which each consumer scatters its stream, outermost first."""
        return tuple(
            dims.pairs for dims in self.from_stream.items if isinstance(dims, BdDimLayoutArrayAttr)
        )

    @classmethod
    def parse(cls, parser: Parser) -> ObjectFifoOp:
        properties: dict[str, Attribute] = {"sym_name": parser.parse_symbol_name()}
        with parser.in_parens():
            producer, dims = _parse_end(parser, "dimensionsToStream")
            properties["dimensionsToStream"] = dims
            parser.parse_punctuation(",")
            consumers = parser.parse_comma_separated_list(
                parser.Delimiter.BRACES, lambda: _parse_end(parser, "dimensionsFromStream")
            )
            parser.parse_punctuation(",")
            properties["elemNumber"] = _parse_depth(parser)
        from_stream = BdDimLayoutArrayArrayAttr(ArrayAttr([dims for _, dims in consumers]))
        properties["dimensionsFromStreamPerConsumer"] = from_stream
        attributes = parse_attributes(parser, cls, properties)
        parser.parse_punctuation(":")
        properties["elemType"] = kind = _parse_fifo_type(parser)
        if parser.parse_optional_punctuation("->"):
            properties["consumerElemType"] = _parse_fifo_type(parser)
        if parser.parse_optional_punctuation("="):
            values = parser.parse_comma_separated_list(
                parser.Delimiter.SQUARE, lambda: parse_dense(parser, kind.element)
            )
            properties["initValues"] = ArrayAttr(values)
        return cls.create(
            operands=[producer, *(tile for tile, _ in consumers)],
            properties=properties,
            attributes=attributes,
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        with printer.in_parens():
            _print_end(printer, self.producer, "dimensionsToStream", self.to_stream)
            printer.print_string(", {")
            ends = list(zip(self.consumers, self.from_stream.items, strict=True))
            printer.print_list(
                ends, lambda end: _print_end(printer, end[0], "dimensionsFromStream", end[1])
            )
            printer.print_string("}, ")
            printer.print_attribute(self.depth)
        print_attributes(printer, self, *self.INLINE)
        printer.print_string(" : ")
        printer.print_attribute(self.type)
        if self.consumer_type is not None:
            printer.print_string(" -> ")
            printer.print_attribute(self.consumer_type)
        if self.initial_values is not None:
            printer.print_string(" = ")
            with printer.in_square_brackets():
                kind = self.type.element
                printer.print_list(self.initial_values, lambda v: _print_dense(printer, v, kind))


def _parse_end(parser: Parser, keyword: str) -> tuple[SSAValue, BdDimLayoutArrayAttr]:
    tile = parser.parse_operand(IndexType())
    if parser.parse_optional_keyword(keyword):
        return tile, BdDimLayoutArrayAttr.new(BdDimLayoutArrayAttr.parse_parameters(parser))
    return tile, BdDimLayoutArrayAttr(ArrayAttr([]))


def _print_end(printer: Printer, tile: SSAValue, keyword: str, dims: Attribute) -> None:
    printer.print_ssa_value(tile)
    if isinstance(dims, BdDimLayoutArrayAttr) and dims.items.data:
        printer.print_string(f" {keyword} ")
        dims.print_parameters(printer)


def _print_dense(printer: Printer, value: Attribute, kind: Attribute) -> None:
    assert isinstance(value, DenseIntOrFPElementsAttr)
    value.print_without_type(printer)
    printer.print_string(" : ")
    printer.print_attribute(kind)


def _parse_depth(parser: Parser) -> Attribute:
    position = parser.pos
    depth = parser.parse_attribute()
    items = depth.data if isinstance(depth, ArrayAttr) else (depth,)
    numbers = [item.value.data for item in items if isinstance(item, IntegerAttr)]
    if len(numbers) != len(items) or not numbers:
        parser.raise_error("depth is an integer or a list of integers", position)
    as_i32 = [IntegerAttr(number, i32) for number in numbers]
    return ArrayAttr(as_i32) if isinstance(depth, ArrayAttr) else as_i32[0]


def _parse_fifo_type(parser: Parser) -> ObjectFifoType:
    position = parser.pos
    kind = parser.parse_type()
    if not isinstance(kind, ObjectFifoType):
        parser.raise_error("!aie.objectfifo<memref<...>> expected", position)
    return kind


@irdl_op_definition
class ObjectFifoLinkOp(IRDLOperation):
    """Joins or distributes objects on a tile that fifos share. Offsets are in elements."""

    name = "aie.objectfifo.link"
    fifo_ins = prop_def(ArrayAttr, prop_name="fifoIns")
    fifo_outs = prop_def(ArrayAttr, prop_name="fifoOuts")
    src_offsets = prop_def(ArrayAttr)
    dst_offsets = prop_def(ArrayAttr)

    def __init__(
        self,
        fifo_ins: Sequence[str],
        fifo_outs: Sequence[str],
        src_offsets: Sequence[int] = (),
        dst_offsets: Sequence[int] = (),
    ) -> None:
        properties = {
            "fifoIns": ArrayAttr([SymbolRefAttr(name) for name in fifo_ins]),
            "fifoOuts": ArrayAttr([SymbolRefAttr(name) for name in fifo_outs]),
            "src_offsets": ArrayAttr([IntegerAttr(offset, i64) for offset in src_offsets]),
            "dst_offsets": ArrayAttr([IntegerAttr(offset, i64) for offset in dst_offsets]),
        }
        super().__init__(properties=properties)

    def verify_(self) -> None:
        """A join has an offset for each input or none, a distribute for each output."""
        sides = (
            ("source", self.fifo_ins, self.src_offsets),
            ("destination", self.fifo_outs, self.dst_offsets),
        )
        if len(self.fifo_ins) > 1 and len(self.fifo_outs) > 1:
            raise VerifyException("joins and distributes at once")
        many = len(self.fifo_ins) + len(self.fifo_outs) > 2
        for side, fifos, offsets in sides:
            if many and len(offsets) not in ((0, len(fifos)) if len(fifos) > 1 else (0,)):
                raise VerifyException(f"{len(offsets)} {side} offsets for {len(fifos)} fifos")

    @classmethod
    def parse(cls, parser: Parser) -> ObjectFifoLinkOp:
        fifo_ins = _parse_symbols(parser)
        parser.parse_punctuation("->")
        fifo_outs = _parse_symbols(parser)
        with parser.in_parens():
            src = parse_integers(parser)
            dst = parse_integers(parser)
        # A list of one zero says no more than none: `([] [0])`.
        offsets = ([] if values == [0] else values for values in (src, dst))
        op = cls(fifo_ins, fifo_outs, *offsets)
        op.attributes = parse_attributes(parser, cls, op.properties)
        return op

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_attribute(self.fifo_ins)
        printer.print_string(" -> ")
        printer.print_attribute(self.fifo_outs)
        src, dst = (
            ", ".join(str(item.value.data) for item in values if isinstance(item, IntegerAttr))
            for values in (self.src_offsets, self.dst_offsets)
        )
        printer.print_string(f"([{src}] [{dst}])")
        print_attributes(printer, self, *self.properties)


def _parse_symbols(parser: Parser) -> list[str]:
    return parser.parse_comma_separated_list(
        parser.Delimiter.SQUARE, lambda: parser.parse_symbol_name().data
    )


@irdl_op_definition
class ObjectFifoAllocateOp(IRDLOperation):
    """Puts a fifo's memory on a tile next to both of its ends."""

    name = "aie.objectfifo.allocate"
    fifo = prop_def(SymbolRefAttr, prop_name="objFifo_name")
    tile = operand_def(IndexType())
    assembly_format = "$objFifo_name `(` $tile `)` attr-dict"


@irdl_op_definition
class ObjectFifoRegisterExternalBuffersOp(IRDLOperation):
    """Gives a fifo's shim end the host's buffers."""

    name = "aie.objectfifo.register_external_buffers"
    fifo = prop_def(SymbolRefAttr, prop_name="objFifo_name")
    tile = operand_def(IndexType())
    buffers = var_operand_def(MemRefType)
    assembly_format = (
        "$objFifo_name `(` $tile `,` `{` $buffers `}` `)` attr-dict `:` `(` type($buffers) `)`"
    )


class _PortOp(IRDLOperation):
    fifo = prop_def(SymbolRefAttr, prop_name="objFifo_name")
    port = prop_def(FifoPortAttr)
    size = prop_def(IntegerAttr[I32])

    @staticmethod
    def parse_port(parser: Parser) -> dict[str, Attribute]:
        """Read `@fifo(Consume, 2)`."""
        symbol = SymbolRefAttr(parser.parse_symbol_name())
        with parser.in_parens():
            port = FifoPortAttr(FifoPortAttr.parse_parameter(parser))
            parser.parse_punctuation(",")
            size = IntegerAttr(parser.parse_integer(), i32)
        return {"objFifo_name": symbol, "port": port, "size": size}

    def print_port(self, printer: Printer) -> None:
        """Write `{attributes} @fifo(Consume, 2)`."""
        printer.print_op_attributes(self.attributes)
        printer.print_string(" ")
        printer.print_attribute(self.fifo)
        printer.print_string(f"({self.port.data}, {self.size.value.data})")


@irdl_op_definition
class ObjectFifoAcquireOp(_PortOp):
    """Hold `size` objects of a port, counting those already held, as a subview."""

    name = "aie.objectfifo.acquire"
    outputs = var_result_def(base(SubviewType) | base(MemRefType))

    def __init__(self, fifo: str, port: FifoPort, size: int, element: MemRefType) -> None:
        properties: dict[str, Attribute | None] = {
            "objFifo_name": SymbolRefAttr(fifo),
            "port": FifoPortAttr(port),
            "size": i32_attr(size),
        }
        super().__init__(properties=properties, result_types=[[SubviewType(element)]])

    @classmethod
    def parse(cls, parser: Parser) -> ObjectFifoAcquireOp:
        attributes = parser.parse_optional_attr_dict()
        properties = cls.parse_port(parser)
        parser.parse_punctuation(":")
        kinds = parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type)
        return cls.create(properties=properties, attributes=attributes, result_types=kinds)

    def print(self, printer: Printer) -> None:
        self.print_port(printer)
        printer.print_string(" : ")
        printer.print_list(self.outputs, lambda output: printer.print_attribute(output.type))


@irdl_op_definition
class ObjectFifoReleaseOp(_PortOp):
    """Give back the oldest `size` objects that a port holds."""

    name = "aie.objectfifo.release"

    def __init__(self, fifo: str, port: FifoPort, size: int) -> None:
        properties: dict[str, Attribute | None] = {
            "objFifo_name": SymbolRefAttr(fifo),
            "port": FifoPortAttr(port),
            "size": i32_attr(size),
        }
        super().__init__(properties=properties)

    @classmethod
    def parse(cls, parser: Parser) -> ObjectFifoReleaseOp:
        attributes = parser.parse_optional_attr_dict()
        return cls.create(properties=cls.parse_port(parser), attributes=attributes)

    def print(self, printer: Printer) -> None:
        self.print_port(printer)


@irdl_op_definition
class ObjectFifoSubviewAccessOp(IRDLOperation):
    """The object at `index` of a subview, 0 the oldest."""

    name = "aie.objectfifo.subview.access"
    subview = operand_def(SubviewType)
    index = prop_def(IntegerAttr[I32])
    output = result_def(MemRefType)
    assembly_format = "$subview `[` $index `]` attr-dict `:` type($subview) `->` type($output)"

    def __init__(self, subview: SSAValue, index: int) -> None:
        assert isinstance(subview.type, SubviewType)
        super().__init__(
            operands=[subview],
            properties={"index": i32_attr(index)},
            result_types=[subview.type.element],
        )


@irdl_op_definition
class ObjectFifoRearmBindingOp(IRDLOperation):
    """The channels and locks of a fifo that was lowered, kept for `dma_channel_reset_for`."""

    name = "aie.objectfifo_rearm_binding"
    SINCE: ClassVar[str] = "E2"
    sym_name = prop_def(StringAttr)
    channel_tiles = var_operand_def(IndexType())
    locks = var_operand_def(IndexType())
    traits = traits_def(SymbolOpInterface())
    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())

    def verify_(self) -> None:
        counts = {
            "channel_dirs": len(self.channel_tiles),
            "channel_indices": len(self.channel_tiles),
            "lock_inits": len(self.locks),
            "head_bd_ids": len(self.channel_tiles),
            "repeat_counts": len(self.channel_tiles),
        }
        for name, count in counts.items():
            given = len(self.integers(name))
            if given != count and (given or not name.startswith(("head", "repeat"))):
                raise VerifyException(f"{given} {name} for {count}")
        if not set(self.integers("channel_dirs")) <= {0, 1}:
            raise VerifyException("channel_dirs are 0 (S2MM) or 1 (MM2S)")

    def integers(self, name: str) -> tuple[int, ...]:
        """An array of integers of the dictionary; empty where it is not given."""
        array = self.attributes.get(name)
        return tuple(map(int, array.get_values())) if isinstance(array, DenseArrayBase) else ()

    @classmethod
    def parse(cls, parser: Parser) -> ObjectFifoRearmBindingOp:
        name = parser.parse_symbol_name()
        parser.parse_keyword("channels")
        tiles = _parse_indices(parser)
        parser.parse_keyword("locks")
        locks = _parse_indices(parser)
        attributes = parser.parse_optional_attr_dict()
        return cls.build(
            operands=[tiles, locks], properties={"sym_name": name}, attributes=attributes
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        for word, values in (("channels", self.channel_tiles), ("locks", self.locks)):
            printer.print_string(f" {word}(")
            printer.print_list(values, printer.print_operand)
            kinds = ", ".join("index" for _ in values)
            printer.print_string(f" : {kinds})" if values else ")")
        printer.print_op_attributes(self.attributes)


def _parse_indices(parser: Parser) -> list[SSAValue]:
    values: list[SSAValue] = []
    with parser.in_parens():
        while (raw := parser.parse_optional_unresolved_operand()) is not None:
            values.append(parser.resolve_operand(raw, IndexType()))
            parser.parse_optional_punctuation(",")
        if parser.parse_optional_punctuation(":"):
            parser.parse_comma_separated_list(parser.Delimiter.NONE, parser.parse_type)
    return values


OPERATIONS: tuple[type[Operation], ...] = (
    ObjectFifoOp,
    ObjectFifoLinkOp,
    ObjectFifoAllocateOp,
    ObjectFifoRegisterExternalBuffersOp,
    ObjectFifoAcquireOp,
    ObjectFifoReleaseOp,
    ObjectFifoSubviewAccessOp,
    ObjectFifoRearmBindingOp,
)
