"""Encoder layouts by their definition, and refusals of weights that do not fit a plan."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aiec.codegen.plan_steps import plan_encoder
from aiec.ir.encoder import OBJECT_ELEMS, TILE, BlockKind, EncoderPlan, EncoderShape, Matrix, Word
from aiec.ir.errors import CodegenError
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import encoder_bodies as bodies
from aiec.kernels import right_operand
from aiec.kernels.bfp16 import rounded_to_bfp16
from aiec.kernels.encoder import tiling_for
from aiec.kernels.encoder_layout import (
    LinearOperands,
    convolution_weight,
    pack_mel,
    pack_weights,
    parameters,
    tile,
    untile,
)

SHAPE = EncoderShape(256, 4, 1, 16, 220, 512)
TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)


def operands(plan: EncoderPlan, kind: BlockKind) -> dict[str, LinearOperands]:
    generator = torch.Generator().manual_seed(0)
    found = {}
    for step in plan.block(kind).steps:
        if step.name != "attention":
            weight = torch.randn(step.n, step.k, generator=generator)  # type: ignore[union-attr]
            found[step.name] = LinearOperands(weight, torch.randn(len(weight), generator=generator))
    return found


def weight_object(
    plan: EncoderPlan, packed: np.ndarray, start: int, tiles: tuple[int, int, int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """(k, n) weights and [bias, sums][n] of object (array column, column tile, k tile)."""
    column, j, k = tiles
    step = plan.block(BlockKind.LAYER).step("fc1")
    number = column * step.objects + 2 + j * step.k_tiles + k  # type: ignore[union-attr]
    first = start + number * OBJECT_ELEMS
    one = torch.from_numpy(packed.view(np.int16)[first : first + OBJECT_ELEMS].copy())
    tiling, one = tiling_for(plan.target), one.view(torch.bfloat16)
    return right_operand.unpack(tiling, one), bodies.tail(tiling, one)


@TARGETS
def test_weight_objects_with_their_tails(target: Target) -> None:
    plan = plan_encoder(SHAPE, target)
    block, given = plan.block(BlockKind.LAYER), operands(plan, BlockKind.LAYER)
    gamma, beta = torch.randn(256), torch.randn(256)
    weight, own_bias = given["fc1"].weight, torch.randn(512)
    given["fc1"] = LinearOperands(weight, own_bias, gamma, beta, scale=0.5)
    packed = pack_weights(plan, block, given)
    folded = (weight * gamma * 0.5).bfloat16().float()
    if target is NPU2:  # what its matrix unit keeps
        folded = rounded_to_bfp16(folded)
    bias = 0.5 * (own_bias + weight @ beta)
    c = plan.columns
    for tiles in ((0, 0, 0), (c - 1, 512 // (64 * c) - 1, 3), (1, 0, 2)):
        column, j, k = tiles
        n0, k0 = TILE * (j * c + column), TILE * k
        weights, tail = weight_object(plan, packed, block.step("fc1").weights, tiles)
        torch.testing.assert_close(
            weights, folded[n0 : n0 + TILE, k0 : k0 + TILE].T, rtol=2**-8, atol=0
        )
        torch.testing.assert_close(tail[0], bias[n0 : n0 + TILE])
        torch.testing.assert_close(tail[1], folded[n0 : n0 + TILE].sum(1), rtol=1e-4, atol=2e-3)


@TARGETS
def test_control_objects_come_first_in_every_column(target: Target) -> None:
    plan = plan_encoder(SHAPE, target)
    block = plan.block(BlockKind.LAYER)
    packed = pack_weights(plan, block, operands(plan, BlockKind.LAYER)).view(np.int32)
    for step in block.steps:
        for column in range(plan.columns):
            start = (step.weights + column * step.objects * OBJECT_ELEMS) // 2
            assert (packed[start : start + 16] == parameters(step)).all(), (step.name, column)
    attention = parameters(block.step("attention"))
    assert attention[Word.KIND] == 1 and attention[Word.LAST_KEYS] == 220 % 64


@TARGETS
def test_taps_of_a_convolution_are_padded_one_by_one(target: Target) -> None:
    plan = plan_encoder(EncoderShape(128, 2, 1, 16, 220, 256), target)
    block = plan.block(BlockKind.STEM)
    step = block.step("conv2")
    weight = convolution_weight(torch.arange(128 * 128 * 3.0).reshape(128, 128, 3) % 251)
    stem = operands(plan, BlockKind.STEM)
    stem["conv2"] = LinearOperands(weight)
    packed = torch.from_numpy(pack_weights(plan, block, stem).view(np.int16)).view(torch.bfloat16)
    width = step.k_tiles * TILE // 3  # type: ignore[union-attr]
    for n, channel, tap in ((0, 0, 0), (37, 70, 1), (63, 127, 2)):
        k = tap * width + channel
        at = step.weights + (2 + k // TILE) * OBJECT_ELEMS  # array column 0, its first column tile
        one = right_operand.unpack(tiling_for(target), packed[at : at + OBJECT_ELEMS])
        assert one[k % TILE, n] == weight[n, tap * 128 + channel]


def test_tiles_by_their_definition_and_back() -> None:
    matrix = Matrix("state", 128, 3 * 4096, 4096, 64)
    values = torch.randn(100, 150).bfloat16().float()
    buffer = np.full(2 * (128 + 2 * 3 * 4096), 0xFF, np.uint8)
    tile(values, matrix, buffer)
    elements = torch.from_numpy(buffer.view(np.int16)).view(torch.bfloat16)
    assert elements[128 + 3 * 4096 + 2 * 4096 + 35 * 64 + 21] == values[99, 149]
    assert elements[128 + 5 * 4096 + 63 * 64 + 63] == 0  # padding
    torch.testing.assert_close(untile(buffer, matrix, 100, 150), values)


def test_a_row_major_matrix_is_read_in_place() -> None:
    rows = torch.randn(128, 192).bfloat16()
    buffer = rows.view(torch.int16).numpy().view(np.uint8).reshape(-1)
    made = untile(buffer, Matrix("out", 0, 64 * 192, 64, 192), 100, 130)
    torch.testing.assert_close(made, rows[:100, :130].float())


def test_mel_is_frame_major_after_a_zero_frame() -> None:
    buffer = np.full(2 * (12 * 4 + 64), 0xFF, np.uint8)
    mel = torch.arange(1.0, 41.0).reshape(4, 10)
    pack_mel(mel, buffer)
    elements = torch.from_numpy(buffer.view(np.int16)).view(torch.bfloat16)
    assert elements[:4].eq(0).all() and elements[44:].eq(0).all()
    assert elements[4 + 4 * 7 + 2] == mel[2, 7]


def refused(name: str, given: LinearOperands | None) -> str:
    plan = plan_encoder(SHAPE, NPU1)
    layer = operands(plan, BlockKind.LAYER)
    layer.pop(name)
    if given is not None:
        layer[name] = given
    with pytest.raises(CodegenError) as error:
        pack_weights(plan, plan.block(BlockKind.LAYER), layer)
    return error.value.message


def test_missing_weights_are_refused() -> None:
    assert "there are no weights for step 'fc1'; expected operands of q, k, v" in refused(
        "fc1", None
    )


def test_weights_of_another_size_are_refused() -> None:
    message = refused("fc2", LinearOperands(torch.zeros(3, 4)))
    assert message == "the weight of step 'fc2' is (3, 4); expected (256, 512)"


def test_a_norm_where_the_step_has_none_is_refused() -> None:
    message = refused("proj", LinearOperands(torch.zeros(256, 256), gamma=torch.ones(256)))
    assert message.startswith("step 'proj' has a gamma or beta, but normalizes nothing")
