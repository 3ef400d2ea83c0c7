"""Runtime sequences: the text of one compiled to a program of calls to the controller.

`commands.py` has transfers, parameters and registers, this module tasks, memrefs of the host
and reconfiguration, and how arguments are bound.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from xdsl.dialects import memref
from xdsl.dialects.builtin import DenseArrayBase, MemRefType
from xdsl.ir import Block, Operation, SSAValue

from aiec.codegen.dialects.dma import DmaBdOp, NextBdOp
from aiec.codegen.dialects.foreign import GetGlobalOp
from aiec.codegen.dialects.registers import NpuLoadPdiOp
from aiec.codegen.dialects.structure import RuntimeSequenceOp
from aiec.codegen.dialects.tasks import (
    ConfigureOp,
    DmaAwaitTaskOp,
    DmaBdPoolPopOp,
    DmaBdPoolPushOp,
    DmaConfigureTaskForOp,
    DmaConfigureTaskOp,
    DmaFreeTaskOp,
    DmaStartTaskOp,
    RunOp,
)
from aiec.ir.errors import DesignError, SimulationError, nearest
from aiec.ir.registers import MEM_ROW, SHIM_ROW
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.host_way import Paced
from aiec.runtime.sim.array.machine import Direction, Port, Tile
from aiec.runtime.sim.array.memory import SimBuffer, host_memory
from aiec.runtime.sim.array.process import PAUSE, Action, Await, Delay, Process
from aiec.runtime.sim.load.descriptors import bd_locks
from aiec.runtime.sim.load.elaborate import Elaborated
from aiec.runtime.sim.load.parameters import starts_with_sync
from aiec.runtime.sim.load.plain_values import Mixed, describe, number, only_ends, the
from aiec.runtime.sim.program.affine import AFFINE
from aiec.runtime.sim.program.arithmetic import SCALARS
from aiec.runtime.sim.program.types import dtype_of, element_of
from aiec.runtime.sim.program.writer import CONTROL, Handler, Writer
from aiec.runtime.sim.sequence.commands import CommandCompiler, expression, tuple_expression
from aiec.runtime.sim.sequence.controller import Controller, Span
from aiec.runtime.sim.sequence.register_writes import Registers
from aiec.runtime.sim.sequence.stream import StreamPlayer
from aiec.runtime.sim.sequence.transfer_tasks import BdNumbers, BdSite, TaskController, TaskSite

_DYNAMIC = -(2**63)
_DESCRIPTOR = Delay(timing.DESCRIPTOR_CYCLES)
_ADDRESS = Delay(timing.MASK_WRITE_CYCLES)  # of a descriptor in the array. Source: mlir-aie
_PUSH = Delay(timing.WRITE_CYCLES)


class Reconfigurable(Protocol):
    """The array, as far as sequences load devices on it (sim_array.py)."""

    def configure(self, name: str, again: bool) -> None: ...
    def run(self, process: Process, symbol: str, *args: Any) -> Generator[Action, Any, None]: ...


class SequenceCompiler:
    """Compiles the sequences of one loaded device."""

    def __init__(self, elaborated: Elaborated, array: Reconfigurable) -> None:
        machine = elaborated.machine
        self.host_arguments: list[Span | int] = []  # of the sequence that runs now
        self._machine = machine
        self._elaborated = elaborated
        self._array = array
        controller = Controller(machine)
        self.registers = machine.registers = Registers(machine, controller)
        self._tasks = TaskController(machine, controller)
        self._commands = CommandCompiler(
            elaborated, controller, self.registers, self.host_arguments
        )
        self.player = StreamPlayer(machine, self.registers, self._commands)
        self._handlers: dict[str, Handler] = {
            **CONTROL,
            **SCALARS,
            **AFFINE,
            **self._commands.handlers,
            "memref.get_global": self._get_global,
            "memref.subview": self._subview,
            "memref.reinterpret_cast": self._reinterpret,
            "memref.cast": _same,
            "memref.memory_space_cast": _same,
            "memref.collapse_shape": _same,
            "memref.expand_shape": _same,
            "memref.assume_alignment": _same,
            "aiex.dma_configure_task": self._configure_task,
            "aiex.dma_configure_task_for": self._configure_task_for,
            "aiex.dma_start_task": self._start_task,
            "aiex.dma_await_task": self._await_task,
            "aiex.dma_free_task": self._free_task,
            "aiex.dma_bd_pool_pop": self._pool_pop,
            "aiex.dma_bd_pool_push": self._pool_push,
            "aiex.configure": self._configure,
            "aiex.run": self._run,
            "aiex.npu.load_pdi": self._load_pdi,
        }

    def clear(self) -> None:
        """Forget written registers and held descriptors: the device is loaded anew."""
        self.registers.clear()
        self._tasks.clear()

    def compile(
        self, op: RuntimeSequenceOp, process: Process
    ) -> Callable[..., Generator[Action, Any, Any]]:
        """The program of sequence `op`, a function of its arguments."""
        w = Writer(self._handlers, describe)
        for value, thing in self._elaborated.values.items():
            if isinstance(thing, SimBuffer):
                w.alias(value, w.bind(thing, "buffer"))
        begin = partial(self._commands.sync_parameters, w, op) if starts_with_sync(op) else None
        w.function("sequence", op.body, w.declare(op.body.block.args), begin)
        return w.build("sequence", process, PAUSE)

    def _get_global(self, w: Writer, op: GetGlobalOp) -> None:
        name = op.symbol.root_reference.data
        array = self._elaborated.globals.get(name)
        if array is None:
            raise DesignError(
                f"there is no constant global @{name}",
                where=describe(op),
                expected=nearest(name, self._elaborated.globals),
            )
        w.alias(op.memref, w.bind(array))

    def _subview(self, w: Writer, op: memref.SubviewOp) -> None:
        offsets = _mixed(op.static_offsets, op.offsets)
        assert isinstance(op.source.type, MemRefType)
        strides = op.source.type.get_strides()
        if strides is None or None in strides:
            raise DesignError("a subview of a memref of unknown layout", where=describe(op))
        terms = [f"{expression(w, o)} * {s}" for o, s in zip(offsets, strides, strict=True)]
        item = dtype_of(element_of(op.source.type)).itemsize
        w.define(op.result, f"{w.use(op.source)}.moved(({' + '.join(terms) or '0'}) * {item})")

    def _reinterpret(self, w: Writer, op: memref.ReinterpretCastOp) -> None:
        """Source: AIEX's trace of a subview to its argument: offsets add up."""
        (offset,) = _mixed(op.static_offsets, op.offsets)
        item = dtype_of(element_of(op.source.type)).itemsize
        w.define(op.result, f"{w.use(op.source)}.moved({expression(w, offset)} * {item})")

    def _configure_task(self, w: Writer, op: DmaConfigureTaskOp) -> None:
        tile = the(Tile, op.tile, self._elaborated.values, op)
        direction = Direction[op.direction.data.value]
        port = Port(tile.column, tile.row, direction, op.channel.value.data)
        packet = None if op.packet is None else op.packet.values[1]
        self._task(w, op, port, packet)

    def _configure_task_for(self, w: Writer, op: DmaConfigureTaskForOp) -> None:
        port = self._commands.allocation(op.alloc, describe(op))
        self._task(w, op, port, self._machine.packets.get(op.alloc.root_reference.data))

    def _task(
        self,
        w: Writer,
        op: DmaConfigureTaskOp | DmaConfigureTaskForOp,
        port: Port,
        packet: int | None,
    ) -> None:
        self._machine.channel(port, describe(op))
        if port.row == MEM_ROW and self._machine.target.isa == "aie2":
            self._machine.hazards.tell(
                f"a task that a sequence configures on a mem tile, {port}, times out on "
                f"{self._machine.target.name}",
                describe(op),
                "put the chain into aie.memtile_dma, or relay through a core",
            )
        blocks = [block for block in op.body.blocks if any(map(_is_bd, block.ops))]
        sites, numbers = [], []
        for block in blocks:
            bd = next(inner for inner in block.ops if isinstance(inner, DmaBdOp))
            for inner in block.ops:
                if inner.name.startswith("arith."):
                    w.op(inner)
            sites.append(self._bd_site(block, bd, blocks, port, packet))
            numbers.append(self._bd_numbers(w, bd))
        site = TaskSite(
            f"{describe(op)} of {port}", port, bool(number(op.issue_token)), tuple(sites)
        )
        for _ in blocks:
            w.settle()
            w.emit(f"yield {w.bind(_DESCRIPTOR)}")
            patch = Paced(self._machine.shared.pace, timing.PATCH_CYCLES)
            w.emit(f"yield {w.bind(patch if port.row == SHIM_ROW else _ADDRESS)}")
        first = "None" if op.bd_id is None else expression(w, op.bd_id)
        head = f"{w.bind(site, 'task')}, {expression(w, op.repeat_count)}, {first}"
        configure = w.bind(self._tasks.configure, "configure")
        w.define(op.result, f"{configure}({', '.join([head, *numbers])})")

    def _bd_site(
        self, block: Block, bd: DmaBdOp, blocks: list[Block], port: Port, packet: int | None
    ) -> BdSite:
        acquire, release = bd_locks(block, self._elaborated.values)
        kind = bd.buffer.type
        assert isinstance(kind, MemRefType)
        return BdSite(
            where=f"{describe(bd)} of {port}",
            itemsize=dtype_of(element_of(kind)).itemsize,
            elements=kind.element_count() if kind.has_static_shape() else 0,
            acquire=acquire,
            release=release,
            next=_following(block, blocks),
            bd_id=number(bd.bd_id),
            packet=bd.packet.values[1] if bd.packet is not None else packet,
            pads=bd.padding,
            pad_value=number(bd.pad_value) or 0,
        )

    def _bd_numbers(self, w: Writer, bd: DmaBdOp) -> str:
        length = "None" if bd.length is None else expression(w, bd.length)
        sizes = tuple_expression(w, [n for n, _ in bd.dims])
        strides = tuple_expression(w, [s for _, s in bd.dims])
        item = dtype_of(element_of(bd.buffer.type)).itemsize
        base = self._commands.moved_span(w, bd, w.use(bd.buffer), item)
        offset = expression(w, bd.offset)
        return f"{w.bind(BdNumbers)}({base}, {offset}, {length}, {sizes}, {strides})"

    def _start_task(self, w: Writer, op: DmaStartTaskOp) -> None:
        w.settle()
        w.emit(f"yield {w.bind(_PUSH)}")
        w.emit(f"{w.bind(self._tasks.start, 'start')}({w.use(op.task)})")

    def _await_task(self, w: Writer, op: DmaAwaitTaskOp) -> None:
        check = w.bind(self._tasks.check_awaitable, "check")
        w.settle()
        w.emit(f"{check}({w.use(op.task)}, {describe(op)!r})")
        w.emit(f"yield {w.bind(self._await)}({w.use(op.task)}.site.port)")
        self._free_task(w, op)

    def _await(self, port: Port) -> Await:
        return Await(self._machine.tokens[port])

    def _free_task(self, w: Writer, op: DmaFreeTaskOp | DmaAwaitTaskOp) -> None:
        w.emit(f"{w.bind(self._tasks.free, 'free')}({w.use(op.task)})")

    def _pool_pop(self, w: Writer, op: DmaBdPoolPopOp) -> None:
        column, row = op.column.value.data, op.row.value.data
        take = w.bind(self._tasks.pop, "pop")
        w.define(op.bd_id, f"{take}({column}, {row}, {describe(op)!r})")

    def _pool_push(self, w: Writer, op: DmaBdPoolPushOp) -> None:
        column, row = op.column.value.data, op.row.value.data
        give = w.bind(self._tasks.give_back, "give_back")
        w.emit(f"{give}({column}, {row}, {w.use(op.bd_id)})")

    def _configure(self, w: Writer, op: ConfigureOp) -> None:
        name = op.symbol.root_reference.data
        w.settle()
        w.emit(f"{w.bind(self._array.configure, 'load')}({name!r}, True)")
        w.block(op.body.block)

    def _run(self, w: Writer, op: RunOp) -> None:
        arguments = ", ".join(["process", repr(op.sequence.root_reference.data),
                               *w.uses(op.arguments)])  # fmt: skip
        w.settle()
        w.emit(f"yield from {w.bind(self._array.run, 'run')}({arguments})")

    def _load_pdi(self, w: Writer, op: NpuLoadPdiOp) -> None:
        device: Any = op.attributes.get("device_ref")
        if device is None:
            raise DesignError("load_pdi names no device", where=describe(op),
                              expected="device_ref = @device")  # fmt: skip
        w.settle()
        w.emit(f"{w.bind(self._array.configure, 'load')}({device.root_reference.data!r}, False)")


def bind_arguments(block: Block, args: Sequence[Any], where: str) -> list[Span | int]:
    """The arguments of a sequence as the program takes them. More than it declares are kept for
    what the design patches in (trace buffers)."""
    if len(args) < len(block.args):
        raise SimulationError(
            f"{len(args)} arguments were passed",
            where=where,
            expected=f"{len(block.args)}: " + ", ".join(str(a.type) for a in block.args),
        )
    bound: list[Span | int] = []
    for place, given in enumerate(args):
        kind = block.args[place].type if place < len(block.args) else None
        if isinstance(given, np.ndarray) and (kind is None or isinstance(kind, MemRefType)):
            bound.append(Span(host_memory(f"argument {place}", given)))
        elif isinstance(kind, MemRefType):
            raise SimulationError(
                f"argument {place} is a {type(given).__name__}",
                where=where,
                expected=f"a numpy array for {kind}",
            )
        else:
            bound.append(int(given))
    return bound


def _following(block: Block, blocks: list[Block]) -> int | None:
    """Which of a task's `blocks` comes after `block`."""
    last = block.last_op
    if not isinstance(last, NextBdOp) or only_ends(last.dest):
        return None
    if last.dest not in blocks:
        raise DesignError("a task's chain leads to a block with no descriptor",
                          where=describe(last), expected="a block with a dma_bd")  # fmt: skip
    return blocks.index(last.dest)


def _is_bd(op: Operation) -> bool:
    return isinstance(op, DmaBdOp)


def _mixed(static: DenseArrayBase[Any], dynamic: Sequence[SSAValue]) -> list[Mixed]:
    values = iter(dynamic)
    return [next(values) if v == _DYNAMIC else int(v) for v in static.get_values()]


def _same(w: Writer, op: Operation) -> None:
    for result in op.results:
        w.alias(result, w.use(op.operands[0]))
