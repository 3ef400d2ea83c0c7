"""The emulation gives what chips gave: every capture, to the bit; NaN as a class."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from kernel_objects import BF16, aligned

from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels.host import compile_source

ROOT = Path(__file__).parents[2]
BENCHMARK = runpy.run_path(str(ROOT / "benchmarks" / "silicon.py"))
PROBE = ROOT / "tests" / "kernels" / "sources" / "silicon_probe.cc"
F32 = np.dtype(np.float32)


@pytest.mark.parametrize("name", BENCHMARK["CHECKS"])
def test_what_chips_returned(name: str) -> None:
    done = BENCHMARK["check"](name)
    assert done.known.size >= 12
    assert done.wrong == 0


def test_every_capture_is_checked() -> None:
    checked = {BENCHMARK["check"](name).name.split(",")[0] for name in BENCHMARK["CHECKS"]}
    kept = {path.stem for path in (ROOT / "tests" / "kernels" / "silicon").iterdir()}
    assert kept - checked == {"README", "timing_silicon"}


def test_a_difference_is_seen() -> None:
    known = np.array([1.0, np.nan, 0.0, np.inf], F32)
    made = np.array([1.0, -np.nan, -0.0, np.nan], F32)
    assert BENCHMARK["Check"]("", made, known).wrong == 2


def aligned_sum(acc: float, x: np.ndarray, w: np.ndarray) -> float:
    """The rule in other words than the emulation's: of exact fractions of integers."""
    terms = [(float(a) * float(b), place(a) + place(b)) for a, b in zip(x, w, strict=True)]
    terms = [(v, p) for v, p in [*terms, (float(acc), place(acc))] if v]
    if not terms:
        return 0.0
    step = 2.0 ** (max(p for _, p in terms) - 23)
    total = sum(round(v / step) for v, _ in terms)  # Python rounds halves to even
    result = np.float32(total) * np.float64(step)
    return 0.0 if abs(result) < 2.0**-126 else float(np.float32(result))


def place(value: float) -> int:
    return max(int(np.frexp(value)[1]) - 1, -126) if value else -999


RANGES = {"near": (-4, 4), "wide": (-30, 30), "small": (-70, -40), "tiny": (-124, -60)}


@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
@pytest.mark.parametrize("powers", RANGES.values(), ids=RANGES)
def test_products_follow_the_rule(powers: tuple[int, int], target: Target) -> None:
    """Where the emulation is fast and where it goes lane by lane; some numbers are zero."""
    rng = np.random.default_rng(0)

    def numbers(size: int, dtype: np.dtype, factor: int = 1) -> np.ndarray:
        out = aligned(size, dtype)
        scale = 2.0 ** (factor * rng.integers(*powers, size))
        out[:] = (rng.standard_normal(size) * scale * (rng.random(size) < 0.9)).astype(dtype)
        return out

    run = compile_source(PROBE, "mac_bf16", target=target)["mac_bf16"]
    for _ in range(40):
        a, b, c = numbers(32, BF16), numbers(32, BF16), numbers(16, F32, 2)
        c[:] = np.where(np.abs(c) < 2.0**-126, 0, c)
        before = c.copy()
        run(a, b, c)
        for i in range(16):
            wanted = aligned_sum(before[i], a[i // 4 * 8 :][:8], b[i % 4 :: 4])
            assert c[i] == wanted, (i, before[i])


def test_an_addition_of_the_array_is_not_ieee() -> None:
    """1 - (1 - 2^-24) is 0: the smaller number is rounded on the larger one's grid."""
    a, b = aligned(16, F32), aligned(16, F32)
    plus, minus = aligned(16, F32), aligned(16, F32)
    a[:], b[:] = 1, 1 - 2.0**-24
    b[1] = 1 - 3 * 2.0**-24
    compile_source(PROBE, "sums_f32", target=NPU1)["sums_f32"](a, b, plus, minus)
    assert minus[:2].tolist() == [0, 2.0**-22]
    assert (a - b)[:2].tolist() == [2.0**-24, 3 * 2.0**-24]
