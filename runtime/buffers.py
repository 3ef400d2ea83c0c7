"""Device buffers under an explicit budget: a pool to reuse, and weights that stay resident.

Activations borrow a buffer for one dispatch. Packed weights stay until memory is needed; then the
least recently used go first, and are packed again when they are asked for. What cannot fit at all
is a `DeviceError` that names the numbers.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from aiec.ir.errors import DeviceError
from aiec.runtime.device import Buffer, Device

# Host memory that one session may pin: far above what large-v3's encoder needs (1.3 GB of packed
# weights), far below what a laptop with 16 GB can spare.
DEFAULT_BUDGET_BYTES = 4 * 1024**3


class BufferPool:
    """Buffers of one device, at most `budget_bytes` of them."""

    def __init__(self, device: Device, budget_bytes: int = DEFAULT_BUDGET_BYTES) -> None:
        self.device = device
        self._budget_bytes = budget_bytes
        self._free: defaultdict[int, list[Buffer]] = defaultdict(list)
        self._resident: OrderedDict[Hashable, Buffer] = OrderedDict()
        self.allocated_bytes = 0

    def lease(self, nbytes: int) -> Buffer:
        """A buffer of `nbytes` with unspecified contents, until it is given back."""
        free = self._free[nbytes]
        return free.pop() if free else self._allocate(nbytes)

    def give_back(self, buffer: Buffer) -> None:
        """Take a leased buffer back."""
        self._free[buffer.nbytes].append(buffer)

    @contextmanager
    def borrow(self, nbytes: int) -> Iterator[Buffer]:
        """Lend a buffer of `nbytes` with unspecified contents; it comes back on exit."""
        buffer = self.lease(nbytes)
        try:
            yield buffer
        finally:
            self.give_back(buffer)

    def resident(self, key: Hashable, nbytes: int, fill: Callable[[Buffer], None]) -> Buffer:
        """The buffer kept under `key`; made and filled the first time, or after it was evicted."""
        if key not in self._resident:
            buffer = self._allocate(nbytes)
            fill(buffer)
            self._resident[key] = buffer
        self._resident.move_to_end(key)
        return self._resident[key]

    def _allocate(self, nbytes: int) -> Buffer:
        while self.allocated_bytes + nbytes > self._budget_bytes and self._release_one():
            pass
        if self.allocated_bytes + nbytes > self._budget_bytes:
            raise DeviceError(
                f"a buffer of {nbytes} bytes does not fit device {self.device.name!r}",
                expected=f"at most {self._budget_bytes} bytes in all, "
                f"{self.allocated_bytes} are in use",
                todo="raise the session's buffer budget or keep this op on the CPU",
            )
        self.allocated_bytes += nbytes
        return self.device.alloc(nbytes)

    def _release_one(self) -> bool:
        for nbytes, buffers in self._free.items():
            if buffers:
                buffers.pop()
                self.allocated_bytes -= nbytes
                return True
        if not self._resident:
            return False
        _, buffer = self._resident.popitem(last=False)
        self.allocated_bytes -= buffer.nbytes
        return True
