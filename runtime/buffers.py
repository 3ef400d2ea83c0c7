"""Device buffers under an explicit budget: a pool to reuse, and weights that stay resident.

Activations borrow a buffer for one dispatch. Packed weights stay until what they were packed from
is gone or memory is needed; then the least recently used go first, and are packed again when they
are asked for. What cannot fit at all is a `DeviceError` that names the numbers. Any thread may
call, and an exception anywhere (Ctrl-C) loses no memory: what is in use is counted, not booked.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from aiec.ir.errors import DeviceError
from aiec.runtime.device import Buffer, Device
from aiec.runtime.device_queue import DeviceQueue

# Host memory that one session may pin: far above what large-v3's encoder needs (1.3 GB of packed
# weights), far below what a laptop with 16 GB can spare.
DEFAULT_BUDGET_BYTES = 4 * 1024**3


class OutOfRoomError(DeviceError):
    """The budget is in use; what is not yet done may hold some of it."""


_UNFILLED = object()  # the stamp of contents that are nobody's yet


@dataclass(slots=True)
class _Resident:
    """A buffer that stays, the state of what it was filled from, and who must live for its use."""

    buffer: Buffer
    stamp: Hashable
    sources: tuple[weakref.ref[object], ...] = ()


class BufferPool:
    """Buffers of one device, at most `budget_bytes` of them."""

    def __init__(
        self,
        device: Device,
        budget_bytes: int = DEFAULT_BUDGET_BYTES,
        *,
        require_npu: bool = False,
    ) -> None:
        self.queue = DeviceQueue(device, require_npu=require_npu)
        self._budget_bytes = budget_bytes
        self._lock = Lock()
        self._free: defaultdict[int, list[Buffer]] = defaultdict(list)
        self._leased: weakref.WeakSet[Buffer] = weakref.WeakSet()
        self._returned: deque[Buffer] = deque()  # by finalizers, which may not wait for the lock
        self._residents: OrderedDict[Hashable, _Resident] = OrderedDict()

    @property
    def allocated_bytes(self) -> int:
        """Size of all buffers, those that wait to be lent again included."""
        with self._lock:
            return self._count()

    def lease(self, nbytes: int) -> Buffer:
        """A buffer of `nbytes` with unspecified contents, until it is given back."""
        with self._lock:
            self._take_back()
            free = self._free[nbytes]
            buffer = free.pop() if free else self._allocate(nbytes)
            self._leased.add(buffer)
        return buffer

    def give_back(self, buffer: Buffer) -> None:
        """Take a leased buffer back."""
        self._returned.append(buffer)

    def give_back_with(self, user: object, buffer: Buffer) -> None:
        """Take a leased buffer back when `user` dies."""
        weakref.finalize(user, self.give_back, buffer).atexit = False

    @contextmanager
    def borrow(self, nbytes: int) -> Iterator[Buffer]:
        """Lend a buffer of `nbytes` with unspecified contents; it comes back on exit."""
        buffer = self.lease(nbytes)
        try:
            yield buffer
        finally:
            self.give_back(buffer)

    def resident(
        self,
        key: Hashable,
        nbytes: int,
        fill: Callable[[Buffer], None],
        stamp: Hashable = None,
        sources: Sequence[object] = (),
    ) -> Buffer:
        """The buffer kept under `key`, filled where it has to be.

        That is the first time, after it was evicted, and when `stamp` is not what it was. The
        buffer is dropped when one of `sources` dies. `key` is compared by C code alone: a tuple of
        numbers and strings.
        """
        with self._lock:
            kept = self._residents.get(key)
            if kept is None:
                self._take_back()
                kept = _Resident(self._allocate(nbytes), _UNFILLED)
                kept.sources = tuple(self._watched(source, key) for source in sources)
            if kept.stamp != stamp:
                kept.stamp = _UNFILLED  # in case `fill` does not end
                fill(kept.buffer)
                kept.stamp = stamp
            self._residents[key] = kept
            self._residents.move_to_end(key)
        return kept.buffer

    def _watched(self, source: object, key: Hashable) -> weakref.ref[object]:
        pool = weakref.ref(self)  # sources outlive pools as well as the other way round

        def drop(_: weakref.ref[object]) -> None:
            alive = pool()
            if alive is not None:
                alive._residents.pop(key, None)  # one step of C: no lock is needed

        return weakref.ref(source, drop)

    def _take_back(self) -> None:
        while self._returned:
            buffer = self._returned.popleft()
            self._free[buffer.nbytes].append(buffer)
            self._leased.discard(buffer)

    def _count(self) -> int:
        free = sum(buffer.nbytes for buffers in self._free.values() for buffer in buffers)
        kept = sum(resident.buffer.nbytes for resident in tuple(self._residents.values()))
        return free + kept + sum(buffer.nbytes for buffer in self._leased)

    def _allocate(self, nbytes: int) -> Buffer:
        device = self.queue.device
        while (in_use := self._count()) + nbytes > self._budget_bytes:
            if not self._release_one():
                raise OutOfRoomError(
                    f"a buffer of {nbytes} bytes does not fit device {device.name!r}",
                    expected=f"at most {self._budget_bytes} bytes in all, {in_use} are in use",
                    todo="raise the session's buffer budget or keep this op on the CPU",
                )
        return self.queue.faults.do(lambda device: device.alloc(nbytes))

    def _release_one(self) -> bool:
        for buffers in self._free.values():
            if buffers:
                self.queue.device.free(buffers.pop())
                return True
        if self._residents:
            _, evicted = self._residents.popitem(last=False)
            self._leased.add(evicted.buffer)  # counted as long as a run may need it
            return True
        return False
