"""After reading: what older or newer text says otherwise becomes the one form.

Each function here takes a module and rewrites it in place; `normalise` runs them in order.
"""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.dialects.builtin import IntegerAttr, MemRefType, ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Operation

from aiec.codegen.dialects.attributes import PacketInfoAttr
from aiec.codegen.dialects.dma import DmaBdOp, DmaBdPacketOp, channel_of
from aiec.codegen.dialects.locations import describe
from aiec.codegen.dialects.objectfifo import ObjectFifoAcquireOp, ObjectFifoSubviewAccessOp
from aiec.codegen.dialects.routing import ShimDmaAllocationOp
from aiec.codegen.dialects.structure import DeviceOp, RuntimeSequenceOp, TileOp
from aiec.codegen.dialects.tasks import ReadScratchpadParameterOp
from aiec.ir.errors import DesignError


def normalise(module: ModuleOp) -> None:
    """Bring a module that was read into the normal form, in place."""
    for op in list(module.walk(reverse=True)):
        match op:
            case arith.ConstantOp() if not op.result.uses.get_length():
                op.detach()
            case DmaBdPacketOp():
                _move_packet(op)
            case DmaBdOp() if op.pad_value is not None:
                _move_pad_value(op, op.pad_value)
            case FuncOp() if isinstance(op.parent_op(), DeviceOp) and _commands(op):
                _make_sequence(op)
            case ShimDmaAllocationOp() if op.tile is None:
                _find_tile(op)
            case ObjectFifoAcquireOp() if isinstance(op.results[0].type, MemRefType):
                _acquire_subview(op)


def _commands(op: FuncOp) -> bool:
    """Whether a function gives commands to the controller: it is a sequence then."""
    return any(inner.name.startswith("aiex.") for inner in op.walk() if not _in_core(inner))


def _in_core(op: Operation) -> bool:
    return op.name == ReadScratchpadParameterOp.name


def _make_sequence(op: FuncOp) -> None:
    """func.func of commands, as compilers of 2024 wrote it -> aie.runtime_sequence."""
    body = op.body.detach_block(0)
    if isinstance(body.last_op, ReturnOp):
        body.last_op.detach()
    sequence = RuntimeSequenceOp(body, op.sym_name.data)
    sequence.location = op.location
    block = op.parent_block()
    assert block is not None
    block.insert_op_before(sequence, op)
    op.detach()


def _move_packet(op: DmaBdPacketOp) -> None:
    """dma_bd_packet before a descriptor -> `packet` of that descriptor."""
    following = op.next_op
    while following is not None and not isinstance(following, DmaBdOp):
        following = following.next_op
    if isinstance(following, DmaBdOp):
        following.properties["packet"] = PacketInfoAttr.of(
            op.packet_type.value.data, op.packet_id.value.data
        )
        op.detach()


def _move_pad_value(op: DmaBdOp, value: IntegerAttr) -> None:
    """E1's pad_value of a descriptor -> of its channel; 0 is the default."""
    channel = channel_of(op)
    del op.properties["pad_value"]
    if value.value.data == 0:
        return
    if channel is None or (channel.pad_value or value) != value:
        raise DesignError(
            "aie.dma_bd has a pad_value that its channel has not",
            where=describe(op),
            expected="one pad_value for a channel",
        )
    channel.properties["pad_value"] = value


def _find_tile(op: ShimDmaAllocationOp) -> None:
    """An allocation by column -> by the shim tile, which is made if there is none."""
    column = op.column.value.data if op.column else 0
    device = op.parent_op()
    assert isinstance(device, DeviceOp)
    tile = _shim_tile(device.body.block, column)
    allocation = ShimDmaAllocationOp(
        op.sym_name.data, tile, op.direction.data, op.channel.value.data
    )
    allocation.location = op.location
    block = op.parent_block()
    assert block is not None
    block.insert_op_before(allocation, op)
    op.detach()


def _shim_tile(block: Block, column: int) -> Operation:
    for op in block.ops:
        if isinstance(op, TileOp) and op.coordinates == (column, 0):
            return op
    tile = TileOp(column, 0)
    assert block.first_op is not None
    block.insert_op_before(tile, block.first_op)
    return tile


def _acquire_subview(op: ObjectFifoAcquireOp) -> None:
    """E3's acquire of objects -> acquire of a subview, and an access for each object."""
    element = op.results[0].type
    assert isinstance(element, MemRefType)
    fifo = op.fifo.root_reference.data
    acquire = ObjectFifoAcquireOp(fifo, op.port.data, op.size.value.data, element)
    accesses = [ObjectFifoSubviewAccessOp(acquire.outputs[0], i) for i in range(len(op.outputs))]
    block = op.parent_block()
    assert block is not None
    for new in (acquire, *accesses):
        new.location = op.location
        block.insert_op_before(new, op)
    for output, access in zip(op.outputs, accesses, strict=True):
        name = output.name_hint
        output.replace_all_uses_with(access.output)
        access.output._name = name
    op.detach()
