"""What a device's configuration puts on the array, and putting it there, as often as it is loaded.

Comes after elaboration, which builds the machine and starts nothing. A load makes locks, channels,
streams, cascades and descriptors what the text says, writes initial contents, queues the channels'
first tasks and starts the cores; memories keep what nothing writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from aiec.runtime.sim.array.machine import SimMachine


class Clearable(Protocol):
    """What is as new after a load."""

    def clear(self) -> None: ...


class Image:
    """The state that `machine` was elaborated with."""

    def __init__(self, machine: SimMachine) -> None:
        self._machine = machine
        tiles = machine.tiles.items()
        self._locks = {
            (at, number): lock.value for at, tile in tiles for number, lock in tile.locks.items()
        }
        self._descriptors = {at: dict(tile.descriptors) for at, tile in tiles}
        bds = (bd for tile in self._descriptors.values() for bd in tile.values())
        self._counters = [(bd.iteration, bd.iteration.current) for bd in bds if bd.iteration]

    def load(self) -> None:
        """Configure the array; what was to happen before has been dropped by the engine."""
        machine = self._machine
        for thing in self._running():
            thing.clear()
        for at, tile in machine.tiles.items():
            for number, lock in tile.locks.items():
                lock.clear(self._locks.get((at, number), 0))
            tile.descriptors.clear()
            tile.descriptors.update(self._descriptors.get(at, {}))
        for iteration, current in self._counters:
            iteration.current = current
        for buffer, contents in machine.contents:
            buffer.array[...] = contents
        for port, task in machine.first_tasks:
            machine.channel(port).push(task)
        for tile in machine.tiles.values():
            if tile.core is not None:
                machine.restart_core(tile)

    def _running(self) -> Iterator[Clearable]:
        machine = self._machine
        yield from machine.channels.values()
        yield from {id(c.route): c.route for c in machine.channels.values() if c.route}.values()
        yield from machine.core_streams.values()
        streams = machine.core_streams.values()
        yield from {id(s.route): s.route for s in streams if s.route}.values()
        yield from machine.control_sinks.values()
        yield from machine.control_sources.values()
        yield from machine.cascades.values()
        yield from machine.arbiters.values()
        yield from machine.tokens.values()
