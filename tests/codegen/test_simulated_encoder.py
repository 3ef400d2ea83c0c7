"""End to end: the emitted text of small encoders, simulated, against torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from run_encoder import (
    Run,
    attention,
    bf16,
    heads_of,
    layer,
    linear,
    random_operands,
    shape_of,
    stem,
    step_by_step,
)
from small_encoders import plans_that_share, sharing_plan, small_encoder
from torch import Tensor
from torch.nn import functional

from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import candidates, plan_encoder
from aiec.ir.encoder import TILE, AttentionStep, BlockKind, EncoderShape, GemmStep
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import timed_kernels
from aiec.kernels.encoder_cost import block_cycles
from aiec.kernels.encoder_layout import LinearOperands, pack_mel, pack_weights
from aiec.runtime.sim import Simulator

# Outputs are rounded to bf16 once (2^-9), and probabilities before they are multiplied.
RTOL, ATOL = 2**-7, 2e-2
# Of an encoder, where a rounding of one step is seen through all that follow.
COSINE = 0.9999


def close(made: Tensor, wanted: Tensor, atol: float = ATOL) -> None:
    torch.testing.assert_close(made, bf16(wanted), rtol=RTOL, atol=atol)


def random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(shape[0]))


@pytest.fixture(scope="module", params=[NPU1, NPU2], ids=lambda t: t.name)
def steps(request: pytest.FixtureRequest) -> Run:
    """A design with one sequence a step."""
    return Run(step_by_step(plan_encoder(small_encoder(), request.param)))


Reference = Callable[[Run, LinearOperands], tuple[Tensor, Tensor]]


def run_step(run: Run, name: str) -> tuple[GemmStep | AttentionStep, LinearOperands]:
    block = next(b for b in run.plan.blocks if b.symbol == name)
    operands = random_operands(block, seed=3)
    run.run(block, operands)
    return block.steps[0], operands.get(name, LinearOperands(torch.empty(0)))


def test_first_convolution(steps: Run) -> None:
    shape = shape_of(steps.plan)
    mel = random(shape.mels, 2 * shape.frames)
    pack_mel(mel, steps.buffers["mel"])
    step, operands = run_step(steps, "conv1")
    windows = functional.pad(mel.T, (0, 0, 1, 1)).unfold(0, 3, 1).transpose(1, 2).flatten(1)
    made = steps.get(step.out, 2 * shape.frames, shape.state)
    close(made, functional.gelu(linear(windows, operands)))


def test_second_convolution_adds_positions_after_gelu(steps: Run) -> None:
    shape = shape_of(steps.plan)
    conv1 = next(b for b in steps.plan.blocks if b.symbol == "conv1").steps[0]
    frames = steps.get(conv1.out, 2 * shape.frames, shape.state)
    positions = random(shape.frames, shape.state)
    steps.put_positions(positions)
    _, operands = run_step(steps, "conv2")
    windows = functional.pad(frames, (0, 0, 1, 1)).unfold(0, 3, 2).transpose(1, 2).flatten(1)
    close(steps.state(), functional.gelu(linear(windows, operands)) + positions)


@pytest.mark.parametrize(("name", "transposed"), [("q", False), ("k", False), ("v", True)])
def test_projections_of_a_norm(steps: Run, name: str, transposed: bool) -> None:
    x = 3 * random(shape_of(steps.plan).frames, shape_of(steps.plan).state) + 1
    steps.put("state", x)
    step, operands = run_step(steps, name)
    close(heads_of(steps, step.out, transposed), linear(x, operands))


def test_attention_with_padded_heads_and_a_masked_tail(steps: Run) -> None:
    q, k, v = (
        heads_of(steps, next(b for b in steps.plan.blocks if b.symbol == n).steps[0].out, n == "v")
        for n in "qkv"
    )
    step, _ = run_step(steps, "attention")
    shape = shape_of(steps.plan)
    atol = 2 * ATOL if steps.plan.target is NPU2 else ATOL  # its queries and powers are bfp16
    close(steps.get(step.out, shape.frames, shape.state), attention(q, k, v, shape.heads), atol)


def test_projection_onto_the_residual(steps: Run) -> None:
    shape = shape_of(steps.plan)
    x = random(shape.frames, shape.state)
    steps.put("state", x)
    step, operands = run_step(steps, "proj")
    assert isinstance(step, GemmStep)
    attended = steps.get(step.x, shape.frames, shape.state)
    close(steps.state(), linear(attended, operands) + bf16(x))


def test_mlp(steps: Run) -> None:
    shape = shape_of(steps.plan)
    x = random(shape.frames, shape.state)
    steps.put("state", x)
    step, operands = run_step(steps, "fc1")
    hidden = steps.get(step.out, shape.frames, shape.mlp)
    close(hidden, functional.gelu(linear(x, operands)))
    _, operands = run_step(steps, "fc2")
    close(steps.state(), linear(hidden, operands) + bf16(x))


def test_last_norm_and_cross_projections(steps: Run) -> None:
    shape = shape_of(steps.plan)
    x = 3 * random(shape.frames, shape.state) + 1
    steps.put("state", x)
    _, operands = run_step(steps, "norm")
    out = steps.state("out")
    close(out, linear(x, operands))
    for name in ("cross_k", "cross_v"):
        step, operands = run_step(steps, name)
        close(steps.get(step.out, shape.frames, shape.state), linear(out, operands))


@pytest.mark.parametrize(
    ("target", "epoch"),
    [
        (NPU1, "E1"),
        (NPU2, "E2"),
        pytest.param(NPU1, "E2", marks=pytest.mark.slow),
        pytest.param(NPU2, "E1", marks=pytest.mark.slow),
    ],
)
def test_a_whole_encoder(target: Target, epoch: str) -> None:
    """Stem, the layers through one sequence with their own weights, final norm."""
    shape = small_encoder()
    plan = plan_encoder(shape, target)
    run = Run(plan, epoch, seed=7)
    mel, positions = random(shape.mels, 2 * shape.frames), random(shape.frames, shape.state)
    pack_mel(mel, run.buffers["mel"])
    run.put_positions(positions)
    block = plan.block(BlockKind.STEM)
    weights = random_operands(block, seed=0)
    run.run(block, weights)
    wanted = stem(bf16(mel), positions, weights)
    close(run.state(), wanted)
    block = plan.block(BlockKind.LAYER)
    for number in range(shape.layers):
        weights = random_operands(block, seed=number)
        run.run(block, weights)
        wanted = layer(wanted, weights, shape.heads)
    block = plan.block(BlockKind.FINAL)
    weights = random_operands(block, seed=0)
    run.run(block, weights)
    wanted = linear(wanted, weights["norm"])
    made = run.state("out")
    assert torch.cosine_similarity(made.flatten(), wanted.flatten(), dim=0) > COSINE
    torch.testing.assert_close(made, wanted, rtol=0.05, atol=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("epoch", ["E1", "E2"])
@pytest.mark.parametrize("target", [NPU1, NPU2])
def test_the_streams_do_what_the_text_does(target: Target, epoch: str) -> None:
    """All buffers of the host, bit for bit, whatever padding and scratch they hold."""
    plan = plan_encoder(small_encoder(), target)
    runs = [Run(plan, epoch, streamed=streamed) for streamed in (False, True)]
    shape = shape_of(plan)
    mel = random(shape.mels, 2 * shape.frames)
    positions = random(shape.frames, shape.state)
    cycles = []
    for run in runs:
        pack_mel(mel, run.buffers["mel"])
        run.put_positions(positions)
        cycles.append([run.run(b, random_operands(b, seed=3)) for b in plan.blocks])
    text, stream = runs
    for role, made in text.buffers.items():
        assert np.array_equal(made, stream.buffers[role]), role
    assert cycles[1] == pytest.approx(cycles[0], rel=0.05)


@pytest.mark.parametrize("target", [NPU1, pytest.param(NPU2, marks=pytest.mark.slow)])
def test_results_do_not_depend_on_the_order_of_events(target: Target) -> None:
    plan = plan_encoder(small_encoder(), target, [BlockKind.LAYER])
    block = plan.blocks[0]
    results = []
    for seed in (1, 2):
        run = Run(plan, seed=seed)
        run.put("state", random(shape_of(plan).frames, shape_of(plan).state))
        run.run(block, random_operands(block, seed=0))
        results.append(run.state())
    assert torch.equal(results[0], results[1])


@pytest.mark.parametrize("target", [NPU1, pytest.param(NPU2, marks=pytest.mark.slow)])
def test_a_share_of_the_weights_that_stays_changes_no_bit(target: Target) -> None:
    """Whatever the order of events; against a plan that streams all weights for each row block."""
    shared = sharing_plan(target)
    fc2 = shared.blocks[0].step("fc2")
    assert isinstance(fc2, GemmStep) and fc2.panels == 2 and 0 < fc2.staying < fc2.k_tiles
    streamed = next(c.plan for c in plans_that_share(target) if not c.choice.resident)
    x, weights = random(shape_of(shared).frames, shape_of(shared).state), {}
    states = []
    for plan, seed in ((streamed, 0), (shared, 1), (shared, 2)):
        run, block = Run(plan, seed=seed), plan.blocks[0]
        run.put("state", x)
        weights = random_operands(block, seed=0)
        run.run(block, weights)
        states.append(run.state())
    assert torch.equal(states[1], states[0]) and torch.equal(states[2], states[0])
    hidden = functional.gelu(linear(x, weights["fc1"]))
    torch.testing.assert_close(
        states[0], linear(hidden, weights["fc2"]) + bf16(x), rtol=0.02, atol=0.06
    )


@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
def test_fc2_in_parts_adds_up(target: Target) -> None:
    """A plan that is not the fastest here: its mem tiles hold no whole panel of fc2."""
    shape = replace(small_encoder(), heads=2, mlp=TILE * 12)
    found = candidates(shape, target, partial_sums=True)
    plan = next(c.plan for c in found if c.choice.fc2_parts == 3)
    block = plan.block(BlockKind.LAYER)
    run = Run(replace(plan, blocks=(block,)), seed=3)
    x = random(shape.frames, shape.state)
    run.put("state", x)
    weights = random_operands(block, seed=0)
    run.run(block, weights)
    torch.testing.assert_close(run.state(), layer(x, weights, shape.heads), rtol=0.02, atol=0.06)


@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
@pytest.mark.parametrize("name", ["q", "fc1"])
def test_prediction_agrees_with_simulation(target: Target, name: str) -> None:
    """The planner's physics and the simulator's, within 15 % on steps of Whisper tiny."""
    plan = step_by_step(plan_encoder(EncoderShape(384, 6, 4, 80, 1500, 1536), target))
    (block,) = (b for b in plan.blocks if b.symbol == name)
    design = emit(replace(plan, blocks=(block,)), "timed")
    kernels = timed_kernels.load(design.kernels, target)
    arrays = [np.zeros(a.nbytes, np.uint8) for a in block.arguments]
    operands = {
        s.name: LinearOperands(torch.zeros(s.n, s.k))
        for s in block.steps
        if isinstance(s, GemmStep)
    }
    arrays[-1] = pack_weights(plan, block, operands)
    report = Simulator(design.text, kernels=kernels).run(arrays)
    assert report.cycles == pytest.approx(block_cycles(plan, block), rel=0.15)
