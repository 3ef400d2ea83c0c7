"""Scratchpad parameters of a text: which words they have, and who reads or waits for them.

Before elaboration; the words themselves are in the array room's scratchpad. Refuses more
parameters than the table has words. Source: mlir-aie AIEX.td (scratchpad_parameter) and
AIELowerScratchpadParameters.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolRefAttr
from xdsl.ir import Operation

from aiec.codegen.dialects.structure import CoreOp, DeviceOp, RuntimeSequenceOp
from aiec.codegen.dialects.tasks import (
    ReadScratchpadParameterOp,
    ScratchpadParameterOp,
    SyncScratchpadParametersFromHostOp,
)
from aiec.ir.errors import DesignError
from aiec.runtime.sim.array.scratchpad import ENTRIES, Parameter, Scratchpad
from aiec.runtime.sim.load.plain_values import describe, number
from aiec.runtime.sim.program.types import dtype_of

_OFFSETS = ("offset_parameter", "offset_state_table_idx")
_PREAMBLE = "emit_parameter_sync_preamble"


def scratchpad_of(module: ModuleOp) -> Scratchpad:
    """The table of the parameters that `module` declares, all words 0."""
    ops = [op for op in module.walk() if isinstance(op, ScratchpadParameterOp)]
    if len(ops) > ENTRIES:
        raise DesignError(
            f"{len(ops)} scratchpad parameters are declared",
            where=describe(ops[ENTRIES]),
            expected=f"at most {ENTRIES}",
        )
    offsets = {name for op in module.walk() for name in _offset_names(op)}
    return Scratchpad({op.sym_name.data: _parameter(op, n, offsets) for n, op in enumerate(ops)})


def _parameter(op: ScratchpadParameterOp, position: int, offsets: set[str]) -> Parameter:
    given = number(op.attributes.get("state_table_idx"))
    shift = 0 if op.sym_name.data in offsets else 2
    return Parameter(position if given is None else given, dtype_of(op.type), shift)


def offset_index(op: Operation, scratchpad: Scratchpad) -> int | None:
    """The word that is added to a descriptor's address, in elements; None if there is none."""
    given = number(op.properties.get("offset_state_table_idx"))
    for name in _offset_names(op):
        return scratchpad.index(name, describe(op))
    return given


def core_waits(op: CoreOp) -> bool:
    """Whether a core starts with a wait for the first sync."""
    given = number(op.emit_parameter_sync_preamble)
    return any(True for _ in _reads(op)) if given is None else bool(given)


def starts_with_sync(op: RuntimeSequenceOp) -> bool:
    """Whether a sequence begins with a sync that its text does not spell out."""
    given = number(op.attributes.get(_PREAMBLE) or op.properties.get(_PREAMBLE))
    if given is not None:
        return bool(given)
    if any(isinstance(inner, SyncScratchpadParametersFromHostOp) for inner in op.walk()):
        return False
    device = op.parent_op()
    assert isinstance(device, DeviceOp)
    uses = any(name in inner.properties for inner in device.walk() for name in _OFFSETS)
    return uses or any(True for _ in _reads(device))


def parameter_names(device: DeviceOp) -> list[tuple[str, str]]:
    """The parameters that a device's cores read, each with the place of a read."""
    found = {op.parameter.root_reference.data: describe(op) for op in _reads(device)}
    return list(found.items())


def _reads(op: Operation) -> Iterator[ReadScratchpadParameterOp]:
    return (inner for inner in op.walk() if isinstance(inner, ReadScratchpadParameterOp))


def _offset_names(op: Operation) -> Iterator[str]:
    name = op.properties.get("offset_parameter")
    if isinstance(name, SymbolRefAttr):
        yield name.root_reference.data
    elif isinstance(name, StringAttr):
        yield name.data
