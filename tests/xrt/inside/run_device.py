"""In the Debian tree: aiec's own device on the real pyxrt, without torch.

    python3 run_device.py TIMES

The folder holds aie.xclbin, dispatch.pickle (artifact, symbol) and in0.npy, ...; out0.npy, ... are
what the buffers hold after a chain of so many runs. Prints DONE and the runs' time, or the error.
"""

import pickle
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyxrt  # pyright: ignore[reportMissingImports]

from aiec.ir.errors import DeviceError
from aiec.runtime.device import Run
from aiec.runtime.xrt.xrt_device import XrtDevice


def main():
    artifact, symbol = pickle.loads(Path("dispatch.pickle").read_bytes())
    artifact = replace(artifact, xclbin=Path("aie.xclbin"))
    device = XrtDevice(artifact.design.plan.target, pyxrt, lambda given: given)
    device.open()
    device.load(artifact)
    buffers = []
    while (path := Path(f"in{len(buffers)}.npy")).is_file():
        content = np.load(path)
        buffers.append(device.alloc(content.nbytes))
        buffers[-1].array[:] = content
        device.flush(buffers[-1])
    chain = [Run(artifact, symbol, tuple(buffers))] * int(sys.argv[1])
    completions = device.wait(device.submit(chain))
    for number, buffer in enumerate(buffers):
        device.invalidate(buffer)
        np.save(f"out{number}.npy", buffer.array)
    assert all(c.device_us > 0 and not c.simulated for c in completions)
    print("DONE", len(completions), flush=True)
    device.close()


if __name__ == "__main__":
    try:
        main()
    except DeviceError as error:
        print(f"{getattr(error, 'cause', '-')}: {error}", flush=True)
