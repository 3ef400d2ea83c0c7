"""A device of predicted times: how long runs take, in what order, and what it computes."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aiec.choose_device import npu_target, open_device
from aiec.ir.errors import DeviceError
from aiec.ir.options import options_from
from aiec.ir.target import NPU1, NPU2
from aiec.kernels.encoder_cost import block_cycles
from aiec.runtime.cpu_device import CpuDevice
from aiec.runtime.device import Completion, Run
from aiec.runtime.paced_device import PacedDevice

FILLED = 63  # of each byte: two are 0.75 in bf16
SLOW = replace(NPU1, dispatch_us=20_000.0)  # far above what a timer and this test cost


def a_run(device: Any, artifact: Any) -> Run:
    device.load(artifact)
    (sequence,) = artifact.design.sequences
    buffers = tuple(device.alloc(argument.nbytes) for argument in sequence.arguments)
    for buffer in buffers:
        buffer.array[:] = FILLED
    return Run(artifact, sequence.symbol, buffers)


@pytest.mark.parametrize("name", ["null:npu1", "null:npu2", "null:npu1+cpu", "null:npu2+cpu"])
def test_names(name: str) -> None:
    options = options_from({"device": name})
    target = npu_target(options)
    assert target is not None and target.name in name
    assert open_device(target, options).name == name


def test_runs_take_their_time_one_after_another(artifact: Any) -> None:
    device = PacedDevice(SLOW)
    run = a_run(device, artifact)
    start = time.monotonic()
    events = [device.submit([run]) for _ in range(3)]
    submitted = time.monotonic() - start
    done, completions = [], list[Completion]()
    for event in events:
        completions += device.wait(event)
        done.append(time.monotonic() - start)
    assert submitted < 0.02
    assert all(at >= 0.02 * (i + 1) for i, at in enumerate(done))
    (sequence,) = artifact.design.sequences
    us = 1e6 * block_cycles(artifact.design.plan, sequence) / NPU1.clock_hz
    assert completions[-1].device_us == pytest.approx(us)
    assert completions[-1].simulated


def test_its_time_passes_while_nobody_waits(artifact: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    device, slept = PacedDevice(SLOW), list[float]()
    event = device.submit([a_run(device, artifact)])
    time.sleep(0.05)
    monkeypatch.setattr(time, "sleep", slept.append)
    device.wait(event)
    assert slept == [0.0]


def test_values_are_the_cpu_device_s_or_left_alone(artifact: Any) -> None:
    device, null, cpu = PacedDevice(NPU1, CpuDevice()), PacedDevice(NPU1), CpuDevice()
    paced, left, wanted = a_run(device, artifact), a_run(null, artifact), a_run(cpu, artifact)
    for one, run in ((device, paced), (null, left), (cpu, wanted)):
        one.wait(one.submit([run]))
    for mine, theirs in zip(paced.buffers, wanted.buffers, strict=True):
        assert np.array_equal(mine.array, theirs.array)
    assert not all((buffer.array == FILLED).all() for buffer in paced.buffers)
    assert all((buffer.array == FILLED).all() for buffer in left.buffers)


def test_designs_it_cannot_run(artifact: Any) -> None:
    with pytest.raises(DeviceError, match=r"made for npu1.*expected a design for npu2"):
        PacedDevice(NPU2).load(artifact)
    run = Run(artifact, artifact.design.sequences[0].symbol, ())
    with pytest.raises(DeviceError, match="not loaded on null:npu1"):
        PacedDevice(NPU1).submit([run])
