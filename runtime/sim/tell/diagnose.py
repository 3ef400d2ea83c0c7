"""Who waits on what when nothing can happen any more, and what is left over at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.channels import Channel
from aiec.runtime.sim.array.machine import SimMachine
from aiec.runtime.sim.array.packet import PacketSource
from aiec.runtime.sim.array.process import Delay, Process, describe_lock_wait


class DeadlockError(SimulationError):
    """Nothing can happen and the sequence has not ended. `waits`: one sentence a waiting party.

    The text has the first of those that differ in numbers alone, and how many more there are.
    """

    def __init__(self, cycle: int, waits: tuple[str, ...]) -> None:
        self.waits = waits
        super().__init__(
            f"deadlock at cycle {cycle}: " + "; ".join(_first_of_each_kind(waits)),
            todo="look for the lock or token above that nobody releases",
        )


def deadlock(machine: SimMachine, sequence: Process) -> DeadlockError:
    """The error for a sequence that waits for what cannot come."""
    waits = [_process(sequence)]
    waits += [_process(core) for core in machine.cores() if not core.done]
    waits += [
        _channel(channel) for channel in machine.channels.values() if channel.task is not None
    ]
    return DeadlockError(machine.engine.now, tuple(waits))


def _first_of_each_kind(waits: tuple[str, ...]) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for wait in waits:
        kinds.setdefault(re.sub(r"\d+", "0", wait), []).append(wait)
    for first, *others in kinds.values():
        yield first + (f" (and {len(others)} more like it)" if others else "")


def leftovers(machine: SimMachine) -> tuple[str, ...]:
    """What the run leaves behind that a designer may not expect."""
    notes = []
    for port, tokens in machine.tokens.items():
        if tokens.count:
            notes.append(f"{tokens.count} tokens of {port} were never awaited")
    for port, channel in machine.channels.items():
        if port.row == 0 and channel.task is not None:
            notes.append(f"a transfer is unfinished: {_channel(channel)}")
    return tuple(notes)


def _process(process: Process) -> str:
    if not process.waiting or isinstance(process.action, Delay):
        return f"{process.name} goes round in a loop"
    what = process.action.describe() if process.action is not None else "nothing"
    return f"{process.name} waits for {what} since cycle {process.since}"


def _channel(channel: Channel) -> str:
    bd = channel.bd
    where = f" in {bd.where}" if bd is not None else ""
    since = f"since cycle {channel.since}"
    if channel.waits_for_lock and bd is not None and bd.acquire is not None:
        return f"{channel.name} waits for {describe_lock_wait(bd.acquire)} {since}{where}"
    if isinstance(channel.route, PacketSource) and (arbiter := channel.route.waits_for):
        by = f", which serves {arbiter.owner.holds}" if arbiter.owner is not None else ""
        return f"{channel.name} waits for {arbiter.name}{by} {since}{where}"
    if channel.route is None:
        return f"{channel.name} is connected to nothing, with {channel.remaining} bytes{where}"
    return f"{channel.name} waits for its stream with {channel.remaining} bytes {since}{where}"
