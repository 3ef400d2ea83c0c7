"""Weights as a session packed them: once a tensor, and again where it was written to.

Used by both sessions; the buffers are the pool's, which may evict them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import torch

from aiec.runtime.buffers import BufferPool
from aiec.runtime.device import Buffer


class PackedWeights:
    """Buffers of packed tensors, by what they are packed for."""

    def __init__(self, pool: BufferPool) -> None:
        self._pool = pool
        self._pinned: dict[Hashable, tuple[torch.Tensor, ...]] = {}

    def buffer(
        self,
        purpose: Hashable,
        tensors: Sequence[torch.Tensor],
        nbytes: int,
        fill: Callable[[Buffer], None],
    ) -> Buffer:
        """The buffer that holds `tensors` packed for `purpose`; `fill` packs them if need be."""
        # The key holds addresses: their memory is kept, even if `.data` is given another, because
        # the next tensor at a freed address would pass for this one.
        key = (purpose, *map(_identity, tensors))
        self._pinned[key] = tuple(tensor.detach() for tensor in tensors)
        return self._pool.resident(key, nbytes, fill)


def _identity(tensor: torch.Tensor) -> Hashable:
    """Changes when the tensor is another one or was written to; inference tensors do not count."""
    version = 0 if tensor.is_inference() else tensor._version
    return tensor.data_ptr(), version, tuple(tensor.shape), tensor.stride()
