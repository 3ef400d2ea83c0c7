"""A session packs, dispatches and unpacks: against torch on the reference device."""

import pytest
import torch

from aiec.ir.errors import DeviceError
from aiec.ir.graph import Activation
from aiec.runtime.buffers import BufferPool
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.null_device import NullDevice
from aiec.runtime.session import Session

# bf16 operands and result: half a unit in the last place of 8 bits, and sums of 70 products.
TOLERANCE = 2e-2


def assert_near(actual, wanted):
    torch.testing.assert_close(actual, wanted, rtol=TOLERANCE, atol=TOLERANCE)


def operands(gemm, seed=0):
    """x (2, m/2, k), weight (n, k), bias and residual as the GEMM asks for, fp32."""
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(2, gemm.m // 2, gemm.k, generator=rng)
    weight = torch.randn(gemm.n, gemm.k, generator=rng) / gemm.k**0.5
    bias = torch.randn(gemm.n, generator=rng) if gemm.bias else None
    residual = torch.randn(2, gemm.m // 2, gemm.n, generator=rng) if gemm.residual else None
    return x, weight, bias, residual


def expected(gemm, x, weight, bias, residual):
    out = torch.nn.functional.linear(x, weight, bias)
    if gemm.activation is Activation.GELU:
        out = torch.nn.functional.gelu(out)
    return out if residual is None else out + residual


def call_of(session, gemm):
    """The whole way of one GEMM: to the device, on it, and back."""
    send, compute = session.send(gemm), session.run(gemm)
    return lambda x, *others: session.receive(compute(send(x), *others))


@pytest.mark.parametrize("index", [0, 1, 2], ids=["bias", "gelu", "residual"])
def test_each_gemm_equals_torch(artifact, index):
    gemm = artifact.design.sequences[index].shape.gemm
    session = Session(BufferPool(CpuDevice()), artifact)
    args = operands(gemm)
    out = call_of(session, gemm)(*args)
    assert out.dtype == torch.float32
    assert_near(out, expected(gemm, *args))


def test_weights_are_packed_once_and_again_after_a_write(artifact):
    gemm = artifact.design.sequences[0].shape.gemm
    session = Session(BufferPool(CpuDevice()), artifact)
    call = call_of(session, gemm)
    x, weight, bias, _ = operands(gemm)
    call(x, weight, bias, None)
    packed_once = session.telemetry.weight_bytes
    call(x, weight, bias, None)
    assert session.telemetry.weight_bytes == packed_once
    weight.mul_(2)
    assert_near(call(x, weight, bias, None), expected(gemm, x, weight, bias, None))
    assert session.telemetry.weight_bytes == 2 * packed_once


def test_two_weights_of_one_shape_do_not_share(artifact):
    gemm = artifact.design.sequences[0].shape.gemm
    call = call_of(Session(BufferPool(CpuDevice()), artifact), gemm)
    for seed in (1, 2):
        args = operands(gemm, seed)
        assert_near(call(*args), expected(gemm, *args))


@pytest.mark.parametrize("index", [1, 2], ids=["weight", "bias"])
def test_a_parameter_that_is_replaced(artifact, index):
    """Wherever the new one lies; what was packed from the old one goes with it."""
    gemm = artifact.design.sequences[0].shape.gemm
    session = Session(BufferPool(CpuDevice()), artifact)
    call = call_of(session, gemm)
    args = list(operands(gemm))
    assert_near(call(*args), expected(gemm, *args))
    allocated = session.pool.allocated_bytes
    for seed in range(8):
        args[index].data = operands(gemm, seed)[index]
        assert_near(call(*args), expected(gemm, *args))
        assert session.pool.allocated_bytes == allocated


def test_telemetry_counts_dispatches_bytes_and_macs(artifact):
    sequence = artifact.design.sequences[2]
    gemm = sequence.shape.gemm
    session = Session(BufferPool(NullDevice()), artifact)
    call = call_of(session, gemm)
    for _ in range(3):
        call(*operands(gemm))
    sizes = {a.role: a.nbytes for a in sequence.arguments}
    seen = session.telemetry
    assert seen.dispatches == 3
    assert seen.macs == 3 * gemm.m * gemm.k * gemm.n
    assert seen.bytes_in == 3 * (sizes["x"] + sizes["residual"])
    assert seen.bytes_out == 3 * sizes["out"]
    assert not seen.simulated
    assert seen.summary() == "3 dispatches, NPU time 0.00 ms"


def test_wrong_columns_are_refused(artifact):
    gemm = artifact.design.sequences[0].shape.gemm
    x, weight, bias, _ = operands(gemm)
    with pytest.raises(
        DeviceError,
        match=r"was called with an input of \(2, 25, 39\); expected rows of 40; compile the model",
    ):
        call_of(Session(BufferPool(NullDevice()), artifact), gemm)(x[..., 1:], weight, bias, None)


@pytest.mark.parametrize("index", [1, 2], ids=["gelu", "residual"])
@pytest.mark.parametrize(("rows", "dispatches"), [(0, 1), (1, 1), (50, 1), (51, 2), (170, 4)])
def test_any_number_of_rows(artifact, index, rows, dispatches):
    gemm = artifact.design.sequences[index].shape.gemm
    session = Session(BufferPool(CpuDevice()), artifact)
    weight = torch.randn(gemm.n, gemm.k) / gemm.k**0.5
    bias = torch.randn(gemm.n) if gemm.bias else None
    residual = torch.randn(rows, gemm.n) if gemm.residual else None
    args = torch.randn(rows, gemm.k), weight, bias, residual
    assert_near(call_of(session, gemm)(*args), expected(gemm, *args))
    assert session.telemetry.dispatches == dispatches
    assert session.telemetry.macs == rows * gemm.k * gemm.n


def test_a_value_is_handed_over_on_the_device(artifact):
    up, down = (artifact.design.sequences[i].shape.gemm for i in (1, 2))
    session = Session(BufferPool(CpuDevice()), artifact)
    assert session.hands_over(up, down)
    assert not session.hands_over(artifact.design.sequences[0].shape.gemm, down)
    x, weight, bias, _ = operands(up)
    _, weight_2, _, residual = operands(down)
    hidden = session.run(up)(session.send(up)(x), weight, bias, None)
    out = session.receive(session.run(down)(hidden, weight_2, None, residual))
    wanted = expected(down, expected(up, x, weight, bias, None), weight_2, None, residual)
    assert_near(out, wanted)
    assert session.telemetry.bytes_out == 2 * hidden.padded[0] * 64


def test_a_value_frees_its_buffer(artifact):
    gemm = artifact.design.sequences[0].shape.gemm
    session = Session(BufferPool(NullDevice()), artifact)
    x = operands(gemm)[0]
    first = session.send(gemm)(x)
    (buffer,) = first.buffers
    second = session.send(gemm)(x)
    assert second.buffers[0] is not buffer
    del first
    assert session.send(gemm)(x).buffers[0] is buffer


def test_unknown_sequence_is_refused(artifact):
    from aiec.runtime.device import Run

    with pytest.raises(DeviceError, match="has no sequence 'nonsense'; expected gemm_50x40x70"):
        CpuDevice().submit(Run(artifact, "nonsense", ()))
