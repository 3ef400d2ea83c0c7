"""Kernels that take their time and compute nothing: for when only a design's time is asked.

The same interface as `host.py` and `torch_kernels.py`; a simulation with these is the fastest, and
its memory means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aiec.ir.design import GemmTiling, KernelBuild
from aiec.ir.target import Target
from aiec.kernels.registry import KERNELS
from aiec.kernels.spec import KernelSpec, tiling_of


@dataclass(frozen=True, slots=True)
class TimedKernel:
    """One kernel for one tiling."""

    spec: KernelSpec
    target: Target
    tiling: GemmTiling

    def __call__(self, *args: Any) -> None:
        """Leave all memory as it is."""

    def cycles(self, *args: Any) -> int:
        """Predicted cycles of a call with these arguments."""
        scalars = [int(a) for a in args if not isinstance(a, np.ndarray)]
        return self.spec.cycles(self.target, self.tiling, *scalars)


def load(kernels: tuple[KernelBuild, ...], target: Target) -> dict[str, TimedKernel]:
    """A design's kernels by symbol."""
    return {
        symbol: TimedKernel(KERNELS[symbol], target, tiling_of(build))
        for build in kernels
        for symbol in build.symbols
    }
