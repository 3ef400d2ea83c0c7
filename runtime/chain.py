"""How a value on the device comes about: inputs that the host brings, then runs, as one chain.

Stands between the sessions and the queue. Runs are gathered until somebody wants a result, or as
many as a submission may take, so that the layers of a window go to the device together. A chain
remembers all that its value was made from, back to the host's tensors: what did not end well can be
done again from the start, though layers overwrite what they read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiec.ir.encoder import Access
from aiec.runtime.device import Buffer, Run
from aiec.runtime.device_queue import DeviceQueue
from aiec.runtime.telemetry import Telemetry

# Of one submission: 1 s at npu1's lowest clock (16 cores, 64 MAC a cycle, 400 MHz), as the driver
# ends what shows no progress for 2 s. large-v3's encoder is 1.1e12 MACs: three submissions.
MOST_MACS = 4 * 10**11


@dataclass(frozen=True, slots=True)
class Work:
    """A run with its multiply-accumulates, padding not counted."""

    run: Run
    macs: int


class Lease:
    """Buffers of one value: they are given back when nobody holds it, neither value nor chain."""

    __slots__ = ("__weakref__", "buffers")

    def __init__(self, buffers: tuple[Buffer, ...]) -> None:
        self.buffers = buffers


class Chain:
    """Inputs and runs in order. Of one thread at a time."""

    def __init__(self, queue: DeviceQueue, telemetry: Telemetry) -> None:
        self._queue, self._telemetry = queue, telemetry
        self._inputs: list[Callable[[], None]] = []
        self._before: list[Chain] = []
        self._leases: set[Lease] = set()
        self._works: list[Work] = []
        self._done = 0
        self._device = queue.device  # that did them
        self._spoiled = False  # what runs write is in no known state

    def put(self, fill: Callable[[], None], lease: Lease) -> None:
        """Bring an input to the device now, and again if the chain has to start again."""
        fill()
        self._inputs.append(fill)
        self._leases.add(lease)

    def after(self, other: Chain) -> None:
        """What follows reads a value of another chain as well."""
        if other is self:
            return
        if other._works:
            other.finish()
            self._before.append(other)
        else:
            self._inputs += other._inputs
            self._leases |= other._leases

    def hold(self, lease: Lease) -> None:
        """Keep the buffers of a value that runs of the chain make."""
        self._leases.add(lease)

    def add(self, work: Work) -> None:
        """Have a run done at the end of the chain, at the latest when it is finished."""
        if self._macs_left + work.macs > MOST_MACS:
            self.finish()
        self._works.append(work)

    def finish(self) -> None:
        """Have all runs done; what an error leaves undone starts again at the next call."""
        self._queue.faults.carry_out(self._attempt, self._telemetry.failed)

    def _attempt(self) -> None:
        if self._spoiled or (self._done and self._device is not self._queue.device):
            self._start_again()
        todo = self._works[self._done :]
        if not todo:
            return
        self._spoiled, self._device = True, self._queue.device
        self._telemetry.submitted()
        completions = self._queue.run(*(work.run for work in todo))
        self._spoiled = False
        self._done = len(self._works)
        for work, completion in zip(todo, completions, strict=True):
            self._telemetry.record(work.run.symbol, work.macs, completion)

    def checkpoint(self) -> None:
        """Have all runs done and let go of them: the chain starts again from what they made."""
        self.finish()
        for buffer in self._written():
            self._inputs.append(self._copy(buffer))
        self._works, self._before, self._done = [], [], 0

    @property
    def _macs_left(self) -> int:
        return sum(work.macs for work in self._works[self._done :])

    def _start_again(self) -> None:
        for chain in self._before:
            chain._spoiled = True
            chain.finish()
        for fill in self._inputs:
            fill()
        self._done, self._spoiled = 0, False

    def _written(self) -> list[Buffer]:
        written = [
            buffer
            for work in self._works
            for argument, buffer in zip(work.run.sequence.arguments, work.run.buffers, strict=True)
            if argument.access in (Access.OUT, Access.INOUT)
        ]
        return list(dict.fromkeys(written))

    def _copy(self, buffer: Buffer) -> Callable[[], None]:
        faults, telemetry = self._queue.faults, self._telemetry
        telemetry.synchronized(invalidated=self._queue.device.invalidate(buffer))
        content = buffer.array.copy()
        buffer.cached = True

        def put_back() -> None:
            buffer.array[:] = content
            telemetry.synchronized(flushed=faults.do(lambda device: device.flush(buffer)))

        return put_back
