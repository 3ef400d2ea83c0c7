"""Keywords, structs and types of the aie dialect, as attributes.

Where it stands: below all op files. Every attribute reads the generations E0 to E3 and prints the
form that E1 and E2 share. A word that a keyword does not know is refused with its position.
Source: include/aie/Dialect/AIE/IR/AIEAttrs.td and AIETypes.td of mlir-aie.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar, cast

from xdsl.dialects.builtin import ArrayAttr, IntAttr, MemRefType, StringAttr
from xdsl.ir import (
    Attribute,
    Data,
    OpaqueSyntaxAttribute,
    ParametrizedAttribute,
    SpacedOpaqueSyntaxAttribute,
    TypeAttribute,
)
from xdsl.irdl import irdl_attr_definition, param_def
from xdsl.parser import AttrParser
from xdsl.printer import Printer


class WireBundle(StrEnum):
    """Bundles of wires of a stream switch."""

    CORE = "Core"
    DMA = "DMA"
    FIFO = "FIFO"
    SOUTH = "South"
    WEST = "West"
    NORTH = "North"
    EAST = "East"
    PLIO = "PLIO"
    NOC = "NOC"
    TRACE = "Trace"
    TILE_CONTROL = "TileControl"


class LockAction(StrEnum):
    """What `use_lock` does: wait for a value, wait and take, or give."""

    ACQUIRE = "Acquire"
    ACQUIRE_GREATER_EQUAL = "AcquireGreaterEqual"
    RELEASE = "Release"


class LockBlocking(StrEnum):
    """Whether `use_lock` waits."""

    NON_BLOCKING = "NonBlocking"
    BLOCKING = "Blocking"


class DmaDirection(StrEnum):
    """S2MM writes a stream to memory, MM2S sends memory to a stream."""

    S2MM = "S2MM"
    MM2S = "MM2S"


class FifoPort(StrEnum):
    """The side of an ObjectFifo."""

    PRODUCE = "Produce"
    CONSUME = "Consume"


class TileKind(StrEnum):
    """Kinds of tile of the array."""

    CORE = "CoreTile"
    MEM = "MemTile"
    SHIM_NOC = "ShimNOCTile"
    SHIM_PL = "ShimPLTile"


class DeviceName(StrEnum):
    """Devices that a design can name. `npu1_4col` and `npu` of older text mean `npu1`."""

    XCVC1902 = "xcvc1902"
    XCVE2302 = "xcve2302"
    XCVE2802 = "xcve2802"
    NPU1 = "npu1"
    NPU1_1COL = "npu1_1col"
    NPU1_2COL = "npu1_2col"
    NPU1_3COL = "npu1_3col"
    NPU2 = "npu2"
    NPU2_1COL = "npu2_1col"
    NPU2_2COL = "npu2_2col"
    NPU2_3COL = "npu2_3col"
    NPU2_4COL = "npu2_4col"
    NPU2_5COL = "npu2_5col"
    NPU2_6COL = "npu2_6col"
    NPU2_7COL = "npu2_7col"


# `npu4` is what iree calls the same silicon.
DEVICE_ALIASES = {"npu1_4col": "npu1", "npu": "npu1", "npu4": "npu2"}


class KeywordAttr(Data[Any], SpacedOpaqueSyntaxAttribute):
    """A word of a fixed set, bare or quoted."""

    WORDS: ClassVar[type[StrEnum]]
    ALIASES: ClassVar[dict[str, str]] = {}

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> StrEnum:
        position = parser.pos
        word = parser.parse_optional_str_literal()
        if word is None:
            word = parser.parse_identifier(f", one of {', '.join(cls.WORDS)}")
        word = cls.ALIASES.get(word, word)
        if word not in set(cls.WORDS):
            parser.raise_error(f"unknown word {word!r}, one of {', '.join(cls.WORDS)}", position)
        return cls.WORDS(word)

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(self.data.value)


@irdl_attr_definition
class WireBundleAttr(KeywordAttr):
    name = "aie.wire_bundle"
    WORDS: ClassVar = WireBundle
    ALIASES: ClassVar = {bundle.value.upper(): bundle.value for bundle in WireBundle} | {
        "CTRL": WireBundle.TILE_CONTROL.value
    }


@irdl_attr_definition
class LockActionAttr(KeywordAttr):
    name = "aie.lock_action"
    WORDS: ClassVar = LockAction


@irdl_attr_definition
class LockBlockingAttr(KeywordAttr):
    name = "aie.lock_blocking"
    WORDS: ClassVar = LockBlocking


@irdl_attr_definition
class DmaDirectionAttr(KeywordAttr):
    name = "aie.dma_channel_dir"
    WORDS: ClassVar = DmaDirection


@irdl_attr_definition
class FifoPortAttr(KeywordAttr):
    name = "aie.objectfifo_port"
    WORDS: ClassVar = FifoPort


@irdl_attr_definition
class TileKindAttr(KeywordAttr):
    name = "aie.tile_type"
    WORDS: ClassVar = TileKind


@irdl_attr_definition
class DeviceNameAttr(KeywordAttr):
    name = "aie.device_name"
    WORDS: ClassVar = DeviceName
    ALIASES: ClassVar = DEVICE_ALIASES


class StructAttr(ParametrizedAttribute):
    """Named integers, `<size = 8, stride = 1>`, in any order."""

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        names = [name for name, _ in cls.get_irdl_definition().parameters]
        values: dict[str, int] = {}
        position = parser.pos

        def parse_field() -> None:
            name = parser.parse_identifier()
            if name not in names or name in values:
                parser.raise_error(f"unexpected field {name!r}, one of {', '.join(names)}")
            parser.parse_punctuation("=")
            values[name] = parser.parse_integer()

        parser.parse_comma_separated_list(parser.Delimiter.ANGLE, parse_field)
        missing = [name for name in names if name not in values]
        if missing:
            parser.raise_error(f"missing field {', '.join(missing)}", position)
        return [IntAttr(values[name]) for name in names]

    def print_parameters(self, printer: Printer) -> None:
        fields = zip(self.get_irdl_definition().parameters, self.parameters, strict=True)
        text = ", ".join(f"{name} = {cast(IntAttr, value).data}" for (name, _), value in fields)
        printer.print_string(f"<{text}>")

    @classmethod
    def of(cls, *values: int) -> StructAttr:
        """Build from plain integers, in the order of the fields."""
        return cls(*(IntAttr(value) for value in values))

    @property
    def values(self) -> tuple[int, ...]:
        """The plain integers, in the order of the fields."""
        return tuple(cast(IntAttr, value).data for value in self.parameters)


@irdl_attr_definition
class BdDimLayoutAttr(StructAttr):
    """One dimension of an access: `size` steps of `stride` elements."""

    name = "aie.bd_dim_layout"
    size: IntAttr = param_def()
    stride: IntAttr = param_def()


@irdl_attr_definition
class BdPadLayoutAttr(StructAttr):
    """Elements of padding before and after one dimension."""

    name = "aie.bd_pad_layout"
    const_pad_before: IntAttr = param_def()
    const_pad_after: IntAttr = param_def()


@irdl_attr_definition
class PacketInfoAttr(StructAttr):
    """The header of a packet."""

    name = "aie.packet_info"
    pkt_type: IntAttr = param_def()
    pkt_id: IntAttr = param_def()


@irdl_attr_definition
class BdIterationAttr(StructAttr):
    """Iteration of a BD in true counts and elements (not the registers' off-by-one values)."""

    name = "aie.bd_iteration"
    size: IntAttr = param_def()
    stride: IntAttr = param_def()
    current: IntAttr = param_def()


class ListAttr(ParametrizedAttribute, OpaqueSyntaxAttribute):
    """A bracketed list of one kind of attribute, `[<...>, <...>]`."""

    items: ArrayAttr
    ITEM: ClassVar[type[ParametrizedAttribute]]

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        wrapped = parser.parse_optional_punctuation("<") is not None
        items = parser.parse_comma_separated_list(
            parser.Delimiter.SQUARE, lambda: cls.ITEM.new(cls.ITEM.parse_parameters(parser))
        )
        if wrapped:
            parser.parse_punctuation(">")
        return [ArrayAttr(items)]

    def print_parameters(self, printer: Printer) -> None:
        with printer.in_square_brackets():
            printer.print_list(
                self.items.data, lambda item: cast(StructAttr, item).print_parameters(printer)
            )

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The items as pairs of integers, outermost first."""
        return tuple(
            (values[0], values[1]) for values in (cast(StructAttr, i).values for i in self.items)
        )

    @classmethod
    def of(cls, pairs: Sequence[tuple[int, int]]) -> ListAttr:
        """Build from pairs of integers, outermost first."""
        return cls(ArrayAttr([cast(type[StructAttr], cls.ITEM).of(*pair) for pair in pairs]))


@irdl_attr_definition
class BdDimLayoutArrayAttr(ListAttr):
    """Dimensions of an access, outermost first."""

    name = "aie.bd_dim_layout_array"
    items: ArrayAttr = param_def()
    ITEM: ClassVar = BdDimLayoutAttr


@irdl_attr_definition
class BdDimLayoutArrayArrayAttr(ListAttr):
    """Dimensions of an access for each consumer."""

    name = "aie.bd_dim_layout_array_array"
    items: ArrayAttr = param_def()
    ITEM: ClassVar = BdDimLayoutArrayAttr


@irdl_attr_definition
class BdPadLayoutArrayAttr(ListAttr):
    """Padding of each dimension, outermost first."""

    name = "aie.bd_pad_layout_array"
    items: ArrayAttr = param_def()
    ITEM: ClassVar = BdPadLayoutAttr


@irdl_attr_definition
class ObjectFifoType(ParametrizedAttribute, TypeAttribute):
    """An ObjectFifo whose objects are `element`."""

    name = "aie.objectfifo"
    element: MemRefType = param_def()


@irdl_attr_definition
class SubviewType(ParametrizedAttribute, TypeAttribute):
    """A run of acquired objects."""

    name = "aie.objectfifosubview"
    element: MemRefType = param_def()


@irdl_attr_definition
class BlockFloatType(ParametrizedAttribute, TypeAttribute):
    """Block floating point elements, such as `v8bfp16ebs8`."""

    name = "aiex.bfp"
    block_type: StringAttr = param_def()


AIEX_ATTRIBUTES: tuple[type[Attribute], ...] = (BlockFloatType,)
ATTRIBUTES: tuple[type[Attribute], ...] = (
    WireBundleAttr,
    LockActionAttr,
    LockBlockingAttr,
    DmaDirectionAttr,
    FifoPortAttr,
    TileKindAttr,
    DeviceNameAttr,
    BdDimLayoutAttr,
    BdPadLayoutAttr,
    PacketInfoAttr,
    BdIterationAttr,
    BdDimLayoutArrayAttr,
    BdDimLayoutArrayArrayAttr,
    BdPadLayoutArrayAttr,
    ObjectFifoType,
    SubviewType,
)
