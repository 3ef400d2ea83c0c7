"""From a parsed module to a machine: one device's tiles, memories, locks, descriptors, flows,
cores.

Comes after parse (and, for ObjectFifos, their lowering), before any cycle is simulated. Legality
that depends on numbers is checked here, so a design that cannot be configured never starts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from xdsl.dialects import func
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.addresses import Addresses
from aiec.codegen.dialects.attributes import PacketInfoAttr
from aiec.codegen.dialects.foreign import GlobalOp
from aiec.codegen.dialects.locks import LockOp
from aiec.codegen.dialects.objectfifo import ObjectFifoRearmBindingOp
from aiec.codegen.dialects.routing import (
    ShimDmaAllocationOp,
)
from aiec.codegen.dialects.structure import (
    BufferOp,
    CoreOp,
    DeviceOp,
    ExternalBufferOp,
    LogicalTileOp,
    MemOp,
    MemTileDmaOp,
    ShimDmaOp,
    TileOp,
)
from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW
from aiec.runtime.sim.array.channels import ChannelTask
from aiec.runtime.sim.array.machine import Direction, Port, Rearm, Shared, SimMachine, Tile
from aiec.runtime.sim.array.memory import DEFAULT_LIMIT_BYTES, SimBuffer, host_memory, place
from aiec.runtime.sim.array.process import Process
from aiec.runtime.sim.array.switch_ports import check_routes
from aiec.runtime.sim.array.tile_locks import Lock
from aiec.runtime.sim.load import plain_values
from aiec.runtime.sim.load.core import CoreCompiler, Kernels
from aiec.runtime.sim.load.descriptors import DescriptorWriter
from aiec.runtime.sim.load.fifo_build import CorePort, FifoBuilder
from aiec.runtime.sim.load.fifo_plan import FifoSide, Place, plan_fifos
from aiec.runtime.sim.load.flows import FlowBuilder
from aiec.runtime.sim.load.legality import check_device
from aiec.runtime.sim.load.parameters import core_waits
from aiec.runtime.sim.load.placement import BufferPlacer, chip_of, free_lock, free_tile
from aiec.runtime.sim.load.plain_values import describe, number, symbol, the
from aiec.runtime.sim.program.arithmetic import dense_array
from aiec.runtime.sim.program.types import dtype_of, element_of, shape_of

OpT = TypeVar("OpT", bound=Operation)


def elaborate(
    device: DeviceOp, kernels: Kernels, shared: Shared, epoch: str | None = None
) -> Elaborated:
    """Build what `device` configures on the tiles of `shared`; nothing runs before a load.

    epoch: lay buffers out as mlir-aie of E1 or E2 does.
    """
    return _Elaboration(device, kernels, shared, epoch).run()


@dataclass(frozen=True, slots=True)
class Elaborated:
    """A configured machine. `values`: what tiles, buffers, locks and globals of the text became."""

    machine: SimMachine
    values: dict[SSAValue, object]
    globals: dict[str, np.ndarray]


def _check_external(op: ExternalBufferOp) -> None:
    kind = op.buffer.type
    nbytes = dtype_of(element_of(kind)).itemsize * math.prod(shape_of(kind))
    if not 0 <= nbytes <= DEFAULT_LIMIT_BYTES:
        raise DesignError(
            f"an external buffer of type {kind}",
            where=describe(op),
            expected=f"a static shape of at most {DEFAULT_LIMIT_BYTES} bytes",
        )


class _Elaboration:
    """One pass over a device, kind by kind, so that order in the text does not matter."""

    def __init__(
        self, device: DeviceOp, kernels: Kernels, shared: Shared, epoch: str | None
    ) -> None:
        self._kernels = kernels
        target, columns = chip_of(device.device.data.value)
        self._machine = SimMachine(target, columns, shared)
        # Where mlir-aie of an epoch puts buffers; without one they lie in the order of the text.
        self._addresses = None if epoch is None else Addresses(device, target, epoch == "E2")
        self._values: dict[SSAValue, object] = {}
        self._ops = list(device.walk())
        self._placers: dict[str, BufferPlacer] = {}
        self._ports: dict[tuple[str, FifoSide, Place], CorePort] = {}

    def run(self) -> Elaborated:
        """Everything the device configures."""
        self._tiles()
        self._locks()
        self._buffers()
        self._external_buffers()
        check_device(self._ops, self._places(), self._machine.target, self._kernels)
        flows = FlowBuilder(self._machine, self._ops, self._values)
        flows.build()
        self._descriptors()
        self._allocations()
        self._fifos()
        self._rearms()
        for tile in self._machine.tiles.values():
            tile.static_descriptors.update(tile.descriptors)
        rows = self._machine.target.first_core_row + self._machine.target.core_rows
        check_routes(self._machine.nets, self._machine.columns, rows)
        flows.build_cascades()
        self._cores()
        return Elaborated(self._machine, self._values, self._globals())

    def _of(self, kind: type[OpT]) -> list[OpT]:
        return [op for op in self._ops if isinstance(op, kind)]

    def _tile(self, value: SSAValue, op: Operation) -> Tile:
        return the(Tile, value, self._values, op)

    def _places(self) -> dict[SSAValue, Place]:
        tiles = ((v, tile) for v, tile in self._values.items() if isinstance(tile, Tile))
        return {value: (tile.column, tile.row) for value, tile in tiles}

    def _tiles(self) -> None:
        for op in self._of(TileOp):
            self._values[op.result] = self._machine.tile(*op.coordinates, describe(op))
            if isinstance(given := op.attributes.get("controller_id"), PacketInfoAttr):
                self._machine.controllers[op.coordinates] = given.values[1]
        for op in self._of(LogicalTileOp):
            kind, place = op.tile_type.data.value, (number(op.col), number(op.row))
            self._values[op.result] = free_tile(self._machine, kind, place, describe(op))

    def _locks(self) -> None:
        for op in sorted(self._of(LockOp), key=lambda op: op.lock_id is None):
            tile, where = self._tile(op.tile, op), describe(op)
            explicit = number(op.lock_id)
            chosen = free_lock(tile, where) if explicit is None else explicit
            if not 0 <= chosen < tile.limits.locks:
                raise DesignError(
                    f"{tile} has no lock {chosen}",
                    where=where,
                    expected=f"0 to {tile.limits.locks - 1}",
                )
            if chosen in tile.locks:
                raise DesignError(
                    f"lock {chosen} of {tile} is declared twice",
                    where=where,
                    expected="an id of its own, or none, for each lock",
                )
            lock = self._machine.lock(tile, chosen)
            if name := symbol(op):
                lock.name = f"{name} ({lock.name})"
            if not 0 <= (init := plain_values.initial_lock(op)) <= lock.max_value:
                raise DesignError(f"a lock starts with {init}", where=where,
                                  expected=f"0 to {lock.max_value}")  # fmt: skip
            lock.set(init)
            self._values[op.result] = lock

    def _buffers(self) -> None:
        default = self._machine.target.core_stack_bytes
        placers = self._placers = {
            str(tile := self._tile(op.tile, op)): BufferPlacer(
                tile, plain_values.stack_bytes(op, default, tile.memory.data.size)
            )
            for op in self._of(CoreOp)
        }
        for op in sorted(self._of(BufferOp), key=lambda op: op.address is None):
            tile = self._tile(op.tile, op)
            placer = placers.setdefault(str(tile), BufferPlacer(tile, 0))
            name = symbol(op) or f"buffer {len(self._machine.buffers)}"
            buffer = self._buffer(op, name, tile, placer)
            self._machine.buffers[name] = buffer
            self._values[op.buffer] = buffer

    def _external_buffers(self) -> None:
        for op in self._of(ExternalBufferOp):
            kind = op.buffer.type
            name = symbol(op) or f"external buffer {len(self._machine.buffers)}"
            _check_external(op)
            contents = np.zeros(shape_of(kind), dtype_of(element_of(kind)))
            buffer = SimBuffer(name, host_memory(name, contents), 0, contents)
            self._machine.buffers[name] = buffer
            self._values[op.buffer] = buffer

    def _buffer(self, op: BufferOp, name: str, tile: Tile, placer: BufferPlacer) -> SimBuffer:
        kind = op.buffer.type
        dtype, shape = dtype_of(element_of(kind)), shape_of(kind)
        nbytes = dtype.itemsize * math.prod(shape)
        given = number(op.address)
        if self._addresses is not None and self._addresses.known(op):
            given = self._addresses.of(op, op)
        aligned = number(op.attributes.get("aligned")) != 0
        address = placer.place(name, nbytes, given, describe(op), aligned)
        buffer = place(name, tile.memory, address, dtype, shape)
        initial = plain_values.initial_value(op)
        if initial is not None:
            self._machine.contents.append((buffer, initial))
        return buffer

    def _descriptors(self) -> None:
        for kind in (MemOp, MemTileDmaOp, ShimDmaOp):
            for op in self._of(kind):
                tile = self._tile(op.tile, op)
                DescriptorWriter(self._machine, tile, self._values).write(op)

    def _allocations(self) -> None:
        for op in self._of(ShimDmaAllocationOp):
            assert op.tile is not None
            tile = self._tile(op.tile, op)
            direction = Direction[op.direction.data.value]
            port = Port(tile.column, tile.row, direction, op.channel.value.data)
            self._machine.channel(port, describe(op))
            self._machine.allocations[op.sym_name.data] = port
            if op.packet is not None:
                self._machine.packets[op.sym_name.data] = op.packet.values[1]

    def _fifos(self) -> None:
        builder = FifoBuilder(self._machine, self._placers, self._values)
        builder.build(plan_fifos(self._ops, self._places()))
        self._ports = builder.ports

    def _rearms(self) -> None:
        """What lowered text keeps of a fifo for its reset; what it leaves out is as loaded."""
        for op in self._of(ObjectFifoRearmBindingOp):
            rearm = self._machine.rearms[op.sym_name.data] = Rearm()
            heads, repeats = op.integers("head_bd_ids"), op.integers("repeat_counts")
            ends = zip(op.channel_tiles, op.integers("channel_dirs"),
                       op.integers("channel_indices"), strict=True)  # fmt: skip
            for i, (value, direction, channel) in enumerate(ends):
                tile = self._tile(value, op)
                port = Port(tile.column, tile.row, Direction(direction), channel)
                loaded = [task for at, task in self._machine.first_tasks if at == port]
                if heads:
                    loaded = [ChannelTask(heads[i], repeats[i] if repeats else 0)]
                rearm.tasks += [(port, task) for task in loaded]
            for value, start in zip(op.locks, op.integers("lock_inits"), strict=True):
                rearm.locks.append((the(Lock, value, self._values, op), start))

    def _globals(self) -> dict[str, np.ndarray]:
        return {
            op.sym_name.data: dense_array(op.initial_value)
            for op in self._of(GlobalOp)
            if isinstance(op.initial_value, DenseIntOrFPElementsAttr)
        }

    def _cores(self) -> None:
        functions = {op.sym_name.data: op for op in self._of(func.FuncOp) if op.body.blocks}
        compiler = CoreCompiler(self._values, self._kernels, functions, self._ports, self._machine)
        for op in self._of(CoreOp):
            tile = self._tile(op.tile, op)
            if tile.row <= MEM_ROW or tile.core is not None:
                raise DesignError(
                    f"{tile} has no place for a core" if tile.core is None
                    else f"{tile} has two cores",
                    where=describe(op),
                    expected="one core each on tiles of row 2 and up",
                )  # fmt: skip
            tile.core = Process(self._machine.engine, f"core of {tile}")
            first = self._parameter_lock(op, tile) if core_waits(op) else None
            compiler.compile(op, (tile.column, tile.row), tile.core, first)

    def _parameter_lock(self, op: CoreOp, tile: Tile) -> Lock:
        lock = self._machine.lock(tile, free_lock(tile, describe(op)))
        lock.name = f"the parameters of {tile} ({lock.name})"
        self._machine.parameter_locks.append(lock)
        return lock
