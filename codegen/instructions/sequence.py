"""The walk over runtime sequences: op by op, loops counted out, to the controller's operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xdsl.dialects import scf
from xdsl.dialects.builtin import MemRefType, ModuleOp, UnrankedMemRefType
from xdsl.ir import Block, Operation

from aiec.codegen.dialects import describe
from aiec.codegen.dialects.structure import DeviceOp, RuntimeSequenceOp
from aiec.codegen.instructions.commands import COMMANDS
from aiec.codegen.instructions.layout import Layout
from aiec.codegen.instructions.state import DescriptorIds, State
from aiec.codegen.instructions.tasks import TASKS
from aiec.codegen.instructions.values import HostMemory
from aiec.ir.design import Instructions
from aiec.ir.errors import DesignError
from aiec.ir.transaction import GENERATIONS, Transaction

_HANDLERS = COMMANDS | TASKS
_ARRAY_ROWS, _MEM_ROWS = 6, 1  # of npu1 and npu2
_SILENT = ("memref.get_global", "aie.end", "scf.yield")


@dataclass(frozen=True, slots=True)
class Assembled:
    """A sequence's instructions. `arguments`: host buffers and numbers that it takes."""

    device: str
    sequence: str
    arguments: int
    transaction: Transaction


def assemble(module: ModuleOp, epoch: str = "E2") -> tuple[Assembled, ...]:
    """The instructions of every sequence, as mlir-aie of the generation `epoch` makes them.

    Args:
        module: a design as `dialects.parse` returns it.
        epoch: "E1", mlir-aie of February and March 2026, or "E2", of August; their streams do the
            same, but E2's writes transfers of one run more simply and aligns buffers.

    Raises:
        DesignError: the text leaves a number to the run, or says what no stream can: names the op.
    """
    found = []
    for device in module.walk():
        if isinstance(device, DeviceOp):
            found += _device(device, epoch)
    if not found:
        raise DesignError("the design has no runtime sequence", expected="aie.runtime_sequence")
    return tuple(found)


def streams(module: ModuleOp, epoch: str) -> tuple[Instructions, ...]:
    """The bytes of every sequence of a module with one device."""
    assembled = assemble(module, epoch)
    return tuple(Instructions(a.sequence, a.transaction.encode()) for a in assembled)


def _device(device: DeviceOp, epoch: str) -> Iterable[Assembled]:
    sequences = [op for op in device.walk() if isinstance(op, RuntimeSequenceOp)]
    if not sequences:
        return
    layout, ids = Layout(device, epoch), DescriptorIds()
    for op in sequences:
        # E1 knows one set of descriptors for all sequences of a device.
        state = State(layout, ids if epoch == "E1" else DescriptorIds())
        _bind(state, op.body.block)
        _block(state, op.body.block)
        target = layout.target
        transaction = Transaction(
            GENERATIONS[target.isa], layout.columns, _ARRAY_ROWS, _MEM_ROWS, tuple(state.out)
        )
        arguments = len(op.body.block.args)
        yield Assembled(device.sym_name.data, op.sym_name.data, arguments, transaction)


def _bind(state: State, block: Block) -> None:
    for index, argument in enumerate(block.args):
        if isinstance(argument.type, MemRefType | UnrankedMemRefType):
            state.values.known[argument] = HostMemory(index)


def _block(state: State, block: Block) -> None:
    for op in block.ops:
        handler = _HANDLERS.get(op.name)
        if handler is not None:
            handler(state, op)
        elif isinstance(op, scf.ForOp):
            _for(state, op)
        elif isinstance(op, scf.IfOp):
            _if(state, op)
        elif op.name not in _SILENT and not state.values.compute(op):
            raise DesignError(
                f"{op.name} has no instructions",
                where=describe(op),
                expected=_INSTEAD.get(op.name, "transfers, waits, register writes and tasks"),
            )


_INSTEAD = {
    "aiex.configure": "one configuration: several make a full ELF, which mlir-aie's aiecc builds",
    "aiex.control_packet": "register writes, or `aie-opt --aie-ctrl-packet-to-dma` first",
    "aiex.dma_channel_reset_for": "resets of channels and locks, which ObjectFifos' lowering names",
    "aie.trace.start_config": "register writes: `aie-opt --aie-inline-trace-config` makes them",
    "aie.trace.host_config": "register writes: `aie-opt --aie-inline-trace-config` makes them",
    "aiex.sync_scratchpad_parameters_from_host":
        "what `aie-opt --aie-lower-scratchpad-parameters` makes of it",
    "aiex.dma_bd_pool_pop": "descriptors that the text numbers",
}  # fmt: skip


def _for(state: State, op: scf.ForOp) -> None:
    lower, upper, step = (state.values.number(v, op) for v in (op.lb, op.ub, op.step))
    if step < 1:
        raise DesignError(f"the loop steps by {step}", where=describe(op), expected="1 or more")
    block = op.body.block
    carried = [_value(state, v) for v in op.iter_args]
    for index in range(lower, upper, step):
        state.values.known[block.args[0]] = index
        state.values.known.update(zip(block.args[1:], carried, strict=True))
        _block(state, block)
        carried = _yielded(state, block)
    state.values.known.update(zip(op.results, carried, strict=True))


def _if(state: State, op: scf.IfOp) -> None:
    region = op.true_region if state.values.number(op.cond, op) else op.false_region
    if not region.blocks:
        return
    _block(state, region.block)
    state.values.known.update(zip(op.results, _yielded(state, region.block), strict=True))


def _yielded(state: State, block: Block) -> list[Any]:
    last: Operation | None = block.last_op
    values: Sequence[Any] = last.operands if isinstance(last, scf.YieldOp) else ()
    return [_value(state, v) for v in values]


def _value(state: State, value: Any) -> Any:
    """What is known of a value, or the value itself."""
    actual = state.values.actual(value)
    return state.values.known.get(actual, actual)
