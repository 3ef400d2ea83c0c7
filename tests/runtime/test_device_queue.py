"""Runs from many threads, errors and interrupts: a device sees one run at a time, and is reset."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from aiec.ir.errors import DeviceError
from aiec.runtime.device import Completion, Event, Run
from aiec.runtime.device_queue import DeviceQueue
from aiec.runtime.null_device import NullDevice


class Strict(NullDevice):
    """Refuses a run while another is under way or after one that failed, until it is reset."""

    def __init__(self) -> None:
        super().__init__()
        self.resets = 0
        self._busy = False
        self.fail: BaseException | None = None

    def submit(self, runs: Sequence[Run]) -> Event:
        assert not self._busy
        self._busy = True
        if self.fail:
            raise self.fail
        return super().submit(runs)

    def wait(self, event: Event, timeout_s: float | None = None) -> tuple[Completion, ...]:
        threading.Event().wait(0.0005)
        self._busy = False
        return super().wait(event)

    def reset(self) -> None:
        self.resets += 1
        self._busy = False


def a_run(artifact: Any) -> Run:
    return Run(artifact, artifact.design.sequences[0].symbol, ())


def test_runs_of_many_threads_queue(artifact: Any) -> None:
    device = Strict()
    queue = DeviceQueue(device)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: queue.run(a_run(artifact)), range(80)))
    assert len(device.runs) == 80
    assert device.resets == 0


@pytest.mark.parametrize("error", [DeviceError("it broke"), KeyboardInterrupt()])
def test_after_a_run_that_did_not_end_the_device_is_reset(
    artifact: Any, error: BaseException
) -> None:
    device = Strict()
    queue = DeviceQueue(device)
    device.fail = error
    for _ in range(2):
        with pytest.raises(type(error)):
            queue.run(a_run(artifact))
    device.fail = None
    queue.run(a_run(artifact))
    queue.run(a_run(artifact))
    assert device.resets == 2
