"""Designs of ours under AMD's real XRT 2.25: what it does above the driver, bit for bit.

No silicon is in it: the array is the simulator. docs/real_runtime.md says what this proves.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from debian import Debian
from recorded import Dispatch, dispatches_of

from aiec.doctor import findings, wanted_device
from aiec.doctor_machine import Finding, Machine, State
from aiec.speech.whisper import Dims, Encoder

pytestmark = [pytest.mark.slow, pytest.mark.xrt]


@pytest.fixture(scope="module")
def encoder() -> list[Dispatch]:
    """The dispatches of a small Whisper encoder: its stem, two layers."""
    torch.manual_seed(0)
    model = Encoder(Dims(80, 50, 128, 2, 2, 100, 10, 128, 2, 1)).eval()
    return dispatches_of(model, torch.randn(1, 80, 100), "npu2")


@pytest.mark.parametrize("target", ["npu1", "npu2"])
def test_linear_layer_gives_the_bytes_of_the_simulator(prepared, linear, target):
    setup = prepared(linear(target), target)
    assert setup.run() == ["COMPLETED"]
    assert setup.differing == []
    before, after = setup.dispatch.before, setup.dispatch.after
    assert not all(map(np.array_equal, before, after)), "the run changed nothing"
    assert setup.npu.told == []


def test_every_dispatch_of_an_encoder_gives_the_bytes_of_the_simulator(prepared, encoder):
    setup = prepared(encoder[0])
    for dispatch in encoder:
        setup.dispatch = dispatch
        dispatch.write_operands(setup.folder)
        assert setup.run() == ["COMPLETED"]
        assert setup.differing == [], dispatch.symbol
    assert setup.npu.counts["runs"] == len(encoder) >= 3


def test_runlist_is_submitted_in_chains(prepared, linear):
    setup = prepared(linear("npu2"))
    assert setup.run("--runlist", "--times", "30") == ["COMPLETED"]
    assert setup.differing == []
    assert setup.npu.counts["runs"] == 30
    assert setup.npu.counts["submit"] == 2  # of 24 and of 6


def test_flushes_reach_the_driver_with_their_ranges(prepared, linear):
    setup = prepared(linear("npu2"))
    assert setup.run() == ["COMPLETED"]
    buffers = sum(array.nbytes for array in setup.dispatch.before)
    assert setup.npu.counts["from_array_bytes"] == buffers
    # XRT flushes a new buffer once; the program flushed each again.
    assert setup.npu.counts["to_array_bytes"] > 2 * buffers


def test_a_flush_that_is_left_out_shows(prepared, linear):
    setup = prepared(linear("npu2"))
    place = setup.dispatch.roles.index("x")
    assert setup.run("--unflushed", str(place)) == ["COMPLETED"]
    assert setup.differing


def test_xrt_smi_shows_the_context_of_another_process(prepared, linear):
    setup = prepared(linear("npu2"))
    program = setup.start("--linger", "--times", "2")
    assert [program.line(), program.line()] == ["COMPLETED"] * 2
    partitions = _examine(setup.debian, "aie-partitions")["aie_partitions"]["partitions"]
    program.tell("")
    program.finish()
    ((context,),) = [p["hw_contexts"] for p in partitions]
    assert (partitions[0]["start_col"], partitions[0]["num_cols"]) == ("0", "8")
    assert int(context["command_submissions"]) == int(context["command_completions"]) == 2
    assert _examine(setup.debian, "aie-partitions")["aie_partitions"]["partitions"] in ([], "")


@pytest.mark.parametrize(("chip", "shown"), [("npu1", "6x5"), ("npu2", "6x8")])
def test_xrt_smi_names_the_chip(prepared, linear, chip, shown):
    setup = prepared(linear(chip), chip)
    assert shown in setup.debian.run("xrt-smi", "examine").stdout


@pytest.mark.parametrize("chip", ["npu1", "npu2"])
def test_doctor_finds_the_npu(debian, chip):
    debian.install_chip(chip)
    machine = Machine(debian.root, memlock_bytes=-1)
    found: dict[str, Finding] = {one.name: one for one in findings(machine)}
    for subject in ("NPU on PCI", "NPU driver", "NPU firmware", "XRT", "XRT's NPU plugin",
                    "device node", "memory lock limit"):  # fmt: skip
        assert found[subject].state is State.OK, found[subject]
    assert wanted_device(machine, chip).state is State.OK


def _examine(debian: Debian, report: str) -> dict:
    """The report of `xrt-smi examine` about the only device."""
    with debian.folder("report") as folder:
        done = debian.run(
            "xrt-smi", "examine", "-r", report, "-f", "JSON", "-o", "/work/report/report.json"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads((folder / "report.json").read_text())["devices"][0]
