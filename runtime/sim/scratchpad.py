"""Runtime parameters in the controller's scratchpad: a table of words that the host writes.

The host writes its table at any time; a sync copies it to the controller, which hands words on to
cores, or adds them to addresses. What goes to a core is shifted left by two on the way, as the
controller clears the two lowest bits: 30 bits arrive. Source: mlir-aie AIEX.td (create_scratchpad,
update_from_scratchpad, scratchpad_parameter) and AIELowerScratchpadParameters.cpp.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolRefAttr
from xdsl.ir import Operation

from aiec.codegen.dialects.structure import CoreOp, DeviceOp, RuntimeSequenceOp
from aiec.codegen.dialects.tasks import (
    ReadScratchpadParameterOp,
    ScratchpadParameterOp,
    SyncScratchpadParametersFromHostOp,
)
from aiec.ir.errors import DesignError, OptionError, nearest
from aiec.runtime.sim.reading import describe, number
from aiec.runtime.sim.types import dtype_of

ENTRIES = 32  # words. Source: AIEX.td, npu.create_scratchpad
ALIGNED = 0xFFFFFFFC
_OFFSETS = ("offset_parameter", "offset_state_table_idx")
_PREAMBLE = "emit_parameter_sync_preamble"


class Scratchpad:
    """The parameters of one module. `table`: the controller's copy of the host's words."""

    def __init__(self, module: ModuleOp) -> None:
        self.table = np.zeros(ENTRIES, np.uint32)
        self._host = np.zeros(ENTRIES, np.uint32)
        ops = [op for op in module.walk() if isinstance(op, ScratchpadParameterOp)]
        if len(ops) > ENTRIES:
            raise DesignError(
                f"{len(ops)} scratchpad parameters are declared",
                where=describe(ops[ENTRIES]),
                expected=f"at most {ENTRIES}",
            )
        offsets = {name for op in module.walk() for name in _offset_names(op)}
        self._index = {}
        self._dtypes = {}
        self._shifts = {}
        for i, op in enumerate(ops):
            name, given = op.sym_name.data, number(op.attributes.get("state_table_idx"))
            self._index[name] = i if given is None else given
            self._dtypes[name] = dtype_of(op.type)
            self._shifts[name] = 0 if name in offsets else 2

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that the module declares."""
        return tuple(self._index)

    def write(self, name: str | int, value: float) -> None:
        """The host writes a parameter, or word `name` of its table as it is."""
        if isinstance(name, int):
            self._host[name] = int(value) & 0xFFFFFFFF
            return
        index, dtype = self.index(name, None), self._dtypes[name]
        bits = np.array(value).astype(dtype).view(f"u{dtype.itemsize}")
        self._host[index] = (int(bits) << self._shifts[name]) & 0xFFFFFFFF

    def sync(self) -> None:
        """The controller fetches the host's words."""
        self.table[:] = self._host

    def index(self, name: str, where: str | None) -> int:
        """The word of a parameter."""
        if name not in self._index:
            wrong = OptionError if where is None else DesignError
            raise wrong(
                f"there is no scratchpad parameter {name!r}",
                where=where,
                expected=nearest(name, self._index),
            )
        return self._index[name]

    def offset(self, index: int) -> int:
        """A word as a signed number of elements."""
        return int(self.table[index].astype(np.int32))

    def delivered(self, index: int) -> int:
        """What a core reads after its shift."""
        return (int(self.table[index]) & ALIGNED) >> 2


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
