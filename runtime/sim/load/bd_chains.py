"""Started chains of descriptors become tasks: a pass over the text, before elaboration.

    aiex.dma_start_bd_chain @c(%a, ..) on (%t, MM2S, 0)
        -> dma_configure_task(%t, MM2S, 0) { @c's body with %a for its arguments }, dma_start_task

Source: mlir-aie AIEMaterializeBDChains.cpp. Ensures: no chain is started; definitions stay.
"""

from __future__ import annotations

from xdsl.dialects.builtin import IntegerAttr, ModuleOp
from xdsl.ir import Operation, Region

from aiec.codegen.dialects.scalars import split
from aiec.codegen.dialects.structure import DeviceOp
from aiec.codegen.dialects.tasks import (
    BdChainOp,
    DmaConfigureTaskForOp,
    DmaConfigureTaskOp,
    DmaStartBdChainForOp,
    DmaStartBdChainOp,
    DmaStartTaskOp,
)
from aiec.ir.errors import DesignError, nearest
from aiec.runtime.sim.load.plain_values import describe, number

StartOp = DmaStartBdChainOp | DmaStartBdChainForOp


def expand_bd_chains(module: ModuleOp) -> None:
    """Replace every start of a chain by a task of its own, in place."""
    for device in [op for op in module.walk() if isinstance(op, DeviceOp)]:
        chains = {op.sym_name.data: op for op in device.walk() if isinstance(op, BdChainOp)}
        for op in [op for op in device.walk() if isinstance(op, StartOp)]:
            _expand(op, chains)


def _expand(op: StartOp, chains: dict[str, BdChainOp]) -> None:
    name = op.symbol.root_reference.data
    if name not in chains:
        raise DesignError(
            f"there is no bd_chain @{name}", where=describe(op), expected=nearest(name, chains)
        )
    body = chains[name].body.clone()
    parameters = body.blocks[0].args
    if len(parameters) != len(op.arguments):
        raise DesignError(
            f"bd_chain @{name} is started with {len(op.arguments)} arguments",
            where=describe(op),
            expected=str(len(parameters)),
        )
    for parameter, argument in zip(tuple(parameters), op.arguments, strict=True):
        parameter.replace_all_uses_with(argument)
        body.blocks[0].erase_arg(parameter)
    _locate(body, op)
    task = _task(op, body)
    start = DmaStartTaskOp(task)
    task.location = start.location = op.location
    op.result.replace_all_uses_with(task.results[0])
    block = op.parent_block()
    assert block is not None
    block.insert_ops_before((task, start), op)
    op.detach()


def _task(op: StartOp, body: Region) -> Operation:
    operands, static = split([number(op.attributes.get("repeat_count")) or 0, None])
    token = number(op.attributes.get("issue_token"))
    shared = {"static": static, "issue_token": IntegerAttr.from_bool(bool(token))}
    if isinstance(op, DmaStartBdChainForOp):
        kind, tiles, where = DmaConfigureTaskForOp, [], {"alloc": op.alloc}
    else:
        kind, tiles = DmaConfigureTaskOp, [op.tile]
        where = {"direction": op.direction, "channel": op.channel}
    return kind.create(
        operands=[*tiles, *operands],
        properties=shared | where,
        regions=[body],
        result_types=[op.result.type],
    )


def _locate(body: Region, op: Operation) -> None:
    """What goes wrong in a copy is told with the place of its start where its own is not kept."""
    for inner in body.walk():
        if inner.location is None:
            inner.location = op.location
