"""A session: what it keeps on the device, what it packs, what it hands over, what it refuses."""

import gc
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import gelu, linear

from aiec.codegen.plan_steps import Wanted, plan_encoder, plan_steps
from aiec.ir.design import Artifact, Design
from aiec.ir.encoder import BlockKind
from aiec.ir.errors import DeviceError
from aiec.ir.graph import Activation, Gemm, GemmOperands
from aiec.ir.piece import Piece, StepOperands, linear_piece, shape_of_pieces
from aiec.ir.target import NPU1
from aiec.runtime.buffers import BufferPool
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import Run
from aiec.runtime.null_device import NullDevice
from aiec.runtime.session import Session

FRAMES, WIDTH, MELS, BATCH = 100, 128, 80, 2
LINEAR = {"q": WIDTH, "k": WIDTH, "v": WIDTH, "proj": WIDTH, "fc1": 2 * WIDTH, "fc2": WIDTH}
STEM = Piece(
    BlockKind.STEM, BATCH, FRAMES, WIDTH, ("mel",),
    (StepOperands("conv1", "w1", "b1"), StepOperands("conv2", "w2", "b2")),
    mels=MELS, positions="positions",
)  # fmt: skip
LAYER = Piece(
    BlockKind.LAYER, BATCH, FRAMES, WIDTH, ("x",),
    tuple(StepOperands(step, f"{step}.w", f"{step}.b") for step in LINEAR),
    mlp=2 * WIDTH, scale=0.125,
)  # fmt: skip
FINAL = Piece(
    BlockKind.FINAL,
    BATCH,
    FRAMES,
    WIDTH,
    ("x",),
    (StepOperands("norm", None, gamma="g", beta="b"),),
)
CROSS = Piece(
    BlockKind.CROSS, BATCH, FRAMES, WIDTH, ("x",),
    (StepOperands("cross_k", "k.w"), StepOperands("cross_v", "v.w", "v.b")),
)  # fmt: skip


def session(device, **budget):
    shape = shape_of_pieces([STEM, LAYER, FINAL])
    assert shape is not None
    plan = plan_encoder(shape, NPU1)
    artifact = Artifact(Design("by_hand", "E2", "", plan, ()))
    return Session(BufferPool(device, **budget), artifact)


def layer_weights(scale=0.0):
    """In the order of `LAYER.weights`."""
    k_of = {"fc2": 2 * WIDTH}
    tensors = []
    for step, n in LINEAR.items():
        tensors += [torch.full((n, k_of.get(step, WIDTH)), scale), torch.zeros(n)]
    return tensors


def stem_weights():
    conv1, conv2 = torch.zeros(WIDTH, MELS, 3), torch.zeros(WIDTH, WIDTH, 3)
    return conv1, torch.zeros(WIDTH), conv2, torch.zeros(WIDTH), torch.ones(FRAMES, WIDTH)


def test_a_layer_of_zeros_gives_back_what_went_in():
    it = session(CpuDevice())
    x = torch.randn(BATCH, FRAMES, WIDTH).bfloat16().float()
    on_npu = it.send(LAYER)(x)
    assert it.run(LAYER)(on_npu, *layer_weights()) is on_npu
    assert torch.equal(it.receive(on_npu), x)


def test_one_dispatch_a_window():
    device = NullDevice()
    it = session(device)
    state = it.run(STEM)(it.send(STEM)(torch.zeros(BATCH, MELS, 2 * FRAMES)), *stem_weights())
    state = it.run(LAYER)(state, *layer_weights())
    it.receive(it.run(FINAL)(state, torch.ones(WIDTH), torch.zeros(WIDTH)))
    symbols = [run.symbol for run in device.runs]
    assert symbols == [f"encoder_{kind}" for kind in ("stem", "layer", "final") for _ in range(2)]
    first, second = device.runs[2:4]
    assert first.buffers[0] is not second.buffers[0]  # each window's state
    assert first.buffers[1] is second.buffers[1]  # the room to work in
    assert it.telemetry.dispatches == 6 and it.telemetry.submissions == 1


def test_layers_have_their_own_weights_and_share_the_rest():
    device = NullDevice()
    it = session(device)
    state = it.send(LAYER)(torch.zeros(BATCH, FRAMES, WIDTH))
    for weights in (layer_weights(1.0), layer_weights(2.0)):
        it.run(LAYER)(state, *weights)
    it.receive(state)
    one, other = device.runs[0], device.runs[2]
    assert one.buffers[:2] == other.buffers[:2]
    assert one.buffers[2] is not other.buffers[2]


def test_weights_that_do_not_fit_are_packed_again():
    device = NullDevice(keep_runs=False)
    plan = session(device).plan.block(BlockKind.LAYER)
    weights, rest = plan.argument("weights").nbytes, sum(a.nbytes for a in plan.arguments[:2])
    state = plan.argument("state").nbytes
    it = session(device, budget_bytes=weights + rest + state)
    on_npu = it.send(LAYER)(torch.zeros(BATCH, FRAMES, WIDTH))
    one, other = layer_weights(1.0), layer_weights(2.0)
    for tensors in (one, other, one):
        it.run(LAYER)(on_npu, *tensors)
    assert it.telemetry.weight_bytes == 3 * weights


def test_states_are_given_back():
    it = session(NullDevice())
    for _ in range(3):
        it.send(LAYER)(torch.zeros(BATCH, FRAMES, WIDTH))
        gc.collect()
    nbytes = it.plan.block(BlockKind.LAYER).argument("state").nbytes
    assert it.pool.allocated_bytes == BATCH * nbytes


def test_keys_and_values_are_two_values():
    it = session(CpuDevice())
    x = torch.randn(BATCH, FRAMES, WIDTH).bfloat16().float()
    keys, values = it.run(CROSS)(
        it.send(CROSS)(x), torch.eye(WIDTH), 2 * torch.eye(WIDTH), torch.ones(WIDTH)
    )
    assert torch.equal(it.receive(keys), x)
    assert torch.equal(it.receive(values), (2 * x + 1).bfloat16().float())


def test_hand_overs():
    it = session(NullDevice())

    def hands_over(producer, consumer, number=0):
        return it.hands_over(producer, 0, consumer, number)

    for pair in ((STEM, LAYER), (LAYER, LAYER), (LAYER, FINAL), (FINAL, CROSS), (CROSS, CROSS)):
        assert hands_over(*pair), pair
    assert not hands_over(LAYER, STEM)
    assert not hands_over(LAYER, replace(LAYER, batch=BATCH + 1))
    changing = [block for block in (STEM, LAYER, FINAL, CROSS) if it.overwrites(block)]
    assert changing == [LAYER]


UP = Gemm(50, 40, 120, activation=Activation.GELU)
DOWN = Gemm(50, 120, 40, bias=False, residual=True)


def linears(device):
    plan = plan_steps(Wanted(gemms=(UP, DOWN)), NPU1)
    return Session(BufferPool(device), Artifact(Design("by_hand", "E2", "", plan, ())))


def pieces():
    up = linear_piece(UP, GemmOperands("x", "up.w", "up.b"))
    return up, linear_piece(DOWN, GemmOperands("hidden", "down.w", None, "x"))


def test_linear_layers_hand_over_and_add_what_is_there():
    it = linears(CpuDevice())
    up, down = pieces()
    assert it.hands_over(up, 0, down, 0) and not it.hands_over(up, 0, down, 1)
    dice = torch.Generator().manual_seed(0)
    x = torch.randn(2, 25, 40, generator=dice)
    weights = [torch.randn(size, generator=dice) / 8 for size in ((120, 40), (120,), (40, 120))]
    residual = it.send(down, 1)(x)
    hidden = it.run(up)(it.send(up)(x), *weights[:2])
    out = it.receive(it.run(down)(hidden, residual, weights[2]))
    wanted = gelu(linear(x, *weights[:2]))
    torch.testing.assert_close(it.receive(hidden), wanted, rtol=2e-2, atol=2e-2)
    torch.testing.assert_close(out, linear(wanted, weights[2]) + x, rtol=2e-2, atol=2e-2)
    assert out.shape == x.shape and it.telemetry.macs == UP.macs + DOWN.macs


def test_two_weights_of_one_size_do_not_share():
    it = linears(CpuDevice())
    up, x = pieces()[0], torch.ones(50, 40)
    one, two = (
        it.receive(it.run(up)(it.send(up)(x), torch.full((120, 40), size), torch.zeros(120)))
        for size in (1.0, 2.0)
    )
    assert torch.equal(one * 2, two)


def test_rows_of_another_length_are_refused():
    it = linears(NullDevice())
    message = (
        r"gemm_50x40x120_bias_gelu was called with an input of \(1, 25, 39\); expected rows of 40"
    )
    with pytest.raises(DeviceError, match=message):
        it.send(pieces()[0])(torch.ones(1, 25, 39))


@pytest.mark.parametrize(("rows", "dispatches"), [(0, 0), (1, 1), (50, 1), (51, 2), (170, 4)])
def test_any_number_of_rows(rows, dispatches):
    it = linears(CpuDevice())
    down, dice = pieces()[1], torch.Generator().manual_seed(0)
    x, residual = torch.randn(rows, 120, generator=dice), torch.randn(rows, 40, generator=dice)
    weight = torch.randn(40, 120, generator=dice) / 120**0.5
    out = it.receive(it.run(down)(it.send(down)(x), it.send(down, 1)(residual), weight))
    torch.testing.assert_close(out, linear(x, weight) + residual, rtol=2e-2, atol=2e-2)
    assert it.telemetry.dispatches == dispatches
    assert it.telemetry.macs == rows * 120 * 40


@pytest.mark.parametrize("windows", [0, 1, 3])
def test_any_number_of_windows(windows):
    it = session(CpuDevice())
    x = torch.randn(windows, FRAMES, WIDTH).bfloat16().float()
    assert torch.equal(it.receive(it.run(LAYER)(it.send(LAYER)(x), *layer_weights())), x)
    keys, _ = it.run(CROSS)(
        it.send(CROSS)(x), torch.eye(WIDTH), torch.eye(WIDTH), torch.zeros(WIDTH)
    )
    assert torch.equal(it.receive(keys), x)


def test_a_weight_that_lies_the_other_way_round():
    it = linears(CpuDevice())
    turned = linear_piece(UP, GemmOperands("x", "up.w", "up.b", turned=True))
    x, weight, bias = torch.randn(50, 40), torch.randn(120, 40) / 8, torch.randn(120)
    one = it.receive(it.run(pieces()[0])(it.send(pieces()[0])(x), weight, bias))
    other = it.receive(it.run(turned)(it.send(turned)(x), weight.t().contiguous(), bias))
    assert torch.equal(one, other)


def test_an_unknown_sequence_is_refused():
    artifact = linears(NullDevice()).artifact
    with pytest.raises(
        DeviceError, match="has no sequence 'nonsense'; expected gemm_50x40x120_bias"
    ):
        CpuDevice().submit([Run(artifact, "nonsense", ())])


@pytest.mark.parametrize(
    ("block", "shape", "message"),
    [
        (
            STEM,
            (2, 80, 199),
            "encoder_stem_100x128 was called with an input of (2, 80, 199); expected windows of "
            "(80, 200); compile the model again for this shape",
        ),
        (
            LAYER,
            (1, 99, 128),
            "encoder_layer_100x128 was called with an input of (1, 99, 128); expected windows of "
            "(100, 128); compile the model again for this shape",
        ),
    ],
)
def test_an_input_of_another_shape(block, shape, message):
    with pytest.raises(DeviceError) as caught:
        session(NullDevice()).send(block)(torch.zeros(shape))
    assert str(caught.value) == message
