"""What becomes of work that a device did not end: again, on the CPU, or an error.

Stands between queue and device. A fault that a fresh context may mend is tried once more; for
any other, and where that fails too, the queue's device becomes the CPU for the rest of the run,
which is told once with cause and remedy. Where the NPU is required, the fault is the user's error.
Nothing is lost: a chain starts again from the host's tensors. Errors that say nothing of the device
(`SimulationError`, Ctrl-C) pass.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from aiec.runtime.device import Device, Remedy, RunError

log = logging.getLogger("aiec")
_Made = TypeVar("_Made")
Count = Callable[[str], None]


class Faults:
    """The device that holds, and what happened to those before it."""

    def __init__(self, device: Device, *, require_npu: bool = False) -> None:
        self.device = device
        self._require_npu = require_npu
        self._lock = Lock()

    def carry_out(self, attempt: Callable[[], None], count: Count) -> None:
        """Do `attempt`, which starts from its inputs each time it is called.

        count: gets the cause of every fault.
        """
        for retries_left in (1, 0):
            device = self.device
            try:
                attempt()
                return
            except RunError as error:
                count(error.cause)
                if retries_left and error.remedy is Remedy.RETRY:
                    continue
                self.fall_back(device, error)
                break
        attempt()

    def do(self, call: Callable[[Device], _Made]) -> _Made:
        """What `call` makes of the device that holds; it does not start runs."""
        device = self.device
        try:
            return call(device)
        except RunError as error:
            self.fall_back(device, error)
            return call(self.device)

    def fall_back(self, device: Device, error: RunError) -> None:
        """From now on the CPU, in place of `device`; told once. Raises where that is not wanted."""
        from aiec.runtime.cpu_device import CpuDevice

        if self._require_npu:
            raise error
        with self._lock:
            if self.device is not device:  # another thread's fault came first
                return
            self.device = CpuDevice()
        log.warning("%s: the rest of this run is computed on the CPU; %s", device.name, error)
