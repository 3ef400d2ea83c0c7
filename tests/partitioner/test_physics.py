"""The physics by hand, and the direction in which each quantity moves it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from aiec.ir.target import NPU1, NPU2
from aiec.partitioner.physics.chains import CHAINS, chain_cycles
from aiec.partitioner.physics.constants import (
    PRIORS,
    ErrorBar,
    Fit,
    changed,
    from_json,
    load,
    moved,
    prior_constants,
    to_json,
)
from aiec.partitioner.physics.events import configure_us, switch_pair_us, switch_us
from aiec.partitioner.physics.gemm import GemmRun, fitting_tiles, gemm_time
from aiec.partitioner.physics.memory import Traffic, ddr_us, launch_us, overlapped, shim_us
from aiec.partitioner.physics.operands import Dtype, operand_bytes, type_named
from aiec.partitioner.physics.paths import (
    AIR_DIRECT,
    AIR_DRAIN,
    AIR_EXTERNAL,
    AIR_FUSED_CAST,
    BALANCED,
    WHOLE_ARRAY,
    path_of,
)
from aiec.partitioner.physics.rates import hand_cycles, product_cycles
from aiec.partitioner.physics.vector import (
    AttentionRun,
    VectorRun,
    attention_us,
    gemv_us,
    vector_us,
)

C = prior_constants()
RUN = GemmRun(2048, 2048, 2048, Dtype.BF16_EMULATED, "fp32", 4, 8, WHOLE_ARRAY, (64, 64, 64))


def time_us(run, target=NPU2, c=C):
    time = gemm_time(run, target, c)
    assert time is not None
    return time.total


# ------------------------------------------------------------------ kernels


def test_a_product_pays_its_multiplications_and_a_pass_over_the_accumulator():
    cycles = product_cycles("aie2", Dtype.INT8, 64, 232, 64, 1, C)
    assert cycles == pytest.approx(64 * 232 * 64 / 256 + 64 * 64 * (C.pass_aie2 + C.pass_byte_aie2))
    deeper = product_cycles("aie2", Dtype.INT8, 64, 464, 64, 1, C)
    assert cycles is not None and deeper is not None
    assert deeper < 2 * cycles, "a deeper tile passes over its accumulator less often"


def test_hand_written_kernels_take_the_published_instructions():
    assert hand_cycles("aie2", Dtype.BF16, 32, 32, 32) == 288
    assert hand_cycles("aie2p", Dtype.BFP16, 64, 96, 64) == 800


def test_no_generation_has_every_type():
    assert product_cycles("aie2", Dtype.BFP16, 64, 64, 64, 4, C) is None
    assert hand_cycles("aie2p", Dtype.BF16, 64, 64, 64) is None
    assert operand_bytes(Dtype.BF16_BFP16) == (2, 9 / 8)


def test_a_chain_costs_its_latencies_one_after_another():
    assert CHAINS["add"].latency == 7 + 6 + 5
    assert chain_cycles(CHAINS["add"], 1600, None, C) == pytest.approx(1800 * C.chain_stretch)
    rows = chain_cycles(CHAINS["rmsnorm"], 1600, 100, C) - chain_cycles(
        CHAINS["rmsnorm"], 1600, None, C
    )
    assert rows == pytest.approx(16 * 2 * C.row_overhead)


def test_types_have_many_spellings():
    assert type_named("bfloat16") == type_named("bf16(bfp16 emu)") == type_named("bf16 (native)")
    assert type_named("i8") == "int8" and type_named("F32") == "fp32"
    assert type_named("quad") == "quad"


# ------------------------------------------------------------------ memory


def test_short_runs_cost_more_unless_they_lie_in_one_page():
    long, short = Traffic(1e6, 4096), Traffic(1e6, 64)
    assert long.cost_bytes(C) == 1e6
    assert short.cost_bytes(C) == pytest.approx(1e6 * (1 + C.run_overhead / 64))
    assert 1e6 < Traffic(1e6, 64, 1024).cost_bytes(C) < short.cost_bytes(C)


def test_memory_and_shims_have_their_rates():
    assert ddr_us((Traffic(1e6, 4096),), NPU1, C) == pytest.approx(1e3 / C.ddr_npu1)
    assert shim_us(8 * NPU2.clock_hz * 1e-6, 1, NPU2) == pytest.approx(1.0)
    assert shim_us(8 * NPU2.clock_hz * 1e-6, 4, NPU2) == pytest.approx(0.25)


def test_what_overlaps_takes_the_longest_and_a_little_more():
    assert overlapped(10.0, 0.0) == 10.0
    assert 10.0 < overlapped(10.0, 10.0) < 11.0
    assert overlapped(0.0, 0.0) == 0.0


# ------------------------------------------------------------------ GEMM


def test_traffic_is_what_the_tiling_reuses():
    """TAKA's equations: A M K N bytes / (n columns), B M K N bytes / (m rows), C once."""
    time = gemm_time(RUN, NPU2, C)
    assert time is not None
    macs = 2048**3
    assert time.ddr_bytes == macs * 2 / (64 * 8) + macs * 2 / (64 * 4) + 4 * 2048 * 2048


def test_a_large_product_is_bound_by_its_kernel_or_its_memory():
    fast = changed(C, ddr_npu2=1e4)
    time = gemm_time(RUN, NPU2, fast)
    kernel = product_cycles("aie2p", RUN.dtype, 64, 64, 64, 4, C)
    assert time is not None and kernel is not None
    calls = 2048**3 / 64**3 / 32
    assert time.array == pytest.approx(
        1e6 * calls * (kernel + C.step_overhead) / NPU2.clock_hz, rel=0.15
    )
    assert time.total == pytest.approx(time.launch + time.array, rel=0.01)
    slow = changed(C, ddr_npu2=C.ddr_npu2 / 4)
    assert time_us(RUN, c=slow) > 2 * time_us(RUN, c=fast)


@pytest.mark.parametrize("run", [RUN, replace(RUN, path=AIR_DRAIN), replace(RUN, path=BALANCED)])
def test_halving_the_memory_never_helps_and_at_most_doubles(run):
    half = changed(C, ddr_npu2=C.ddr_npu2 / 2)
    assert time_us(run) < time_us(run, c=half) <= 2 * time_us(run)


def test_ten_times_the_launch_is_felt_by_small_products():
    dear = changed(C, launch_npu2=10 * C.launch_npu2)
    small = replace(RUN, m=256, k=256, n=512)
    assert time_us(small, c=dear) > 4 * time_us(small)
    assert time_us(RUN, c=dear) < 2 * time_us(RUN)


def test_the_older_generation_is_slower():
    on_npu1 = replace(RUN, dtype=Dtype.INT8, columns=4)
    on_npu2 = replace(RUN, dtype=Dtype.INT8)
    assert time_us(on_npu1, NPU1) > 2 * time_us(on_npu2, NPU2)


def test_paths_differ_as_their_makers_say():
    shape = replace(RUN, tile=(64, 32, 128), k_l2=256)
    external = time_us(replace(shape, path=AIR_EXTERNAL))
    assert time_us(replace(shape, path=AIR_FUSED_CAST)) > external + 300
    assert time_us(replace(shape, path=AIR_DIRECT)) > 1.3 * external
    moved_only = gemm_time(replace(shape, path=AIR_EXTERNAL, compute=False), NPU2, C)
    assert moved_only is not None and moved_only.total < external


def test_without_a_tile_the_one_with_least_traffic_that_fits_is_taken():
    free = replace(RUN, tile=None)
    tiles = fitting_tiles(free)
    assert all(2048 % (4 * m) == 0 and 2048 % (8 * n) == 0 for m, _, n in tiles)
    assert time_us(free) < time_us(replace(RUN, tile=(16, 32, 16)))
    assert fitting_tiles(replace(free, m=7)) == []
    assert gemm_time(replace(free, m=7), NPU2, C) is not None


def test_a_type_without_a_kernel_has_no_time():
    assert gemm_time(replace(RUN, dtype=Dtype.BFP16), NPU1, C) is None


@pytest.mark.parametrize(
    ("source", "qualifier", "name"),
    [
        ("Xilinx/mlir-air GEMM.json [CAL]", "drain", "air drain"),
        ("Xilinx/mlir-air GEMM.json [CAL]", "fused-cast", "air fused-cast"),
        ("Xilinx/mlir-air GEMM.json [CAL]", "direct", "air direct"),
        ("Xilinx/mlir-air GEMM.json [CAL]", "", "air drain"),
        ("arXiv:2512.13282 Table 2", "", "balanced"),
        ("arXiv:2512.13282 s5.2.3", "B row-major", "balanced, B row-major"),
        ("arXiv:2511.16041", "best", "asymmetric tile buffering"),
        ("nod-ai/iree-amd-aie", "O3_ukernel", "iree"),
        ("nod-ai/iree-amd-aie", "O3", "iree, generated"),
        ("somebody", "", "whole_array"),
    ],
)
def test_a_measurement_tells_its_path(source, qualifier, name):
    assert path_of(source, qualifier, 1e6, "bf16").name == name


# ------------------------------------------------------------------ everything else


def test_vector_ops_scale_with_cores_until_the_memory_is_full():
    one = VectorRun(CHAINS["gelu"], 1 << 22, None, 1)
    eight = replace(one, cores=8)
    base = launch_us(NPU2, False, C)
    assert vector_us(one, NPU2, C) - base == pytest.approx(
        8 * (vector_us(eight, NPU2, C) - base), rel=0.02
    )
    many = vector_us(replace(one, chain=CHAINS["copy"], cores=10_000), NPU2, C)
    assert many - base == pytest.approx(1e-3 * 2 * 2 * (1 << 22) / C.ddr_npu2, rel=0.01)


def test_a_token_step_is_a_stream_of_weights():
    assert gemv_us(4096, 2048, Dtype.BF16, 8, NPU2, C) - launch_us(NPU2, False, C) == pytest.approx(
        1e6 * 4096 * 2048 / 8 / 16 * C.gemv_chain / NPU2.clock_hz
    )


def test_attention_grows_with_the_scores_and_with_wide_heads():
    run = AttentionRun(8, 512, 512, 64, 32)
    short = attention_us(run, Dtype.BF16_EMULATED, NPU2, C)
    long = attention_us(replace(run, keys=4096), Dtype.BF16_EMULATED, NPU2, C)
    wide = attention_us(replace(run, head=128), Dtype.BF16_EMULATED, NPU2, C)
    assert short is not None and long is not None and wide is not None
    assert long > 2 * short and wide > short
    assert attention_us(run, Dtype.BFP16, NPU1, C) is None


def test_switches_cost_by_the_lock():
    assert switch_us(320, C) == pytest.approx(25 + 320 * C.switch_lock_us)
    assert switch_pair_us(NPU1, C) == pytest.approx(2 * switch_us(160, C))
    assert configure_us(NPU1) == pytest.approx(3400, rel=0.01)


# ------------------------------------------------------------------ constants


def test_constants_survive_their_file():
    fit = Fit(moved([0.5] * len(PRIORS)), (("gemm", ErrorBar(0.8, 1.25, 9)),), "by hand")
    again = from_json(json.loads(to_json(fit)))
    assert again.bars == fit.bars and again.how == "by hand"
    assert again.constants.ddr_npu2 == pytest.approx(fit.constants.ddr_npu2, rel=1e-3)


def test_no_shipped_constant_left_the_range_of_its_prior():
    fit = load()
    for prior in PRIORS:
        moved_by = abs(math.log(getattr(fit.constants, prior.name) / prior.value))
        assert moved_by <= 3 * prior.width + 1e-3, prior.name


def test_a_kind_without_measurements_has_the_widest_bar():
    fit = Fit(C, (("a", ErrorBar(0.9, 1.1, 3)), ("b", ErrorBar(0.5, 1.05, 3))), "")
    assert fit.bar("a").high == 1.1
    assert fit.bar("c") == ErrorBar(0.5, 1.1, 0)
