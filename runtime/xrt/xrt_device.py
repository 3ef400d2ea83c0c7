"""The NPU of this machine as a device, through pyxrt.

One context a loaded design, one instruction buffer a sequence, a buffer object a `Buffer`. Every
run sets its arguments one by one and every state is looked at (`commands.py`): pyxrt's
`kernel(...)` swallows errors, and a wrong bank makes it bind a copy. A buffer's memory is held by
its array. What is let go of goes in order: runs, kernels, instructions, contexts, the device.

Source: XRT, src/python/pybind11/src/pyxrt.cpp, Aug 2026.
"""

from __future__ import annotations

import atexit
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiec.ir.design import Artifact
from aiec.ir.errors import DeviceError
from aiec.ir.target import Target
from aiec.runtime.device import Buffer, Completion, Event, Run, check_target, not_loaded, span_of
from aiec.runtime.xrt.causes import fault
from aiec.runtime.xrt.commands import Command, InFlight, cut

KERNEL = "MLIR_AIE"  # aiecc's name for the one kernel of an xclbin
OPCODE = 3  # of a transaction stream
FIRST_BUFFER = 3  # arguments of the kernel: opcode, instructions, their number, then buffers
DEADLINE_S = 60.0  # of a chain: the longest that a driver lets one command go without progress

Prepare = Callable[[Artifact], Artifact]


class _Mapped:
    """The memory of a buffer object for numpy: whoever holds an array of it holds the object."""

    def __init__(self, bo: Any) -> None:
        self.bo = bo
        view = np.frombuffer(bo.map(), dtype=np.uint8)
        self.__array_interface__ = view.__array_interface__


@dataclass(slots=True)
class _Design:
    """A design in a context of its own. `instructions`: buffer object and words, by symbol."""

    artifact: Artifact  # as it was given
    built: Artifact
    context: Any
    kernel: Any
    instructions: dict[str, tuple[Any, int]]
    in_flight: InFlight


@dataclass(slots=True)
class _Submission:
    """A chain under way."""

    design: _Design
    last: Command
    begin_s: float


class XrtDevice:
    """The NPU. `prepare` gives an artifact its xclbin, `pyxrt` is XRT's module or a stand-in."""

    def __init__(self, target: Target, pyxrt: Any, prepare: Prepare, index: int = 0) -> None:
        self.name, self.target = target.name, target
        self._xrt, self._prepare, self._index = pyxrt, prepare, index
        self._device: Any = None
        self._designs: dict[int, _Design] = {}
        self._under_way: dict[int, _Submission] = {}
        self._tickets = 0
        self._end_s = 0.0

    def open(self) -> None:
        """Open the device; the driver locks 64 MiB for it."""
        self._device = self._call("the NPU cannot be opened", self._xrt.device, self._index)
        close = weakref.WeakMethod(self.close)
        atexit.register(lambda: (found := close()) and found())

    def load(self, artifact: Artifact) -> None:
        """Build the design if it is not built, and make its context."""
        if id(artifact) in self._designs:
            return
        check_target(artifact, self.target)
        built = self._prepare(artifact)
        self._designs[id(artifact)] = self._configure(artifact, built)

    def _configure(self, artifact: Artifact, built: Artifact) -> _Design:
        assert built.xclbin is not None, built
        xrt, name = self._xrt, built.design.name
        doing = f"design {name!r} cannot be loaded"
        xclbin = self._call(doing, xrt.xclbin, str(built.xclbin))
        _check_arguments(xclbin, built)
        uuid = self._call(doing, self._device.register_xclbin, xclbin)
        context = self._call(doing, xrt.hw_context, self._device, uuid)
        kernel = self._call(doing, xrt.kernel, context, KERNEL)
        streams = {s.symbol: self._instructions(kernel, s.content, doing)
                   for s in built.design.instructions}  # fmt: skip
        return _Design(artifact, built, context, kernel, streams, InFlight())

    def _instructions(self, kernel: Any, content: bytes, doing: str) -> tuple[Any, int]:
        flags, group = self._xrt.bo.cacheable, kernel.group_id(1)
        bo = self._call(doing, self._xrt.bo, self._device, len(content), flags, group)
        bo.write(np.frombuffer(content, dtype=np.uint8), 0)
        self._call(doing, bo.sync, self._xrt.xclBOSyncDirection.XCL_BO_SYNC_BO_TO_DEVICE)
        return bo, len(content) // 4

    def alloc(self, nbytes: int) -> Buffer:
        """A buffer object of the bank that the kernel's buffers are in, zeroed and flushed."""
        assert self._designs, "a design is loaded first: its kernel says in which bank"
        kernel = next(iter(self._designs.values())).kernel
        group, flags = kernel.group_id(FIRST_BUFFER), self._xrt.bo.host_only
        doing = f"no buffer of {nbytes} bytes on {self.name}"
        bo = self._call(doing, self._xrt.bo, self._device, max(nbytes, 1), flags, group)
        buffer = Buffer(np.asarray(_Mapped(bo))[:nbytes])
        buffer.array[:] = 0
        self.flush(buffer)
        return buffer

    def free(self, buffer: Buffer) -> None:
        """Its memory goes with the last who holds its array."""

    def flush(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Write the host's cache back: a loop over the lines of the range."""
        return self._sync(buffer, "XCL_BO_SYNC_BO_TO_DEVICE", start, nbytes)

    def invalidate(self, buffer: Buffer, start: int = 0, nbytes: int | None = None) -> int:
        """Drop the host's cache: a loop over the lines of the range."""
        return self._sync(buffer, "XCL_BO_SYNC_BO_FROM_DEVICE", start, nbytes)

    def _sync(self, buffer: Buffer, direction: str, start: int, nbytes: int | None) -> int:
        size = span_of(buffer, start, nbytes)
        if size:
            way = getattr(self._xrt.xclBOSyncDirection, direction)
            self._call("a cache cannot be written back", _bo(buffer).sync, way, size, start)
        return size

    def submit(self, runs: Sequence[Run]) -> Event:
        """Queue a chain; all of its runs are of one design."""
        if not runs:
            self._tickets += 1
            return Event((), self._tickets)
        design = self._designs.get(id(runs[0].artifact))
        if design is None or any(run.artifact is not design.artifact for run in runs):
            raise not_loaded(self, runs[0].artifact)
        made = [self._bound(design, run) for run in runs]
        commands = cut(self._xrt, design.context, made, [run.symbol for run in runs])
        begin_s = time.monotonic()
        design.in_flight.add(commands)
        self._tickets += 1
        self._under_way[self._tickets] = _Submission(design, commands[-1], begin_s)
        return Event(tuple(runs), self._tickets)

    def _bound(self, design: _Design, run: Run) -> Any:
        """A run of the kernel with its arguments set."""
        bo, words = design.instructions[run.sequence.symbol]
        made = self._call(run.symbol, self._xrt.run, design.kernel)
        buffers = [_bo(buffer) for buffer in run.buffers]
        for place, value in enumerate((OPCODE, bo, words, *buffers)):
            self._call(run.symbol, made.set_arg, place, value)
        return made

    def wait(self, event: Event, timeout_s: float | None = None) -> tuple[Completion, ...]:
        """Poll until the chain is done.

        XRT has no time of the array's: `device_us` is the host's, from start to end, a chain's
        shared out among its runs by their multiply-accumulates.
        """
        if not event.runs:
            return ()
        chain = self._under_way.pop(event.ticket)
        chain.design.in_flight.finish(chain.last, DEADLINE_S if timeout_s is None else timeout_s)
        now_s = time.monotonic()
        us = 1e6 * (now_s - max(chain.begin_s, self._end_s))
        self._end_s = now_s
        macs = [max(1, run.sequence.macs) for run in event.runs]
        return tuple(Completion(us * share / sum(macs), simulated=False) for share in macs)

    def reset(self) -> None:
        """Give every design a new context: those that there were may hold broken commands."""
        designs = list(self._designs.values())
        kept = {id(d.artifact): (d.artifact, d.built) for d in designs}
        self._let_go(designs)
        del designs
        for key, (artifact, built) in kept.items():
            self._designs[key] = self._configure(artifact, built)

    def close(self) -> None:
        """Let go of everything but the buffers that are still in use."""
        self._let_go(list(self._designs.values()))
        self._device = None

    def _let_go(self, designs: list[_Design]) -> None:
        self._under_way.clear()
        self._designs.clear()
        for design in designs:
            design.in_flight = InFlight()  # runs and lists
            design.kernel = None
            design.instructions = {}
            design.context = None

    def _call(self, doing: str, call: Any, *args: Any) -> Any:
        try:
            return call(*args)
        except RuntimeError as error:
            raise fault(doing, str(error)) from error


def _bo(buffer: Buffer) -> Any:
    """The buffer object whose memory a buffer's array is."""
    base: Any = buffer.array.base
    while not isinstance(base, _Mapped):
        assert base is not None, "not a buffer of this device"
        base = base.base
    return base.bo


def _check_arguments(xclbin: Any, artifact: Artifact) -> None:
    """Refuse an xclbin whose kernel takes fewer buffers than a sequence: XRT would not."""
    taken = {k.get_name(): k.get_num_args() - FIRST_BUFFER for k in xclbin.get_kernels()}
    if KERNEL not in taken:
        raise DeviceError(
            f"{artifact.xclbin} has no kernel {KERNEL}",
            expected="an xclbin of `aiec build`", todo="build it again",
        )  # fmt: skip
    for sequence in artifact.design.sequences:
        if len(sequence.arguments) > taken[KERNEL]:
            raise DeviceError(
                f"sequence {sequence.symbol} has {len(sequence.arguments)} buffers",
                where=str(artifact.xclbin),
                expected=f"at most {taken[KERNEL]}, which its kernel takes",
            )
