"""Each fault of the driver, by name, as AMD's real XRT shows it to a program."""

from __future__ import annotations

import pytest
from board.faults import HAPPENINGS, NAMES, REQUESTS, RUNS

pytestmark = [pytest.mark.slow, pytest.mark.xrt]

# What pyxrt raises for the faults of requests.
SAID = {
    "no_driver": "Open /dev/accel/accel0 failed (err=-19)",
    "permission": "Open /dev/accel/accel0 failed (err=-13)",
    "memlock": "len=67108864, prot=3, flags=",
    "out_of_memory": "DRM_IOCTL_AMDXDNA_CREATE_BO IOCTL failed (err=-12)",
    "context_limit": "DRM_IOCTL_AMDXDNA_CREATE_HWCTX IOCTL failed (err=-22)",
    "firmware_hung": "DRM_IOCTL_AMDXDNA_CONFIG_HWCTX IOCTL failed (err=-62)",
    "channel_dead": "DRM_IOCTL_AMDXDNA_EXEC_CMD IOCTL failed (err=-5)",
    "evicted": "DRM_IOCTL_AMDXDNA_EXEC_CMD IOCTL failed (err=-2)",
}


def test_every_fault_is_tried():
    assert set(SAID) == set(REQUESTS)
    assert set(NAMES) == {*SAID, *RUNS, *HAPPENINGS}


@pytest.mark.parametrize("name", REQUESTS)
def test_request_that_fails_is_raised(prepared, linear, name):
    setup = prepared(linear("npu2"))
    setup.npu.faults.inject(name)
    (line,) = setup.run()
    assert line.startswith("RuntimeError: ")
    assert SAID[name] in line
    assert setup.run() == ["COMPLETED"]  # the next process finds all well


@pytest.mark.parametrize("name", RUNS)
def test_run_that_fails_tells_its_state(prepared, linear, name):
    setup = prepared(linear("npu2"))
    setup.npu.faults.inject(name)
    assert setup.run("--times", "2") == [RUNS[name].name, "COMPLETED"]
    assert setup.differing == []  # the second run, from a new configuration


def test_a_run_in_a_chain_that_fails_ends_the_chain(prepared, linear):
    setup = prepared(linear("npu2"))
    setup.npu.faults.inject("error", after=3)
    said, *states = setup.run("--runlist", "--times", "6")
    assert "ERT_CMD_STATE_ERROR" in said
    # Those before keep the state that XRT gave them; it marks those behind.
    assert states == ["NEW"] * 3 + ["ERROR"] + ["ABORT"] * 2
    assert setup.npu.counts["runs"] == 4


def test_watchdog_aborts_what_is_queued_behind(prepared, linear):
    setup = prepared(linear("npu2"), in_time=True)
    setup.npu.faults.inject("watchdog")
    assert setup.run("--times", "3", "--ahead") == ["TIMEOUT", "ABORT", "ABORT"]


def test_more_runs_than_the_driver_takes_at_once_wait(prepared, linear):
    setup = prepared(linear("npu2"))
    assert setup.run("--times", "9", "--ahead") == ["COMPLETED"] * 9
    assert setup.npu.counts["submit"] == 9


def test_late_run_times_out_in_the_program_and_ends_after(prepared, linear):
    setup = prepared(linear("npu2"))
    setup.npu.faults.inject("late")
    assert setup.run("--wait-ms", "200", "--twice") == ["TIMEOUT", "COMPLETED"]
    assert setup.differing == []


def test_idle_reset_configures_the_array_anew(prepared, linear):
    setup = prepared(linear("npu2"))
    setup.npu.faults.inject("idle_reset", after=1)
    assert setup.run("--times", "2") == ["COMPLETED"] * 2
    assert setup.differing == []


def test_lost_device_fails_everything_from_there_on(prepared, linear):
    setup = prepared(linear("npu2"))
    setup.npu.faults.inject("lost", after=1)
    first, second = setup.run("--times", "2", "--wait-ms", "5000")
    assert first == "COMPLETED"
    assert "err=-19" in second
    assert "Open /dev/accel/accel0 failed (err=-19)" in setup.run()[0]


def test_memory_lock_limit_counts_all_buffers(prepared, linear):
    setup = prepared(linear("npu2"))
    setup.npu.memlock_bytes = 8 << 20  # the usual default: the heap alone takes 64 MB
    assert SAID["memlock"] in setup.run()[0]
    setup.npu.memlock_bytes = (64 << 20) + 4096
    assert "mmap(" in setup.run()[0]


def test_contexts_are_counted_over_processes(prepared, linear):
    setup = prepared(linear("npu1"), "npu1")
    programs = [setup.start("--linger") for _ in range(6)]
    assert [program.line() for program in programs] == ["COMPLETED"] * 6
    assert SAID["context_limit"] in setup.run()[0]
    for program in programs:
        program.finish()


def test_design_of_the_other_generation_does_not_run(prepared, linear):
    setup = prepared(linear("npu1"), "npu1")
    setup.npu.target = "npu2"
    assert "EXEC_CMD IOCTL failed (err=-5)" in setup.run()[0]


def test_design_for_more_columns_than_there_are_gets_no_context(prepared, linear):
    setup = prepared(linear("npu2"), "npu1")
    assert SAID["context_limit"] in setup.run()[0]


def test_instructions_that_the_array_refuses_end_in_an_error(prepared, linear):
    setup = prepared(linear("npu2"))
    stream = bytearray(setup.dispatch.stream)
    stream[2] = 3  # the header's generation: npu1's
    (setup.folder / "insts.bin").write_bytes(stream)
    assert setup.run() == ["ERROR"]
    assert "generation 3" in setup.npu.told[0]
