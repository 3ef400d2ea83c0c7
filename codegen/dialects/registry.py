"""The dialects aie and aiex, the names of old, and the context in which designs are read."""

from __future__ import annotations

from functools import cache

from xdsl.context import Context
from xdsl.dialects.affine import Affine
from xdsl.dialects.arith import Arith
from xdsl.dialects.builtin import Builtin
from xdsl.dialects.cf import Cf
from xdsl.dialects.func import Func
from xdsl.dialects.math import Math
from xdsl.dialects.memref import MemRef
from xdsl.dialects.scf import Scf
from xdsl.dialects.vector import Vector
from xdsl.ir import Dialect

from aiec.codegen.dialects import (
    dma,
    foreign,
    locks,
    npu,
    objectfifo,
    registers,
    routing,
    structure,
    switches,
    tasks,
    trace,
)
from aiec.codegen.dialects.attributes import AIEX_ATTRIBUTES, ATTRIBUTES

Aie = Dialect(
    "aie",
    [
        *structure.OPERATIONS,
        *locks.AIE_OPERATIONS,
        *dma.OPERATIONS,
        *routing.OPERATIONS,
        *switches.OPERATIONS,
        *objectfifo.OPERATIONS,
        *tasks.AIE_OPERATIONS,
        *trace.OPERATIONS,
    ],
    list(ATTRIBUTES),
)
Aiex = Dialect(
    "aiex",
    [
        *locks.AIEX_OPERATIONS,
        *npu.OPERATIONS,
        *registers.OPERATIONS,
        *tasks.AIEX_OPERATIONS,
    ],
    list(AIEX_ATTRIBUTES),
)

# E0's names. Source: pull request 2708 of mlir-aie (18 November 2025).
RENAMED = {"aiex.runtime_sequence": "aie.runtime_sequence"}


@cache
def context() -> Context:
    """All dialects that a design may use; anything else is refused by name."""
    result = Context()
    for dialect in (Builtin, Func, Scf, Cf, Math, Affine, foreign.Index, Aie, Aiex):
        result.load_dialect(dialect)
    for dialect in (Arith, MemRef, Vector):
        result.load_dialect(foreign.with_replacements(dialect))
    return result
