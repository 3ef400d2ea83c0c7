"""A stream of instructions in place of a text's sequence: what the NPU's controller does with it.

The same registers, tokens and times as the text's commands have (`commands.py`), from the bytes
that `ir/transaction.py` reads. Refuses streams for another generation or a wider array, and the
loading of images, which are not in the stream.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from aiec.ir.errors import SimulationError
from aiec.ir.transaction import (
    GENERATIONS,
    RAW_ADDRESS_OFFSET,
    TRANSLATED_ARGUMENTS,
    BlockWrite,
    CreateScratchpad,
    LoadPdi,
    MaskWrite,
    Operation,
    Patch,
    Sync,
    Transaction,
    UpdateFromScratchpad,
    Write,
)
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.host_way import Paced
from aiec.runtime.sim.array.machine import SimMachine
from aiec.runtime.sim.array.process import Action, Delay
from aiec.runtime.sim.sequence.commands import CommandCompiler
from aiec.runtime.sim.sequence.register_writes import Registers

_WRITE = Delay(timing.WRITE_CYCLES)
_MASK_WRITE = Delay(timing.MASK_WRITE_CYCLES)


class StreamPlayer:
    """Runs streams on one machine."""

    def __init__(
        self, machine: SimMachine, registers: Registers, commands: CommandCompiler
    ) -> None:
        self._machine, self._registers, self._commands = machine, registers, commands

    def play(self, stream: Transaction, name: str) -> Generator[Action, Any, None]:
        """The program of `stream`; `name` is for messages."""
        self._check(stream, name)
        for number, op in enumerate(stream.operations):
            yield from self._operation(op, f"{name}, operation {number}")

    def _check(self, stream: Transaction, name: str) -> None:
        target = self._machine.target
        if stream.generation != GENERATIONS[target.isa] or stream.columns > self._machine.columns:
            raise SimulationError(
                f"{name} is for {stream.columns} columns of generation {stream.generation}",
                expected=f"at most {self._machine.columns} columns of generation "
                f"{GENERATIONS[target.isa]}, which the design is for",
            )

    def _operation(self, op: Operation, where: str) -> Generator[Action, Any, None]:
        """Let its time pass, then do it."""
        registers = self._registers
        match op:
            case Write(address, value):
                yield _WRITE
                registers.write(address, value, where)
            case MaskWrite(address, value, mask):
                yield _MASK_WRITE
                registers.write(address, value, where, mask)
            case BlockWrite(address, words):
                yield Delay(timing.block_write_cycles(len(words)))
                registers.write_block(address, np.array(words, np.uint32), where)
            case Patch(address, argument, plus):
                yield Paced(self._machine.shared.pace, timing.PATCH_CYCLES)
                raw = RAW_ADDRESS_OFFSET if argument >= TRANSLATED_ARGUMENTS else 0
                self._commands.patch(address, argument, plus - raw if plus >= raw else plus, where)
            case Sync():
                yield from self._commands.awaits(
                    op.column, op.row, op.direction, op.channel, op.columns, op.rows
                )
            case LoadPdi(number):
                raise SimulationError(f"image {number} is loaded, which the stream does not hold",
                                      where=where, expected="one configuration")  # fmt: skip
            case CreateScratchpad():
                yield _WRITE
                self._machine.shared.scratchpad.sync()
            case UpdateFromScratchpad(index, function, argument, address):
                yield _WRITE
                word = int(self._machine.shared.scratchpad.table[index])
                delta = (word * argument, word + argument, word - argument)[function]
                registers.add(address, delta, where)
