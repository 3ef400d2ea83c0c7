"""A core's own stream ports: put_stream and get_stream move one 32-bit word and wait for it.

Beside the machine; a circuit has such a port at an end as it has a DMA channel. What a core sends
waits in the switch's buffer, so it goes on while there is room.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.channels import Route
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.process import Process

WORD_BYTES = 4


class CoreStream:
    """One stream port of a core, as source or as sink; a route moves its words."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self.remaining = self.ready_at = 0
        self.route: Route | None = None
        self._words: deque[np.ndarray] = deque()  # a source's, on their way
        self._waiting: tuple[Process, np.ndarray] | None = None
        self._came = np.zeros(0, np.uint8)

    def put(self, word: np.ndarray, process: Process) -> bool:
        """Send a word; False if the process must wait for room."""
        if len(self._words) < timing.HOP_FIFO_WORDS:
            self._queue(word)
            return True
        self._waiting = process, word
        return False

    def get(self, process: Process) -> None:
        """Have `process` wait for the next word, an int32."""
        self._waiting = process, self._came
        self._offer()

    def clear(self) -> None:
        """Nothing is under way, as after a load."""
        self._words.clear()
        self._waiting = None
        self.remaining = 0

    def read(self, count: int) -> np.ndarray:
        """The next bytes of the word that leaves."""
        return self._words[0][WORD_BYTES - self.remaining :][:count]

    def write(self, chunk: np.ndarray) -> None:
        """Bytes of the word that comes."""
        self._came = np.concatenate([self._came, chunk])

    def passed(self, count: int, started: int, cycles: int) -> None:
        """`count` bytes have moved."""
        self.remaining -= count

    def finish(self) -> None:
        """A word has left or come."""
        waiting, self._waiting = self._waiting, None
        if self._words:
            self._words.popleft()
            if waiting is not None:
                self._words.append(waiting[1])
                self.engine.after(0, waiting[0].passed)
            if self._words:
                self._offer()
        elif waiting is not None:
            word, self._came = self._came, np.zeros(0, np.uint8)
            waiting[0].passed(word.view(np.int32))

    def _queue(self, word: np.ndarray) -> None:
        self._words.append(word)
        if len(self._words) == 1:
            self._offer()

    def _offer(self) -> None:
        self.remaining = WORD_BYTES
        self.ready_at = self.engine.now
        if self.route is not None:
            self.route.stands_ready(self)


@dataclass(frozen=True, slots=True, eq=False)
class PutWord:
    """A core sends one word."""

    stream: CoreStream
    word: np.ndarray

    def perform(self, process: Process) -> bool:
        """Send it, or wait for room."""
        process.busy += timing.SCALAR_OP_CYCLES
        return self.stream.put(self.word, process)

    def describe(self) -> str:
        """The port that is full."""
        return f"room in {self.stream.name}"


@dataclass(frozen=True, slots=True, eq=False)
class GetWord:
    """A core receives one word."""

    stream: CoreStream

    def perform(self, process: Process) -> bool:
        """Wait for it."""
        process.busy += timing.SCALAR_OP_CYCLES
        self.stream.get(process)
        return False

    def describe(self) -> str:
        """The port at which nothing comes."""
        return f"a word at {self.stream.name}"


def as_words(value: Any, dtype: np.dtype) -> list[np.ndarray]:
    """The 32-bit words of a number or vector, as uint8[4] each; a narrow number fills one."""
    raw = np.ascontiguousarray(np.array(value).astype(dtype)).reshape(-1).view(np.uint8)
    raw = np.pad(raw, (0, -raw.size % 4))
    return list(raw.reshape(-1, 4))


def from_words(words: list[np.ndarray], dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """A number (shape ()) or vector of the 32-bit words that came."""
    raw = np.concatenate(words).view(np.uint8)
    return raw[: dtype.itemsize * math.prod(shape)].view(dtype).reshape(shape)
