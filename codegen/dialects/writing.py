"""Module to text in one generation of the syntax.

    print_module   ModuleOp -> text that mlir-aie of February (E1) or August 2026 (E2) reads

Where it stands: the exit of the dialects. It refuses what the generation does not have.
"""

from __future__ import annotations

from io import StringIO

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from aiec.codegen.dialects.epochs import EPOCHS, EpochPrinter
from aiec.codegen.dialects.locations import describe
from aiec.codegen.dialects.scalars import ScalarsOp
from aiec.ir.errors import DesignError, nearest


def print_module(module: ModuleOp, epoch: str = "E2") -> str:
    """Write a module in the normal form as text of `epoch`, E1 or E2.

    Raises:
        DesignError: an unknown epoch, or an op or a run-time value that the epoch does not have.
    """
    if epoch not in EPOCHS:
        raise DesignError(f"no printer for epoch {epoch!r}", expected=nearest(epoch, EPOCHS))
    if epoch == "E1":
        for op in module.walk():
            _check_e1(op)
    stream = StringIO()
    EpochPrinter(stream, epoch).print_op(module)
    return stream.getvalue() + "\n"


def _check_e1(op: Operation) -> None:
    if getattr(op, "SINCE", "E1") != "E1":
        raise DesignError(f"{op.name} does not exist in E1", where=describe(op), todo="print E2")
    if isinstance(op, ScalarsOp) and op.dynamic and not op.E1_DYNAMIC:
        raise DesignError(
            f"{op.name} takes no value of run time in E1", where=describe(op), todo="print E2"
        )
    for name in getattr(op, "ONLY_E2", ()):
        if name in op.properties:
            raise DesignError(f"{op.name} has no {name} in E1", where=describe(op), todo="print E2")
