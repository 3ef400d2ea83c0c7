"""Whether the iterations of a descriptor touch the same bytes.

Within one pass windows may overlap, as those of a convolution do; here only different iterations
count, which hardware does not keep in order.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from aiec.runtime.sim.array.access import Access


@lru_cache(maxsize=4096)
def iterations_overlap(walk: Access, size: int, step_bytes: int) -> bool:
    """Whether two of `size` passes of `walk`, `step_bytes` apart, touch a byte in common."""
    if size < 2 or step_bytes >= walk.reach - walk.lowest:
        return False
    starts, ends = _stretches(walk)
    steps = np.arange(size, dtype=np.int64)[:, None] * step_bytes
    starts, ends = (starts + steps).reshape(-1), (ends + steps).reshape(-1)
    order = np.argsort(starts, kind="stable")
    return bool(np.any(starts[order][1:] < np.maximum.accumulate(ends[order])[:-1]))


def _stretches(walk: Access) -> tuple[np.ndarray, np.ndarray]:
    """First byte, and one past the last, of each stretch that one pass touches, in order."""
    starts = np.zeros(1, np.int64)
    for size, stride in walk.dims[:-1]:
        starts = (starts[:, None] + np.arange(size, dtype=np.int64) * stride).reshape(-1)
    starts = np.unique(starts)
    ends = np.maximum.accumulate(starts + walk.dims[-1][0])
    apart = np.concatenate([[True], starts[1:] > ends[:-1]])
    return starts[apart], ends[np.concatenate([apart[1:], [True]])]
