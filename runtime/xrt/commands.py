"""Commands in flight on one context: single runs, and chains as runlists where XRT has them.

The driver takes four commands of a context at once; a fifth would block in `start` and hold all
threads, as every wait of pyxrt does. So commands wait here, and their states are polled. A runlist
cannot be polled: the last run of a chain goes by itself behind its runlist, and as a context's
commands run in order, the list is done when that run is. Source: XRT, xrt_kernel.cpp and
pyxrt.cpp; amd/xdna-driver, aie2_pci.h (HWCTX_MAX_CMDS), Aug 2026.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiec.runtime.device import Remedy, RunError
from aiec.runtime.xrt.causes import fault

IN_FLIGHT = 4  # commands of a context; a fifth would wait in the kernel
LIST_RUNS = 24  # of one command: XRT cuts longer lists in pieces of so many
COMPLETED = 4
_UNDER_WAY = (1, 2, 3, 7)  # new, queued, running (which pyxrt does not name), submitted
_SHORTEST_S, _LONGEST_S = 20e-6, 1e-3  # between two looks


@dataclass(slots=True, eq=False)
class Command:
    """A run, or a list of them that ends before the command behind it does."""

    runs: tuple[Any, ...]
    labels: tuple[str, ...]
    runlist: Any = None

    @property
    def label(self) -> str:
        """What it runs, for messages."""
        return self.labels[0] if len(self.labels) == 1 else f"{self.labels[0]} ... in a chain"

    def start(self) -> None:
        """Hand it to the driver."""
        _told(self.label, self.runlist.execute if self.runlist is not None else self.runs[0].start)

    def ended(self) -> bool:
        """Whether a single run is done; raises what its state says if it did not complete."""
        state = _told(self.label, self.runs[0].state)
        if int(state) == COMPLETED:
            return True
        if int(state) in _UNDER_WAY:
            return False
        raise _failed(self.label, int(state))

    def confirm(self) -> None:
        """Have the outcome of a list whose end is known; its wait returns at once."""
        if self.runlist is not None:
            _told(self.label, self.runlist.wait)


_NAMES = {5: "ERROR", 6: "ABORT", 8: "TIMEOUT", 9: "NORESPONSE", 10: "SKERROR", 11: "SKCRASHED"}


def _failed(label: str, state: int) -> RunError:
    if state in _NAMES:
        return fault(label, f"ERT_CMD_STATE_{_NAMES[state]}")
    return RunError(
        f"{label}: XRT tells state {state}, which is not known", Remedy.FALL_BACK, "state",
        todo="tell the authors which XRT this is",
    )  # fmt: skip


def _told(label: str, call: Any) -> Any:
    """Call XRT; what it raises becomes a fault."""
    try:
        return call()
    except RuntimeError as error:
        raise fault(label, str(error)) from error


def cut(pyxrt: Any, context: Any, runs: list[Any], labels: list[str]) -> list[Command]:
    """The commands of a chain: lists of at most `LIST_RUNS`, and its last run by itself."""
    single = len(runs) - 1
    if not hasattr(pyxrt, "runlist") or single < 2:
        return [Command((run,), (label,)) for run, label in zip(runs, labels, strict=True)]
    commands = []
    for first in range(0, single, LIST_RUNS):
        part = slice(first, min(first + LIST_RUNS, single))
        runlist = pyxrt.runlist(context)
        for run in runs[part]:
            runlist.add(run)
        commands.append(Command(tuple(runs[part]), tuple(labels[part]), runlist))
    return [*commands, Command((runs[single],), (labels[single],))]


class InFlight:
    """The commands of one context, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Command] = deque()
        self._flying: deque[Command] = deque()

    def add(self, commands: list[Command]) -> None:
        """Queue commands, and start what may be under way."""
        self._waiting.extend(commands)
        self._start()

    def finish(self, last: Command, timeout_s: float | None) -> None:
        """Poll until `last` and all before it are done."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        pause_s = _SHORTEST_S
        while self._flying and (last in self._flying or last in self._waiting):
            if self._land():
                pause_s = _SHORTEST_S
                self._start()
                continue
            if until is not None and time.monotonic() > until:
                raise RunError(
                    f"{last.label} has not ended after {timeout_s} s", Remedy.RETRY, "timeout",
                    todo="run `aiec doctor`",
                )  # fmt: skip
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_S)

    def _start(self) -> None:
        while self._waiting and len(self._flying) < IN_FLIGHT:
            command = self._waiting.popleft()
            self._flying.append(command)
            command.start()

    def _land(self) -> bool:
        """Take away what is done: the first single run, and the lists before it."""
        place = next((i for i, c in enumerate(self._flying) if c.runlist is None), None)
        if place is None:  # lists alone, as a long chain has: the first can only be waited for
            self._flying[0].confirm()
            self._flying.popleft()
            return True
        command = self._flying[place]
        if not _ended(command, list(self._flying)[:place]):
            return False
        for _ in range(place + 1):
            self._flying.popleft()
        return True


def _ended(single: Command, lists: list[Command]) -> bool:
    """Whether a run is done that has lists before it: a list that failed tells why."""
    try:
        done = single.ended()
    except RunError:
        for command in lists:
            command.confirm()
        raise
    if done:
        for command in lists:
            command.confirm()
    return done
