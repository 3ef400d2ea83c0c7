"""A plan as a schedule: what each device does when, several passes in flight.

After `solve.py`, for the timeline and as a check of `evaluate.py`'s interval, which is a sum and
knows no order. A pass is a chain: op after op, crossings before and after the op that is charged
for them. A device takes the oldest pass that waits for it. While both are busy each is slower by
the machine's drag, as `Machine` defines it. Of weights that are not resident a pass alone shows
what the NPU's work does not hide; passes in flight show all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiec.ir.graph import MixedGraph, OpKind
from aiec.ir.partition import Decision, Side


@dataclass(frozen=True, slots=True)
class Task:
    """A stretch of one device's time, in microseconds when the other is idle."""

    name: str
    kind: str  # op | transfer | switch | upload
    side: Side
    us: float
    op: str = ""  # the op that it is or serves


@dataclass(frozen=True, slots=True)
class Slice:
    """A task as it ran: pass number, begin and end in microseconds."""

    task: Task
    number: int
    begin_us: float
    end_us: float


_MEASURED = 16  # passes that a measured interval is the mean of, and one more


@dataclass(slots=True)
class _Pass:
    number: int
    next: int = 0  # index of the task that runs or waits


@dataclass(slots=True)
class _Device:
    running: _Pass | None = None
    left_us: float = 0.0
    begin_us: float = 0.0
    waiting: list[_Pass] = field(default_factory=list)


def chain(
    graph: MixedGraph, decisions: Sequence[Decision], switch_us: float = 0.0
) -> tuple[Task, ...]:
    """One pass of a partition, in execution order."""
    tasks: list[Task] = []
    for op, decision in zip(graph.ops, decisions, strict=True):
        if op.kind is OpKind.VIEW:
            continue
        label, name = op.module or op.name, op.name
        on_npu = decision.side is Side.NPU and decision.npu
        cost = decision.npu if on_npu and decision.npu else decision.cpu
        sent_us = decision.transfer_us - decision.receive_us
        tasks += [
            Task(f"weights of {label}", "upload", Side.CPU, decision.upload_us, name),
            Task(f"send to {label}", "transfer", Side.CPU, sent_us, name),
            Task(f"load the design of {label}", "switch", Side.NPU, decision.switches * switch_us),
            Task(label, "op", decision.side, cost.device_us, name),
            Task(f"receive from {label}", "transfer", Side.CPU, decision.receive_us, name),
        ]
    return tuple(task for task in tasks if task.us > 0)


def schedule(tasks: Sequence[Task], in_flight: int, passes: int, drag: float) -> tuple[Slice, ...]:
    """Run `passes` passes of `tasks`, at most `in_flight` at once; slices in order of their end."""
    run = _Run(tuple(tasks), passes, drag)
    for _ in range(min(in_flight, passes)):
        run.enter()
    while run.advance():
        pass
    return tuple(run.slices)


def interval_us(tasks: Sequence[Task], in_flight: int, drag: float) -> float:
    """Time between passes of a long run, without its beginning and its end."""
    passes = _MEASURED + 4 * in_flight
    ends = [0.0] * passes
    for piece in schedule(tasks, in_flight, passes, drag):
        ends[piece.number] = piece.end_us
    first, last = 2 * in_flight, passes - 1 - 2 * in_flight
    return (ends[last] - ends[first]) / (last - first)


class _Run:
    """Two devices and the passes between them."""

    def __init__(self, tasks: tuple[Task, ...], passes: int, drag: float) -> None:
        self.tasks, self.passes, self.rate = tasks, passes, 1.0 / (1.0 + drag)
        self.devices = {side: _Device() for side in Side}
        self.entered, self.now_us = 0, 0.0
        self.slices: list[Slice] = []

    def enter(self) -> None:
        """Let the next pass begin, if there is one."""
        if self.entered < self.passes and self.tasks:
            self._queue(_Pass(self.entered))
            self.entered += 1

    def _queue(self, one: _Pass) -> None:
        self.devices[self.tasks[one.next].side].waiting.append(one)

    def advance(self) -> bool:
        """Start what can start, then go to the next end of a task; False if all is done."""
        for device in self.devices.values():
            self._start(device)
        busy = [device for device in self.devices.values() if device.running]
        if not busy:
            return False
        rate = self.rate if len(busy) > 1 else 1.0
        step_us = min(device.left_us for device in busy)
        self.now_us += step_us / rate
        for device in busy:
            device.left_us -= step_us
            if device.left_us <= 0.0:
                self._finish(device)
        return True

    def _start(self, device: _Device) -> None:
        if device.running is None and device.waiting:
            device.running = min(device.waiting, key=lambda one: one.number)
            device.waiting.remove(device.running)
            device.left_us = self.tasks[device.running.next].us
            device.begin_us = self.now_us

    def _finish(self, device: _Device) -> None:
        one = device.running
        assert one is not None
        task = self.tasks[one.next]
        self.slices.append(Slice(task, one.number, device.begin_us, self.now_us))
        device.running = None
        one.next += 1
        if one.next < len(self.tasks):
            self._queue(one)
        else:
            self.enter()
