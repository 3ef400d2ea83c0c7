"""Runtime sequences: the text of one compiled to a program of calls to the controller."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import numpy as np
from xdsl.dialects.builtin import MemRefType, SymbolRefAttr
from xdsl.ir import Block, Operation, SSAValue

from aiec.codegen.dialects.locks import SetLockOp
from aiec.codegen.dialects.npu import NpuDmaMemcpyNdOp, NpuDmaWaitOp, NpuRtpWriteOp
from aiec.ir.errors import DesignError, SimulationError, nearest
from aiec.runtime.sim import timing
from aiec.runtime.sim.controller import Controller, Memcpy, Span
from aiec.runtime.sim.locks import Lock
from aiec.runtime.sim.machine import Direction, Machine, Port
from aiec.runtime.sim.memory import host_memory
from aiec.runtime.sim.process import PAUSE, Action, Await, Delay, Process
from aiec.runtime.sim.program import CONTROL, Handler, Writer
from aiec.runtime.sim.reading import Mixed, describe, number
from aiec.runtime.sim.scalars import SCALARS
from aiec.runtime.sim.types import dtype_of, element_of

# A transfer is programmed by a block write of 8 words, an address patch and a queue push.
_PROGRAM = Delay(3 * timing.REGISTER_WRITE_CYCLES)
_WRITE = Delay(timing.REGISTER_WRITE_CYCLES)


class SequenceCompiler:
    """Compiles the sequences of one design. `values`: what its tiles and locks became."""

    def __init__(self, machine: Machine, values: Mapping[SSAValue, object]) -> None:
        self._machine = machine
        self._controller = Controller(machine)
        self._values = values
        self._handlers: dict[str, Handler] = {
            **CONTROL,
            **SCALARS,
            "aiex.npu.dma_memcpy_nd": self._memcpy,
            "aiex.npu.dma_wait": self._dma_wait,
            "aiex.npu.rtp_write": self._rtp_write,
            "aiex.set_lock": self._set_lock,
        }

    def compile(
        self, op: Operation, process: Process
    ) -> Callable[..., Generator[Action, Any, Any]]:
        """The program of sequence `op`, a function of its arguments."""
        w = Writer(self._handlers, describe)
        block = op.regions[0].blocks[0]
        w.function("sequence", op.regions[0], w.declare(block.args))
        return w.build("sequence", process, PAUSE)

    def _memcpy(self, w: Writer, op: NpuDmaMemcpyNdOp) -> None:
        where = describe(op)
        port = self._allocation(op.metadata, where)
        copy = Memcpy(
            where=where,
            port=port,
            bd_id=op.id.value.data,
            itemsize=dtype_of(element_of(op.memref.type)).itemsize,
            # Source: AIEX.td 580-582: what writes to memory always issues a token.
            issue_token=bool(number(op.issue_token)) or port.direction is Direction.S2MM,
            packet=None if op.packet is None else op.packet.values[1],
        )
        call = w.bind(self._controller.memcpy, "memcpy")
        groups = ", ".join(_tuple(w, g) for g in (op.offsets, op.sizes, op.strides))
        w.settle()
        w.emit(f"yield {w.bind(_PROGRAM)}")
        w.emit(f"{call}({w.bind(copy, 'copy')}, {w.use(op.memref)}, {groups})")

    def _dma_wait(self, w: Writer, op: NpuDmaWaitOp) -> None:
        port = self._allocation(op.symbol, describe(op))
        self._machine.channel(port)
        w.settle()
        w.emit(f"yield {w.bind(Await(self._machine.tokens[port]), 'token')}")

    def _rtp_write(self, w: Writer, op: NpuRtpWriteOp) -> None:
        name = op.buffer.root_reference.data
        buffer = self._machine.buffers.get(name)
        if buffer is None:
            raise DesignError(f"there is no buffer @{name}", where=describe(op),
                              expected=nearest(name, self._machine.buffers))  # fmt: skip
        w.settle()
        w.emit(f"yield {w.bind(_WRITE)}")
        call = w.bind(self._controller.rtp_write, "rtp_write")
        w.emit(f"{call}({w.bind(buffer)}, {op.index.value.data}, {_one(w, op.value)})")

    def _set_lock(self, w: Writer, op: SetLockOp) -> None:
        lock = self._values[op.lock]
        assert isinstance(lock, Lock)
        w.settle()
        w.emit(f"yield {w.bind(_WRITE)}")
        w.emit(f"{w.bind(lock)}.set({op.value.value.data})")

    def _allocation(self, symbol: SymbolRefAttr, where: str) -> Port:
        name = symbol.root_reference.data
        port = self._machine.allocations.get(name)
        if port is None:
            raise DesignError(
                f"there is no shim DMA allocation @{name}",
                where=where,
                expected=nearest(name, self._machine.allocations),
            )
        return port


def bind_arguments(block: Block, args: Sequence[Any], where: str) -> list[Span | int]:
    """The arguments of a sequence as the program takes them; more than it declares are ignored
    (designs patch in trace buffers beyond the declared ones)."""
    if len(args) < len(block.args):
        raise SimulationError(
            f"{len(args)} arguments were passed",
            where=where,
            expected=f"{len(block.args)}: " + ", ".join(str(a.type) for a in block.args),
        )
    bound: list[Span | int] = []
    for place, (declared, given) in enumerate(zip(block.args, args, strict=False)):
        if not isinstance(declared.type, MemRefType):
            bound.append(int(given))
        elif isinstance(given, np.ndarray):
            bound.append(Span(host_memory(f"argument {place}", given)))
        else:
            raise SimulationError(
                f"argument {place} is a {type(given).__name__}",
                where=where,
                expected=f"a numpy array for {declared.type}",
            )
    return bound


def _one(w: Writer, value: Mixed) -> str:
    return str(value) if isinstance(value, int) else w.use(value)


def _tuple(w: Writer, values: Sequence[Mixed]) -> str:
    return "(" + "".join(f"{_one(w, v)}, " for v in values) + ")"


__all__ = ["SequenceCompiler", "bind_arguments"]
