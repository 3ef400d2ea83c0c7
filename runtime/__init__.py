"""Running the NPU side of a mixed graph: devices, buffers, sessions and telemetry.

`open_device` gives one of the devices behind `runtime/device.py`'s protocol; a `Session` puts a
built design on it and offers each GEMM as a callable on torch tensors. `runtime/sim/` is the
simulator itself and knows nothing of what stands here.
"""

from aiec.runtime.device import Buffer, Completion, Device, Event, Run
from aiec.runtime.open_device import npu_target, open_device
from aiec.runtime.session import Session
from aiec.runtime.telemetry import Telemetry

__all__ = [
    "Buffer",
    "Completion",
    "Device",
    "Event",
    "Run",
    "Session",
    "Telemetry",
    "npu_target",
    "open_device",
]
