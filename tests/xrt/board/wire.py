"""What the driver's stand-in and the board say to each other: `../driver/wire.h` in Python."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

SOCKET = "run/aiec-board"  # in the Debian tree
MAX_PACKET = 1 << 16
_HEADER = struct.Struct("<IIiIQQ")
_RUN = struct.Struct("<QQII32Q")
_FACTS = struct.Struct("<12I")
_CONTEXT = struct.Struct("<4Iq4Q16s")


class Kind(IntEnum):
    """What a message asks or tells."""

    OPEN = 1
    CREATE_BUFFER = 2
    LOCK_MEMORY = 3
    SYNC_BUFFER = 4
    CREATE_CONTEXT = 5
    CONFIGURE = 6
    DESTROY_CONTEXT = 7
    SUBMIT = 8
    LIST_CONTEXTS = 9
    ENDED = 10


class State(IntEnum):
    """How a command ended: ert_cmd_state of XRT."""

    COMPLETED = 4
    ERROR = 5
    ABORT = 6
    TIMEOUT = 8


@dataclass(frozen=True, slots=True)
class Message:
    """One packet; `a` and `b` by kind, `status` of an answer is 0 or a negative errno."""

    kind: Kind
    context: int = 0
    status: int = 0
    a: int = 0
    b: int = 0
    payload: bytes = b""

    def encode(self) -> bytes:
        """As bytes."""
        header = _HEADER.pack(self.kind, self.context, self.status, 0, self.a, self.b)
        return header + self.payload


def decode(packet: bytes) -> Message:
    """A packet as a message."""
    kind, context, status, _, a, b = _HEADER.unpack_from(packet)
    return Message(Kind(kind), context, status, a, b, packet[_HEADER.size :])


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the array's memory."""

    offset: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a submission: its instructions (to the end of their buffer) and arguments."""

    opcode: int
    stream: Span
    arguments: tuple[Span, ...]


def runs_of(payload: bytes) -> tuple[Run, ...]:
    """The runs of a submission."""
    return tuple(_runs(payload))


def _runs(payload: bytes) -> Iterator[Run]:
    for offset, nbytes, opcode, count, *places in _RUN.iter_unpack(payload):
        pairs = zip(places[0 : 2 * count : 2], places[1 : 2 * count : 2], strict=True)
        yield Run(opcode, Span(offset, nbytes), tuple(Span(*pair) for pair in pairs))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the driver tells of the chip."""

    columns: int
    rows: int
    generation: int  # of the array: 1 is AIE2, 2 is AIE2P
    context_limit: int
    firmware: tuple[int, int, int, int]
    npu_mhz: int
    h_mhz: int
    heap_limit_mib: int

    def encode(self) -> bytes:
        """As bytes."""
        return _FACTS.pack(
            self.columns, self.rows, self.generation, self.context_limit, *self.firmware,
            self.npu_mhz, self.h_mhz, self.heap_limit_mib, 0,
        )  # fmt: skip


def encode_context(
    number: int, first_column: int, columns: int, priority: int, pid: int,
    submissions: int, completions: int, errors: int, suspensions: int, process: str,
) -> bytes:  # fmt: skip
    """A context as the driver lists it."""
    return _CONTEXT.pack(
        number, first_column, columns, priority, pid, submissions, completions, errors,
        suspensions, process.encode()[:15],
    )  # fmt: skip
