"""What a device declares, and the tile of a value: of a tile itself, or of what belongs to one."""

from __future__ import annotations

from collections.abc import Iterator

from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.locations import describe
from aiec.codegen.dialects.structure import (
    CoreOp,
    DeviceOp,
    LogicalTileOp,
    RuntimeSequenceOp,
    TileOp,
)
from aiec.ir.errors import DesignError

Place = tuple[int, int]  # (column, row)


def place_of(value: SSAValue) -> Place:
    """The tile of a buffer, lock or tile; refuses a logical tile whose place is open."""
    op = value.owner
    while isinstance(op, Operation) and not isinstance(op, TileOp | LogicalTileOp) and op.operands:
        op = op.operands[0].owner
    if isinstance(op, TileOp):
        return op.coordinates
    if isinstance(op, LogicalTileOp) and op.col is not None and op.row is not None:
        return op.col.value.data, op.row.value.data
    assert isinstance(op, Operation)
    raise DesignError(
        f"{op.name} has no place yet",
        where=describe(op),
        expected="an aie.tile, or both coordinates",
        todo="run `aie-opt --aie-place-tiles` first",
    )


def declared(device: DeviceOp) -> Iterator[Operation]:
    """The ops of a device but for what cores and sequences do."""
    for op in device.body.block.ops:
        yield op
        if not isinstance(op, CoreOp | RuntimeSequenceOp):
            for region in op.regions:
                yield from region.walk()
