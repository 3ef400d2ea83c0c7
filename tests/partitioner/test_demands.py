"""What a user overrules, and every message that refuses it."""

from __future__ import annotations

import pytest
from graphs import Builder, assign, encoder, linear_graph

from aiec.ir.errors import PartitionError
from aiec.ir.graph import OpKind
from aiec.ir.options import Options, options_from
from aiec.ir.target import NPU1, NPU2

TINY = encoder(384, 6, 2)


NARROW = NPU1.with_sku(ddr_bytes_per_s=10_000_000_000)


def npu_names(options: Options, target=NPU1) -> set[str]:
    return {op.name for op in assign(TINY, target, options).npu_ops}


@pytest.mark.parametrize("pattern", ["query_*", "blocks.*.attn.query", "blocks.?.attn.query"])
def test_force_npu_by_name_or_module(pattern):
    assert {"query_0", "query_1"} <= npu_names(Options(force_npu=(pattern,)), NARROW)
    assert "query_0" not in npu_names(Options(), NARROW)


def test_force_cpu_by_kind():
    assert npu_names(Options(force_cpu=("linear",)), NPU2) == set()


def test_force_cpu_comes_before_npu_all():
    taken = npu_names(Options(partition="npu-all", force_cpu=("blocks.0.*",)))
    assert "query_1" in taken and "query_0" not in taken


def test_force_npu_comes_before_cpu_all():
    assert npu_names(Options(partition="cpu-all", force_npu=("up_0",))) == {"up_0"}


def test_the_reason_names_the_option():
    said = {d.op: d.reason for d in assign(TINY, NPU1, Options(force_npu=("query_0",))).decisions}
    assert said["query_0"].startswith("NPU: force_npu='query_0'; ")
    said = {d.op: d.reason for d in assign(TINY, NPU1, Options(partition="npu-all")).decisions}
    assert said["query_0"].startswith("NPU: partition='npu-all'; ")


@pytest.mark.parametrize("option", ["force_npu", "force_cpu"])
def test_a_pattern_that_matches_nothing_names_the_nearest(option):
    with pytest.raises(PartitionError) as caught:
        assign(TINY, NPU1, options_from({option: "querry_0"}))
    assert caught.value.message == (
        f"{option} pattern 'querry_0' matches no op; at whisper encoder; expected a glob pattern "
        "over op names, kinds or module paths, such as 'query_0'?"
    )


def test_a_pattern_like_nothing_lists_some_names():
    with pytest.raises(PartitionError, match=r"matches no op.* such as add, attention, .*\.\.\."):
        assign(TINY, NPU1, Options(force_npu=("%%%",)))


def test_a_pattern_matches_no_view():
    with pytest.raises(PartitionError, match="'permute' matches no op"):
        assign(TINY, NPU1, Options(force_cpu=("permute",)))


def test_an_op_forced_onto_both_devices_is_refused():
    options = Options(force_npu=("blocks.0.attn.*",), force_cpu=("query_0",))
    with pytest.raises(PartitionError) as caught:
        assign(TINY, NPU1, options)
    assert caught.value.message == (
        "op 'query_0' is forced onto both devices, by force_npu='blocks.0.attn.*' and by "
        "force_cpu='query_0'; expected patterns that do not overlap"
    )


@pytest.mark.parametrize(
    ("graph", "target", "pattern", "constraint"),
    [
        (TINY, NPU1, "attention", "no kernel of ours runs attention"),
        (TINY, None, "query_0", "there is no NPU to decide about"),
        (
            linear_graph(m=1 << 22),
            NPU1,
            "fc",
            "no design can be planned for 384x384 weights that are sent 16390 times for each "
            "column tile; expected at most 256: a mem tile's queue counts no more; force this op "
            "to the CPU with force_cpu",
        ),
    ],
)
def test_an_impossible_force_says_which_constraint_breaks(graph, target, pattern, constraint):
    with pytest.raises(PartitionError) as caught:
        assign(graph, target, Options(force_npu=(pattern,)))
    assert f"force_npu={pattern!r} puts " in caught.value.message
    assert f"on the NPU, but {constraint}; at " in caught.value.message
    assert caught.value.message.endswith("narrow the pattern")


def test_require_npu_is_silent_where_something_lands_there():
    assert assign(TINY, NPU1, Options(require_npu=True)).npu_ops


def test_require_npu_names_the_best_candidate_and_its_loss():
    graph = linear_graph(m=16)
    with pytest.raises(PartitionError) as caught:
        assign(graph, NPU1, Options(require_npu=True))
    assert caught.value.message.startswith(
        "require_npu: nothing lands on the NPU; the best candidate, 'fc', would cost "
    )
    assert caught.value.message.endswith(
        " us more there; at linear; to have it there anyway set force_npu='fc' or "
        "partition='npu-all'"
    )


def test_require_npu_says_what_is_saved_where_the_user_kept_it_off():
    with pytest.raises(PartitionError, match=r"'up_0', would save \d+ us there"):
        assign(encoder(384, 6, 1), NPU2, Options(require_npu=True, force_cpu=("linear",)))


def test_require_npu_without_a_candidate_says_why():
    b = Builder()
    b.input("x", (4, 4))
    b.op("a", OpKind.SOFTMAX, ["x"], (4, 4))
    b.op("b", OpKind.SOFTMAX, ["a"], (4, 4))
    with pytest.raises(PartitionError) as caught:
        assign(b.graph("softmaxes", ("b",)), NPU1, Options(require_npu=True))
    assert caught.value.message == (
        "require_npu: no op can run on the NPU; at softmaxes; expected at least one op without an "
        "obstacle, but no kernel of ours runs softmax (2 ops)"
    )
