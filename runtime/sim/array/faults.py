"""What goes wrong inside a compiled program, as an error of the design: which operation, and why.

Beside writer.py, whose programs carry the operation of each of their lines; process.py asks here
when one raises. What the machine raises, or what no program line led to, is a bug of ours and stays
what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from xdsl.ir import Operation

from aiec.ir.errors import AiecError, SimulationError

# What computes with a design's values: what is raised there is the design's.
_ARRAY = __name__.rpartition(".")[0]
_SIMULATOR = _ARRAY.rpartition(".")[0] + "."
_VALUES = (f"{_SIMULATOR}program.", __name__, f"{_ARRAY}.unwritten")
ORIGINS = "__origins__"  # the global of a program that holds its `Origins`


@dataclass(frozen=True, slots=True)
class Origins:
    """The operations that the lines of a program were written for."""

    ops: Sequence[Operation | None]
    describe: Callable[[Operation], str]

    def where(self, line: int) -> str | None:
        """The operation of `line`, which counts from 1."""
        op = self.ops[line - 1]
        return None if op is None else self.describe(op)


def fault(name: str, error: Exception) -> SimulationError | None:
    """What `error`, which the program of process `name` raised, says of the design, if anything."""
    origins, line, module = _innermost(error.__traceback__)
    if origins is None or isinstance(error, AiecError) or _is_machine(module):
        return None
    return SimulationError(f"{name}: {_explain(error)}", where=origins.where(line))


def below_zero(index: int) -> int:
    """Refuse an index that numpy would count from the end; programs call it for one below 0."""
    raise IndexError(f"index {index} is below 0")


def _innermost(traceback: TracebackType | None) -> tuple[Origins | None, int, str]:
    """The program's line that led there, and the module that raised."""
    origins, line, module = None, 0, ""
    while traceback is not None:
        names = traceback.tb_frame.f_globals
        module = names.get("__name__", "")
        if isinstance(found := names.get(ORIGINS), Origins):
            origins, line, module = found, traceback.tb_lineno, ""
        traceback = traceback.tb_next
    return origins, line, module


def _is_machine(module: str) -> bool:
    return module.startswith(_SIMULATOR) and not module.startswith(_VALUES)


def _explain(error: Exception) -> str:
    match error:
        case IndexError():
            return f"an access outside its memref: {error}"
        case ZeroDivisionError():
            return "a division by zero"
        case UnboundLocalError():
            return "a value is used before it is computed"
        case _:
            return f"{type(error).__name__}: {error}"
