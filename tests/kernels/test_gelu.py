"""The kernel's GELU: its coefficients are those of the fit, its error stays within bounds."""

from __future__ import annotations

import re

import ml_dtypes
import numpy as np
import pytest
import torch
from kernel_objects import BF16, TILINGS, aligned

from aiec.kernels import gelu, host
from aiec.kernels.gemm_bf16 import GELU, kernel_build
from aiec.kernels.spec import CPP

# x from, x to: the largest error, in steps of bf16 of the exact value, and in absolute terms.
# Half a step is the rounding itself. Below -6 the kernel holds its value at -6.
ERRORS = (
    (-50.0, -6.0, np.inf, 6e-9),
    (-6.0, -5.0, 0.62, 4e-9),
    (-5.0, -3.0, 0.60, 2e-5),
    (-3.0, -1.0, 0.60, 6e-4),
    (-1.0, 1.0, 0.66, 2.1e-3),
    (1.0, 6.0, 0.52, 0.016),
    (6.0, 3e38, 0.50, np.inf),
)
KERNELS = {target.name: (target, tiling) for target, tiling in reversed(TILINGS)}


def coefficients(table: str) -> np.ndarray:
    """A polynomial in cpp/gelu.h, lowest power first."""
    text = (CPP / "gelu.h").read_text()
    numbers = text.split(f"{table}[] = {{")[1].split("};")[0]
    return np.array([float(c) for c in re.findall(r"(-?\d[\d.e-]*)f", numbers)])


def test_coefficients_are_those_of_the_fits() -> None:
    np.testing.assert_allclose(coefficients("tail_log"), gelu.fit_logarithm(), rtol=1e-3)
    np.testing.assert_allclose(coefficients("tail_power"), gelu.fit_power(), rtol=1e-4)


def test_coefficients_keep_the_promised_relative_error() -> None:
    a = np.linspace(0, gelu.LIMIT, 200_001)
    found = gelu.approximate_upper_tail(a, coefficients("tail_log"), coefficients("tail_power"))
    assert np.abs(found / gelu.upper_tail(a) - 1).max() < gelu.RELATIVE_ERROR


def run(target_name: str, x: np.ndarray) -> np.ndarray:
    """GELU of fp32 `x` by the kernel, as fp64."""
    target, tiling = KERNELS[target_name]
    store = host.load((kernel_build(tiling),), target)["gemm_bf16_store"]
    size = tiling.m * tiling.n
    acc, out = aligned(size, np.dtype(np.float32)), aligned(size, BF16)
    results = []
    for start in range(0, len(x), size):
        acc[:] = 0
        part = x[start : start + size]
        acc[: len(part)] = part
        store(acc, out, GELU)
        results.append(out[: len(part)].astype(np.float64))
    return np.concatenate(results)


def bf16_step(exact: np.ndarray) -> np.ndarray:
    """Distance of the two bf16 around each value."""
    return 2.0 ** (np.floor(np.log2(np.abs(exact))) - 7)


@pytest.mark.parametrize("target_name", ["npu1", "npu2"])
@pytest.mark.parametrize(("low", "high", "steps", "absolute"), ERRORS)
def test_error(target_name: str, low: float, high: float, steps: float, absolute: float) -> None:
    linear = np.linspace(low, high, 40_001)
    sign = -1.0 if high <= 0 else 1.0
    decades = sign * np.geomspace(
        max(1e-6, min(abs(low), abs(high))), max(abs(low), abs(high)), 999
    )
    x = np.concatenate([linear, decades]).astype(np.float32)
    x = x[(x >= low) & (x <= high) & (x != 0)]
    exact = x.astype(np.float64) * torch.special.ndtr(torch.from_numpy(x).double()).numpy()
    error = np.abs(run(target_name, x) - exact)
    if np.isfinite(steps):
        assert (error / bf16_step(exact)).max() <= steps
    assert error.max() <= absolute


def test_special_values() -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, 3e38], np.float32)
    held = -6 * gelu.upper_tail(np.array([6.0]))[0]
    result = run("npu1", x)
    assert list(result[:3]) == [0.0, 0.0, np.inf]
    assert result[3] == pytest.approx(held, rel=0.01)
    assert result[4] == float(np.float32(3e38).astype(ml_dtypes.bfloat16))
