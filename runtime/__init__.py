"""Running the NPU side of a mixed graph: devices, buffers, sessions and telemetry.

`aiec.choose_device` opens one of the devices behind `device.py`'s protocol; a `Session`
(`session.py`) puts a built design on it and offers each piece as a callable on torch tensors.
`runtime/xrt/` is the real device. `runtime/sim/` is the simulator itself and knows nothing of what
stands here.
"""
