"""The queue of one device: runs from any thread, one after another, whatever becomes of each.

Stands between the sessions and the device. A run that does not end (an error, Ctrl-C) leaves cores
and transfers wherever they were, so the next one finds its designs loaded anew.
"""

from __future__ import annotations

from threading import Lock

from aiec.ir.design import Artifact
from aiec.runtime.device import Completion, Device, Run
from aiec.runtime.faults import Faults


class DeviceQueue:
    """Takes runs of one device's designs; a caller waits until those before it are done."""

    def __init__(self, device: Device, *, require_npu: bool = False) -> None:
        self.faults = Faults(device, require_npu=require_npu)
        self._lock = Lock()
        self._unfinished = False

    @property
    def device(self) -> Device:
        """The device that holds: another where the first did not end its runs."""
        return self.faults.device

    def load(self, artifact: Artifact) -> None:
        """Make a design ready to run; loading it again does nothing."""
        with self._lock:
            self.faults.do(lambda device: device.load(artifact))

    def run(self, *runs: Run) -> tuple[Completion, ...]:
        """Run sequences to their end, one after another; errors are the device's, and theirs."""
        with self._lock:
            if self._unfinished:
                self.device.reset()
            self._unfinished = True  # stays, wherever an exception comes from
            completions = self.device.wait(self.device.submit(runs))
            self._unfinished = False
        return completions
