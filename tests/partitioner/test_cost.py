"""Rooflines by hand, and the direction in which each constant moves them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from graphs import Builder, costs_of, encoder, linear_graph

from aiec.codegen.plan_steps import Wanted, plan_steps
from aiec.ir.encoder import OBJECT_BYTES
from aiec.ir.graph import Gemm, OpKind, Role, Value
from aiec.ir.target import NPU1, NPU2
from aiec.kernels.encoder_cost import block_cycles
from aiec.partitioner.cost import cost_on_cpu
from aiec.partitioner.cpu_profile import CpuProfile, profile_for, profile_named

CPU = CpuProfile("test", "made up", gemm_flops=1e12, memory_bytes_per_s=1e11, op_us=5.0)


def cost_on_npu(graph, target, cpu):
    """Of the first op."""
    return costs_of(graph, target, cpu).on_npu(graph.ops[0])


def test_an_ops_time_is_the_arrays_and_a_dispatch():
    graph = linear_graph(m=1500, k=384, n=512)
    cost = cost_on_npu(graph, NPU2, CPU)
    assert cost is not None
    plan = plan_steps(Wanted(gemms=(Gemm(1500, 384, 512),)), NPU2)
    cycles = block_cycles(plan, plan.blocks[0])
    dispatch = NPU2.dispatch_us + NPU2.host_us
    assert cost.device_us == pytest.approx(1e6 * cycles / NPU2.clock_hz + dispatch)


def test_gelu_costs_the_array_time_but_no_traffic():
    plain = cost_on_npu(linear_graph(n=1536), NPU2, CPU)
    gelu = cost_on_npu(linear_graph(n=1536, gelu=True), NPU2, CPU)
    assert plain and gelu and gelu.compute_us > plain.compute_us
    assert gelu.ddr_bytes == plain.ddr_bytes


def test_ddr_traffic_counts_the_reuse_of_the_array():
    cost = cost_on_npu(linear_graph(residual=True), NPU1, CPU)
    x = 2 * (1536 * 384 * 2)  # once for each of 2 column tiles of an array column
    weights = 8 * 6 * OBJECT_BYTES  # all that stays in the mem tiles crosses once
    assert cost and cost.ddr_bytes == x + weights + 2 * 1536 * 512 * 2


def test_cost_on_the_npu_has_dispatch_and_both_crossings():
    graph = linear_graph(m=1500, k=384, n=512)
    cost = cost_on_npu(graph, NPU2, CPU)
    assert cost is not None
    assert cost.dispatch_us == NPU2.dispatch_us + NPU2.host_us
    crossings = 1e6 * 1500 * (384 + 512) * (4 + 2) / 1e11 + 2 * 5.0
    assert cost.transfer_us == pytest.approx(crossings)


def test_a_residual_crosses_besides():
    plain, residual = linear_graph(), linear_graph(residual=True)
    without = cost_on_npu(plain, NPU2, CPU)
    with_it = cost_on_npu(residual, NPU2, CPU)
    assert without and with_it
    crossing = 1e6 * 1500 * 384 * 6 / 1e11 + 5.0
    assert with_it.transfer_us - without.transfer_us == pytest.approx(crossing)
    assert with_it.device_us > without.device_us


def test_weights_never_cross():
    costs = costs_of(linear_graph(), NPU2, CPU)
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
    npu = cost_on_npu(graph, NPU2, CPU)
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
    costs = costs_of(linear_graph(), NPU2, CPU)
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
    ],
)
def test_what_the_npu_cannot_run_has_an_obstacle_instead_of_a_cost(graph, why):
    costs = costs_of(graph, NPU2, CPU)
    assert why in (costs.obstacle(graph.ops[0]) or "")
    assert cost_on_npu(graph, NPU2, CPU) is None


def test_rows_in_several_dispatches_cost_several_times():
    graph = linear_graph()
    piece = graph.ops[0].piece
    assert piece is not None
    costs = costs_of(graph, NPU2, CPU)
    thrice = replace(graph.ops[0], piece=replace(piece, batch=3))
    one, three = (costs.on_npu(op) for op in (graph.ops[0], thrice))
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
    obstacle = costs_of(graph, NPU2, CPU).obstacle(graph.ops[0])
    assert obstacle == "no kernel of ours runs aten.cumsum.default"


def test_a_foreign_dtype_is_an_obstacle():
    graph = linear_graph()
    values = tuple(replace(v, dtype="float64", itemsize=8) for v in graph.values)
    assert costs_of(replace(graph, values=values), NPU2, CPU).obstacle(graph.ops[0]) == (
        "our kernels take no float64"
    )
    product = replace(graph.ops[0], kind=OpKind.MATMUL, gemm=None, operands=None, piece=None)
    assert costs_of(replace(graph, values=values), NPU2, CPU).obstacle(product) == (
        "our kernels take no float64"
    )


def test_without_a_target_everything_has_an_obstacle():
    graph = linear_graph()
    obstacle = costs_of(graph, None, CPU).obstacle(graph.ops[0])
    assert obstacle == "there is no NPU to decide about"


def test_the_cpu_beside_an_npu_is_that_of_its_machine():
    assert profile_for(NPU1) == profile_named("8845HS") == profile_for(None)
    assert profile_for(NPU2) == profile_named("HX 370")


def test_a_value_counts_its_own_item_size():
    half = Value("h", (10, 10), "float16", 2, Role.ACTIVATION)
    graph = replace(linear_graph(), values=(*linear_graph().values, half))
    assert costs_of(graph, NPU2, CPU).crossing_us("h") == pytest.approx(5.0 + 1e6 * 400 / 1e11)
