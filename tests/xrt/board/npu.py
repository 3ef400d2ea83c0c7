"""The NPU: contexts of all processes, one queue of commands, faults, counts.

Commands run one after the other on a thread of their own, each in the simulator, at once or in the
time that the simulator says. What a run is refused for ends its command in an error; where the
design waits for ever, the driver's watchdog ends it, and the commands behind it are aborted.
"""

from __future__ import annotations

import errno
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread

from aiec.ir.errors import AiecError
from aiec.ir.target import target_named
from aiec.runtime.sim.tell.diagnose import DeadlockError
from board.context import RUN_STREAM, Client, Context
from board.faults import RUNS, Faults
from board.wire import Facts, Kind, Message, Run, Span, State, encode_context, runs_of

_WATCHDOG_S = 2.0  # tdr_timeout_ms of amdxdna
# What the chips' drivers say. Columns: npu1 has one more than designs may use. Source: amdxdna
# npu1_regs.c, npu4_regs.c (contexts, clocks), aie2_pci.c (metadata).
FACTS = {
    "npu1": Facts(5, 6, 1, 6, (1, 5, 5, 391), 847, 1600, 64),
    "npu2": Facts(8, 6, 2, 16, (1, 1, 2, 64), 1267, 1800, 512),
}
_FIRST_COLUMN = {"npu1": 1, "npu2": 0}


@dataclass(frozen=True, slots=True)
class _Command:
    context: Context
    turn: int
    runs: tuple[Run, ...]
    end: Callable[[Message], None]


@dataclass(slots=True)
class Npu:
    """A made-up NPU of generation `target`.

    in_time: commands take their simulated time, else they end as soon as they are simulated.
    memlock_bytes: what a process may lock in memory (RLIMIT_MEMLOCK).
    """

    target: str
    facts: Facts
    in_time: bool = False
    memlock_bytes: int = 1 << 62
    faults: Faults = field(default_factory=Faults)
    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)  # why commands and designs were refused
    lost: bool = False
    when_lost: Callable[[], None] = lambda: None  # lets the processes know
    _contexts: dict[int, Context] = field(default_factory=dict)
    _numbers: int = 0
    _lock: Lock = field(default_factory=Lock)
    _simulating: Lock = field(default_factory=Lock)  # designs are not read side by side
    _queue: SimpleQueue[_Command | None] = field(default_factory=SimpleQueue)
    _worker: Thread | None = None

    def start(self) -> None:
        """Begin to run commands."""
        self._worker = Thread(target=self._work, name="npu", daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Run what is queued, then no more."""
        self._queue.put(None)
        if self._worker is not None:
            self._worker.join()

    def answer(self, client: Client, asked: Message, end: Callable[[Message], None]) -> Message:
        """What the driver is told. `end` is called for each command that ends."""
        status = -errno.ENODEV if self.lost else self.faults.of_request(asked.kind)
        if status:
            return Message(asked.kind, status=status)
        self.counts[asked.kind.name.lower()] += 1
        match asked.kind:
            case Kind.LOCK_MEMORY if asked.a > self.memlock_bytes:
                return Message(asked.kind, status=-errno.EAGAIN)
            case Kind.CREATE_BUFFER:
                self.counts["buffer_bytes"] += asked.a
            case Kind.SYNC_BUFFER:
                self.counts["from_array_bytes" if asked.b else "to_array_bytes"] += asked.a
            case Kind.CREATE_CONTEXT:
                return self._create(client, asked)
            case Kind.CONFIGURE:
                return self._configure(asked)
            case Kind.DESTROY_CONTEXT:
                self._contexts.pop(asked.context, None)
            case Kind.SUBMIT:
                return self._submit(asked, end)
            case Kind.LIST_CONTEXTS:
                return Message(asked.kind, payload=b"".join(map(self._listed, self.contexts)))
            case _:
                pass
        return Message(asked.kind)

    @property
    def contexts(self) -> tuple[Context, ...]:
        """All contexts there are."""
        return tuple(self._contexts.values())

    def forget(self, client: Client) -> None:
        """A process closed the device: its contexts are gone."""
        with self._lock:
            kept = {n: c for n, c in self._contexts.items() if c.client is not client}
            self._contexts = kept

    def _create(self, client: Client, asked: Message) -> Message:
        usable = target_named(self.target).columns
        with self._lock:
            if asked.a > usable or len(self._contexts) >= self.facts.context_limit:
                return Message(asked.kind, status=-errno.EINVAL)
            self._numbers += 1
            made = Context(self._numbers, client, asked.a, asked.b)
            self._contexts[made.number] = made
        return Message(asked.kind, context=made.number)

    def _configure(self, asked: Message) -> Message:
        try:
            with self._simulating:
                self._contexts[asked.context].configure(Span(asked.a, asked.b))
        except (AiecError, KeyError) as error:
            self.told.append(str(error))
            return Message(asked.kind, status=-errno.EINVAL)
        return Message(asked.kind)

    def _submit(self, asked: Message, end: Callable[[Message], None]) -> Message:
        context = self._contexts.get(asked.context)
        if context is None or context.simulator is None:
            return Message(asked.kind, status=-errno.ENOENT)
        if context.target != self.target:  # cores and streams of another instruction set
            return Message(asked.kind, status=-errno.EIO)
        context.submissions += 1
        self._queue.put(_Command(context, asked.a, runs_of(asked.payload), end))
        return Message(asked.kind)

    def _listed(self, context: Context) -> bytes:
        return encode_context(
            context.number, _FIRST_COLUMN[self.target], context.columns, context.priority,
            context.client.pid, context.submissions, context.completions, context.errors,
            context.suspensions, context.client.process,
        )  # fmt: skip

    def _work(self) -> None:
        while (command := self._queue.get()) is not None:
            self._execute(command)

    def _execute(self, command: _Command) -> None:
        context = command.context
        state, failed = State.COMPLETED, 0
        for failed, run in enumerate(command.runs):  # noqa: B007 the last one that began
            state = self._run(context, run)
            if state is not State.COMPLETED:
                break
        if self.lost or context.number not in self._contexts:
            return
        if state is State.COMPLETED:
            context.completions += 1
        else:
            context.errors += 1
            context.configure_anew()
        # Before the process hears of it: what it submits then is for the new configuration.
        behind = self._take_queued(context) if state is State.TIMEOUT else []
        command.end(Message(Kind.ENDED, context.number, state, command.turn, failed))
        for lost in behind:
            context.errors += 1
            lost.end(Message(Kind.ENDED, context.number, State.ABORT, lost.turn))

    def _take_queued(self, context: Context) -> list[_Command]:
        """Take a context's commands out of the queue: it was destroyed and made again."""
        waiting = []
        while not self._queue.empty():
            waiting.append(self._queue.get())
        taken = []
        for command in waiting:
            if command is not None and command.context is context:
                taken.append(command)
            else:
                self._queue.put(command)
        return taken

    def _run(self, context: Context, run: Run) -> State:
        self.counts["runs"] += 1
        befallen = self.faults.of_run(is_first=context.runs == 0)
        context.runs += 1
        if "lost" in befallen:
            self.lost = True
            self.when_lost()
            return State.ABORT
        if "idle_reset" in befallen:
            context.configure_anew()
        state = next((RUNS[name] for name in befallen if name in RUNS), None)
        if state is None:
            state = self._simulate(context, run)
        if "late" in befallen or (state is State.TIMEOUT and self.in_time):
            time.sleep(_WATCHDOG_S)
        return state

    def _simulate(self, context: Context, run: Run) -> State:
        begin = time.monotonic()
        try:
            if run.opcode != RUN_STREAM:
                raise AiecError(f"opcode {run.opcode} is not run here", expected=str(RUN_STREAM))
            with self._simulating:
                us = context.run(run)
        except DeadlockError as error:
            self.told.append(str(error))
            return State.TIMEOUT
        except AiecError as error:
            self.told.append(str(error))
            return State.ERROR
        self.counts["simulated_us"] += round(us)
        if self.in_time:
            time.sleep(max(0.0, us * 1e-6 - (time.monotonic() - begin)))
        return State.COMPLETED
