"""Control packets: a tile's control port, which writes and reads registers by packet.

A packet carries control words: a header (address, beats, operation, id of the answer) and, for a
write, its data. An answer leaves as a packet from the same port. Source: AM020, control packets;
mlir-aie's control-packet tests for the header's fields.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.limits import WORD_BYTES

ENDLESS = 1 << 40
WRITE, READ = 0, 1


class RegisterFile(Protocol):
    """What a control port acts on (register_writes.py)."""

    def write(self, address: int, value: int, where: str, mask: int = 0xFFFFFFFF) -> None: ...
    def read(self, address: int, where: str) -> int: ...


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """What a control port sends: `packet` is its id."""

    where: str
    packet: int
    words: np.ndarray


class ControlPort:
    """One tile's control port, as the end and as the source of packets."""

    def __init__(self, name: str, base: int, registers: Callable[[], RegisterFile]) -> None:
        self.name = name
        self.remaining = ENDLESS  # always ready to take more
        self.ready_at = 0
        self.source: ControlSource | None = None
        self._base = base
        self._registers = registers
        self._bytes = bytearray()

    def write(self, chunk: np.ndarray) -> None:
        """Bytes of a packet have come."""
        self._bytes += chunk.tobytes()

    def passed(self, count: int, started: int, cycles: int) -> None:
        """Nothing is counted here."""

    def finish(self) -> None:
        """A port that always takes more never finishes."""

    def clear(self) -> None:
        """No packet is under way, as after a load."""
        self._bytes.clear()
        if self.source is not None:
            self.source.clear()

    def end_packet(self) -> None:
        """Do what the packet says."""
        words = deque(np.frombuffer(bytes(self._bytes), np.uint32).tolist())
        self._bytes.clear()
        while words:
            header = words.popleft()
            beats = (header >> 20 & 3) + 1
            addresses = [self._base + (header & 0xFFFFF) + WORD_BYTES * i for i in range(beats)]
            self._do(header, addresses, words)

    def _do(self, header: int, addresses: list[int], words: deque[int]) -> None:
        registers, operation = self._registers(), header >> 22 & 3
        if operation == WRITE and len(words) >= len(addresses):
            for address in addresses:
                registers.write(address, words.popleft(), self.name)
        elif operation == READ and self.source is not None:
            values = [registers.read(address, self.name) for address in addresses]
            answer = np.array(values, np.uint32).view(np.uint8)
            self.source.send(ControlAnswer(self.name, header >> 24 & 0x1F, answer))
        else:
            raise SimulationError(
                f"{self.name} gets the control word {header:#x}",
                expected="a write with its data, or a read where its answer has a way out",
            )


class ControlSource:
    """The answers of a control port, one packet after the other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bd: ControlAnswer | None = None
        self.remaining = self.ready_at = self._sent = 0
        self.route: AnswerRoute | None = None
        self._queue: deque[ControlAnswer] = deque()

    def send(self, answer: ControlAnswer) -> None:
        """Queue an answer."""
        self._queue.append(answer)
        if self.bd is None:
            self._next()

    def read(self, count: int) -> np.ndarray:
        """The next bytes of the answer under way."""
        assert self.bd is not None
        return self.bd.words[self._sent : self._sent + count]

    def passed(self, count: int, started: int, cycles: int) -> None:
        """`count` bytes have left."""
        self._sent += count
        self.remaining -= count

    def finish(self) -> None:
        """The answer has left."""
        self.bd = None
        if self._queue:
            self._next()

    def clear(self) -> None:
        """No answer is under way, as after a load."""
        self.bd = None
        self.remaining = 0
        self._queue.clear()

    def _next(self) -> None:
        self.bd = self._queue.popleft()
        self.remaining, self._sent = self.bd.words.size, 0
        assert self.route is not None
        self.route.stands_ready(self)


class AnswerRoute(Protocol):
    """The packet network, as far as a control port needs it."""

    def stands_ready(self, channel: ControlSource) -> None: ...
