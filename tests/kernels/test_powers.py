"""The kernel's powers of two: coefficients of the fit, errors near bf16's rounding."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from kernel_objects import BF16, aligned

from aiec.ir.target import NPU1, NPU2
from aiec.kernels import powers
from aiec.kernels.host import compile_source
from aiec.kernels.spec import CPP

SOURCE = Path(__file__).parent / "sources" / "powers_probe.cc"


def coefficients() -> np.ndarray:
    """(c1, c2, c3) in cpp/powers.h."""
    text = (CPP / "powers.h").read_text()
    return np.array([float(v) for v in re.findall(r"power_[123] = (-?[\d.]+)f", text)])


@pytest.fixture(scope="module", params=[NPU1, NPU2], ids=lambda t: t.name)
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[np.ndarray], np.ndarray]:
    """2^x by the kernel's code; compiled anew, since the cache knows nothing of the header."""
    defines = (("POWERS", f'"{CPP / "powers.h"}"'),)
    cache = tmp_path_factory.mktemp("powers")
    function = compile_source(
        SOURCE, "powers", target=request.param, defines=defines, cache_dir=cache
    )
    shifted, out = aligned(32, np.dtype(np.float32)), aligned(32, BF16)

    def powers_of(x: np.ndarray) -> np.ndarray:
        results = []
        for start in range(0, len(x), 32):
            part = x[start : start + 32]
            shifted[: len(part)] = part - np.float32(0.5)
            function["powers"](shifted, out)
            results.append(out[: len(part)].astype(np.float64))
        return np.concatenate(results)

    return powers_of


def test_coefficients_are_those_of_the_fit() -> None:
    np.testing.assert_allclose(coefficients(), powers.fit(), rtol=2e-4)
    c = np.linspace(-0.5, 0.5, 10_001)
    error = powers.approximate_mantissa(c, coefficients()) / powers.mantissa(c) - 1
    assert np.abs(error).max() < powers.RELATIVE_ERROR


@pytest.mark.parametrize(("low", "high"), [(-3.0, 0.6), (-125.0, -100.0)])
def test_error_in_steps_of_bf16(
    run: Callable[[np.ndarray], np.ndarray], low: float, high: float
) -> None:
    x = np.linspace(low, high, 20_001).astype(np.float32)
    exact = 2.0 ** x.astype(np.float64)
    step = 2.0 ** (np.floor(np.log2(exact)) - 7)
    assert (np.abs(run(x) - exact) / step).max() < 0.58  # half a step is the rounding itself


def test_integers_are_exact_and_far_below_is_zero(
    run: Callable[[np.ndarray], np.ndarray],
) -> None:
    whole = np.arange(-126, 1).astype(np.float32)
    assert (run(whole) == 2.0 ** whole.astype(np.float64)).all()
    assert not run(np.array([-128, -300, -1e5, -4e6, -(2.0**30)], np.float32)).any()
