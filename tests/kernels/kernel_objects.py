"""Kernel arguments for tests: aligned arrays as a core's memory holds them, random or given."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import torch

from aiec.ir.design import GemmTiling
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels.spec import KernelSpec

BF16 = np.dtype(ml_dtypes.bfloat16)
DTYPES: dict[str, np.dtype[Any]] = {"bf16": BF16, "f32": np.dtype(np.float32)}

# Square, thin, deep; one register block; sizes that are multiples of the block and of nothing else.
TILINGS: tuple[tuple[Target, GemmTiling], ...] = (
    (NPU1, GemmTiling(64, 64, 48, 4, 8, 4, 64)),
    (NPU1, GemmTiling(16, 16, 16, 4, 8, 4, 16)),
    (NPU1, GemmTiling(48, 104, 80, 4, 8, 4, 104)),
    (NPU2, GemmTiling(64, 64, 48, 4, 8, 8, 64)),
    (NPU2, GemmTiling(8, 16, 16, 4, 8, 8, 16)),
    (NPU2, GemmTiling(40, 104, 80, 4, 8, 8, 104)),
)
TILING_IDS = [f"{target.name}-{t.m}x{t.k}x{t.n}" for target, t in TILINGS]


def aligned(size: int, dtype: np.dtype[Any]) -> np.ndarray:
    """Zeros at an address that is a multiple of 64, as the simulator's tile memory is."""
    raw = np.zeros(size * dtype.itemsize + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size * dtype.itemsize].view(dtype)


def random_arguments(
    spec: KernelSpec, tiling: GemmTiling, rng: np.random.Generator
) -> list[np.ndarray]:
    """Standard normal arrays for the array parameters of `spec`; the bias of `w` is fp32."""
    arrays = []
    for parameter, size in zip(spec.parameters, spec.sizes(tiling), strict=True):
        if not size:
            continue
        array = aligned(size, DTYPES[parameter.dtype])
        array[:] = rng.standard_normal(size).astype(array.dtype)
        if parameter.name == "w":
            bias = array[tiling.k * tiling.n :].view(np.float32)
            bias[:] = rng.standard_normal(bias.size)
        arrays.append(array)
    return arrays


def as_tensor(array: np.ndarray) -> torch.Tensor:
    """The array's memory as a torch tensor."""
    if array.dtype == BF16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)
