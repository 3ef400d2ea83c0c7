"""Run mlir-aie's own static designs in the simulator, against what their host programs expect.

    python benchmarks/conformance.py CHECKOUT [--only NAME] [--seeds 3]

CHECKOUT is a clone of github.com/Xilinx/mlir-aie, of August 2026 or thereabouts. One line a design
and device: pass, or what went wrong. Every seed permutes simultaneous events and jitters latencies.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import numpy as np
from conformance_designs import DESIGNS, Design
from conformance_kernels import kernels_of

from aiec.ir.errors import AiecError
from aiec.runtime.sim import Simulator

MAX_CYCLES = 100_000_000


def outcome(text: str, design: Design, seed: int) -> str:
    """'pass', or what went wrong."""

    def load(device: str | None = None) -> Simulator:
        return Simulator(text, kernels=kernels_of(text), device=device, seed=seed)

    try:
        for came, wanted in design.play(load):
            if not np.array_equal(came, wanted):
                place = tuple(np.argwhere(came != wanted)[0])
                return f"wrong: {came[place]} at {place}, expected {wanted[place]}"
    except AiecError as error:
        return f"{type(error).__name__}: {error}".replace("\n", " | ")
    return "pass"


def main() -> int:
    """Run and print; the status is 1 if any run did not pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--only", default="", help="designs whose path contains this")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    passed = runs = 0
    for design in DESIGNS:
        if arguments.only not in design.path:
            continue
        path = arguments.checkout / "test/npu-xrt" / design.path
        text = (path if path.suffix == ".mlir" else path / "aie.mlir").read_text()
        for device in design.devices:
            ready = re.sub("NPUDEVICE", device, text)
            results = [outcome(ready, design, seed) for seed in range(arguments.seeds)]
            result = next((r for r in results if r != "pass"), "pass")
            print(f"{design.path:58}{device:11}{result}", flush=True)
            runs, passed = runs + 1, passed + (result == "pass")
    print(f"{passed} of {runs} runs pass with {arguments.seeds} seeds each")
    return int(passed < runs)


if __name__ == "__main__":
    sys.exit(main())
