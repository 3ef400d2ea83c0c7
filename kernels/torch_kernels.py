"""Kernels as their torch bodies: a design's meaning can be simulated without its C++.

The same interface as `host.py`, for `Simulator(text, kernels=load(...))`; slower, and exact where
the C++ rounds (products through bfp16, polynomials).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
import torch

from aiec.ir.design import GemmTiling, KernelBuild
from aiec.ir.target import Target
from aiec.kernels.registry import KERNELS
from aiec.kernels.spec import KernelSpec, tiling_of

_BF16 = np.dtype(ml_dtypes.bfloat16)


@dataclass(frozen=True, slots=True)
class TorchKernel:
    """One kernel for one tiling, called with numpy arrays, in place, and ints."""

    spec: KernelSpec
    target: Target
    tiling: GemmTiling

    def __call__(self, *args: Any) -> None:
        self.spec.run_body(self.tiling, *[_tensor(a) for a in args])

    def cycles(self, *args: Any) -> int:
        """Predicted cycles of a call with these arguments."""
        scalars = [a for a in args if isinstance(a, int)]
        return self.spec.cycles(self.target, self.tiling, *scalars)


def load(kernels: tuple[KernelBuild, ...], target: Target) -> dict[str, TorchKernel]:
    """The torch bodies of a design's kernels by symbol."""
    return {
        symbol: TorchKernel(KERNELS[symbol], target, tiling_of(build))
        for build in kernels
        for symbol in build.symbols
    }


def _tensor(arg: Any) -> torch.Tensor | int:
    if not isinstance(arg, np.ndarray):
        return int(arg)
    if arg.dtype == _BF16:
        return torch.from_numpy(arg.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(arg)
