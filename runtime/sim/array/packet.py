"""Packet-switched streams: several sources share ports, one whole packet at a time.

A descriptor's run is one packet: a header word with its id, then its bytes. One without an id has
the header as the first word of its data, as a sink that keeps headers has stored it. The id and the
source decide the sinks. In routed text a source takes the switches' arbiters (arbiter.py) one after
the other, then all sinks of its packet before the first word, which it keeps to the last, so words
of two packets never mix. Which of several waiting sources comes next is free; the seed permutes it.
Refuses packets that no flow carries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.arbiter import Arbiter
from aiec.runtime.sim.array.channels import Channel
from aiec.runtime.sim.array.control import ControlPort, ControlSource
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.host_way import Ddr
from aiec.runtime.sim.array.limits import WORD_BYTES

HEADER_BYTES = 4
INGRESS_WORDS = 16  # that a channel's own buffer takes. Source: captures of a Phoenix, 15 to 16
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


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """An arbiter on a packet's way, `depth` switches after its source."""

    arbiter: Arbiter
    depth: int


@dataclass(frozen=True, slots=True)
class PacketPath:
    """Where packets of one id go from one source."""

    sinks: tuple[tuple[PacketSink, int], ...]  # with the latency in cycles
    keep_header: bool
    header: int  # the word, where it is kept
    arbiters: tuple[Stop, ...] = ()  # in the order in which the header meets them
    depth: int = 0  # switches on the longest way


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
        self._claim: Claim | None = None  # of the packet that waits or is under way
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
        words = HEADER_BYTES // WORD_BYTES + -(-channel.remaining // WORD_BYTES)
        self._claim = Claim(self, path, words, packet)
        self.go_on()

    @property
    def holds(self) -> str:
        """What this source has on its way, for messages."""
        return f"packet {self._claim.packet if self._claim else ''} of {self.channel.name}"

    @property
    def waits_for(self) -> Arbiter | None:
        """The arbiter at which its packet stands."""
        return None if self._claim is None else self._claim.waits_for

    def go_on(self) -> None:
        """The header goes as far as it can; once it is at all sinks, the packet begins."""
        claim = self._claim
        if claim is not None and claim.advance():
            self._begin(claim.path)

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
        """The source was reset in the middle of a packet: what it has is free again."""
        claim = self._claim
        self.clear()
        if claim is not None:
            self._wake(claim.give_up())

    def clear(self) -> None:
        """No packet is under way, as after a load."""
        self._claim = None
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

    def _begin(self, path: PacketPath) -> None:
        self._path = path
        if path.keep_header:
            made = np.array([path.header], np.uint32).view(np.uint8)
            self._header = made if self._stored is None else self._stored
        else:
            self.channel.ready_at += 1  # the header's own cycle
        self.proceed()

    def _wake(self, waiting: list[Any]) -> None:
        for source in self.engine.shuffled(waiting):
            source.go_on()

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
        assert self._claim is not None
        self._claim.moved(count)
        if self.channel.remaining:
            self.proceed()
        else:
            self._end_packet(path)

    def _end_packet(self, path: PacketPath) -> None:
        claim = self._claim
        assert claim is not None
        self._claim = self._path = self._stored = None
        for sink, _ in path.sinks:
            if isinstance(sink.channel, ControlPort):
                sink.channel.end_packet()
        self._wake(claim.give_up())
        self.channel.finish()


class Claim:
    """What one packet takes on its way: arbiters one after the other, then all sinks.

    What lies behind the header is held as long as the packet's `words` do not all fit into the
    switches' buffers before it.
    """

    __slots__ = ("_held", "_next", "_source", "packet", "path", "waits_for", "words")

    def __init__(self, source: PacketSource, path: PacketPath, words: int, packet: int) -> None:
        self._source, self.path, self.words, self.packet = source, path, words, packet
        self._next = 0
        self._held: list[Stop] = []
        self.waits_for: Arbiter | None = None

    def advance(self) -> bool:
        """Take what is free; True once everything is taken."""
        self.waits_for = None
        for stop in self.path.arbiters[self._next :]:
            if stop.arbiter.owner is not None:
                self._wait(stop.arbiter)
                self._let_pass(stop.depth * timing.HOP_FIFO_WORDS)
                return False
            stop.arbiter.owner = self._source
            self._held.append(stop)
            self._next += 1
        self._let_pass(self._room_words)
        busy = next((sink for sink, _ in self.path.sinks if sink.owner is not None), None)
        if busy is not None:
            busy.waiting.append(self._source)
            return False
        for sink, _ in self.path.sinks:
            sink.owner = self._source
        return True

    def give_up(self) -> list[Any]:
        """Free everything; returns the sources that wait for it."""
        freed: list[Any] = []
        if self.waits_for is not None:
            self.waits_for.waiting.remove(self._source)
        for sink, _ in self.path.sinks:
            if sink.owner is self._source:
                sink.owner = None
                freed, sink.waiting = freed + sink.waiting, []
            elif self._source in sink.waiting:
                sink.waiting.remove(self._source)
        for stop in self._held:
            freed += _free(stop.arbiter)
        self._held = []
        return freed

    def _wait(self, arbiter: Arbiter) -> None:
        self.waits_for = arbiter
        arbiter.waiting.append(self._source)

    def moved(self, nbytes: int) -> None:
        """So many bytes have reached the sinks."""
        self.words -= nbytes // WORD_BYTES
        if self._held:
            self._let_pass(self._room_words)

    @property
    def _room_words(self) -> int:
        """Words that the switches on the longest way and a sink's buffer take."""
        return self.path.depth * timing.HOP_FIFO_WORDS + INGRESS_WORDS

    def _let_pass(self, room_words: int) -> None:
        """Free the arbiters that the last word has passed: `room_words` lie before the header,
        counted from the source."""
        gone = [
            stop for stop in self._held
            if self.words <= room_words - stop.depth * timing.HOP_FIFO_WORDS
        ]  # fmt: skip
        self._held = [stop for stop in self._held if stop not in gone]
        for stop in gone:
            for source in _free(stop.arbiter):
                self._source.engine.after(0, source.go_on)


def _free(arbiter: Arbiter) -> list[Any]:
    """Free an arbiter; returns the sources that wait for it."""
    arbiter.owner = None
    waiting, arbiter.waiting = arbiter.waiting, []
    return waiting
