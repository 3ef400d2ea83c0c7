"""The planner: every plan is legal, serves all its GEMMs, and says why; what it refuses."""

from __future__ import annotations

import pytest
from encoder_shapes import WIDTHS, encoder_gemms
from hypothesis import given, settings
from hypothesis import strategies as st

from aiec.codegen.gemm_transfers import steps
from aiec.codegen.plan_gemm import MAX_BD_SIZE, plan
from aiec.ir.design import GemmPlan, GemmTiling
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels.gemm_bf16 import broken_constraint
from aiec.kernels.gemm_cost import ddr_bytes, gemm_cost
from aiec.kernels.layout import padded_shape
from aiec.kernels.tile_memory import STACK_BYTES, core_buffers, core_bytes, mem_tile_buffer_bytes

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)


def assert_legal(made: GemmPlan) -> None:
    """Everything that the hardware limits, re-derived from the target."""
    t, target = made.tiling, made.target
    assert broken_constraint(target, t) is None
    assert core_bytes(t) <= target.core_memory_bytes
    assert sum(mem_tile_buffer_bytes(t, made.rows)) <= target.mem_tile_bytes
    assert max(t.m // t.r, t.r, t.k_l2 // t.s, t.s, t.n // t.t, t.t) <= MAX_BD_SIZE
    for shape in made.shapes:
        gemm = shape.gemm
        assert shape.mp % made.block_m == 0 <= shape.mp - gemm.m < made.block_m
        assert shape.np % made.block_n == 0 <= shape.np - gemm.n < made.block_n
        assert shape.kp % t.k_l2 == 0 and shape.kp // t.k % 2 == 0
        assert 0 <= shape.kp - gemm.k < 2 * t.k
        assert list(steps(made, shape))  # raises where a transfer is illegal


@TARGETS
@pytest.mark.parametrize("d", WIDTHS)
def test_every_whisper_encoder_has_a_legal_plan(d: int, target: Target) -> None:
    gemms = encoder_gemms(d)
    made = plan(gemms, target)
    assert_legal(made)
    assert {shape.gemm for shape in made.shapes} == set(gemms)
    assert all(shape.mp == 1536 for shape in made.shapes)
    useful = sum(s.gemm.macs for s in made.shapes)
    assert useful / sum(s.mp * s.kp * s.np for s in made.shapes) > 0.97


@TARGETS
def test_widest_gemm_of_large_v3_is_legal(target: Target) -> None:
    assert_legal(plan((Gemm(1500, 5120, 5120),), target))


@settings(max_examples=15, deadline=None)
@given(
    target=st.sampled_from([NPU1, NPU2]),
    gemms=st.lists(
        st.builds(
            Gemm,
            m=st.integers(1, 3000),
            k=st.integers(1, 5000),
            n=st.integers(1, 9000),
            bias=st.booleans(),
            residual=st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_any_shapes_together_have_a_legal_plan(target: Target, gemms: list[Gemm]) -> None:
    assert_legal(plan(tuple(gemms), target))


def test_small_gemm_is_padded_to_the_array_only() -> None:
    made = plan((Gemm(7, 100, 50),), NPU2)
    assert_legal(made)
    (shape,) = made.shapes
    assert (shape.mp, shape.np) == (32, 128)


def test_the_same_gemm_twice_is_one_shape() -> None:
    gemm = Gemm(64, 64, 64)
    assert [s.gemm for s in plan((gemm, gemm), NPU1).shapes] == [gemm]


def test_why_names_the_choice_and_the_runner_up() -> None:
    made = plan(encoder_gemms(384), NPU1)
    t = made.tiling
    assert made.why.startswith(f"m={t.m} k={t.k} n={t.n}")
    assert "runner-up m=" in made.why and "bound by" in made.why


def test_a_toss_up_goes_to_fewer_kernel_calls_and_says_so() -> None:
    assert "a toss-up; the choice has fewer kernel calls" in plan(encoder_gemms(768), NPU2).why


def test_choice_is_least_within_a_toss_up() -> None:
    made = plan(encoder_gemms(512), NPU1)
    fixed = GemmTiling(32, 64, 32, 4, 8, 4, k_l2=256)  # upstream's example, made smaller
    shapes = tuple(padded_shape(s.gemm, fixed, 4, 4) for s in made.shapes)
    other = GemmPlan(NPU1, fixed, 4, 4, shapes, "")
    ours = sum(gemm_cost(made, s).total for s in made.shapes)
    assert ours < sum(gemm_cost(other, s).total for s in shapes)


def test_more_bandwidth_never_slows_and_unbinds_from_ddr() -> None:
    gemms = encoder_gemms(384)
    slow = plan(gemms, NPU1)
    fast = plan(gemms, NPU1.with_sku(ddr_bytes_per_s=10 * NPU1.ddr_bytes_per_s))
    assert any(gemm_cost(slow, s).ddr > gemm_cost(slow, s).array for s in slow.shapes)
    assert all(gemm_cost(fast, s).ddr < gemm_cost(fast, s).array for s in fast.shapes)


def test_ddr_bytes_by_hand() -> None:
    tiling = GemmTiling(16, 16, 16, 4, 8, 4, k_l2=32)
    gemm = Gemm(128, 32, 128)
    made = GemmPlan(NPU1, tiling, 4, 4, (padded_shape(gemm, tiling, 4, 4),), "")
    # Two block rows, two block columns; 2 x 8 weight objects of 576 bytes.
    x, weights, out = 128 * 32 * 2 * 2, 16 * 576 * 2, 128 * 128 * 2
    assert ddr_bytes(made, made.shapes[0]) == x + weights + out


def test_twin_buffers_lie_in_different_banks_where_the_set_packs() -> None:
    tiling = GemmTiling(32, 64, 32, 4, 8, 4, k_l2=64)
    banks = {b.name: b.bank for b in core_buffers(tiling, NPU1)}
    assert banks["x0"] != banks["x1"] and banks["w0"] != banks["w1"]
    sizes = [0] * NPU1.core_banks
    sizes[0] = STACK_BYTES
    for buffer in core_buffers(tiling, NPU1):
        assert buffer.bank is not None
        sizes[buffer.bank] += buffer.nbytes
    assert max(sizes) <= NPU1.core_memory_bytes // NPU1.core_banks


def test_buffers_that_fit_no_bank_have_none() -> None:
    tiling = GemmTiling(64, 64, 64, 4, 8, 4, k_l2=64)  # 58 KB in all, in lumps of 8 and 16 KB
    assert {b.bank for b in core_buffers(tiling, NPU1)} == {None}


def test_gelu_with_residual_is_refused() -> None:
    gemm = Gemm(64, 64, 64, activation=Activation.GELU, residual=True)
    with pytest.raises(CodegenError, match="gemm_64x64x64_bias_res_gelu has both a residual and"):
        plan((gemm,), NPU2)


def test_nothing_to_plan_is_refused() -> None:
    with pytest.raises(CodegenError, match="there is no GEMM to plan"):
        plan((), NPU2)


def test_a_target_too_small_is_refused() -> None:
    from dataclasses import replace

    tiny = replace(NPU1, core_memory_bytes=2048)
    with pytest.raises(CodegenError, match="no tiling on npu1 serves all of gemm_8x8x8_bias"):
        plan((Gemm(8, 8, 8),), tiny)
