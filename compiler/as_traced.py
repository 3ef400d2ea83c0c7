"""as_traced: give what comes back from the NPU the strides and dtype that were traced.

Used by `insert_npu_calls.py`. Devices give contiguous float32; views further down the graph, and
whoever gets the graph's outputs, rely on what eager would have given.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from aiec.op_kinds import hint


def as_traced(traced: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return `f(out)`, which copies `out` where it is not laid out as the fake tensor `traced`.

    Symbolic strides are those of a dense tensor in the order that they had when it was traced.
    """
    dtype, strides = traced.dtype, traced.stride()
    order = sorted(range(traced.dim()), key=lambda i: hint(strides[i]), reverse=True)
    fixed = all(isinstance(stride, int) for stride in strides)
    long = [i for i in order if hint(traced.shape[i]) != 1]  # where a stride says something
    if long == sorted(long):
        return lambda out: out.to(dtype)

    def call(out: torch.Tensor) -> torch.Tensor:
        if fixed:
            return out.new_empty_strided(out.shape, strides, dtype=dtype).copy_(out)
        return torch.empty_permuted(out.shape, order, dtype=dtype).copy_(out)

    return call
