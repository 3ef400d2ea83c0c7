"""The cycle model against what was published; the tolerance is the uncertainty that it states."""

from __future__ import annotations

import pytest

from aiec.ir.design import GemmTiling
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels.registry import KERNELS

# target, (m, k, n), published cycles, tolerance, source
PUBLISHED = (
    (NPU1, (64, 64, 64), 2920, 0.03, "allo on mlir-aie: 2,870 to 2,970"),
    (NPU2, (64, 64, 32), 64 * 64 * 32 / 25.0, 0.02, "VEGAH 0003, native bf16, Peano"),
    (NPU2, (64, 64, 48), 7897, 0.02, "VEGAH 0049, native bf16, Peano"),
    # The closed compiler schedules block ends better: the model may be slower, never faster.
    (NPU1, (64, 104, 64), 64 * 104 * 64 / 112.6, 0.21, "TAKA table 1, closed compiler"),
    (NPU1, (96, 56, 96), 96 * 56 * 96 / 99.8, 0.21, "TAKA table 2, closed compiler"),
    (NPU1, (96, 48, 112), 96 * 48 * 112 / 97.3, 0.21, "TAKA table 2, closed compiler"),
)


@pytest.mark.parametrize(("target", "sizes", "cycles", "tolerance", "source"), PUBLISHED)
def test_gemm_cycles_are_near_published_ones(
    target: Target, sizes: tuple[int, int, int], cycles: float, tolerance: float, source: str
) -> None:
    predicted = KERNELS["gemm_bf16"].cycles(target, tiling(target, *sizes), 0)
    assert predicted == pytest.approx(cycles, rel=tolerance), source
    if "closed" in source:
        assert predicted > cycles


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_no_kernel_beats_the_machine(target: Target) -> None:
    t = tiling(target, 64, 64, 48)
    assert t.m * t.k * t.n / KERNELS["gemm_bf16"].cycles(target, t, 0) < target.bf16_macs_per_cycle
    stores = t.out_bytes / (32 if target is NPU1 else 64)
    assert KERNELS["gemm_bf16_store"].cycles(target, t, 0) > stores


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_gelu_costs_more_than_rounding_and_work_scales(target: Target) -> None:
    store = KERNELS["gemm_bf16_store"].cycles
    small, large = tiling(target, 32, 64, 32), tiling(target, 64, 64, 64)
    assert store(target, small, 1) > 2 * store(target, small, 0)
    assert store(target, large, 1) == pytest.approx(4 * store(target, small, 1), rel=0.05)
    residual = KERNELS["gemm_bf16_residual"].cycles
    assert residual(target, large) == pytest.approx(4 * residual(target, small), rel=0.15)


def tiling(target: Target, m: int, k: int, n: int) -> GemmTiling:
    """A tiling with the target's instruction."""
    return GemmTiling(m, k, n, 4, 8, 4 if target is NPU1 else 8, k)
