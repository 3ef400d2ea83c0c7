"""Prices of encoder blocks: they follow the plan's own counts, and refuse what it refuses."""

import itertools

import pytest

from aiec.codegen.plan_encoder import plan_encoder
from aiec.describe_designs import block_bytes
from aiec.ir.block import EncoderBlock, StepOperands, shape_of_blocks
from aiec.ir.encoder import BlockKind, EncoderShape
from aiec.ir.errors import CodegenError
from aiec.ir.target import NPU1, NPU2, Target
from aiec.partitioner.encoder_model import block_cost, block_obstacle

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
WIDTHS = (384, 512, 768, 1024, 1280)


def blocks(
    width: int, frames: int = 1500, batch: int = 1, mlp: int = 0
) -> tuple[EncoderBlock, ...]:
    """A stem, a layer and a final norm of an encoder."""
    mlp, step = mlp or 4 * width, (StepOperands("norm", None, gamma="g", beta="b"),)
    stem = EncoderBlock(BlockKind.STEM, batch, frames, width, "x", step, mels=80, positions="p")
    layer = EncoderBlock(BlockKind.LAYER, batch, frames, width, "x", step, mlp=mlp, scale=0.125)
    return stem, layer, EncoderBlock(BlockKind.FINAL, batch, frames, width, "x", step)


def sizes(width: int) -> EncoderShape:
    shape = shape_of_blocks(blocks(width))
    assert shape is not None
    return shape


@TARGETS
@pytest.mark.parametrize("width", WIDTHS)
def test_traffic_is_what_the_plan_moves(width: int, target: Target) -> None:
    made, shape = blocks(width), sizes(width)
    plan = plan_encoder(shape, target)
    for block in made:
        moved = block_bytes(plan, plan.block(block.kind))
        assert block_cost(block, shape, target).ddr_bytes == pytest.approx(moved, rel=0.02)


@TARGETS
def test_windows_add_up(target: Target) -> None:
    shape = sizes(384)
    for one, four in zip(blocks(384), blocks(384, batch=4), strict=True):
        single, all_four = block_cost(one, shape, target), block_cost(four, shape, target)
        assert all_four.compute_us == pytest.approx(4 * single.compute_us)
        assert all_four.ddr_bytes == 4 * single.ddr_bytes


@TARGETS
def test_a_step_takes_the_longer_of_work_and_traffic(target: Target) -> None:
    slow = target.with_sku(ddr_bytes_per_s=1_000_000_000)
    for block in blocks(512):
        cost, starved = block_cost(block, sizes(512), target), block_cost(block, sizes(512), slow)
        assert cost.compute_us >= cost.memory_us
        assert starved.compute_us == pytest.approx(starved.memory_us)


@TARGETS
def test_refuses_what_the_planner_refuses(target: Target) -> None:
    for width, frames in itertools.product((64, 128, 192, 256), (10, 1500, 1536, 1537, 3000)):
        for mlp in (128, 192):
            made = blocks(width, frames, mlp=mlp)
            shape = shape_of_blocks(made)
            assert shape is not None
            refused = any(block_obstacle(block, shape, target) for block in made)
            try:
                plan_encoder(shape, target)
            except CodegenError:
                assert refused, (width, frames, mlp)
            else:
                assert not refused, (width, frames, mlp)
