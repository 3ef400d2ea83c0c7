"""From a parsed module to a machine: one device's tiles, memories, locks, descriptors, flows,
cores.

Comes after parse (and, for ObjectFifos, their lowering), before any cycle is simulated. Legality
that depends on numbers is checked here, so a design that cannot be configured never starts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.locks import LockOp
from aiec.codegen.dialects.routing import FlowOp, ShimDmaAllocationOp
from aiec.codegen.dialects.structure import (
    BufferOp,
    CoreOp,
    DeviceOp,
    MemOp,
    MemTileDmaOp,
    RuntimeSequenceOp,
    ShimDmaOp,
    TileOp,
)
from aiec.ir.errors import DesignError, nearest
from aiec.runtime.sim import reading
from aiec.runtime.sim.core import CoreCompiler, Kernels
from aiec.runtime.sim.descriptors import DescriptorWriter
from aiec.runtime.sim.machine import Direction, Machine, Port, Tile
from aiec.runtime.sim.memory import Buffer, place
from aiec.runtime.sim.placement import BufferPlacer, chip_of, free_lock
from aiec.runtime.sim.process import Process
from aiec.runtime.sim.reading import describe, number, symbol
from aiec.runtime.sim.sequence import SequenceCompiler, bind_arguments
from aiec.runtime.sim.types import dtype_of, element_of, shape_of

OpT = TypeVar("OpT", bound=Operation)


@dataclass(slots=True)
class Configuration:
    """A machine with its cores running, and its sequences ready to be started."""

    device: str
    machine: Machine
    sequences: Mapping[str, Operation]
    compiler: SequenceCompiler
    programs: dict[str, tuple[Process, Callable[..., Any]]]

    def start(self, symbol: str, args: Sequence[Any]) -> Process:
        """Start sequence `symbol` on `args`; compiled on first use."""
        op = self.sequences[symbol]
        spans = bind_arguments(op.regions[0].blocks[0], args, describe(op))
        if symbol not in self.programs:
            process = _Sequence(self.machine.engine, f"runtime sequence @{symbol}")
            self.programs[symbol] = process, self.compiler.compile(op, process)
        process, program = self.programs[symbol]
        process.start(program(*spans))
        return process


class _Sequence(Process):
    """Ends the run when its program ends."""

    def finished(self) -> None:
        self.done = True
        self.engine.stop = True


def elaborate(module: ModuleOp, kernels: Kernels, device: str | None, seed: int) -> Configuration:
    """Configure the device called `device` (the only one by default) and start its cores."""
    return _Elaboration(_device_named(module, device), kernels, seed).run()


def _device_named(module: ModuleOp, device: str | None) -> DeviceOp:
    devices = {op.sym_name.data: op for op in module.walk() if isinstance(op, DeviceOp)}
    if device is None and len(devices) == 1:
        return next(iter(devices.values()))
    if device is None or device not in devices:
        what = "no device was named" if device is None else f"there is no device @{device}"
        raise DesignError(what, expected=nearest(device or "main", devices))
    return devices[device]


class _Elaboration:
    """One pass over a device, kind by kind, so that order in the text does not matter."""

    def __init__(self, device: DeviceOp, kernels: Kernels, seed: int) -> None:
        self._device = device
        self._kernels = kernels
        self._name = device.device.data.value
        target, columns = chip_of(self._name)
        self._machine = Machine(target, columns, seed)
        self._values: dict[SSAValue, object] = {}
        self._ops = list(device.walk())

    def run(self) -> Configuration:
        """Everything the device configures."""
        self._tiles()
        self._locks()
        self._buffers()
        self._flows()  # before the descriptors: a channel that starts must have its route
        self._descriptors()
        self._allocations()
        self._cores()
        sequences = {op.sym_name.data: op for op in self._of(RuntimeSequenceOp)}
        compiler = SequenceCompiler(self._machine, self._values)
        return Configuration(self._name, self._machine, sequences, compiler, {})

    def _of(self, kind: type[OpT]) -> list[OpT]:
        return [op for op in self._ops if isinstance(op, kind)]

    def _tile(self, value: SSAValue) -> Tile:
        tile = self._values[value]
        assert isinstance(tile, Tile)
        return tile

    def _tiles(self) -> None:
        for op in self._of(TileOp):
            self._values[op.result] = self._machine.tile(*op.coordinates, describe(op))

    def _locks(self) -> None:
        for op in sorted(self._of(LockOp), key=lambda op: op.lock_id is None):
            tile, where = self._tile(op.tile), describe(op)
            explicit = number(op.lock_id)
            chosen = free_lock(tile, where) if explicit is None else explicit
            if not 0 <= chosen < tile.limits.locks:
                raise DesignError(
                    f"{tile} has no lock {chosen}",
                    where=where,
                    expected=f"0 to {tile.limits.locks - 1}",
                )
            lock = self._machine.lock(tile, chosen)
            if name := symbol(op):
                lock.name = f"{name} ({lock.name})"
            lock.set(reading.initial_lock(op))
            self._values[op.result] = lock

    def _buffers(self) -> None:
        default = self._machine.target.core_stack_bytes
        placers = {
            str(tile := self._tile(op.tile)): BufferPlacer(tile, reading.stack_bytes(op, default))
            for op in self._of(CoreOp)
        }
        for op in self._of(BufferOp):
            tile = self._tile(op.tile)
            placer = placers.setdefault(str(tile), BufferPlacer(tile, 0))
            name = symbol(op) or f"buffer {len(self._machine.buffers)}"
            buffer = self._buffer(op, name, tile, placer)
            self._machine.buffers[name] = buffer
            self._values[op.buffer] = buffer

    def _buffer(self, op: BufferOp, name: str, tile: Tile, placer: BufferPlacer) -> Buffer:
        kind = op.buffer.type
        dtype, shape = dtype_of(element_of(kind)), shape_of(kind)
        nbytes = dtype.itemsize * math.prod(shape)
        address = placer.place(name, nbytes, number(op.address), describe(op))
        buffer = place(name, tile.memory, address, dtype, shape)
        initial = reading.initial_value(op)
        if initial is not None:
            buffer.array[...] = initial
        return buffer

    def _descriptors(self) -> None:
        for kind in (MemOp, MemTileDmaOp, ShimDmaOp):
            for op in self._of(kind):
                tile = self._tile(op.tile)
                DescriptorWriter(self._machine, tile, self._values).write(op)

    def _flows(self) -> None:
        sinks: dict[Port, list[Port]] = {}
        taken: dict[Port, str] = {}
        for op in self._of(FlowOp):
            start, end = reading.ports(op)
            where = describe(op)
            source = self._port(op.source, start, Direction.MM2S, where)
            sink = self._port(op.dest, end, Direction.S2MM, where)
            if sink in taken:
                raise DesignError(
                    f"{sink} is the end of two flows", where=where, expected=f"only {taken[sink]}"
                )
            taken[sink] = where
            sinks.setdefault(source, []).append(sink)
        for source, ends in sinks.items():
            self._machine.connect(source, ends)

    def _port(
        self, value: SSAValue, end: tuple[str, int], direction: Direction, where: str
    ) -> Port:
        tile = self._tile(value)
        bundle, channel = end
        if bundle != "DMA":
            raise DesignError(f"a flow at {bundle} is not supported", where=where, expected="DMA")
        port = Port(tile.column, tile.row, direction, channel)
        self._machine.channel(port, where)
        return port

    def _allocations(self) -> None:
        for op in self._of(ShimDmaAllocationOp):
            assert op.tile is not None
            tile = self._tile(op.tile)
            direction = Direction[op.direction.data.value]
            port = Port(tile.column, tile.row, direction, op.channel.value.data)
            self._machine.channel(port, describe(op))
            self._machine.allocations[op.sym_name.data] = port

    def _cores(self) -> None:
        functions = {op.sym_name.data: op for op in self._of(func.FuncOp) if op.body.blocks}
        compiler = CoreCompiler(self._values, self._kernels, functions)
        for op in self._of(CoreOp):
            tile = self._tile(op.tile)
            tile.core = Process(self._machine.engine, f"core of {tile}")
            compiler.start(op, tile.core)
