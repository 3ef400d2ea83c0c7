"""Prices of encoder blocks: the plan's own counts, for all windows; without a plan the reason."""

from dataclasses import replace

import pytest

from aiec.codegen.plan_steps import plan_encoder
from aiec.describe_designs import block_bytes
from aiec.ir.encoder import BlockKind
from aiec.ir.piece import Piece, StepOperands, shape_of_pieces
from aiec.ir.target import NPU1, NPU2, Target
from aiec.partitioner.piece_model import UNPLANNED, PieceCost, PieceModel, Refusal

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
STEP = (StepOperands("norm", None, gamma="g", beta="b"),)


def blocks(width: int, batch: int = 1) -> tuple[Piece, ...]:
    """A stem, a layer and a final norm of an encoder, keys and values of a decoder's layer."""
    plain = Piece(BlockKind.FINAL, batch, 1500, width, ("x",), STEP)
    stem = replace(plain, kind=BlockKind.STEM, mels=80, positions="p")
    cross = replace(plain, kind=BlockKind.CROSS)
    return stem, replace(plain, kind=BlockKind.LAYER, mlp=4 * width, scale=0.125), plain, cross


def model(width: int, target: Target) -> PieceModel:
    shape = shape_of_pieces(blocks(width))
    assert shape is not None
    return PieceModel(plan_encoder(shape, target))


def cost_of(priced: PieceModel, piece: Piece) -> PieceCost:
    cost = priced.price(piece)
    assert isinstance(cost, PieceCost)
    return cost


@TARGETS
@pytest.mark.parametrize("width", [384, 512, 768, 1024, 1280])
def test_traffic_is_what_the_design_moves(width: int, target: Target) -> None:
    """But for the control objects, which are few."""
    priced = model(width, target)
    assert priced.plan is not None
    for block in blocks(width):
        moved = block_bytes(priced.plan, priced.plan.block(block.kind))
        assert cost_of(priced, block).ddr_bytes == pytest.approx(moved, rel=0.05)


@TARGETS
def test_windows_add_up(target: Target) -> None:
    priced = model(384, target)
    for one, four in zip(blocks(384), blocks(384, batch=4), strict=True):
        single, all_four = cost_of(priced, one), cost_of(priced, four)
        assert all_four.compute_us == pytest.approx(4 * single.compute_us)
        assert all_four.memory_us == pytest.approx(4 * single.memory_us)
        assert all_four.ddr_bytes == pytest.approx(4 * single.ddr_bytes, abs=4)


@TARGETS
def test_the_array_never_beats_its_memory(target: Target) -> None:
    slow = target.with_sku(ddr_bytes_per_s=1_000_000_000)
    for block in blocks(512):
        cost, starved = cost_of(model(512, target), block), cost_of(model(512, slow), block)
        assert cost.compute_us >= cost.memory_us
        assert starved.compute_us >= starved.memory_us > cost.compute_us


def test_obstacles() -> None:
    priced = model(512, NPU1)
    assert all(isinstance(priced.price(block), PieceCost) for block in blocks(512))
    assert priced.price(blocks(384)[1]) == Refusal(
        "one design runs encoders of one size, and this graph's first has another"
    )
    assert UNPLANNED.price(blocks(512)[1]) == Refusal("no design was planned")
    assert PieceModel(refused={None: "why"}).price(blocks(512)[1]) == Refusal("why")
