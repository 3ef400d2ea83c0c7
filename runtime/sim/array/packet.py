"""Packet-switched streams: several sources share ports, one whole packet at a time.

A descriptor's run is one packet: a header word with its id, then its bytes. One without an id has
the header as the first word of its data, as a sink that keeps headers has stored it. The id and the
source decide the sinks. A source takes all sinks of its packet before the first word and keeps them
to the last, so words of two packets never mix. Which of several waiting sources comes next is free;
the seed permutes it. Refuses packets that no flow carries.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.channels import Channel
from aiec.runtime.sim.array.control import ControlPort, ControlSource
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.stream import Ddr

HEADER_BYTES = 4
ID_MASK = 0x1F  # of a header word. Source: AM020, packet-switched streams


def packet_header(column: int, row: int, packet: int) -> int:
    """The header word of a packet of type 0. Source: AM020, packet-switched streams."""
    word = column << 21 | row << 16 | packet
    return word | (1 - word.bit_count() % 2) << 31  # odd parity


@dataclass(slots=True, eq=False)
class PacketSink:
    """A destination channel and who sends to it now. It is the channel's route."""

    channel: Channel | ControlPort
    owner: PacketSource | None = None
    waiting: list[PacketSource] = field(default_factory=list)

    def stands_ready(self, channel: Channel) -> None:
        """The channel has a descriptor open."""
        if self.owner is not None:
            self.owner.proceed()

    def withdraw(self, channel: Channel) -> None:
        """The channel was reset; who sends to it waits for its next descriptor."""

    def clear(self) -> None:
        """Nobody sends, as after a load."""
        self.owner = None
        self.waiting = []
        if isinstance(self.channel, ControlPort):
            self.channel.clear()


@dataclass(frozen=True, slots=True)
class PacketPath:
    """Where packets of one id go from one source."""

    sinks: tuple[tuple[PacketSink, int], ...]  # with the latency in cycles
    keep_header: bool
    header: int  # the word, where it is kept


class PacketSource:
    """A source channel of packets; `paths` by packet id."""

    def __init__(
        self,
        engine: Engine,
        channel: Channel | ControlSource,
        bytes_per_cycle: int,
        ddr: Ddr | None,
    ) -> None:
        self.engine = engine
        self.channel = channel
        self.bytes_per_cycle = bytes_per_cycle
        self.ddr = ddr
        self.paths: dict[int, PacketPath] = {}
        self._path: PacketPath | None = None  # of the packet under way
        self._header: np.ndarray | None = None  # still to be sent
        self._stored: np.ndarray | None = None  # the header that the data of the packet began with
        self._count = self._started = 0
        channel.route = self

    def stands_ready(self, channel: Channel | ControlSource) -> None:
        """A packet begins: take its sinks, or wait for them."""
        bd = channel.bd
        assert bd is not None
        packet = self._stored_id(channel) if bd.packet is None else bd.packet
        path = self.paths.get(packet)
        if path is None:
            how = " as its first word says" if bd.packet is None else ""
            raise SimulationError(
                f"{channel.name} sends with packet id {packet}{how}, which no packet flow carries",
                where=bd.where,
                expected=f"one of the ids {sorted(self.paths)}",
            )
        self._wait_for(path)

    def _stored_id(self, channel: Channel | ControlSource) -> int:
        """The id in the first word of the data, which is taken off."""
        if self._stored is None:
            if channel.remaining <= HEADER_BYTES:
                raise SimulationError(
                    f"{channel.name} sends {channel.remaining} bytes without a packet id",
                    where=None if channel.bd is None else channel.bd.where,
                    expected="a packet, or a header and the bytes of one",
                )
            self._stored = np.array(channel.read(HEADER_BYTES))
            channel.passed(HEADER_BYTES, channel.ready_at, 1)
        return int(self._stored.view(np.uint32)[0]) & ID_MASK

    def withdraw(self, channel: Channel) -> None:
        """The source was reset in the middle of a packet: its sinks are free again."""
        path = self._path
        self.clear()
        if path is not None:
            for sink, _ in path.sinks:
                sink.owner = None

    def clear(self) -> None:
        """No packet is under way, as after a load."""
        self._path, self._count, self._header, self._stored = None, 0, None, None

    def proceed(self) -> None:
        """Move bytes if all ends stand ready."""
        path = self._path
        if path is None or self._count:
            return
        pending = HEADER_BYTES if self._header is not None else self.channel.remaining
        start = self.channel.ready_at
        for sink, latency in path.sinks:
            channel = sink.channel
            if not channel.remaining:
                return
            pending = min(pending, channel.remaining)
            start = max(start, channel.ready_at - latency)
        end = start - (-pending // self.bytes_per_cycle)
        if self.ddr is not None:
            end = max(end, self.ddr.serve(pending))
        self._count, self._started = pending, start
        self.engine.at(end, self._moved)

    def _wait_for(self, path: PacketPath) -> None:
        busy = [sink for sink, _ in path.sinks if sink.owner is not None]
        if busy:
            busy[0].waiting.append(self)
            return
        for sink, _ in path.sinks:
            sink.owner = self
        self._path = path
        if path.keep_header:
            made = np.array([path.header], np.uint32).view(np.uint8)
            self._header = made if self._stored is None else self._stored
        else:
            self.channel.ready_at += 1  # the header's own cycle
        self.proceed()

    def _moved(self) -> None:
        path, count, now = self._path, self._count, self.engine.now
        if path is None or not count:
            return  # an end was reset
        self._count = 0
        if self._header is not None:
            chunk, self._header = self._header, None
        else:
            chunk = self.channel.read(count)
            self.channel.passed(count, self._started, now - self._started)
        for sink, latency in path.sinks:
            channel = sink.channel
            channel.write(chunk)
            channel.passed(count, self._started, now - self._started)
            channel.ready_at = now + self.engine.jitter(latency)
            if not channel.remaining:
                self.engine.at(channel.ready_at, channel.finish)
        self.channel.ready_at = now
        if self.channel.remaining:
            self.proceed()
        else:
            self._end_packet(path)

    def _end_packet(self, path: PacketPath) -> None:
        self._path = self._stored = None
        waiting: list[PacketSource] = []
        for sink, _ in path.sinks:
            sink.owner = None
            if isinstance(sink.channel, ControlPort):
                sink.channel.end_packet()
            waiting += sink.waiting
            sink.waiting = []
        for source in self.engine.shuffled(waiting):
            source.stands_ready(source.channel)
        self.channel.finish()
