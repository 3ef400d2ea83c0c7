"""Sizes of encoder plans, what is refused, and that no step leaves its buffers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from small_encoders import small_encoder

from aiec.codegen.plan_steps import ENCODER_BLOCKS, Wanted, candidates, cycles_of, plan_encoder
from aiec.ir.encoder import (
    OBJECT_BYTES,
    AttentionStep,
    BlockKind,
    BlockSequence,
    EncoderShape,
    GemmStep,
    Matrix,
)
from aiec.ir.errors import CodegenError, OptionError
from aiec.ir.target import NPU1, NPU2, Target

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
WHISPER = {
    "tiny": EncoderShape(384, 6, 4, 80, 1500, 1536),
    "base": EncoderShape(512, 8, 6, 80, 1500, 2048),
    "small": EncoderShape(768, 12, 12, 80, 1500, 3072),
    "medium": EncoderShape(1024, 16, 24, 80, 1500, 4096),
    "large-v3": EncoderShape(1280, 20, 32, 128, 1500, 5120),
}


def matrices(block: BlockSequence) -> list[tuple[Matrix, int, int]]:
    """Matrices of GEMM steps with their tiles, without a convolution's windows."""
    found = []
    for step in block.steps:
        if isinstance(step, GemmStep) and step.runs == 1 and step.name != "conv1":
            found.append((step.x, 4 * step.row_blocks, step.k_tiles))
    return found


@TARGETS
@pytest.mark.parametrize("size", WHISPER)
def test_every_whisper_is_planned_within_its_buffers(target: Target, size: str) -> None:
    plan = plan_encoder(WHISPER[size], target)
    assert [b.kind for b in plan.blocks] == list(ENCODER_BLOCKS)
    for block in plan.blocks:
        for matrix, row_tiles, col_tiles in matrices(block):
            last = matrix.span(row_tiles, col_tiles)[1]
            assert 2 * last <= block.argument(matrix.buffer).nbytes, (block.symbol, matrix)


@TARGETS
def test_weights_of_a_layer_are_little_more_than_the_parameters(target: Target) -> None:
    plan = plan_encoder(WHISPER["base"], target, [BlockKind.LAYER])
    parameters = 2 * 12 * 512 * 512
    objects = plan.blocks[0].argument("weights").nbytes / OBJECT_BYTES
    assert objects == parameters / (2 * 64 * 64) + 7 * 2 * target.columns


@TARGETS
def test_macs_of_a_layer_count_no_padding(target: Target) -> None:
    plan = plan_encoder(WHISPER["tiny"], target)
    linear = 12 * 1500 * 384 * 384
    assert plan.block(BlockKind.LAYER).macs == linear + 2 * 1500 * 1500 * 384


def test_blocks_that_were_not_planned_are_not_found() -> None:
    plan = plan_encoder(WHISPER["tiny"], NPU1, [BlockKind.FINAL])
    with pytest.raises(KeyError):
        plan.block(BlockKind.STEM)


def test_another_epsilon_is_refused() -> None:
    shape = replace(WHISPER["tiny"], eps=1e-6)
    with pytest.raises(CodegenError, match=r"epsilon of 1e-06; expected 1e-05, which the kernels"):
        plan_encoder(shape, NPU1)


def test_odd_widths_are_refused() -> None:
    with pytest.raises(CodegenError, match=r"width 192 and 896; expected multiples of 128"):
        plan_encoder(small_encoder(heads=3), NPU1)


def test_too_many_frames_are_refused() -> None:
    with pytest.raises(CodegenError, match=r"of 1537 frames; expected at most 1536: a core"):
        plan_encoder(replace(WHISPER["tiny"], frames=1537), NPU1)


@TARGETS
@pytest.mark.parametrize("size", WHISPER)
def test_the_fastest_of_all_plans_is_chosen_and_explained(target: Target, size: str) -> None:
    plan = plan_encoder(WHISPER[size], target)
    cycles = [c.cycles for c in candidates(WHISPER[size], target, partial_sums=False)]
    assert cycles_of(Wanted(WHISPER[size]), plan) == min(cycles)
    assert plan.why == plan_encoder(WHISPER[size], target, [BlockKind.LAYER]).why
    assert re.match(
        r"\d x and \d+ weight tiles a mem tile, panels (twice|once): [\d.]+ ms predicted for a "
        rf"window, of {len(cycles)} plans; a layer takes \d+ us and moves [\d.]+ MB through DDR",
        plan.why,
    )
    assert "attention by array" in plan.why and "; runner-up " in plan.why


@TARGETS
def test_partial_sums_are_taken_only_where_allowed_and_faster(target: Target) -> None:
    large = Wanted(WHISPER["large-v3"])
    whole = plan_encoder(WHISPER["large-v3"], target)
    assert "40 of 80 k tiles of fc2 cross once a row block" in whole.why
    split = plan_encoder(WHISPER["large-v3"], target, partial_sums=True)
    assert "fc2 in 2 parts" in split.why and cycles_of(large, split) < cycles_of(large, whole)
    assert [s.name for s in split.block(BlockKind.LAYER).steps][-2:] == ["fc2_0", "fc2_1"]
    tiny = WHISPER["tiny"]
    assert plan_encoder(tiny, target, partial_sums=True).blocks == plan_encoder(tiny, target).blocks


def test_dtypes() -> None:
    """bf16 by default: on npu2 in two bfp16 parts, and of the positions what bf16 loses, too."""
    base = WHISPER["base"]
    for target, dtype, parts, positions in (
        (NPU1, "bf16", 1, 2), (NPU2, "bf16", 2, 2), (NPU2, "bfp16", 1, 1),
    ):  # fmt: skip
        plan = plan_encoder(base, target, dtype=dtype)
        assert (plan.dtype, plan.left_parts) == (dtype, parts)
        conv2 = plan.block(BlockKind.STEM).step("conv2")
        assert isinstance(conv2, GemmStep) and len(conv2.residuals) == positions
    assert plan_encoder(base, NPU2) == plan_encoder(base, NPU2, dtype="bf16")
    exact, fast = (
        cycles_of(Wanted(base), plan_encoder(base, NPU2, dtype=d)) for d in ("bf16", "bfp16")
    )
    assert fast < exact < 1.5 * fast
    with pytest.raises(OptionError, match=r"npu1 has no products of bfp16; expected dtype bf16"):
        plan_encoder(base, NPU1, dtype="bfp16")


def narrow(target: Target) -> Target:
    """The same chip where DDR is dear: 10 GB/s on npu1."""
    return target if target is NPU2 else target.with_sku(ddr_bytes_per_s=10_000_000_000)


@TARGETS
def test_weights_cross_once_where_they_fit(target: Target) -> None:
    fastest = target.dtypes[-1]  # small streams a share in npu2's bf16, which saves more elsewhere
    cases = [*product(("tiny", "base"), target.dtypes), ("small", fastest)]
    for size, dtype in cases:
        for block in plan_encoder(WHISPER[size], narrow(target), dtype=dtype).blocks:
            for step in block.steps:
                assert not isinstance(step, GemmStep) or step.resident, (size, step.name)


@TARGETS
def test_half_of_a_panel_stays_where_it_does_not_fit(target: Target) -> None:
    cases = [(("small", 0), target.dtypes[-1])]
    cases += product((("medium", 40), ("large-v3", 40)), target.dtypes)
    for (size, halves), dtype in cases:
        plan = plan_encoder(WHISPER[size], narrow(target), dtype=dtype)
        fc2 = plan.block(BlockKind.LAYER).step("fc2")
        assert isinstance(fc2, GemmStep)
        assert fc2.resident if not halves else fc2.staying == halves, size


@TARGETS
@pytest.mark.parametrize("heads", [2, 4, 6, 8, 10])
def test_every_head_meets_every_query_tile_once(target: Target, heads: int) -> None:
    plan = plan_encoder(EncoderShape(64 * heads, heads, 1, 80, 1500, 128 * heads), target)
    step = plan.block(BlockKind.LAYER).step("attention")
    assert isinstance(step, AttentionStep)
    met = Counter(
        (run.first_head + row % run.heads, plan.columns * block + column)
        for run in step.runs
        for unit in range(run.units)
        for row in range(plan.rows)
        for block in [run.first_block + unit * (plan.rows // run.heads) + row // run.heads]
        for column in range(plan.columns)
    )
    assert set(met.values()) == {1}
    assert {(h, q) for h, q in met if h < heads} == set(product(range(heads), range(24)))


def test_heads_left_over_share_the_rows() -> None:
    """Tiny's fifth and sixth head take half the units that a block of four takes."""
    step = plan_encoder(WHISPER["tiny"], NPU1).block(BlockKind.LAYER).step("attention")
    assert isinstance(step, AttentionStep)
    assert [(r.first_head, r.heads, r.units) for r in step.runs] == [(0, 4, 6), (4, 2, 3)]
