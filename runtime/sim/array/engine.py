"""The event loop: callbacks ordered by integer cycles.

Stands under everything that takes time. A seed other than 0 permutes events of equal time and
jitters latencies: what a correct design computes must not depend on it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from heapq import heappop, heappush

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.spans import Trace

Callback = Callable[[], None]
# Events after which a design that moves no byte through DDR is taken to go round in circles: many
# times what a real one does on the array between two of its transfers.
QUIET_EVENTS = 2_000_000
# What a round of a loop without a wait counts as, so that 128 million cycles of such end a run.
POLL_EVENTS = 64
NEVER = 1 << 62
_BATCH = 4096  # events between two looks at the above


class Engine:
    """A heap of callbacks. `now` is the current cycle; `polls` counts rounds of loops that wait
    for nothing; `progress` says that bytes went through DDR.
    """

    __slots__ = (
        "_heap",
        "_order",
        "_random",
        "last_cycle",
        "now",
        "polls",
        "progress",
        "stop",
        "trace",
    )

    def __init__(self, seed: int = 0) -> None:
        self.now = 0
        self.last_cycle = NEVER
        self.polls = 0
        self.progress = False
        self.stop = False  # set by a callback to leave `run`
        self.trace: Trace | None = None
        self._heap: list[tuple[int, int, Callback]] = []
        self._order = 0
        self._random = random.Random(seed) if seed else None

    def at(self, cycle: int, callback: Callback) -> None:
        """Call `callback` at `cycle`, or now if that is past."""
        self._order += 1
        order = self._order
        if self._random is not None:
            order |= self._random.getrandbits(24) << 48
        heappush(self._heap, (cycle if cycle > self.now else self.now, order, callback))

    def after(self, cycles: int, callback: Callback) -> None:
        """Call `callback` in `cycles` from now."""
        self.at(self.now + cycles, callback)

    def jitter(self, cycles: int) -> int:
        """A latency of nominally `cycles`: itself for seed 0, else up to an eighth and 3 more."""
        if self._random is None:
            return cycles
        return cycles + self._random.randrange(cycles // 8 + 4)

    def shuffled(self, items: list) -> list:
        """`items` in the order in which they get a chance: as they are for seed 0."""
        if self._random is not None and len(items) > 1:
            self._random.shuffle(items)
        return items

    def clear(self) -> None:
        """Forget all that was to happen: the array is being configured anew."""
        self._heap.clear()

    def run(self, until: int | None = None) -> None:
        """Run events until `stop` is set, nothing (new) can happen any more, or cycle `until`.

        Raises:
            SimulationError: cycle `last_cycle` has passed, where there is no `until`.
        """
        self.stop, quiet = False, 0
        last = self.last_cycle if until is None else until
        while self._heap and not self.stop and quiet < QUIET_EVENTS:
            self.progress, self.polls = False, 0
            if self._run_batch(last):
                quiet = 0 if self.progress else quiet + _BATCH + POLL_EVENTS * self.polls
            elif until is None:
                raise self._too_long()
            else:
                return

    def _run_batch(self, last: int) -> bool:
        """Run some events; False if the next one lies beyond cycle `last`."""
        heap = self._heap
        for _ in range(_BATCH):
            if not heap or self.stop:
                return True
            if heap[0][0] > last:
                return False
            self.now, _, callback = heappop(heap)
            callback()
        return True

    def _too_long(self) -> SimulationError:
        return SimulationError(
            f"the design still runs at cycle {self._heap[0][0]}",
            expected=f"an end by cycle {self.last_cycle}",
            todo="raise max_cycles if it needs longer; by default it is the driver's watchdog",
        )
