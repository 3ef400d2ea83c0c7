"""The controller that runs a runtime sequence: what each of its operations does to the machine.

`compile.py` compiles the text to calls of these methods. Every operation takes effect when it is
reached, and none waits but those that await tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.channels import Bd, ChannelTask, Iteration
from aiec.runtime.sim.array.limits import WORD_BYTES, check_bd, check_iteration, check_repeat
from aiec.runtime.sim.array.machine import Direction, Port, Rearm, SimMachine, Tile
from aiec.runtime.sim.array.memory import Memory, SimBuffer
from aiec.runtime.sim.load.descriptors import tell_overlaps
from aiec.runtime.sim.load.placement import descriptor_range


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A memref of the host: bytes of `memory` from `offset` on."""

    memory: Memory
    offset: int = 0

    def moved(self, nbytes: int) -> Span:
        """The span that begins `nbytes` further on."""
        return Span(self.memory, self.offset + nbytes)


@dataclass(frozen=True, slots=True)
class Memcpy:
    """The part of an `npu.dma_memcpy_nd` that its text fixes. Sizes follow at run time."""

    where: str
    port: Port
    bd_id: int
    itemsize: int
    issue_token: bool
    packet: int | None = None


class Controller:
    """Executes the operations of sequences on one machine."""

    def __init__(self, machine: SimMachine) -> None:
        self.machine = machine

    def memcpy(
        self,
        copy: Memcpy,
        span: Span,
        offsets: tuple[int, ...],
        sizes: tuple[int, ...],
        strides: tuple[int, ...],
    ) -> None:
        """Write a shim descriptor and push it. The outermost size is an iteration, or with stride 0
        a repeat; the start is the sum of offset times stride. Source: mlir-aie AIEDmaToNpu.cpp."""
        tile = self.machine.tile(copy.port.column, copy.port.row)
        step = strides[0] * copy.itemsize
        iteration = None
        if sizes[0] > 1 and step:
            check_iteration(tile.limits, copy.where, sizes[0], step)
            iteration = Iteration(sizes[0], step)
        check_repeat(tile.limits, copy.where, sizes[0] - 1)
        start = sum(o * s for o, s in zip(offsets, strides, strict=True)) * copy.itemsize
        address = span.offset + start
        pattern = check_bd(tile.limits, copy.where, address, sizes[1:], strides[1:], copy.itemsize)
        last = address + pattern.reach + (sizes[0] - 1) * step
        self.check_bounds(copy.where, span.memory, address + pattern.lowest, last)
        self.write_bd(
            tile, copy.bd_id,
            Bd(copy.where, span.memory, address, pattern,
               iteration=iteration, packet=copy.packet),
        )  # fmt: skip
        self.push(copy.port, ChannelTask(copy.bd_id, sizes[0] - 1, copy.issue_token), copy.where)

    def write_bd(self, tile: Tile, bd_id: int, bd: Bd) -> None:
        """Write descriptor `bd_id`; refuse it while a task still uses the old one."""
        if not 0 <= bd_id < tile.limits.bds:
            raise SimulationError(
                f"{tile} has no descriptor {bd_id}",
                where=bd.where,
                expected=f"0 to {tile.limits.bds - 1}",
            )
        if bd_id in tile.descriptors:
            self._check_free(tile, bd_id, bd.where)
        tile.descriptors[bd_id] = bd

    def push(self, port: Port, task: ChannelTask, where: str | None = None) -> None:
        """Push `task` to the queue of the channel at `port`; refuse what its fields cannot hold."""
        tile = self.machine.tile(port.column, port.row)
        allowed = descriptor_range(tile, port.channel)
        if task.bd not in allowed:
            raise SimulationError(
                f"{port} is given descriptor {task.bd}",
                where=where,
                expected=f"{allowed.start} to {allowed.stop - 1}",
            )
        check_repeat(tile.limits, where or str(port), task.repeat)
        channel = self.machine.channel(port)
        tell_overlaps(self.machine, port, (tile.descriptors[n] for n in channel.chain(task.bd)))
        channel.push(task)

    def rtp_write(self, buffer: SimBuffer, index: int, value: int) -> None:
        """Write 32-bit word `index` of `buffer`."""
        if not 0 <= index < buffer.nbytes // WORD_BYTES:
            raise SimulationError(
                f"runtime parameter {index} of {buffer.name} is outside the buffer",
                expected=f"0 to {buffer.nbytes // WORD_BYTES - 1}",
            )
        words = buffer.memory.data[buffer.address : buffer.address + buffer.nbytes]
        words.view(np.uint32)[index] = value & 0xFFFFFFFF

    def _check_free(self, tile: Tile, bd_id: int, where: str) -> None:
        for direction in Direction:
            for number in range(tile.limits.channels):
                port = Port(tile.column, tile.row, direction, number)
                channel = self.machine.channels.get(port)
                if channel is not None and channel.users(bd_id):
                    raise SimulationError(
                        f"descriptor {bd_id} of {tile} is rewritten while a task on "
                        f"{direction.name} {number} uses it, "
                        f"at cycle {self.machine.engine.now}",
                        where=where,
                        todo="wait for that task's token first, or use another descriptor",
                    )

    def rearm(self, rearm: Rearm) -> None:
        """Reset the channels of an ObjectFifo in the array, set its locks, start it again."""
        for port, _ in rearm.tasks:
            self.machine.channel(port).reset()
        for lock, value in rearm.locks:
            lock.set(value)
        for port, task in rearm.tasks:
            self.push(port, task)

    def sync_parameters(self, indices: Mapping[str, int]) -> None:
        """Fetch the host's scratchpad parameters, hand them to the cores and let these go on."""
        machine = self.machine
        scratchpad = machine.shared.scratchpad
        scratchpad.sync()
        for name, index in indices.items():
            machine.parameters[name] = scratchpad.delivered(index)
        for lock in machine.parameter_locks:
            lock.set(1)

    def check_bounds(self, where: str, memory: Memory, first: int, last: int) -> None:
        """Refuse a transfer that leaves its memory."""
        if first < 0 or last > memory.data.size:
            raise SimulationError(
                f"the transfer touches bytes {first} to {last} of {memory.name}",
                where=where,
                expected=f"0 to {memory.data.size}",
                todo="pass a larger array, or mend the offsets",
            )
