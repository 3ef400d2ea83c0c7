"""Running the NPU side of a mixed graph: devices, buffers, sessions and telemetry.

`compiler/choose_device.py` gives one of the devices behind `device.py`'s protocol; a `Session` (`session.py`)
puts a built design on it and offers each piece as a callable on torch tensors. `runtime/sim/` is
the simulator itself and knows nothing of what stands here.
"""
