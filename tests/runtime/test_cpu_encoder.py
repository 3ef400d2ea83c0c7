"""Blocks of an encoder on the reference device against torch's own modules, from packed buffers."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the name all of PyTorch uses

from aiec.codegen.plan_steps import plan_encoder
from aiec.ir.encoder import BlockKind, EncoderPlan, EncoderShape, GemmStep
from aiec.ir.target import NPU1, NPU2
from aiec.kernels.encoder_layout import (
    LinearOperands,
    convolution_weight,
    pack_mel,
    pack_weights,
    tile,
    tile_parts,
    untile,
)
from aiec.runtime.cpu_encoder import run_block
from aiec.speech.whisper import Dims, Encoder

MELS, FRAMES, WIDTH = 80, 100, 128
# bf16 operands, state and intermediate results, eight bits each, at values around one.
TOLERANCE = 3e-2


@pytest.fixture(params=[NPU1, NPU2], ids=lambda target: target.name)
def plan(request) -> EncoderPlan:
    shape = EncoderShape(WIDTH, WIDTH // 64, 1, MELS, FRAMES, 4 * WIDTH)
    return plan_encoder(shape, request.param)


@pytest.fixture
def encoder() -> Encoder:
    torch.manual_seed(0)
    dims = Dims(MELS, FRAMES, WIDTH, WIDTH // 64, 1, 10, 10, WIDTH, 2, 1)
    model = Encoder(dims).eval()
    for norm in (m for m in model.modules() if isinstance(m, torch.nn.LayerNorm)):
        torch.nn.init.normal_(norm.weight, 1, 0.2)
        torch.nn.init.normal_(norm.bias, 0, 0.2)
    return model


def run(plan, kind, operands, **given):
    """Run a block on buffers of its own; `given` are filled by functions, the rest is zero."""
    block = plan.block(kind)
    buffers = {a.role: np.zeros(a.nbytes, np.uint8) for a in block.arguments}
    buffers["weights"] = pack_weights(plan, block, operands)
    for role, fill in given.items():
        fill(buffers[role])
    run_block(plan, block, buffers)
    return buffers


def linear(module, norm=None, scale=1.0):
    gamma, beta = (norm.weight, norm.bias) if norm else (None, None)
    return LinearOperands(module.weight, module.bias, gamma, beta, scale)


def state_matrix(plan):
    step = plan.block(BlockKind.LAYER).step("proj")
    assert isinstance(step, GemmStep)
    return step.out


def assert_near(got, wanted):
    torch.testing.assert_close(got, wanted, rtol=TOLERANCE, atol=TOLERANCE)


@torch.no_grad()
def test_stem(plan, encoder):
    mel = torch.rand(MELS, 2 * FRAMES) * 2 - 1
    operands = {
        name: LinearOperands(convolution_weight(conv.weight), conv.bias)
        for name, conv in (("conv1", encoder.conv1), ("conv2", encoder.conv2))
    }
    where = state_matrix(plan)
    buffers = run(
        plan,
        BlockKind.STEM,
        operands,
        mel=lambda buffer: pack_mel(mel, buffer),
        positions=lambda buffer: tile_parts(
            encoder.positional_embedding, plan.block(BlockKind.STEM).step("conv2").residuals, buffer
        ),
    )
    wanted = F.gelu(encoder.conv2(F.gelu(encoder.conv1(mel[None]))))[0].T
    got = untile(buffers["state"], where, FRAMES, WIDTH)
    assert_near(got, wanted + encoder.positional_embedding)


@torch.no_grad()
def test_layer(plan, encoder):
    layer, x = encoder.blocks[0], torch.randn(FRAMES, WIDTH)
    operands = {
        "q": linear(layer.attn.query, layer.attn_ln, math.log2(math.e) / 8),
        "k": linear(layer.attn.key, layer.attn_ln),
        "v": linear(layer.attn.value, layer.attn_ln),
        "proj": linear(layer.attn.out),
        "fc1": linear(layer.mlp[0], layer.mlp_ln),
        "fc2": linear(layer.mlp[2]),
    }
    where = state_matrix(plan)
    buffers = run(plan, BlockKind.LAYER, operands, state=lambda b: tile(x, where, b))
    assert_near(untile(buffers["state"], where, FRAMES, WIDTH), layer(x[None])[0])


@torch.no_grad()
def test_final(plan, encoder):
    x, norm = torch.randn(FRAMES, WIDTH), encoder.ln_post
    operands = {"norm": LinearOperands(torch.eye(WIDTH), None, norm.weight, norm.bias)}
    where = state_matrix(plan)
    buffers = run(plan, BlockKind.FINAL, operands, state=lambda b: tile(x, where, b))
    step = plan.block(BlockKind.FINAL).step("norm")
    assert_near(untile(buffers["out"], step.out, FRAMES, WIDTH), norm(x))


@torch.no_grad()
def test_one_step_of_a_block(plan, encoder):
    """The others leave their buffers as they were."""
    block = plan.block(BlockKind.LAYER)
    buffers = {a.role: np.zeros(a.nbytes, np.uint8) for a in block.arguments}
    buffers["state"].view(np.uint16)[:] = 0x3F80  # ones in bf16
    before = buffers["state"].copy()
    run_block(plan, block, buffers, steps=("attention",))
    assert np.array_equal(before, buffers["state"])
