"""Predicted against simulated time of linear layers by themselves, each on the plan made for it.

    python benchmarks/cost_vs_sim.py [--size tiny] [--device npu2]

The linear layers of an encoder layer of each Whisper size, and odd ones. The planner's physics
(`kernels/encoder_cost.py`) against the simulator, both by the kernels' cycle models.
"""

import argparse
import statistics

import numpy as np

from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import Wanted, plan_steps
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import TARGETS, Target
from aiec.kernels import timed_kernels
from aiec.kernels.encoder_cost import block_cycles
from aiec.kernels.encoder_layout import pack_controls
from aiec.runtime.sim import Simulator

WIDTHS = {"tiny": 384, "base": 512, "small": 768, "medium": 1024, "large-v3": 1280}
ODD = (Gemm(7, 100, 50), Gemm(300, 200, 64, residual=True), Gemm(448, 384, 384), Gemm(1, 768, 768))


def linears(width: int) -> tuple[Gemm, ...]:
    """Those of an encoder layer."""
    return (
        Gemm(1500, width, width),
        Gemm(1500, width, width, residual=True),
        Gemm(1500, width, 4 * width, activation=Activation.GELU),
        Gemm(1500, 4 * width, width, residual=True),
    )


def error(gemm: Gemm, target: Target) -> float:
    """Predicted over simulated time, minus 1; printed."""
    plan = plan_steps(Wanted(gemms=(gemm,)), target)
    design, (block,) = emit(plan, "timed"), plan.blocks
    arrays = {a.role: np.zeros(a.nbytes, np.uint8) for a in block.arguments}
    arrays["weights"] = pack_controls(plan, block)
    kernels = timed_kernels.load(design.kernels, target)
    cycles = Simulator(design.text, kernels=kernels).run(list(arrays.values())).cycles
    off = block_cycles(plan, block) / cycles - 1
    print(f"{target.name} {gemm.label:36} {cycles / target.clock_hz * 1e6:9.1f} us {off:+6.1%}")
    return off


def main() -> None:
    """Print a line a layer, then how far off the predictions are."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--size", choices=WIDTHS, action="append")
    parser.add_argument("--device", choices=TARGETS, action="append")
    args = parser.parse_args()
    gemms = [*ODD, *(g for size in args.size or WIDTHS for g in linears(WIDTHS[size]))]
    found = [error(g, TARGETS[device]) for device in args.device or TARGETS for g in gemms]
    off = [abs(one) for one in found]
    print(f"{len(off)} layers, median error {statistics.median(off):.1%}, worst {max(off):.1%}")


if __name__ == "__main__":
    main()
