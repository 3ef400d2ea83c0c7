"""In the Debian tree: run an instruction stream on buffers with the real pyxrt.

    python3 run_design.py FOLDER [--times N] [--ahead | --runlist] [--wait-ms N] [--twice]
                              [--unflushed N] [--linger]

FOLDER holds aie.xclbin, insts.bin and in0.npy, in1.npy, ...; out0.npy, ... are what the buffers
hold after the last run. Prints one line a run: the state that it ended in, or what XRT raised; of a
runlist one line, and the states of its runs where it failed.
"""

import argparse
import sys
import traceback
from pathlib import Path

import numpy as np
import pyxrt  # pyright: ignore[reportMissingImports]

TO_ARRAY = pyxrt.xclBOSyncDirection.XCL_BO_SYNC_BO_TO_DEVICE
FROM_ARRAY = pyxrt.xclBOSyncDirection.XCL_BO_SYNC_BO_FROM_DEVICE
STREAM = 3  # the kernel's opcode for a stream of instructions
WAIT_MS = 60_000


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--wait-ms", type=int, default=WAIT_MS)
    parser.add_argument("--ahead", action="store_true", help="start all runs, then wait")
    parser.add_argument("--runlist", action="store_true", help="all runs in one chain")
    parser.add_argument("--twice", action="store_true", help="wait again where a wait timed out")
    parser.add_argument("--unflushed", type=int, help="leave out the flush of this buffer")
    parser.add_argument("--linger", action="store_true", help="wait for a line before the end")
    return parser.parse_args()


class Loaded:
    """The design on the device, its instructions and buffers."""

    def __init__(self, folder):
        self.device = pyxrt.device(0)
        xclbin = pyxrt.xclbin(str(folder / "aie.xclbin"))
        self.device.register_xclbin(xclbin)
        self.context = pyxrt.hw_context(self.device, xclbin.get_uuid())
        self.kernel = pyxrt.kernel(self.context, "MLIR_AIE")
        content = np.fromfile(folder / "insts.bin", np.uint8)
        group = self.kernel.group_id(1)
        self.words = content.nbytes // 4
        self.stream = pyxrt.bo(self.device, content.nbytes, pyxrt.bo.cacheable, group)
        np.frombuffer(self.stream.map(), np.uint8)[:] = content
        self.stream.sync(TO_ARRAY)
        self.buffers, self.arrays = [], []
        while (path := folder / f"in{len(self.buffers)}.npy").is_file():
            self._buffer(np.load(path))

    def _buffer(self, content):
        group = self.kernel.group_id(3 + len(self.buffers))
        buffer = pyxrt.bo(self.device, content.nbytes, pyxrt.bo.host_only, group)
        self.buffers.append(buffer)
        self.arrays.append(np.frombuffer(buffer.map(), np.uint8))
        self.arrays[-1][:] = content

    def flush(self, left_out):
        for number, buffer in enumerate(self.buffers):
            if number != left_out:
                buffer.sync(TO_ARRAY)

    def run(self):
        run = pyxrt.run(self.kernel)
        for place, value in enumerate((STREAM, self.stream, self.words, *self.buffers)):
            run.set_arg(place, value)
        return run

    def save(self, folder):
        for number, (buffer, array) in enumerate(zip(self.buffers, self.arrays, strict=True)):
            buffer.sync(FROM_ARRAY)
            np.save(folder / f"out{number}.npy", array)


def wait(run, chosen):
    state = run.wait(chosen.wait_ms)
    tell(state)
    if chosen.twice and state == pyxrt.ert_cmd_state.ERT_CMD_STATE_TIMEOUT:
        tell(run.wait(WAIT_MS))


def tell(state):
    print(str(state).rpartition("ERT_CMD_STATE_")[2], flush=True)


def execute(loaded, chosen):
    runs = [loaded.run() for _ in range(chosen.times)]
    if chosen.runlist:
        chain = pyxrt.runlist(loaded.context)
        for run in runs:
            chain.add(run)
        try:
            chain.execute()
            chain.wait()
            print("COMPLETED", flush=True)
        except RuntimeError as error:
            print(f"RuntimeError: {error}".replace("\n", " | "), flush=True)
            for run in runs:
                tell(run.state())
        return
    for run in runs:
        run.start()
        if not chosen.ahead:
            wait(run, chosen)
    if chosen.ahead:
        for run in runs:
            wait(run, chosen)


def main():
    chosen = options()
    loaded = Loaded(chosen.folder)
    loaded.flush(chosen.unflushed)
    execute(loaded, chosen)
    if chosen.linger:
        sys.stdin.readline()
    loaded.save(chosen.folder)


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as error:
        print(f"RuntimeError: {error}".replace("\n", " | "), flush=True)
        traceback.print_exc()
        sys.exit(1)
