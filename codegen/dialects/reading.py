"""Text to module: one tolerant reader for the generations E0 to E3.

    parse   text -> ModuleOp in the one normal form; every op knows its line and column

Where it stands: the entry of the dialects, used by the emitter's checks and by the simulator. It
refuses what it does not know, by name, line and column: no op is passed over.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from difflib import get_close_matches

from xdsl.context import Context
from xdsl.dialects.builtin import (
    AnyDenseElement,
    DenseIntOrFPElementsAttr,
    FileLineColLoc,
    IntAttr,
    ModuleOp,
    RankedStructure,
    StringAttr,
)
from xdsl.ir import Operation, SSAValue
from xdsl.parser import Parser
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.exceptions import DiagnosticException, ParseError, VerifyException
from xdsl.utils.lexer import Input, Span

from aiec.codegen.dialects.lexing import FastLexer
from aiec.codegen.dialects.locations import describe
from aiec.codegen.dialects.normalise import normalise
from aiec.codegen.dialects.registry import RENAMED, context
from aiec.codegen.dialects.scopes import check_scopes
from aiec.ir.errors import DesignError

# The dimensions of a shaped type with spaces about their x, and its element type.
_SPACED = re.compile(r"(?<=memref<)(?:\s*[\d?]+\s*x)*\s*[\d?]+\s+x\s+\w+")
# A loop's only result without parentheses: `iter_args(%a = %b) -> i32 {`.
_LONE_RESULT = re.compile(r"(iter_args\([^()]*\) )-> (\w+) (?=\{)")
# A loop that carries nothing, as MLIR prints it.
_BARE_WHILE, _BARE_WHILE_READ = "scf.while : () -> ", "scf.while():() -> "
# A mem tile's 512 KB in bytes: no constant that an array holds has more elements.
DENSE_ELEMENTS = 512 * 1024


def parse(text: str, name: str = "<design>") -> ModuleOp:
    """Read a design of any generation into the normal form and verify it.

    Args:
        text: MLIR text.
        name: of the file or design, for messages and locations.

    Raises:
        DesignError: an op that is not known, text that does not parse or is nested without end, a
            value outside its scope, or an op that is not valid.
    """
    reader = _Reader(context(), _as_today(text), name)
    try:
        module = reader.parse_module()
    except ParseError as error:
        raise DesignError(
            " ".join(error.msg.split()), where=reader.place(error.span.start)
        ) from None
    except (DiagnosticException, ValueError, KeyError, IndexError, TypeError) as error:
        raise DesignError(
            f"malformed text: {_first_line(error)}", where=reader.place(reader.pos)
        ) from error
    except RecursionError:
        raise DesignError(
            "the text is nested too deeply to be read", where=reader.place(reader.pos)
        ) from None
    check_scopes(module)
    normalise(module)
    verify(module)
    return module


# What verifiers raise; some of xDSL's own raise a bare Exception.
_REFUSALS = (VerifyException, ValueError, Exception)


def verify(module: ModuleOp) -> None:
    """Check each op by its own rules.

    Raises:
        DesignError: names the op and its place.
    """
    for op in module.walk():
        try:
            op.verify(verify_nested_ops=False)
        except Exception as error:
            if type(error) not in _REFUSALS:
                raise
            raise DesignError(f"{op.name}: {_first_line(error)}", where=describe(op)) from error


def _as_today(text: str) -> str:
    """Spellings that xDSL does not read, every character else where it was."""
    text = _SPACED.sub(lambda found: _closed_up(found[0]), text)
    text = text.replace(_BARE_WHILE, _BARE_WHILE_READ)
    return _LONE_RESULT.sub(r"\1->(\2)", text)


def _closed_up(shape: str) -> str:
    """`<16 x i32` -> `<16xi32`, padded to its length."""
    closed = re.sub(r"\s+x\s+", "x", shape)
    return closed + " " * (len(shape) - len(closed))


class _Reader(Parser):
    """xDSL's parser, which keeps places and whole names, and knows the old names of ops."""

    def __init__(self, context: Context, text: str, name: str) -> None:
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._start = 0  # of the op that is being read
        self._file = StringAttr(name)
        super().__init__(context, "", name)
        self._parser_state = ParserState(FastLexer(Input(text, name)))

    def place(self, position: int) -> str:
        """`name:line:column` of a position in the text."""
        line = bisect_right(self._lines, position)
        return f"{self._file.data}:{line}:{position - self._lines[line - 1] + 1}"

    def parse_operation(self) -> Operation:
        start = self._start = self.pos
        op = super().parse_operation()
        line = bisect_right(self._lines, start)
        column = start - self._lines[line - 1] + 1
        op.location = FileLineColLoc(self._file, IntAttr(line), IntAttr(column))
        return op

    def _get_op_by_name(self, name: str) -> type[Operation]:
        stack = self._parser_state.dialect_stack
        op = self.ctx.get_optional_op(RENAMED.get(name, name), dialect_stack=stack)
        if op is None:
            raise DesignError(
                f"operation {name} is not known",
                where=self.place(self._start),
                expected=self._like(name),
            )
        return op

    def _like(self, name: str) -> str | None:
        known = (op.name for dialect in self.ctx.loaded_dialects for op in dialect.operations)
        return " or ".join(get_close_matches(name, known, n=3)) or None

    def parse_dense_int_or_fp_elements_attr(
        self, type: RankedStructure[AnyDenseElement] | None
    ) -> DenseIntOrFPElementsAttr:
        if type is not None:
            self._check_dense(type)
        return super().parse_dense_int_or_fp_elements_attr(type)

    def _parse_dense_literal_type(self) -> RankedStructure[AnyDenseElement]:
        kind = super()._parse_dense_literal_type()
        self._check_dense(kind)
        return kind

    def _check_dense(self, kind: RankedStructure[AnyDenseElement]) -> None:
        if (count := math.prod(kind.get_shape())) > DENSE_ELEMENTS:
            raise DesignError(
                f"a dense constant of {count} elements",
                where=self.place(self._start),
                expected=f"at most {DENSE_ELEMENTS}: more fits no tile",
            )

    def parse_identifier(self, context_msg: str = "") -> str:
        return self.parse_identifier_or_str_literal(context_msg)  # `arith.cmpi "eq"`

    def _register_ssa_definition(self, name: str, values: Sequence[SSAValue], span: Span) -> None:
        super()._register_ssa_definition(name, values, span)
        for value in values:
            if value.name_hint is not None:
                value._name = name  # the setter would cut `tile_0_2` down to `tile`


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__
