"""What assembling a sequence works on: the layout, the values so far, the operations so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiec.codegen.instructions.layout import Channel, Layout
from aiec.codegen.instructions.values import Values
from aiec.ir.registers import CONTROLLER_MASK, MEM_ROW, QUEUE_OFFSET, register_map
from aiec.ir.transaction import (
    RAW_ADDRESS_OFFSET,
    TRANSLATED_ARGUMENTS,
    MaskWrite,
    Operation,
    Patch,
    Write,
)

_CORE_QUEUE_BITS = 0xF
_REPEAT_BITS = 0xFF
_TOKEN = 1 << 31


@dataclass(slots=True)
class DescriptorIds:
    """The descriptors of a device that tasks hold, by tile."""

    held: dict[tuple[int, int], set[int]] = field(default_factory=dict)

    def of(self, place: tuple[int, int]) -> set[int]:
        """Those of one tile."""
        return self.held.setdefault(place, set())


@dataclass(slots=True)
class State:
    """One sequence while it is assembled."""

    layout: Layout
    ids: DescriptorIds
    values: Values = field(default_factory=Values)
    out: list[Operation] = field(default_factory=list)

    def patch(self, register: int, argument: int, plus: int) -> None:
        """Have a host buffer's address added to a descriptor's word.

        Firmware turns the first five addresses into the array's; since July 2026 the patch of a
        further one says so itself.
        """
        if self.layout.epoch == "E2" and argument >= TRANSLATED_ARGUMENTS:
            plus += RAW_ADDRESS_OFFSET
        self.out.append(Patch(register, argument, plus & 0xFFFFFFFF))

    def push(self, channel: Channel, bd_id: int, repeat: int, issue_token: bool) -> None:
        """Queue a descriptor; a token is sent under the id of the tile, where the text has it.

        Before July 2026 mlir-aie kept four bits of the number on mem tiles too.
        """
        place = channel.column, channel.row
        chart = register_map(channel.row)
        control = chart.channel(*place, channel.is_mm2s, channel.number)
        if issue_token and (owner := self.layout.controllers.get(place)) is not None:
            self.out.append(MaskWrite(control, owner << 8, CONTROLLER_MASK))
        is_old = self.layout.epoch == "E1" and channel.row == MEM_ROW
        bits = _CORE_QUEUE_BITS if is_old else chart.queue_bd_mask
        word = bd_id & bits | (repeat & _REPEAT_BITS) << 16 | (_TOKEN if issue_token else 0)
        self.out.append(Write(control + QUEUE_OFFSET, word))
