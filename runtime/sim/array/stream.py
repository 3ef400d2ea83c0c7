"""Circuit-switched streams from one source to one or more sinks, with back-pressure.

Bytes move when the source and every sink stand ready: as many as the shortest of their descriptors
has left, in one event. So a slow sink stalls all. A sink's data arrives the route's latency after
it left; the switches' buffers hide that latency from throughput, so the source may run up to it
ahead.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiec.runtime.sim.array.channels import Channel
from aiec.runtime.sim.array.core_stream import CoreStream
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.host_way import Ddr


class Circuit:
    """A source channel and its sinks, each with its latency in cycles."""

    __slots__ = (
        "bytes_per_cycle",
        "count",
        "ddr",
        "ddr_takes",
        "due",
        "engine",
        "missing",
        "sinks",
        "source",
        "started",
    )

    def __init__(
        self,
        engine: Engine,
        source: Channel | CoreStream,
        sinks: Sequence[tuple[Channel | CoreStream, int]],
        bytes_per_cycle: int,
        ddr: Ddr | None,
        ddr_takes: bool = False,
    ) -> None:
        self.engine = engine
        self.source = source
        self.sinks = sinks
        self.bytes_per_cycle = bytes_per_cycle
        self.ddr = ddr
        self.ddr_takes = ddr_takes
        self.missing = 1 + len(sinks)  # ends that do not stand ready
        self.count = self.started = self.due = 0
        for channel in (source, *(sink for sink, _ in sinks)):
            channel.route = self

    def stands_ready(self, channel: Channel | CoreStream) -> None:
        """One more end has bytes to move."""
        self.missing -= 1
        if not self.missing:
            self._start()

    def withdraw(self, channel: Channel) -> None:
        """An end was reset; a chunk under way is lost."""
        self.missing += 1
        self.count = 0

    def clear(self) -> None:
        """No end stands ready, as after a load."""
        self.missing = 1 + len(self.sinks)
        self.count = 0

    def _start(self) -> None:
        source = self.source
        count, start = source.remaining, source.ready_at
        for sink, latency in self.sinks:
            if sink.remaining < count:
                count = sink.remaining
            if sink.ready_at - latency > start:
                start = sink.ready_at - latency
        end = start - (-count // self.bytes_per_cycle)
        if self.ddr is not None:
            end = max(end, self.ddr.serve(count, self.ddr_takes))
        self.count, self.started, self.due = count, start, end
        self.engine.at(end, self._moved)

    def _moved(self) -> None:
        source, count, now = self.source, self.count, self.engine.now
        if not count or now < self.due:
            return  # an end was reset; what is under way now is another chunk
        self.count = 0
        cycles = now - self.started
        chunk = source.read(count)
        source.passed(count, self.started, cycles)
        for sink, latency in self.sinks:
            sink.write(chunk)
            sink.passed(count, self.started, cycles)
            sink.ready_at = now + self.engine.jitter(latency)
            if not sink.remaining:
                self.missing += 1
                self.engine.at(sink.ready_at, sink.finish)
        source.ready_at = now
        if not source.remaining:
            self.missing += 1
            source.finish()
        elif not self.missing:
            self._start()
