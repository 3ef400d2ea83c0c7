"""Every value is used where it is defined: after its operation, in its region or one inside it.

Where it stands: `reading` asks once a module; xDSL's parser lets a name be used before it is
defined, even further inside. Blocks of one region see each other's values, whatever their order:
which of them comes first is known when the program runs.
"""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region, SSAValue

from aiec.codegen.dialects.locations import describe
from aiec.ir.errors import DesignError


def check_scopes(module: ModuleOp) -> None:
    """Refuse the first use of a value outside its scope.

    Raises:
        DesignError: names the value and the op that uses it.
    """
    _check_region(module.body, set())


def _check_region(region: Region, visible: set[SSAValue]) -> None:
    """`visible` holds what is defined around the region, and is the same afterwards."""
    own: list[SSAValue] = [argument for block in region.blocks for argument in block.args]
    if len(region.blocks) > 1:
        own += [result for block in region.blocks for op in block.ops for result in op.results]
    visible.update(own)
    for block in region.blocks:
        for op in block.ops:
            _check_operands(op, visible)
            for inner in op.regions:
                _check_region(inner, visible)
            visible.update(op.results)
            own += op.results
    visible.difference_update(own)


def _check_operands(op: Operation, visible: set[SSAValue]) -> None:
    for value in op.operands:
        if value not in visible:
            raise DesignError(
                f"{op.name} uses %{value.name_hint or 'value'} outside its scope",
                where=describe(op),
                expected="a value defined before it, in this region or around it",
            )
