"""The event loop: callbacks ordered by integer cycles.

Stands under everything that takes time. A seed other than 0 permutes events of equal time and
jitters latencies: what a correct design computes must not depend on it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from heapq import heappop, heappush

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.trace import Trace

Callback = Callable[[], None]
# Cores that only go round in loops for this long are taken to poll for what will not come.
SPIN_CYCLES = 50_000_000


class Engine:
    """A heap of callbacks. `now` is the current cycle; `spinning` counts events of polling
    cores.
    """

    __slots__ = (
        "_heap",
        "_order",
        "_random",
        "active_at",
        "max_cycles",
        "now",
        "spinning",
        "stop",
        "trace",
    )

    def __init__(self, seed: int = 0) -> None:
        self.now = 0
        self.max_cycles: int | None = None
        self.spinning = 0
        self.active_at = 0  # when something other than polling last happened
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
        self.spinning = 0

    def run(self, until: int | None = None) -> None:
        """Run events until `stop` is set, nothing can happen any more, or cycle `until`."""
        heap, self.stop = self._heap, False
        while heap and not self.stop:
            cycle = heap[0][0]
            if until is not None and cycle > until:
                return
            if len(heap) > self.spinning:
                self.active_at = cycle
            elif cycle - self.active_at > SPIN_CYCLES:
                return
            if self.max_cycles is not None and cycle > self.max_cycles:
                raise SimulationError(
                    f"the design still runs at cycle {cycle}",
                    expected=f"an end by cycle {self.max_cycles}",
                    todo="raise max_cycles if it needs longer",
                )
            self.now = cycle
            heappop(heap)[2]()
