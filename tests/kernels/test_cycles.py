"""The cycle model against what was published; the tolerance is the uncertainty that it states."""

from __future__ import annotations

import pytest

from aiec.ir.design import GemmTiling
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import cycles as gemm_cycles
from aiec.kernels import encoder, encoder_cycles
from aiec.kernels.cycles import CORE_CODE_BYTES
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
    assert store(target, large, 1) == pytest.approx(4 * store(target, small, 1), rel=0.15)
    residual = KERNELS["gemm_bf16_residual"].cycles
    assert residual(target, large) == pytest.approx(4 * residual(target, small), rel=0.15)


def tiling(target: Target, m: int, k: int, n: int) -> GemmTiling:
    """A tiling with the target's instruction."""
    return GemmTiling(m, k, n, 4, 8, 4 if target is NPU1 else 8, k)


# (m, k, n), published cycles, tolerance, source; all bf16 through bfp16 on npu2
THROUGH_BFP16 = (
    ((64, 64, 48), 1469, 0.02, "VEGAH 0049, Peano, a window between two calls"),
    ((64, 64, 32), 64 * 64 * 32 / 137.3, 0.06, "VEGAH 0003, Peano"),
    ((48, 152, 48), 48 * 152 * 48 / 158.1, 0.06, "TAKA table 2, closed compiler"),
)


@pytest.mark.parametrize(("sizes", "cycles", "tolerance", "source"), THROUGH_BFP16)
def test_products_through_bfp16_are_near_published_ones(
    sizes: tuple[int, int, int], cycles: float, tolerance: float, source: str
) -> None:
    predicted = encoder_cycles.through_bfp16(*sizes)
    assert predicted == pytest.approx(cycles, rel=tolerance), source
    if "closed" in source:
        assert predicted > cycles


def encoder_cycles_of(target: Target, symbol: str, *scalars: int) -> int:
    """Cycles of a kernel of the encoder."""
    return KERNELS[symbol].cycles(target, encoder.tiling_for(target), *scalars)


def test_the_encoders_products_are_those_of_the_models_above() -> None:
    alone = KERNELS["gemm_bf16"].cycles(NPU1, tiling(NPU1, 64, 64, 64), 0)
    assert encoder_cycles_of(NPU1, "encoder_gemm", 0) == alone
    conversions = 6 * 8 * 16  # of right operands, which are bfp16 in memory
    both = encoder_cycles.through_bfp16(64, 64, 64)
    assert encoder_cycles_of(NPU2, "encoder_gemm", 0) == both - conversions


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_scores_cost_their_product_and_one_and_a_half_cycles_each(target: Target) -> None:
    product = encoder_cycles_of(target, "encoder_gemm", 1)
    scores = encoder_cycles_of(target, "encoder_scores", 64)
    assert product < scores < product + 1.5 * 64 * 64  # with all maxima raised
    assert encoder_cycles_of(target, "encoder_scores", 28) > scores  # hides 36 keys


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_a_bias_alone_costs_less_than_a_norm(target: Target) -> None:
    norm = encoder_cycles_of(target, "encoder_affine", 0, 384)
    assert encoder_cycles_of(target, "encoder_affine", 0, 0) < norm / 1.5


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_no_kernel_of_the_encoder_beats_the_machine(target: Target) -> None:
    store_bytes = 32 if target is NPU1 else 64
    in_place = 4 * 64 * 64 / store_bytes
    for symbol in ("gelu", "residual", "attention_start", "attention_end"):
        assert encoder_cycles_of(target, f"encoder_{symbol}") > in_place
    assert encoder_cycles_of(target, "encoder_affine", 0, 384) > in_place
    for symbol, scalars in (("store", (0,)), ("query", ())):
        assert encoder_cycles_of(target, f"encoder_{symbol}", *scalars) > in_place / 2


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_a_tenth_of_program_memory_is_left_by_the_largest_core_at_full_bundles(
    target: Target,
) -> None:
    whole = sum(model.program_bytes(target.isa) for model in encoder.MODELS.values())
    assert whole + CORE_CODE_BYTES <= 0.9 * target.core_program_bytes
    shared = sum(
        gemm_cycles.program_bytes(target, s.symbol)
        for s in KERNELS.values()
        if s.object == "gemm_bf16.o"
    )
    assert shared < whole
