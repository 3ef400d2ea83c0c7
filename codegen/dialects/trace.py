"""Trace configuration, kept word for word: it changes no result.

Source: include/aie/Dialect/AIE/IR/AIETraceOps.td of mlir-aie (E2 only).
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import IndexType, StringAttr, SymbolRefAttr
from xdsl.ir import Operation
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    prop_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import SymbolOpInterface


class _TraceBodyOp(IRDLOperation):
    """`@name(%tile) … { … }`: the words between the braces, and before them, are kept."""

    SINCE: ClassVar[str] = "E2"
    tile = operand_def(IndexType())
    sym_name = prop_def(StringAttr)
    head = prop_def(StringAttr)
    body = prop_def(StringAttr)
    traits = traits_def(SymbolOpInterface())

    @classmethod
    def parse(cls, parser: Parser) -> _TraceBodyOp:
        name = parser.parse_symbol_name()
        with parser.in_parens():
            tile = parser.parse_operand(IndexType())
        head = words_until(parser, "{")
        parser.parse_punctuation("{")
        body = words_until(parser, "}")
        parser.parse_punctuation("}")
        return cls.create(
            operands=[tile],
            properties={"sym_name": name, "head": StringAttr(head), "body": StringAttr(body)},
            attributes=parser.parse_optional_attr_dict(),
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        printer.print_symbol_name(self.sym_name.data)
        printer.print_operands(self.operands)
        head = f"{self.head.data} " if self.head.data else ""
        printer.print_string(f" {head}{{")
        with printer.indented():
            for line in self.body.data.splitlines():
                printer._print_new_line()
                printer.print_string(line)
        printer._print_new_line()
        printer.print_string("}")
        printer.print_op_attributes(self.attributes)


def words_until(parser: Parser, end: str) -> str:
    """The lines up to a brace of this level, without what indents them."""
    text = parser.lexer.input.content
    start, depth = parser.pos, 0
    while depth or parser._current_token.text != end:
        token = parser._consume_token()
        if not token.text:
            parser.raise_error(f"'{end}' expected")
        depth += {"{": 1, "}": -1}.get(token.text, 0)
    lines = str(text[start : parser.pos]).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


@irdl_op_definition
class TraceOp(_TraceBodyOp):
    """What a tile's trace unit records."""

    name = "aie.trace"


@irdl_op_definition
class TraceConfigOp(_TraceBodyOp):
    """The registers of a tile's trace unit."""

    name = "aie.trace.config"


@irdl_op_definition
class TraceHostConfigOp(IRDLOperation):
    """Where the host keeps the trace."""

    name = "aie.trace.host_config"
    SINCE: ClassVar[str] = "E2"
    assembly_format = "attr-dict"


@irdl_op_definition
class TraceStartConfigOp(IRDLOperation):
    """Apply a trace configuration."""

    name = "aie.trace.start_config"
    SINCE: ClassVar[str] = "E2"
    config = prop_def(SymbolRefAttr, prop_name="trace_config")
    assembly_format = "$trace_config attr-dict"


OPERATIONS: tuple[type[Operation], ...] = (
    TraceOp,
    TraceConfigOp,
    TraceHostConfigOp,
    TraceStartConfigOp,
)
