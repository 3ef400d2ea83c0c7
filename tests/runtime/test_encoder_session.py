"""An encoder's session: what it keeps on the device, what it packs, what it refuses."""

import gc

import pytest
import torch

from aiec.codegen.plan_encoder import plan_encoder
from aiec.ir.block import EncoderBlock, StepOperands, shape_of_blocks
from aiec.ir.design import Artifact, EncoderDesign
from aiec.ir.encoder import BlockKind
from aiec.ir.errors import DeviceError
from aiec.ir.target import NPU1
from aiec.runtime.buffers import BufferPool
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.encoder_session import EncoderSession
from aiec.runtime.null_device import NullDevice

FRAMES, WIDTH, MELS, BATCH = 100, 128, 80, 2
LINEAR = {"q": WIDTH, "k": WIDTH, "v": WIDTH, "proj": WIDTH, "fc1": 2 * WIDTH, "fc2": WIDTH}
STEM = EncoderBlock(
    BlockKind.STEM, BATCH, FRAMES, WIDTH, "mel",
    (StepOperands("conv1", "w1", "b1"), StepOperands("conv2", "w2", "b2")),
    mels=MELS, positions="positions",
)  # fmt: skip
LAYER = EncoderBlock(
    BlockKind.LAYER, BATCH, FRAMES, WIDTH, "x",
    tuple(StepOperands(step, f"{step}.w", f"{step}.b") for step in LINEAR),
    mlp=2 * WIDTH, scale=0.125,
)  # fmt: skip
FINAL = EncoderBlock(
    BlockKind.FINAL, BATCH, FRAMES, WIDTH, "x", (StepOperands("norm", None, gamma="g", beta="b"),)
)
CROSS = EncoderBlock(
    BlockKind.CROSS, BATCH, FRAMES, WIDTH, "x",
    (StepOperands("cross_k", "k.w"), StepOperands("cross_v", "v.w", "v.b")),
)  # fmt: skip


def session(device, **budget):
    shape = shape_of_blocks([STEM, LAYER, FINAL])
    assert shape is not None
    plan = plan_encoder(shape, NPU1)
    artifact = Artifact(EncoderDesign("by_hand", "E2", "", plan, ()))
    return EncoderSession(BufferPool(device, **budget), artifact)


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
    it.run(FINAL)(it.run(LAYER)(state, *layer_weights()), torch.ones(WIDTH), torch.zeros(WIDTH))
    symbols = [run.symbol for run in device.runs]
    assert symbols == [f"encoder_{kind}" for kind in ("stem", "layer", "final") for _ in range(2)]
    first, second = device.runs[2:4]
    assert first.buffers[0] is not second.buffers[0]  # each window's state
    assert first.buffers[1] is second.buffers[1]  # the room to work in
    assert it.telemetry.dispatches == 6


def test_layers_have_their_own_weights_and_share_the_rest():
    device = NullDevice()
    it = session(device)
    state = it.send(LAYER)(torch.zeros(BATCH, FRAMES, WIDTH))
    for weights in (layer_weights(1.0), layer_weights(2.0)):
        it.run(LAYER)(state, *weights)
    one, other = device.runs[0], device.runs[2]
    assert one.buffers[:2] == other.buffers[:2]
    assert one.buffers[2] is not other.buffers[2]


def test_weights_that_do_not_fit_are_packed_again():
    device = NullDevice()
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
    assert (
        it.hands_over(STEM, LAYER) and it.hands_over(LAYER, LAYER) and it.hands_over(LAYER, FINAL)
    )
    assert it.hands_over(FINAL, CROSS)
    assert not any(
        it.hands_over(*pair) for pair in ((FINAL, LAYER), (LAYER, CROSS), (CROSS, CROSS))
    )
    changing = [block for block in (STEM, LAYER, FINAL, CROSS) if it.overwrites(block)]
    assert changing == [LAYER]


@pytest.mark.parametrize(
    ("block", "shape", "message"),
    [
        (
            STEM,
            (2, 80, 199),
            "an encoder's stem was called with an input of (2, 80, 199); expected windows of "
            "(80, 200); "
            "compile the model again for this shape",
        ),
        (
            LAYER,
            (1, 99, 128),
            "an encoder's layer was called with an input of (1, 99, 128); expected windows of "
            "(100, 128); compile the model again for this shape",
        ),
    ],
)
def test_an_input_of_another_shape(block, shape, message):
    with pytest.raises(DeviceError) as caught:
        session(NullDevice()).send(block)(torch.zeros(shape))
    assert str(caught.value) == message
