"""Core bodies: what `aie.core` adds to plain MLIR, and how a core's program is built.

Locks become actions, calls of external functions run their Python model at once and take its
`cycles`. Refuses functions that have no model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xdsl.dialects import func
from xdsl.ir import Operation, SSAValue

from aiec.codegen.dialects.locks import UseLockOp
from aiec.ir.errors import DesignError, nearest
from aiec.runtime.sim import timing
from aiec.runtime.sim.locks import Lock, LockUse
from aiec.runtime.sim.memory import Buffer
from aiec.runtime.sim.memrefs import MEMREFS
from aiec.runtime.sim.process import PAUSE, Acquire, Process, Release
from aiec.runtime.sim.program import CONTROL, Handler, Writer
from aiec.runtime.sim.reading import describe, is_acquire, is_equal
from aiec.runtime.sim.scalars import SCALARS

Kernels = Mapping[str, Callable[..., Any]]
Values = Mapping[SSAValue, object]


class CoreCompiler:
    """Compiles the bodies of one design's cores.

    values: what its buffers and locks became. functions: those that the design itself defines.
    """

    def __init__(
        self,
        values: Values,
        kernels: Kernels,
        functions: Mapping[str, func.FuncOp],
    ) -> None:
        self._values = values
        self._kernels = kernels
        self._functions = functions
        self._handlers: dict[str, Handler] = {
            **CONTROL,
            **SCALARS,
            **MEMREFS,
            "aie.use_lock": self._use_lock,
            "func.call": self._call,
            "aie.event": _nothing,
        }

    def start(self, op: Operation, process: Process) -> None:
        """Compile the body of core `op` and start it as `process`."""
        w = Writer(self._handlers, describe)
        self._bind_buffers(w, op)
        w.function("core", op.regions[0])
        process.start(w.build("core", process, PAUSE)())

    def _bind_buffers(self, w: Writer, op: Operation) -> None:
        for inner in op.walk():
            for operand in inner.operands:
                thing = self._values.get(operand)
                if isinstance(thing, Buffer):
                    w.alias(operand, w.bind(thing.array, "buffer"))

    def _use_lock(self, w: Writer, op: UseLockOp) -> None:
        lock = self._values[op.lock]
        assert isinstance(lock, Lock)
        w.settle()
        make = _acquire_equal if is_equal(op) else _acquire if is_acquire(op) else _release
        if isinstance(op.value, int):
            w.emit(f"yield {w.bind(make(lock, op.value), 'lock')}")
        else:
            w.emit(f"yield {w.bind(make)}({w.bind(lock)}, {w.use(op.value)})")

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
        w.emit("process.kernel_calls += 1")
        self._invoke(w, op, f"{w.bind(kernel, 'kernel')}({arguments})")

    def _invoke(self, w: Writer, op: func.CallOp, call: str) -> None:
        if op.results:
            w.define(op.results[0], call)
        else:
            w.emit(call)

    def _call_body(self, w: Writer, op: func.CallOp, symbol: str, body: func.FuncOp) -> None:
        """A function of the design itself is written in place, as a nested generator."""
        name = w.fresh("function")
        parameters = w.declare(body.body.blocks[0].args)
        w.function(name, body.body, parameters)
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


def _nothing(w: Writer, op: Operation) -> None:
    """An event for the trace unit."""
