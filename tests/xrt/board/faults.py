"""What can go wrong, by name, and where it shows.

A fault of a request is an errno that the driver returns; one of a run is how its command ends, or
what happens before it.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from board.wire import Kind, State

# name -> the request that fails and the errno that XRT sees.
REQUESTS: dict[str, tuple[Kind, int]] = {
    "no_driver": (Kind.OPEN, errno.ENODEV),
    "permission": (Kind.OPEN, errno.EACCES),
    "memlock": (Kind.LOCK_MEMORY, errno.EAGAIN),
    "out_of_memory": (Kind.CREATE_BUFFER, errno.ENOMEM),
    "context_limit": (Kind.CREATE_CONTEXT, errno.EINVAL),
    "firmware_hung": (Kind.CONFIGURE, errno.ETIME),
    "channel_dead": (Kind.SUBMIT, errno.EIO),
    "evicted": (Kind.SUBMIT, errno.ENOENT),
}
# name -> how the command ends.
RUNS: dict[str, State] = {
    "watchdog": State.TIMEOUT,
    "abort": State.ABORT,
    "firmware_mismatch": State.ABORT,  # the first run of a context, whichever it is
    "error": State.ERROR,
}
# What happens before a run that ends well, or instead of everything.
HAPPENINGS = (
    "idle_reset",  # five seconds passed: the array is configured anew
    "late",  # the run ends after its time-out of two seconds in XRT's eyes
    "lost",  # the device is gone, for every process
)
NAMES = (*REQUESTS, *RUNS, *HAPPENINGS)


@dataclass(slots=True)
class _Planned:
    name: str
    after: int  # events of its kind that still go well
    count: int  # then so many go wrong


@dataclass(slots=True)
class Faults:
    """The faults to come. Any thread may call."""

    _planned: list[_Planned] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def inject(self, name: str, after: int = 0, count: int = 1) -> None:
        """Let `count` events go wrong, `after` so many that go well."""
        if name not in NAMES:
            raise ValueError(f"there is no fault {name!r}, only {', '.join(NAMES)}")
        with self._lock:
            self._planned.append(_Planned(name, after, count))

    def clear(self) -> None:
        """Nothing goes wrong from here on."""
        with self._lock:
            self._planned.clear()

    def of_request(self, kind: Kind) -> int:
        """0, or the negative errno of a request of this kind that is made now."""
        names = {name for name, (where, _) in REQUESTS.items() if where is kind}
        hit = self._hit(names)
        return -REQUESTS[hit[0]][1] if hit else 0

    def of_run(self, is_first: bool) -> list[str]:
        """What befalls a run that begins now. `is_first`: of its context."""
        names = {*RUNS, *HAPPENINGS}
        return self._hit(names if is_first else names - {"firmware_mismatch"})

    def _hit(self, names: set[str]) -> list[str]:
        with self._lock:
            hit = list(self._due(names))
            self._planned = [fault for fault in self._planned if fault.count > 0]
        return hit

    def _due(self, names: set[str]) -> Iterator[str]:
        for fault in self._planned:
            if fault.name in names:
                if fault.after:
                    fault.after -= 1
                else:
                    fault.count -= 1
                    yield fault.name
