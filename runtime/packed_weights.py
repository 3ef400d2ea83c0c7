"""Weights as a session packed them: once a tensor, and again where it was written to.

Used by sessions; the buffers are the pool's, which may evict them. Nothing here keeps a tensor
alive: with its storage goes what was packed from it, and a write packs it again in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import torch

from aiec.runtime.buffers import BufferPool
from aiec.runtime.device import Buffer
from aiec.runtime.fingerprint import fingerprint


class PackedWeights:
    """Buffers of packed tensors, by what they are packed for.

    `check_contents`: notice every write, by reading the weights at each call; otherwise only those
    that PyTorch's version counter sees.
    """

    def __init__(self, pool: BufferPool, *, check_contents: bool = True) -> None:
        self._pool, self._check_contents = pool, check_contents

    def buffer(
        self,
        purpose: tuple[Hashable, ...],
        tensors: Sequence[torch.Tensor],
        nbytes: int,
        fill: Callable[[Buffer], None],
    ) -> Buffer:
        """The buffer that holds `tensors` packed for `purpose`; `fill` packs them if need be.

        `purpose` has, beside a name, all numbers that the packed bytes depend on.
        """
        return self._pool.resident(
            (*purpose, *map(_place, tensors)),
            nbytes,
            fill,
            stamp=tuple(map(self._state, tensors)),
            sources=[tensor.untyped_storage() for tensor in tensors],
        )

    def _state(self, tensor: torch.Tensor) -> tuple[int, int]:
        """Changes when the tensor is written to; inference tensors have no version."""
        version = 0 if tensor.is_inference() else tensor._version
        return version, fingerprint(tensor) if self._check_contents else 0


def _place(tensor: torch.Tensor) -> Hashable:
    """What no other living tensor of the same contents need share: its part of a storage."""
    storage = tensor.untyped_storage()._cdata
    layout = (tensor.storage_offset(), tuple(tensor.shape), tensor.stride())
    return storage, *layout, str(tensor.dtype)
