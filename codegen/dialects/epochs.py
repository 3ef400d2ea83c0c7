"""The printer of one syntax generation: names, and the constants that E2 wants.

Where it stands: below the op files, whose `print` methods ask it for the epoch. E1 is mlir-aie of
February 2026 (positional `dma_bd`, integer lock values, attribute-only `npu.*`), E2 that of August
2026 (keyword `dma_bd`, SSA values). E2's `arith.constant` comes right before its first use in a
block; constants of DMA blocks come before the op that holds the blocks.
"""

from __future__ import annotations

from typing import Protocol, TextIO, runtime_checkable

from xdsl.dialects.builtin import IntegerType
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.printer import Printer

EPOCHS = ("E1", "E2")
# Ops whose blocks hold descriptors, no code: their constants live outside.
DMA_REGIONS = frozenset({"aie.mem", "aie.memtile_dma", "aie.shim_dma"})
# Ops whose body starts a new program: no constant of the outside is used in it.
PROGRAMS = frozenset(
    {"builtin.module", "aie.device", "aie.core", "aie.runtime_sequence", "func.func"}
)

Constant = tuple[int, IntegerType]


@runtime_checkable
class HasConstants(Protocol):
    """An op with integers that E2 writes as SSA values."""

    def constants(self) -> tuple[Constant, ...]: ...


@runtime_checkable
class HasName(Protocol):
    """An op that suggests a name for its result."""

    def suggested_name(self) -> str | None: ...


class EpochPrinter(Printer):
    """Prints a module in one generation of the syntax, keeping the names that it was read with."""

    def __init__(self, stream: TextIO, epoch: str) -> None:
        super().__init__(stream=stream)
        self.epoch = epoch
        self._used: set[str] = set()
        self._constants: dict[tuple[int, int], str] = {}

    def constant_name(self, value: int, kind: IntegerType) -> str:
        """The SSA name, with its `%`, of a constant that is in scope."""
        return self._constants[(value, kind.width.data)]

    def print_ssa_value(self, value: SSAValue) -> str:
        name = self._ssa_values.get(value)
        if name is None:
            name = self._ssa_values[value] = self._fresh(_hint(value))
        self.print_string(f"%{name}")
        return name

    def _fresh(self, hint: str | None) -> str:
        stem, count = (hint, 0) if hint else ("", 0)
        name = stem or "0"
        while name in self._used:
            count += 1
            name = f"{stem}_{count}" if stem else str(count)
        self._used.add(name)
        return name

    def print_region(
        self,
        region: Region,
        print_entry_block_args: bool = True,
        print_empty_block: bool = True,
        print_block_terminators: bool = True,
    ) -> None:
        constants = self._constants
        parent = region.parent
        self._constants = {} if parent and parent.name in PROGRAMS else dict(constants)
        super().print_region(
            region, print_entry_block_args, print_empty_block, print_block_terminators
        )
        self._constants = constants

    def print_block(
        self, block: Block, print_block_args: bool = True, print_block_terminator: bool = True
    ) -> None:
        constants = self._constants
        self._constants = dict(constants)
        super().print_block(block, print_block_args, print_block_terminator)
        self._constants = constants

    def print_op(self, op: Operation) -> None:
        if self.epoch == "E2":
            for value, kind in _constants_before(op):
                self._define(value, kind)
        if not op.regions:
            super().print_op(op)
            return
        used, self._used = self._used, set(self._used)
        super().print_op(op)
        self._used = used | {self._ssa_values[result] for result in op.results}

    def _define(self, value: int, kind: IntegerType) -> None:
        key = (value, kind.width.data)
        if key in self._constants:
            return
        sign = "m" if value < 0 else ""
        name = self._fresh(f"c{sign}{abs(value)}_i{kind.width.data}")
        self._constants[key] = f"%{name}"
        self.print_string(f"%{name} = arith.constant {_signed(value, kind)} : i{kind.width.data}")
        self._print_new_line()


def _constants_before(op: Operation) -> list[Constant]:
    """The constants that must be in scope where `op` starts."""
    if op.name in DMA_REGIONS:
        return [
            c for inner in op.walk() if isinstance(inner, HasConstants) for c in inner.constants()
        ]
    return list(op.constants()) if isinstance(op, HasConstants) else []


def _signed(value: int, kind: IntegerType) -> int:
    width = kind.width.data
    return value - (1 << width) if value >= 1 << (width - 1) else value


def _hint(value: SSAValue) -> str | None:
    if value.name_hint is None and isinstance(value.owner, HasName):
        return value.owner.suggested_name()
    return value.name_hint


def in_e1(printer: Printer) -> bool:
    """Whether `printer` writes E1; a plain xDSL printer writes what E2's form would be."""
    return isinstance(printer, EpochPrinter) and printer.epoch == "E1"
