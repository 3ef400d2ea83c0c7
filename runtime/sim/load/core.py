"""Core bodies: what `aie.core` adds to plain MLIR, and how a core's program is built.

Locks become actions, calls of external functions run their Python model at once and take its
`cycles`. Refuses functions that have no model.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

import numpy as np
from xdsl.dialects import func
from xdsl.dialects.builtin import BFloat16Type, VectorType
from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.locks import UseLockOp
from aiec.codegen.dialects.objectfifo import (
    ObjectFifoAcquireOp,
    ObjectFifoReleaseOp,
    ObjectFifoSubviewAccessOp,
)
from aiec.codegen.dialects.routing import GetCascadeOp, GetStreamOp, PutCascadeOp, PutStreamOp
from aiec.codegen.dialects.tasks import ReadScratchpadParameterOp
from aiec.ir.errors import DesignError, nearest
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.cascade import Cascade, GetBeat, PutBeat, drive
from aiec.runtime.sim.array.core_stream import GetWord, PutWord, as_words, from_words
from aiec.runtime.sim.array.machine import Direction, SimMachine
from aiec.runtime.sim.array.memory import SimBuffer
from aiec.runtime.sim.array.process import PAUSE, Acquire, Action, Process, Release
from aiec.runtime.sim.array.tile_locks import Lock, LockUse
from aiec.runtime.sim.load.fifo_build import CorePort
from aiec.runtime.sim.load.fifo_plan import FifoSide, Place, side_of
from aiec.runtime.sim.load.plain_values import describe, is_acquire, is_equal, the
from aiec.runtime.sim.program.affine import AFFINE
from aiec.runtime.sim.program.arithmetic import SCALARS
from aiec.runtime.sim.program.memrefs import MEMREFS
from aiec.runtime.sim.program.types import dtype_of, element_of, shape_of
from aiec.runtime.sim.program.vectors import VECTORS
from aiec.runtime.sim.program.writer import CONTROL, Handler, Writer

# What rounds its result; extremes, negations and selections are exact.
_ROUNDING = ("arith.truncf", "arith.addf", "arith.subf", "arith.mulf", "arith.divf",
             "arith.sitofp", "arith.uitofp", "vector.fma", "vector.contract")  # fmt: skip
Kernels = Mapping[str, Callable[..., Any]]
Values = Mapping[SSAValue, object]


class CoreCompiler:
    """Compiles the bodies of one design's cores.

    values: what its buffers and locks became. functions: those that the design itself defines.
    memory_bytes: of a core's memory.
    """

    def __init__(
        self,
        values: Values,
        kernels: Kernels,
        functions: Mapping[str, func.FuncOp],
        ports: Mapping[tuple[str, FifoSide, Place], CorePort],
        machine: SimMachine,
    ) -> None:
        self._machine = machine
        self._memory_bytes = machine.target.core_memory_bytes
        self._unwritten = machine.unwritten
        self._values = values
        self._kernels = kernels
        self._functions = functions
        self._ports = ports
        self._cascades = machine.cascades
        self._place: Place = (0, 0)
        self._calling: list[str] = []  # functions of the design that are being written in place
        self._handlers: dict[str, Handler] = {
            **CONTROL,
            **SCALARS,
            **MEMREFS,
            **AFFINE,
            **VECTORS,
            "aie.use_lock": self._use_lock,
            "aie.objectfifo.acquire": self._fifo_acquire,
            "aie.objectfifo.release": self._fifo_release,
            "aie.objectfifo.subview.access": self._fifo_access,
            "func.call": self._call,
            "aie.event": _nothing,
            "aie.buffer": _nothing,
            "aie.put_cascade": self._put_cascade,
            "aie.get_cascade": self._get_cascade,
            "aie.put_stream": self._put_stream,
            "aie.get_stream": self._get_stream,
            "aiex.read_scratchpad_parameter": self._read_parameter,
        }

    def compile(
        self, op: Operation, place: Place, process: Process, first: Lock | None = None
    ) -> None:
        """Compile the body of core `op`, at `place`, as the program of `process`.

        first: a lock that the core waits for to be 1 before its body begins.
        """
        self._place = place
        self._tell_rounding(op)
        w = Writer(self._handlers, describe)
        w.unwritten = self._unwritten
        w.memory_bytes = self._memory_bytes
        self._bind_buffers(w, op)
        w.function("core", op.regions[0])
        function = w.build("core", process, PAUSE)
        ports = [port for (_, _, at), port in self._ports.items() if at == place]

        def program(runner: Process) -> Generator[Action, Any, Any]:
            function.__globals__["process"] = runner
            for port in ports:
                port.reset()
            return function() if first is None else _after(_acquire_equal(first, 1), function())

        process.program = program

    def _tell_rounding(self, op: Operation) -> None:
        """Tell of the first operation of a core's own text that rounds to bf16."""
        rounds = (
            inner for inner in op.walk()
            if inner.name in _ROUNDING or inner.name.startswith("math.")
            if inner.results and isinstance(element_of(inner.results[0].type), BFloat16Type)
        )  # fmt: skip
        if (first := next(rounds, None)) is not None:
            self._machine.hazards.tell(
                f"the core of tile {self._place} rounds down to bf16 until something sets its "
                "rounding mode, and to the nearest here",
                describe(first),
                "set the mode in a kernel that the core calls first, or allow one step of bf16",
            )

    def _bind_buffers(self, w: Writer, op: Operation) -> None:
        for inner in op.walk():
            for operand in inner.operands:
                thing = self._values.get(operand)
                if isinstance(thing, SimBuffer):
                    w.alias(operand, w.bind(thing.array, "buffer"))

    def _use_lock(self, w: Writer, op: UseLockOp) -> None:
        lock = the(Lock, op.lock, self._values, op)
        w.settle()
        make = _acquire_equal if is_equal(op) else _acquire if is_acquire(op) else _release
        if isinstance(op.value, int):
            w.emit(f"yield {w.bind(make(lock, op.value), 'lock')}")
        else:
            w.emit(f"yield {w.bind(make)}({w.bind(lock)}, {w.use(op.value)})")

    def _port(self, op: ObjectFifoAcquireOp | ObjectFifoReleaseOp) -> CorePort:
        name = op.fifo.root_reference.data
        port = self._ports.get((name, side_of(op.port.data), self._place))
        if port is None:
            raise DesignError(
                f"ObjectFifo @{name} has no such end on tile {self._place}", where=describe(op)
            )
        return port

    def _cascade(self, op: Operation, outgoing: bool) -> Cascade:
        cascade = self._cascades.get((self._place, outgoing))
        if cascade is None:
            raise DesignError(
                f"no cascade {'leaves' if outgoing else 'reaches'} the core of {self._place}",
                where=describe(op),
                expected="an aie.cascade_flow",
            )
        return cascade

    def _put_cascade(self, w: Writer, op: PutCascadeOp) -> None:
        w.settle()
        cascade, beat = w.bind(self._cascade(op, True)), w.use(op.value)
        w.emit(f"yield {w.bind(PutBeat)}({cascade}, {w.bind(as_beat)}({beat}))")

    def _get_cascade(self, w: Writer, op: GetCascadeOp) -> None:
        w.settle()
        kind = op.value.type
        dtype = w.bind(dtype_of(element_of(kind)))
        cascade = w.bind(self._cascade(op, False))
        beat = f"(yield {w.bind(GetBeat)}({cascade}))"
        w.define(op.value, f"{beat}.view({dtype}).reshape({shape_of(kind)})")

    def _stream(self, w: Writer, op: PutStreamOp | GetStreamOp, direction: Direction) -> str:
        """The stream port that an op's channel number names at run time."""
        stream = partial(self._machine.stream_of, self._place, direction, describe(op))
        return f"{w.bind(stream, 'stream')}({w.use(op.channel)})"

    def _put_stream(self, w: Writer, op: PutStreamOp) -> None:
        w.settle()
        word = (
            f"{w.bind(as_words)}({w.use(op.value)}, {w.bind(dtype_of(element_of(op.value.type)))})"
        )
        stream = self._stream(w, op, Direction.MM2S)
        w.emit(f"for word in {word}: yield {w.bind(PutWord)}({stream}, word)")

    def _get_stream(self, w: Writer, op: GetStreamOp) -> None:
        w.settle()
        kind = op.value.type
        dtype = dtype_of(element_of(kind))
        shape = shape_of(kind) if isinstance(kind, VectorType) else ()
        count = max(1, dtype.itemsize * math.prod(shape) // 4)
        stream, parts = self._stream(w, op, Direction.S2MM), w.fresh("parts")
        w.emit(f"{parts} = []")
        w.emit(f"for _ in range({count}): {parts}.append((yield {w.bind(GetWord)}({stream})))")
        call = f"{w.bind(from_words)}({parts}, {w.bind(dtype)}, {shape})"
        w.define(op.value, call if shape else f"{call}.item()")

    def _read_parameter(self, w: Writer, op: ReadScratchpadParameterOp) -> None:
        w.spend(timing.SCALAR_LOAD_CYCLES)
        kind = op.result.type
        name = op.parameter.root_reference.data
        cell = w.bind(self._machine.parameters, "parameters")
        dtype = w.bind(dtype_of(kind), "dtype")
        w.define(op.result, f"{w.bind(_parameter)}({cell}, {name!r}, {dtype})")

    def _fifo_acquire(self, w: Writer, op: ObjectFifoAcquireOp) -> None:
        port, count, action = w.bind(self._port(op), "fifo"), op.size.value.data, w.fresh("action")
        w.settle()
        w.emit(f"{action} = {port}.acquire({count})")
        w.emit(f"if {action} is not None: yield {action}")
        w.define(op.outputs[0], f"{port}.view({count})")

    def _fifo_release(self, w: Writer, op: ObjectFifoReleaseOp) -> None:
        port, action = w.bind(self._port(op), "fifo"), w.fresh("action")
        w.settle()
        w.emit(f"{action} = {port}.release({op.size.value.data}, {describe(op)!r})")
        w.emit(f"if {action} is not None: yield {action}")

    def _fifo_access(self, w: Writer, op: ObjectFifoSubviewAccessOp) -> None:
        view = f"{w.use(op.subview)}[{op.index.value.data}]"
        w.define(op.output, f"{view}.reshape({shape_of(op.output.type)})")

    def _call(self, w: Writer, op: func.CallOp) -> None:
        symbol = op.callee.root_reference.data
        body = self._functions.get(symbol)
        if body is not None:
            self._call_body(w, op, symbol, body)
            return
        kernel = self._kernels.get(symbol)
        if kernel is None:
            raise DesignError(
                f"the design calls @{symbol}, which has no kernel",
                where=describe(op),
                expected=f"a Python function for it, beside {nearest(symbol, self._kernels)}"
                if self._kernels else "a Python function for it",
                todo="pass kernels={symbol: function}",
            )  # fmt: skip
        w.spend(timing.CALL_CYCLES)
        w.settle()
        arguments = ", ".join(w.uses(op.arguments))
        cycles = getattr(kernel, "cycles", 0)
        if callable(cycles):
            w.emit(f"process.busy += {w.bind(cycles)}({arguments})")
        else:
            w.spend(int(cycles))
            w.settle()
        w.emit(f"process.kernel_calls += 1; process.kernel = {symbol!r}")
        steps = inspect.isgeneratorfunction(kernel)
        if not steps:
            kernel = self._unwritten.watch(kernel, symbol, f"{describe(op)} of tile {self._place}")
        call = f"{w.bind(kernel, 'kernel')}({arguments})"
        if steps:
            incoming = w.bind(self._cascades.get((self._place, False)), "cascade")
            outgoing = w.bind(self._cascades.get((self._place, True)), "cascade")
            bus = w.bind(partial(self._machine.read_register, self._place), "bus")
            call = f"yield from {w.bind(drive)}({call}, {symbol!r}, {incoming}, {outgoing}, {bus})"
        self._invoke(w, op, call)

    def _invoke(self, w: Writer, op: func.CallOp, call: str) -> None:
        if op.results:
            w.define(op.results[0], call)
        else:
            w.emit(call)

    def _call_body(self, w: Writer, op: func.CallOp, symbol: str, body: func.FuncOp) -> None:
        """A function of the design itself is written in place, as a nested generator."""
        if symbol in self._calling:
            raise DesignError(f"@{symbol} calls itself", where=describe(op), expected="a loop")
        self._calling.append(symbol)
        name = w.fresh("function")
        parameters = w.declare(body.body.blocks[0].args)
        w.function(name, body.body, parameters)
        self._calling.pop()
        arguments = ", ".join(w.uses(op.arguments))
        results = w.declare(op.results)
        target = f"{', '.join(results)}, = " if results else ""
        w.settle()
        w.emit(f"{target}yield from {name}({arguments})")


def _acquire(lock: Lock, value: int) -> Acquire:
    return Acquire(LockUse(lock, value))


def _acquire_equal(lock: Lock, value: int) -> Acquire:
    return Acquire(LockUse(lock, value, equal=True))


def _release(lock: Lock, value: int) -> Release:
    return Release(LockUse(lock, value))


def _after(action: Action, program: Generator[Action, Any, Any]) -> Generator[Action, Any, Any]:
    yield action
    yield from program


def _parameter(cells: Mapping[str, int], name: str, dtype: np.dtype) -> int | float:
    """What a core reads as a scratchpad parameter: 0 before any sync, low bits as `dtype`."""
    value = np.array([cells.get(name, 0)], np.uint64).view(np.uint8)[: dtype.itemsize]
    return value.view(dtype)[0].item() if dtype.kind in "iuf" else float(value.view(dtype)[0])


def as_beat(value: np.ndarray) -> np.ndarray:
    """A vector of 512 bits as the int32[16] of a cascade beat."""
    return np.ascontiguousarray(value).reshape(-1).view(np.int32)


def _nothing(w: Writer, op: Operation) -> None:
    """An event for the trace unit, or a buffer that elaboration has placed."""
