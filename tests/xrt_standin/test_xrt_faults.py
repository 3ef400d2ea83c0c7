"""Each fault on the stand-in: told apart, mended once where that helps, else the CPU, told once."""

import logging
import random
from typing import Any

import pytest
import torch

from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import Remedy, RunError
from aiec.runtime.xrt.causes import cause_of
from xrt_standin.board import Board
from xrt_standin.designs import MEL, encode, opened, session

SAID = {
    "mmap(addr=0x0, len=67108864, prot=3) failed (err=-11): Resource temporarily unavailable":
        ("memlock", Remedy.FALL_BACK),
    "DRM_IOCTL_AMDXDNA_CREATE_BO IOCTL failed (err=-12): Cannot allocate memory":
        ("memory", Remedy.FALL_BACK),
    "DRM_IOCTL_AMDXDNA_CREATE_HWCTX IOCTL failed (err=-22): Invalid argument":
        ("contexts", Remedy.FALL_BACK),
    "DRM_IOCTL_AMDXDNA_CREATE_HWCTX IOCTL failed (err=22): Invalid argument":
        ("contexts", Remedy.FALL_BACK),
    "DRM_IOCTL_AMDXDNA_CONFIG_HWCTX IOCTL failed (err=-62): Timer expired":
        ("firmware", Remedy.FALL_BACK),
    "Incompatible firmware protocol major 7 minor 2": ("firmware", Remedy.FALL_BACK),
    "DRM_IOCTL_AMDXDNA_EXEC_CMD IOCTL failed (err=-5): Input/output error":
        ("generation", Remedy.FALL_BACK),
    "DRM_IOCTL_AMDXDNA_EXEC_CMD IOCTL failed (err=-2): No such file or directory":
        ("evicted", Remedy.RETRY),
    "DRM_IOCTL_AMDXDNA_SYNC_BO IOCTL failed (err=-19): No such device":
        ("lost", Remedy.FALL_BACK),
    "Open /dev/accel/accel0 failed (err=-13): Permission denied":
        ("permission", Remedy.FALL_BACK),
    "Command failed to complete successfully (ERT_CMD_STATE_TIMEOUT)": ("timeout", Remedy.RETRY),
    "runlist failed execution (ERT_CMD_STATE_ERROR)": ("error", Remedy.FALL_BACK),
    "runlist failed execution (ERT_CMD_STATE_ABORT)": ("abort", Remedy.RETRY),
    "something new": ("other", Remedy.FALL_BACK),
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_messages_are_told_apart(said: str) -> None:
    found = cause_of(said)
    assert (found.name, found.remedy) == SAID[said]
    assert found.todo and found.meaning


@pytest.fixture(scope="module")
def wanted() -> torch.Tensor:
    return encode(session(CpuDevice()), MEL)


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.parametrize("state", ["TIMEOUT", "ABORT"])
@pytest.mark.parametrize("number", [1, 3, 5])
def test_one_that_a_fresh_context_mends(
    caplog: pytest.LogCaptureFixture, wanted: torch.Tensor, state: str, number: int
) -> None:
    board = Board(faults={number: state}, contexts=1)
    it = session(opened(board))
    assert torch.equal(encode(it, MEL), wanted)
    assert it.pool.queue.device.name == "npu1" and not warnings_of(caplog)
    assert it.telemetry.faults == {state.lower(): 1} and board.calls["hw_context"] == 2


def test_a_second_time_out_is_the_last(
    caplog: pytest.LogCaptureFixture, wanted: torch.Tensor
) -> None:
    board = Board(faults={2: "TIMEOUT", 5: "TIMEOUT"})
    it = session(opened(board))
    for _ in range(2):
        assert torch.equal(encode(it, MEL), wanted)
    (said,) = warnings_of(caplog)
    assert said.startswith("npu1: the rest of this run is computed on the CPU; encoder_")
    assert "watchdog" in said and "ERT_CMD_STATE_TIMEOUT" in said and "aiec doctor" in said
    assert it.telemetry.faults == {"timeout": 2}


@pytest.mark.parametrize(
    ("state", "cause"),
    [("ERROR", "error"), ("SKERROR", "error"), ("SKCRASHED", "error"), ("NORESPONSE", "firmware")],
)
def test_errors_are_never_tried_again(
    caplog: pytest.LogCaptureFixture, wanted: torch.Tensor, state: str, cause: str
) -> None:
    board = Board(faults={4: state})
    it = session(opened(board))
    assert torch.equal(encode(it, MEL), wanted)
    assert len(warnings_of(caplog)) == 1 and it.telemetry.faults == {cause: 1}
    assert board.calls["hw_context"] == 1


@pytest.mark.parametrize("call", ["start", "sync", "bo", "hw_context"])
def test_a_call_that_fails(
    caplog: pytest.LogCaptureFixture, wanted: torch.Tensor, call: str
) -> None:
    board = Board(errors={call: ["DRM_IOCTL_AMDXDNA IOCTL failed (err=-19): No such device"] * 9})
    it = session(opened(board))
    assert torch.equal(encode(it, MEL), wanted)
    assert len(warnings_of(caplog)) == 1 and it.pool.queue.device.name == "cpu"


def test_the_npu_that_is_required(wanted: torch.Tensor) -> None:
    it = session(opened(Board(faults={2: "ERROR"})), require_npu=True)
    with pytest.raises(RunError, match=r"the array reported an error; at XRT: ") as caught:
        encode(it, MEL)
    assert caught.value.cause == "error"
    assert torch.equal(encode(it, MEL), wanted)  # the session is usable


KINDS: tuple[Any, ...] = ("TIMEOUT", "ABORT", "ERROR", "NORESPONSE", "lost")


@pytest.mark.parametrize("seed", range(6))
def test_windows_one_after_another_with_a_fault_anywhere(
    caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    """No window is lost or repeated, and no more than one warning is given."""
    dice = random.Random(seed)
    mels = [MEL * (1 + i / 4) for i in range(4)]
    reference = session(CpuDevice())
    kind = dice.choice(KINDS)
    board = Board(faults={dice.randrange(1, 20): kind} if kind != "lost" else {})
    it, lost = session(opened(board)), dice.randrange(4)
    for place, mel in enumerate(mels):
        board.lost |= kind == "lost" and place == lost
        assert torch.equal(encode(it, mel), encode(reference, mel)), (kind, place)
    assert len(warnings_of(caplog)) == (kind not in ("TIMEOUT", "ABORT"))
