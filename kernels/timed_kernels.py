"""Kernels as their cycle models: a design's time can be simulated without its arithmetic.

The same interface as `host.py`. A kernel takes its cycles and leaves its results as they are, but
for the parameters of an encoder's step, by which the cores' programs decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiec.ir.design import KernelBuild
from aiec.ir.target import Target
from aiec.kernels.registry import KERNELS
from aiec.kernels.spec import tiling_of

_DECIDES = "encoder_parameters"


@dataclass(frozen=True, slots=True)
class TimedKernel:
    """Takes the cycles of its model. `decides`: it also does what programs depend on."""

    model: Callable[..., int]
    decides: bool

    def __call__(self, *args: Any) -> None:
        if self.decides:
            control, parameters = args
            parameters[:] = control.view(np.int32)[: parameters.size]

    def cycles(self, *args: Any) -> int:
        """Predicted cycles of a call with these arguments."""
        return self.model(*[a for a in args if isinstance(a, int)])


def load(kernels: tuple[KernelBuild, ...], target: Target) -> dict[str, TimedKernel]:
    """The cycle models of a design's kernels by symbol."""

    def timed(symbol: str, build: KernelBuild) -> TimedKernel:
        spec, tiling = KERNELS[symbol], tiling_of(build)
        return TimedKernel(lambda *s: spec.cycles(target, tiling, *s), symbol == _DECIDES)

    return {symbol: timed(symbol, build) for build in kernels for symbol in build.symbols}
