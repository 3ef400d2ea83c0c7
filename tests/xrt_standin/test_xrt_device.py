"""The device on the stand-in of pyxrt: right bits, nothing more than needed, nothing dangerous."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from aiec.ir.errors import DeviceError
from aiec.ir.target import NPU1, NPU2
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import Run, RunError
from aiec.runtime.sim_device import SimDevice
from aiec.runtime.xrt.xrt_device import XrtDevice
from xrt_standin.board import Board, Simulated
from xrt_standin.designs import FINAL, MEL, STEM, artifact, encode, opened, prepare, session
from xrt_standin.pyxrt import RELEASES, standin


@pytest.mark.parametrize("release", RELEASES)
def test_window_after_window_gives_the_reference_s_bits(release: str) -> None:
    it, reference, board = session(opened(board := Board(), release)), session(CpuDevice()), board
    for scale in (1.0, 2.0):
        assert torch.equal(encode(it, MEL * scale), encode(reference, MEL * scale))
    assert 1 <= board.most_in_flight <= 4
    assert not it.telemetry.faults and it.pool.queue.device.name == "npu1"


def test_without_runlists_four_runs_are_under_way() -> None:
    board = Board()
    module = standin("2.20", board)
    del module.runlist
    device = XrtDevice(NPU1, module, prepare)
    device.open()
    it = session(device)
    assert torch.equal(encode(it, MEL), encode(session(CpuDevice()), MEL))
    assert board.most_in_flight == 4 and board.calls["runlist.wait"] == 0
    assert not it.telemetry.faults


def test_the_array_runs_the_instruction_streams() -> None:
    """Simulated from the binary, as the simulator runs the text."""
    it = session(opened(Board(array=Simulated)))
    assert torch.equal(encode(it, MEL, 1), encode(session(SimDevice(NPU1)), MEL, 1))
    assert not it.telemetry.faults


def test_a_window_after_the_first_flushes_spectrogram_and_features_alone() -> None:
    board = Board()
    it = session(opened(board))
    mel = it.plan.block(STEM.kind).argument("mel").nbytes
    features = it.plan.block(FINAL.kind).argument("out").nbytes
    encode(it, MEL)
    encode(it, MEL)
    before, submissions = board.synced.copy(), it.telemetry.submissions
    encode(it, MEL)
    moved = board.synced - before
    assert moved["XCL_BO_SYNC_BO_TO_DEVICE"] == mel + features
    assert 0 < moved["XCL_BO_SYNC_BO_FROM_DEVICE"] <= features
    assert it.telemetry.submissions - submissions == 1


def test_long_chains_are_several_lists() -> None:
    """Sixty runs: three lists, and the last by itself."""
    board = Board()
    device = opened(board)
    it = session(device)
    encode(it, MEL)
    encoder = artifact()
    sequence = it.plan.block(FINAL.kind)
    buffers = tuple(device.alloc(a.nbytes) for a in sequence.arguments)
    started = board.started
    done = device.wait(device.submit([Run(encoder, sequence.symbol, buffers)] * 60))
    assert board.started - started == 60
    assert len(done) == 60 and not done[0].simulated and all(c.device_us > 0 for c in done)


def test_what_is_let_go_of_goes_in_order() -> None:
    board = Board()
    device = opened(board)
    it = session(device)
    encode(it, MEL)
    board.ends.clear()
    device.close()
    it.pool.queue.faults.device = CpuDevice()
    del device
    order = [what for what in board.ends if what != "bo"]
    assert order == ["kernel", "hw_context", "device"]
    assert board.open_contexts == 0


def test_an_array_keeps_its_memory() -> None:
    device = opened(Board())
    session(device)
    array = device.alloc(100).array
    array[:] = 7
    assert (array == 7).all()


def test_a_closed_device_is_closed_twice() -> None:
    device = opened(Board())
    device.close()
    device.close()


def test_designs_of_another_target_are_refused() -> None:
    device = XrtDevice(NPU2, standin("2.26", Board()), prepare)
    device.open()
    with pytest.raises(DeviceError, match="'small' was made for npu1; expected a design for npu2"):
        device.load(artifact())


def test_more_arguments_than_the_kernel_takes_are_refused() -> None:
    device = XrtDevice(NPU1, standin("2.26", Board()), lambda a: prepare(a, host_buffers=2))
    device.open()
    with pytest.raises(DeviceError, match=r"has \d buffers; at .*xclbin; expected at most 2"):
        device.load(artifact())


def test_a_design_that_is_not_loaded() -> None:
    device = opened(Board())
    with pytest.raises(DeviceError, match="'small' is not loaded on npu1"):
        device.submit([Run(artifact(), "encoder_final", ())])


def test_a_deadline() -> None:
    board = Board(looks=10**9)
    device = opened(board)
    it = session(device)
    sequence = it.plan.block(FINAL.kind)
    buffers = tuple(device.alloc(a.nbytes) for a in sequence.arguments)
    event = device.submit([Run(artifact(), sequence.symbol, buffers)])
    with pytest.raises(RunError, match=r"has not ended after 0.01 s") as caught:
        device.wait(event, timeout_s=0.01)
    assert caught.value.cause == "timeout"


def test_buffers_begin_as_zeros_on_both_sides() -> None:
    device = opened(Board())
    session(device)
    buffer = device.alloc(1000)
    assert not buffer.array.any()
    device.invalidate(buffer)
    assert not buffer.array.any() and np.asarray(buffer.array).nbytes == 1000


def test_reset_gives_a_new_context() -> None:
    board = Board(contexts=1)
    it = session(opened(board))
    wanted = encode(it, MEL)
    it.pool.queue.device.reset()
    assert board.open_contexts == 1
    assert torch.equal(encode(it, MEL), wanted)
    assert replace(it.telemetry).submissions == 2
