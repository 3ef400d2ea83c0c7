"""Rooflines by hand, and the direction in which each constant moves them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from graphs import Builder, encoder, linear_graph

from aiec.codegen.plan_gemm import plan
from aiec.ir.design import GemmTiling
from aiec.ir.graph import Activation, Gemm, OpKind, Role, Value
from aiec.ir.target import NPU1, NPU2
from aiec.kernels.gemm_bf16 import GEMM_BF16, GEMM_BF16_STORE
from aiec.kernels.gemm_cost import LOCK_PAIR_CYCLES
from aiec.kernels.gemm_cost import gemm_cost as planned_cost
from aiec.kernels.tile_memory import core_bytes
from aiec.partitioner.cost import Costs, cost_on_cpu, cost_on_npu
from aiec.partitioner.cpu_profile import CpuProfile, profile_for, profile_named
from aiec.partitioner.gemm_model import estimate_tiling, gemm_cost, legal_tilings

CPU = CpuProfile("test", "made up", gemm_flops=1e12, memory_bytes_per_s=1e11, op_us=5.0)
T64 = GemmTiling(64, 64, 64, 4, 8, 4, 64)


def test_ddr_traffic_counts_the_reuse_of_the_array():
    gemm = Gemm(1500, 384, 384, residual=True)
    x = 2 * (1536 * 384 * 2)  # once for each of 2 blocks of output columns
    weights = 6 * (8 * 6) * T64.w_bytes  # 8 x 6 objects, once for each of 6 blocks of rows
    residual = (24 * 8) * T64.w_bytes
    out = 1536 * 512 * 2
    assert gemm_cost(gemm, T64, NPU1).ddr_bytes == x + weights + residual + out


def test_array_time_is_that_of_the_slower_of_arithmetic_and_stream():
    gemm = Gemm(256, 384, 256)  # one output tile of six k tiles on npu1
    arithmetic = GEMM_BF16.cycles(NPU1, T64, 0) + 2 * LOCK_PAIR_CYCLES
    epilogue = GEMM_BF16_STORE.cycles(NPU1, T64, 0) + LOCK_PAIR_CYCLES
    assert gemm_cost(gemm, T64, NPU1).array == pytest.approx(6 * arithmetic + epilogue, rel=0.03)
    slow = replace(NPU1, stream_bytes_per_cycle=1)
    assert gemm_cost(gemm, T64, slow).array == pytest.approx(6 * T64.w_bytes + epilogue)


def test_a_short_product_is_bound_by_the_stream_that_takes_its_outputs_away():
    gemm = Gemm(256, 128, 256)
    assert gemm_cost(gemm, T64, NPU1).array == 4 * T64.out_bytes / NPU1.stream_bytes_per_cycle


def test_gelu_costs_the_array_time_but_no_traffic():
    plain, gelu = Gemm(1500, 384, 1536), Gemm(1500, 384, 1536, activation=Activation.GELU)
    assert gemm_cost(gelu, T64, NPU2).array > gemm_cost(plain, T64, NPU2).array
    assert gemm_cost(gelu, T64, NPU2).ddr_bytes == gemm_cost(plain, T64, NPU2).ddr_bytes


def test_residuals_come_in_a_burst_that_ddr_may_hold_up():
    plain = gemm_cost(Gemm(256, 384, 256), T64, NPU1).array
    residual = gemm_cost(Gemm(256, 384, 256, residual=True), T64, NPU1).array
    objects = 16 * T64.w_bytes
    ddr = objects * NPU1.clock_hz / NPU1.ddr_bytes_per_s
    assert residual - plain == pytest.approx(ddr)
    fast = NPU1.with_sku(ddr_bytes_per_s=10 * NPU1.ddr_bytes_per_s)
    column = 4 * T64.w_bytes / NPU1.stream_bytes_per_cycle
    assert gemm_cost(Gemm(256, 384, 256, residual=True), T64, fast).array - plain == column


def test_a_step_waits_for_the_controller_to_write_the_next_one():
    """A residual's transfers serve one block: short blocks wait for 28 transfers and for x."""
    tiling = GemmTiling(64, 128, 16, 4, 8, 8, 512)
    plain = gemm_cost(Gemm(1500, 512, 512), tiling, NPU2)
    residual = gemm_cost(Gemm(1500, 512, 512, residual=True), tiling, NPU2)
    commands = 900 * (4 + 3 * 8)
    x = 4 * 2 * 64 * 512 * NPU2.clock_hz / NPU2.ddr_bytes_per_s
    blocks = (1536 // 256) * (512 // 128)
    assert residual.array == pytest.approx(blocks * (commands + x), rel=0.02)
    assert residual.array > 1.5 * plain.array


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_every_tiling_that_is_considered_fits_a_core(target):
    tilings = legal_tilings(target)
    assert tilings
    for t in tilings:
        assert core_bytes(t) <= target.core_memory_bytes
        assert t.out_bytes <= t.w_bytes, "a residual object is as long as a weight object"


def test_the_estimated_tiling_is_the_best_for_its_gemms():
    gemms = (Gemm(1500, 384, 384), Gemm(1500, 384, 1536))
    best = estimate_tiling(gemms, NPU2)

    def total(tiling):
        return sum(gemm_cost(gemm, tiling, NPU2).total for gemm in gemms)

    assert total(best) == min(total(tiling) for tiling in legal_tilings(NPU2))


@pytest.mark.parametrize("target", [NPU1, NPU2])
@pytest.mark.parametrize("state", [384, 512, 768, 1024, 1280])
def test_the_estimate_is_near_the_planners_own(target, state):
    """The planner tries more tilings and counts more; its time must not be far off ours."""
    gemms = (
        Gemm(1500, state, state),
        Gemm(1500, state, state, residual=True),
        Gemm(1500, state, 4 * state, activation=Activation.GELU),
        Gemm(1500, 4 * state, state, residual=True),
    )
    tiling = estimate_tiling(gemms, target)
    ours = sum(gemm_cost(gemm, tiling, target).total for gemm in gemms)
    chosen = plan(gemms, target)
    theirs = sum(planned_cost(chosen, shape).total for shape in chosen.shapes)
    assert ours == pytest.approx(theirs, rel=0.10)


def test_an_ops_time_is_the_arrays_and_a_dispatch():
    graph = linear_graph(m=1500, k=384, n=512)
    cost = cost_on_npu(graph.ops[0], graph, NPU2, CPU)
    tiling = Costs(graph, NPU2, CPU).tiling
    assert cost is not None and tiling is not None
    cycles = gemm_cost(Gemm(1500, 384, 512), tiling, NPU2).total
    dispatch = NPU2.dispatch_us + NPU2.host_us
    assert cost.device_us == pytest.approx(1e6 * cycles / NPU2.clock_hz + dispatch)


def test_cost_on_the_npu_has_dispatch_and_both_crossings():
    graph = linear_graph(m=1500, k=384, n=512)
    cost = cost_on_npu(graph.ops[0], graph, NPU2, CPU)
    assert cost is not None
    assert cost.dispatch_us == NPU2.dispatch_us + NPU2.host_us
    crossings = 1e6 * 1500 * (384 + 512) * (4 + 2) / 1e11 + 2 * 5.0
    assert cost.transfer_us == pytest.approx(crossings)


def test_a_residual_is_packed_besides():
    plain, residual = linear_graph(), linear_graph(residual=True)
    without = cost_on_npu(plain.ops[0], plain, NPU2, CPU)
    with_it = cost_on_npu(residual.ops[0], residual, NPU2, CPU)
    assert without and with_it
    packed = 1e6 * 1500 * 384 * 6 / 1e11 + 5.0
    assert with_it.transfer_us - without.transfer_us == pytest.approx(packed)
    assert with_it.device_us > without.device_us


def test_weights_never_cross():
    costs = Costs(linear_graph(), NPU2, CPU)
    assert costs.crossing_us("fc_weight") == 0.0
    assert costs.crossing_us("x") > 0.0


def test_cost_on_the_cpu_is_a_roofline_with_a_launch_for_each_op_that_moves_data():
    graph = linear_graph(m=1500, k=384, n=384, gelu=True)
    cost = cost_on_cpu(graph.ops[0], graph, CPU)
    gelu_us = 1e6 * 2 * 1500 * 384 * 4 / 1e11
    assert cost.compute_us == pytest.approx(1e6 * 2 * 1500 * 384 * 384 / 1e12 + gelu_us)
    traffic = 4 * (1500 * 384 + 384 * 384 + 1500 * 384)
    assert cost.memory_us == pytest.approx(1e6 * traffic / 1e11 + gelu_us)
    assert cost.dispatch_us == 2 * 5.0  # addmm and gelu; the view is free
    assert cost.transfer_us == 0.0


def test_a_token_step_on_the_cpu_is_bound_by_its_weights():
    graph = linear_graph(m=1, k=1280, n=1280)
    cost = cost_on_cpu(graph.ops[0], graph, CPU)
    assert cost.memory_us > 10 * cost.compute_us


def test_a_cost_carries_traffic_energy_and_an_error_bar():
    graph = linear_graph(m=1500, k=384, n=512)
    npu = cost_on_npu(graph.ops[0], graph, NPU2, CPU)
    cpu = cost_on_cpu(graph.ops[0], graph, CPU)
    assert npu is not None
    assert npu.dispatches == 1 and cpu.dispatches == 0
    assert npu.resident_bytes == 2 * 384 * 512 and cpu.resident_bytes == 0
    assert cpu.ddr_bytes == 4 * (1500 * 384 + 384 * 512 + 1500 * 512) < npu.ddr_bytes * 4
    busy_us = max(npu.compute_us, npu.memory_us)
    dram_uj = 1e-6 * NPU2.dram_pj_per_byte * npu.ddr_bytes
    assert npu.energy_uj == pytest.approx(NPU2.npu_watts * busy_us + dram_uj)
    assert npu.low_us < npu.device_us < npu.high_us
    assert cpu.low_us == cpu.device_us  # CPU has none


@pytest.mark.parametrize(
    ("kind", "rate"),
    [
        (OpKind.LAYER_NORM, "norm_per_s"),
        (OpKind.SOFTMAX, "softmax_per_s"),
        (OpKind.GELU, "gelu_per_s"),
    ],
)
def test_ops_on_elements_run_at_the_rate_of_their_kind(kind, rate):
    b = Builder()
    b.input("x", (1000, 100))
    b.op("a", kind, ["x"], (1000, 100))
    graph = b.graph("one", ("a",))
    cost = cost_on_cpu(graph.ops[0], graph, replace(CPU, **{rate: 1e9}))
    assert cost.compute_us == pytest.approx(100.0)


def test_small_products_reach_a_share_of_the_rate_interpolated_in_log_space():
    ramp = replace(CPU, gemm_ramp=((1e6, 0.25), (1e8, 1.0)))
    assert ramp.gemm_us(1e3) == pytest.approx(4 * CPU.gemm_us(1e3))
    assert ramp.gemm_us(1e7) == pytest.approx(2 * CPU.gemm_us(1e7))
    assert ramp.gemm_us(1e9) == pytest.approx(CPU.gemm_us(1e9))


def test_weights_to_upload_are_read_as_fp32_and_written_as_bf16():
    costs = Costs(linear_graph(), NPU2, CPU)
    assert costs.upload_us(2_000_000) == pytest.approx(1e6 * 6e6 / 1e11 + 5.0)


def test_an_embedding_reads_only_its_rows():
    b = Builder()
    b.input("tokens", (1, 4))
    b.input("table", (51865, 384), Role.WEIGHT)
    b.op("rows", OpKind.EMBEDDING, ["tokens", "table"], (1, 4, 384))
    graph = b.graph("embedding", ("rows",))
    cost = cost_on_cpu(graph.ops[0], graph, CPU)
    assert cost.memory_us == pytest.approx(1e6 * 2 * 4 * 384 * 4 / 1e11)


def test_views_are_free():
    graph = encoder(384, 6, 1)
    view = next(op for op in graph.ops if op.kind is OpKind.VIEW)
    assert cost_on_cpu(view, graph, CPU).total_us == 0.0


@pytest.mark.parametrize(
    ("graph", "why"),
    [
        (encoder(384, 6, 1), "no kernel of ours runs convolution"),
        (linear_graph(gelu=True, residual=True), "cannot both apply GELU and add a residual"),
    ],
)
def test_what_the_npu_cannot_run_has_an_obstacle_instead_of_a_cost(graph, why):
    costs = Costs(graph, NPU2, CPU)
    assert why in (costs.obstacle(graph.ops[0]) or "")
    assert cost_on_npu(graph.ops[0], graph, NPU2) is None


def test_rows_in_several_dispatches_cost_several_times():
    graph = linear_graph()
    once, thrice = graph.ops[0], replace(graph.ops[0], dispatches=3)
    one, three = (cost_on_npu(op, graph, NPU2) for op in (once, thrice))
    assert one is not None and three is not None
    assert three.dispatches == 3
    assert (three.compute_us, three.dispatch_us, three.ddr_bytes) == pytest.approx(
        (3 * one.compute_us, 3 * one.dispatch_us, 3 * one.ddr_bytes)
    )
    assert three.transfer_us == one.transfer_us


def test_an_op_of_no_known_kind_is_called_by_its_aten_name():
    b = Builder()
    b.input("x", (4,))
    b.op("a", OpKind.OTHER, ["x"], (4,), targets=("aten.cumsum.default",))
    graph = b.graph("other", ("a",))
    obstacle = Costs(graph, NPU2, CPU).obstacle(graph.ops[0])
    assert obstacle == "no kernel of ours runs aten.cumsum.default"


def test_a_foreign_dtype_is_an_obstacle():
    graph = linear_graph()
    values = tuple(replace(v, dtype="float64", itemsize=8) for v in graph.values)
    assert Costs(replace(graph, values=values), NPU2, CPU).obstacle(graph.ops[0]) == (
        "our kernels take no float64"
    )
    product = replace(graph.ops[0], kind=OpKind.MATMUL, gemm=None, operands=None)
    assert Costs(replace(graph, values=values), NPU2, CPU).obstacle(product) == (
        "our kernels take no float64"
    )


def test_without_a_target_everything_has_an_obstacle():
    graph = linear_graph()
    obstacle = Costs(graph, None, CPU).obstacle(graph.ops[0])
    assert obstacle == "there is no NPU to decide about"


def test_halving_ddr_doubles_traffic_time_and_nothing_else():
    gemm = Gemm(1500, 384, 384)
    half = NPU1.with_sku(ddr_bytes_per_s=NPU1.ddr_bytes_per_s // 2)
    cost, slow = gemm_cost(gemm, T64, NPU1), gemm_cost(gemm, T64, half)
    assert slow.ddr == pytest.approx(2 * cost.ddr)
    assert slow.busy == cost.busy


def test_the_cpu_beside_an_npu_is_that_of_its_machine():
    assert profile_for(NPU1) == profile_named("8845HS") == profile_for(None)
    assert profile_for(NPU2) == profile_named("HX 370")


def test_a_value_counts_its_own_item_size():
    half = Value("h", (10, 10), "float16", 2, Role.ACTIVATION)
    graph = replace(linear_graph(), values=(*linear_graph().values, half))
    assert Costs(graph, NPU2, CPU).crossing_us("h") == pytest.approx(5.0 + 1e6 * 400 / 1e11)
