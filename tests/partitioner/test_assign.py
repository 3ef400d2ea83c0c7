"""Assignments: exact on random graphs, and moved by physics in the direction that it says."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import pytest
from graphs import Builder, assign, costs_of, encoder, linear_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from aiec.ir.graph import MixedGraph, OpKind
from aiec.ir.options import Options
from aiec.ir.partition import Objective, Outcome, Partition, Side
from aiec.ir.target import NPU1, NPU2, Target
from aiec.partitioner.cost import Costs
from aiec.partitioner.cpu_profile import CpuProfile, profile_for

TINY = encoder(384, 6, 4)
BASE = encoder(512, 8, 6)
# A machine with npu1 where tiny's small projections are the CPU's.
NARROW = NPU1.with_sku(ddr_bytes_per_s=10_000_000_000)


def sides(partition: Partition) -> dict[str, Side]:
    return {decision.op: decision.side for decision in partition.decisions}


def on_npu(graph: MixedGraph, target: Target, cpu: CpuProfile | None = None) -> set[str]:
    return {op.name for op in assign(graph, target, Options(), cpu).npu_ops}


def linears(graph: MixedGraph) -> set[str]:
    return {op.name for op in graph.ops if op.gemm}


# ------------------------------------------------------------------ exactness


@st.composite
def graphs(draw: st.DrawFn) -> MixedGraph:
    b = Builder()
    values = [b.input("x", (draw(st.sampled_from([8, 200, 1500])), 64))]
    m = b.values["x"].shape[0]
    for i in range(draw(st.integers(1, 6))):
        read = draw(st.sampled_from(values))
        kind = draw(st.sampled_from(["linear", "gelu", "residual", "view", "elementwise"]))
        if kind == "view":
            values.append(b.op(f"v{i}", OpKind.VIEW, [read], b.values[read].shape))
        elif kind == "elementwise":
            values.append(b.op(f"e{i}", OpKind.ELEMENTWISE, [read], b.values[read].shape))
        else:
            skip = draw(st.sampled_from(values)) if kind == "residual" else None
            n = b.values[skip].shape[-1] if skip else draw(st.sampled_from([64, 256]))
            values.append(b.linear(f"l{i}", read, n, gelu=kind == "gelu", residual=skip))
    assert m == b.values[values[-1]].shape[0]
    return b.graph("random", (values[-1], draw(st.sampled_from(values))))


def cost_by_definition(graph: MixedGraph, costs: Costs, npu: set[str]) -> float:
    """Cost of putting the ops in `npu` on the NPU, straight from the words of the definition."""
    look_through = {op.name: op.inputs[0] for op in graph.ops if op.kind is OpKind.VIEW}

    def root(value: str) -> str:
        return root(look_through[value]) if value in look_through else value

    total, moved = 0.0, set()
    for op in graph.ops:
        if op.kind is OpKind.VIEW:
            continue
        here = op.name in npu
        cost = costs.on_npu(op) if here else costs.on_cpu(op)
        assert cost
        total += cost.device_us
        moved |= {root(value) for value in op.inputs if (root(value) in npu) != here}
    moved |= {root(value) for value in graph.outputs if root(value) in npu}
    return total + sum(costs.crossing_us(value) for value in moved)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.floats(0.001, 3.0), st.sampled_from([NPU1, NPU2]))
def test_no_other_assignment_is_faster(graph, launch, target):
    target = replace(target, dispatch_us=target.dispatch_us * launch, host_us=0.0)
    partition = assign(graph, target, Options())
    costs = costs_of(graph, target, profile_for(target))
    free = sorted(linears(graph))
    subsets = product((False, True), repeat=len(free))
    every = [{name for name, taken in zip(free, bits, strict=True) if taken} for bits in subsets]
    best = min(cost_by_definition(graph, costs, npu) for npu in every)
    assert partition.predicted_us == pytest.approx(best, abs=1e-3)
    npu = {op.name for op in partition.npu_ops}
    assert cost_by_definition(graph, costs, npu) == pytest.approx(best, abs=1e-3)


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_loss_is_what_moving_the_op_alone_costs(target):
    partition = assign(TINY, target, Options())
    costs = costs_of(TINY, target, profile_for(target))
    chosen = {op.name for op in partition.npu_ops}
    for decision in partition.decisions:
        if decision.loss is not None:
            assert decision.loss >= 0
            moved = cost_by_definition(TINY, costs, chosen ^ {decision.op})
            assert moved - partition.predicted_us == pytest.approx(decision.loss, abs=1e-3)


# ------------------------------------------------------------------ real shapes


def test_every_gemm_of_tiny_and_base_goes_to_npu2():
    assert on_npu(TINY, NPU2) == linears(TINY)
    assert on_npu(BASE, NPU2) == linears(BASE)


def test_npu_all_takes_every_gemm_also_where_cost_does_not():
    partition = assign(TINY, NARROW, Options(partition="npu-all"))
    assert {op.name for op in partition.npu_ops} == linears(TINY)
    by_policy = {name: outcome.latency_us for name, outcome in partition.alternatives}
    assert by_policy["cost"] < by_policy["npu-all"] < by_policy["cpu-all"]
    assert partition.predicted_us == pytest.approx(by_policy["npu-all"], abs=1e-3)


def test_cpu_all_takes_nothing():
    partition = assign(TINY, NPU2, Options(partition="cpu-all"))
    assert not partition.npu_ops
    assert partition.predicted_us == pytest.approx(
        dict(partition.alternatives)["cpu-all"].latency_us
    )


def test_a_simulated_device_is_decided_for_as_the_real_one():
    real = assign(TINY, NPU1, Options(device="npu1"))
    simulated = assign(TINY, NPU1, Options(device="sim:npu1"))
    assert real.decisions == simulated.decisions


def test_without_an_npu_everything_is_the_cpus():
    partition = assign(TINY, None, Options(device="cpu"))
    assert not partition.npu_ops
    ops = [d for d, op in zip(partition.decisions, TINY.ops, strict=True) if op.kind != "view"]
    assert {d.reason for d in ops} == {"CPU: there is no NPU to decide about"}


def test_large_v3_is_decided_in_seconds():
    graph = encoder(1280, 20, 32, mels=128)
    assert on_npu(graph, NPU1) == linears(graph)


# ------------------------------------------------------------------ physics


def test_npu2_to_npu1_sends_the_small_projections_to_the_cpu():
    """384x384 over 1500 rows, with less DDR bandwidth and a dearer launch."""
    assert "query_0" in on_npu(TINY, NPU2)
    assert "query_0" not in on_npu(TINY, NARROW)
    assert {"up_0", "down_0"} <= on_npu(TINY, NARROW)


@pytest.mark.parametrize("target", [NPU1, NPU2])
@pytest.mark.parametrize("graph", [TINY, BASE])
def test_slower_ddr_takes_ops_off_the_npu(graph, target):
    before = on_npu(graph, target)
    slow = on_npu(graph, target.with_sku(ddr_bytes_per_s=target.ddr_bytes_per_s // 2))
    slower = on_npu(graph, target.with_sku(ddr_bytes_per_s=target.ddr_bytes_per_s // 16))
    assert before >= slow >= slower
    assert slower < before


def test_halving_ddr_sends_bases_projections_from_npu1_to_the_cpu():
    half = NARROW.with_sku(ddr_bytes_per_s=NARROW.ddr_bytes_per_s // 2)
    assert "query_0" in on_npu(BASE, NARROW)
    assert "query_0" not in on_npu(BASE, half)


def test_twice_the_ddr_brings_tinys_projections_to_npu1():
    double = NARROW.with_sku(ddr_bytes_per_s=NARROW.ddr_bytes_per_s * 2)
    assert on_npu(TINY, double) == linears(TINY)


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_ten_times_the_launch_leaves_only_large_gemms(target):
    dear = replace(target, dispatch_us=10 * target.dispatch_us)
    assert on_npu(TINY, dear) < on_npu(TINY, target)
    assert on_npu(encoder(1280, 20, 2), dear) == linears(encoder(1280, 20, 2))


def test_a_faster_cpu_keeps_more():
    cpu = profile_for(NPU2)
    fast = replace(cpu, gemm_flops=4 * cpu.gemm_flops)
    assert on_npu(TINY, NPU2, fast) < on_npu(TINY, NPU2, cpu)


def test_slow_host_memory_makes_transfers_too_dear():
    cpu = profile_for(NPU2)
    slow = replace(cpu, memory_bytes_per_s=cpu.memory_bytes_per_s / 20, gemm_flops=4e12)
    assert not on_npu(linear_graph(), NPU2, slow)


# ------------------------------------------------------------------ objectives


def outcome(graph: MixedGraph, target: Target, objective: str, **options) -> Outcome:
    return assign(graph, target, Options(objective=objective, **options)).outcome


@pytest.mark.parametrize("objective", Objective)
@pytest.mark.parametrize("target", [NPU1, NPU2])
@pytest.mark.parametrize("graph", [TINY, encoder(768, 12, 12)])
def test_no_rival_is_better(graph, target, objective):
    partition = assign(graph, target, Options(objective=str(objective)))
    assert partition.gap == 0.0
    rivals = dict(partition.alternatives)
    assert set(rivals) == {"cost", "npu-all", "cpu-all", "heft"}
    for name, rival in rivals.items():
        best = partition.outcome.value(objective)
        assert best <= rival.value(objective) * (1 + 1e-9), name


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_what_an_objective_finds_is_best_at_that(target):
    latency, throughput, energy = (outcome(BASE, target, o) for o in Objective)
    assert latency.latency_us <= min(throughput.latency_us, energy.latency_us) * (1 + 1e-9)
    assert throughput.interval_us <= min(latency.interval_us, energy.interval_us)
    assert energy.energy_uj <= latency.energy_uj  # both of one pass alone


def test_throughput_keeps_passes_in_flight_and_nothing_else_does():
    assert outcome(TINY, NPU2, "throughput").in_flight > 1
    assert outcome(TINY, NPU2, "latency").in_flight == 1
    assert outcome(TINY, NPU2, "energy").in_flight == 1


@pytest.mark.parametrize("target", [NPU1, NPU2])
@pytest.mark.parametrize("graph", [TINY, BASE])
def test_the_interval_lies_between_the_busier_device_and_one_pass_alone(graph, target):
    partition = assign(graph, target, Options(objective="throughput"))
    found = partition.outcome
    assert max(found.npu_us, found.cpu_us) <= found.interval_us <= found.latency_us
    assert found.interval_us <= partition.scheduled_us <= found.latency_us * 1.001


def test_energy_goes_to_the_npu_where_latency_does_not():
    """npu1's small projections: slower than on the CPU, at a tenth of its power."""
    latency = assign(TINY, NARROW, Options())
    energy = assign(TINY, NARROW, Options(objective="energy"))
    assert {op.name for op in latency.npu_ops} < {op.name for op in energy.npu_ops}
    assert energy.outcome.energy_uj < latency.outcome.energy_uj
    assert energy.outcome.latency_us > latency.outcome.latency_us


def test_a_frugal_cpu_keeps_what_a_thirsty_one_gives_away():
    cpu = profile_for(NPU1)
    thirsty = assign(TINY, NPU1, Options(objective="energy"), replace(cpu, watts=45.0))
    frugal = assign(TINY, NPU1, Options(objective="energy"), replace(cpu, watts=2.0))
    assert len(frugal.npu_ops) < len(thirsty.npu_ops)


@pytest.mark.parametrize("objective", Objective)
def test_halving_ddr_never_puts_more_on_the_npu(objective):
    options = Options(objective=str(objective))
    half = NARROW.with_sku(ddr_bytes_per_s=NARROW.ddr_bytes_per_s // 2)
    before, after = assign(BASE, NARROW, options), assign(BASE, half, options)
    assert after.npu_flop_share <= before.npu_flop_share
    assert after.outcome.value(objective) > before.outcome.value(objective)


@pytest.mark.parametrize("objective", ["latency", "throughput"])
def test_ten_times_the_launch_gives_small_gemms_back(objective):
    dear = replace(NPU1, dispatch_us=10 * NPU1.dispatch_us)
    options = Options(objective=objective)
    before, after = assign(TINY, NPU1, options), assign(TINY, dear, options)
    assert len(after.npu_ops) < len(before.npu_ops)
    left = {op.flop for op in after.npu_ops}
    assert min(left, default=math.inf) >= min(op.flop for op in before.npu_ops)


@pytest.mark.parametrize("objective", Objective)
def test_npu2_does_what_npu1_does_in_less(objective):
    options = Options(objective=str(objective))
    cpu = profile_for(NPU1)
    first, second = assign(BASE, NPU1, options, cpu), assign(BASE, NPU2, options, cpu)
    # As much where the CPU's part takes longer than either NPU's.
    assert second.outcome.value(objective) <= first.outcome.value(objective)
    assert second.npu_flop_share >= first.npu_flop_share


# ------------------------------------------------------------------ memory


@pytest.mark.parametrize("objective", Objective)
def test_short_memory_is_respected_and_costs(objective, capfd):
    free = outcome(TINY, NPU2, str(objective), memory_mb=4096)
    tight = outcome(TINY, NPU2, str(objective), memory_mb=16)
    assert tight.device_bytes <= 16 << 20 < free.device_bytes
    assert tight.value(objective) >= free.value(objective)
    assert tight.energy_uj > free.energy_uj  # uploads hide from the clock, not from the meter
    assert capfd.readouterr() == ("", ""), "HiGHS prints by itself where it doubts its numbers"


def test_weights_that_do_not_stay_are_told():
    partition = assign(BASE, NPU2, Options(memory_mb=16))
    streamed = [d for d in partition.decisions if d.npu and d.side is Side.NPU and not d.resident]
    assert streamed and partition.outcome.upload_us > 0
    assert partition.outcome.waited_us <= partition.outcome.upload_us
    assert partition.solver == "HiGHS" and partition.gap == 0.0


# ------------------------------------------------------------------ the decoder's token step


def token_step(batch: int, state: int = 1280) -> MixedGraph:
    """The linear layers of a decoder layer, and the logits."""
    b = Builder()
    x = b.input("x", (batch, state))
    for part in ("query", "key", "value", "out"):
        b.linear(part, x, state)
    up = b.linear("up", x, 4 * state, gelu=True)
    x = b.linear("down", up, state)
    return b.graph("token step", (b.linear("logits", x, 51866),))


@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_a_token_step_is_not_worth_its_launches(target):
    """GEMV: every weight crosses DRAM once, and a launch costs more than the CPU takes."""
    partition = assign(token_step(1), target, Options())
    assert {"query", "key", "value", "out"}.isdisjoint({op.name for op in partition.npu_ops})
    costs = costs_of(token_step(1), target, profile_for(target))
    for op in token_step(1).ops:
        npu = costs.on_npu(op)
        assert npu and npu.memory_us > 0.75 * npu.compute_us, "DRAM takes all but the start"
        if op.name == "query":
            assert npu.dispatch_us > costs.on_cpu(op).device_us


def test_a_batch_of_tokens_costs_the_npu_little_more_than_one():
    """Weights are read once for all: the larger the batch, the better for the NPU."""
    gain = {}
    for batch in (1, 16):
        graph = token_step(batch)
        costs = costs_of(graph, NPU2, profile_for(NPU2))
        op = next(op for op in graph.ops if op.name == "logits")
        npu = costs.on_npu(op)
        assert npu
        gain[batch] = costs.on_cpu(op).device_us / npu.device_us
    assert gain[16] >= gain[1]


# ------------------------------------------------------------------ transfers and views


def test_a_shared_input_is_charged_once():
    partition = assign(TINY, NPU2, Options())
    charged = {d.op: d.transfer_us for d in partition.decisions}
    crossing = costs_of(TINY, NPU2, profile_for(NPU2)).crossing_us("ln_0_a")
    assert charged["query_0"] == pytest.approx(2 * crossing)  # norm in, query out
    assert charged["key_0"] == pytest.approx(crossing)
    assert charged["value_0"] == pytest.approx(crossing)


def test_a_value_between_two_npu_ops_does_not_cross():
    partition = assign(TINY, NPU2, Options())
    charged = {d.op: d.transfer_us for d in partition.decisions}
    costs = costs_of(TINY, NPU2, profile_for(NPU2))
    assert charged["up_0"] == pytest.approx(costs.crossing_us("ln_0_b"))
    assert charged["down_0"] == pytest.approx(costs.crossing_us("down_0"))  # its residual is there


def test_a_residual_that_the_npu_made_does_not_cross():
    b = Builder()
    b.input("x", (1500, 384))
    b.linear("first", "x", 384)
    b.linear("second", "first", 384, residual="first")
    graph = b.graph("both", ("second",))
    partition = assign(graph, NPU2, Options(partition="npu-all"))
    crossing = costs_of(graph, NPU2, profile_for(NPU2)).crossing_us("x")
    charged = {d.op: d.transfer_us for d in partition.decisions}
    assert charged["first"] == pytest.approx(crossing)
    assert charged["second"] == pytest.approx(crossing)


def test_a_view_follows_what_it_looks_at():
    where = sides(assign(TINY, NPU2, Options()))
    assert where["view_query_0"] is where["query_0"] is Side.NPU
    assert where["permute"] is where["gelu_1"] is Side.CPU
    npu_names = {op.name for op in assign(TINY, NPU2, Options()).npu_ops}
    assert "view_query_0" not in npu_names


def test_a_view_of_the_graphs_input_is_the_cpus():
    b = Builder()
    b.input("x", (4, 4))
    b.op("view", OpKind.VIEW, ["x"], (4, 4))
    decision = assign(b.graph("views", ("view",)), NPU2, Options()).decisions[0]
    assert decision.reason == "CPU: a view of the graph's input, free"


# ------------------------------------------------------------------ reasons and settings


def test_reasons_are_plain_sentences_with_the_numbers():
    partition = assign(TINY, NARROW, Options(force_cpu=("value_0",)))
    said = {d.op: d.reason for d in partition.decisions}
    assert said["sdpa_0"] == "CPU: no kernel of ours runs attention"
    assert (
        said["up_0"].startswith("NPU: ")
        and " on the CPU; moving it alone to the CPU " in said["up_0"]
    )
    assert said["query_0"].startswith("CPU: ") and "us on the NPU (array " in said["query_0"]
    assert said["value_0"].startswith("CPU: force_cpu='value_0'; ")


def test_settings_hold_all_that_led_to_the_decisions():
    settings_ = dict(assign(TINY, NPU1, Options()).settings)
    assert settings_["option.partition"] == "cost"
    assert settings_["target.ddr_bytes_per_s"] == "25900000000"
    assert settings_["cpu.name"] == "Ryzen 7 8845HS"
    assert "shared.drag" in settings_
