"""How long a Whisper encoder takes on the array: simulated from the emitted text, and its bounds.

    python benchmarks/encoder_time.py [--size tiny] [--device npu2] [--steps]

One layer, the stem and the final norm are simulated, and the layer counted as often as there are
layers. Kernels take the cycles of their models and compute nothing, as the time does not depend on
the data: a layer of large-v3 takes minutes. Every time is simulated; each dispatch adds what the
target's record says of one warm submission and the host's work around it.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aiec.codegen.emit_encoder import emit_encoder
from aiec.codegen.plan_encoder import plan_encoder
from aiec.ir.encoder import BlockKind, BlockSequence, EncoderPlan, EncoderShape, GemmStep
from aiec.ir.target import TARGETS, Target
from aiec.kernels.encoder import ENCODER_KERNELS, tiling_for
from aiec.kernels.encoder_layout import parameters
from aiec.runtime.sim import Simulator
from aiec.runtime.sim.report import Report

SIZES = {
    "tiny": EncoderShape(384, 6, 4, 80, 1500, 1536),
    "base": EncoderShape(512, 8, 6, 80, 1500, 2048),
    "small": EncoderShape(768, 12, 12, 80, 1500, 3072),
    "medium": EncoderShape(1024, 16, 24, 80, 1500, 4096),
    "large-v3": EncoderShape(1280, 20, 32, 128, 1500, 5120),
}
KINDS = (BlockKind.STEM, BlockKind.LAYER, BlockKind.FINAL)
# Best published rates of a GEMM kernel, multiply-accumulates a cycle and core. Sources: TAKA on
# AIE2; JENA's hand-written 64x96x64 in bfp16 (768 of 800 cycles issue a product of 512), and TAKA
# for bf16 through bfp16.
PUBLISHED = {"npu1": (112.6,), "npu2": (491.0, 158.0)}


@dataclass
class TimedKernel:
    """Takes its model's cycles, and does nothing, or only what the program depends on."""

    cycles: Callable[..., int]
    does: Callable[..., None] | None = None

    def __call__(self, *args: Any) -> None:
        if self.does is not None:
            self.does(*args)


def timed_kernels(target: Target) -> dict[str, TimedKernel]:
    """Kernels of no arithmetic by symbol."""
    tiling = tiling_for(target)

    def timed(spec: Any) -> TimedKernel:
        def cycles(*args: Any) -> int:
            return spec.cycles(target, tiling, *[a for a in args if isinstance(a, int)])

        return TimedKernel(cycles)

    kernels = {spec.symbol: timed(spec) for spec in ENCODER_KERNELS}
    kernels["encoder_parameters"].does = take_parameters
    return kernels


def take_parameters(control: np.ndarray, par: np.ndarray) -> None:
    """What the kernel of this name does: cores follow the parameters."""
    par[:] = control.view(np.int32)[: par.size]


def buffers_of(plan: EncoderPlan, block: BlockSequence) -> list[np.ndarray]:
    """Zeros, with the control objects where cores look for them."""
    arrays = [np.zeros(a.nbytes, np.uint8) for a in block.arguments]
    weights = arrays[[a.role for a in block.arguments].index("weights")].view(np.int32)
    for step in block.steps:
        for column in range(plan.columns):
            first = (step.weights + column * step.objects * 4352) // 2
            weights[first : first + 16] = parameters(step)
    return arrays


def simulate(plan: EncoderPlan) -> dict[str, Report]:
    """A report for each sequence of the plan."""
    simulator = Simulator(emit_encoder(plan, "encoder").text, kernels=timed_kernels(plan.target))
    return {
        block.symbol: simulator.run(buffers_of(plan, block), sequence=block.symbol)
        for block in plan.blocks
    }


def step_by_step(plan: EncoderPlan) -> EncoderPlan:
    """The same plan with a sequence of its own for each step, of the step's name."""
    return replace(
        plan,
        blocks=tuple(
            replace(block, symbol=step.name, steps=(step,))
            for block in plan.blocks
            for step in block.steps
        ),
    )


def line(name: str, report: Report, target: Target) -> str:
    """Time, and what of it the cores computed, waited, and DDR was used."""
    cores = len(report.cores) * report.cycles
    compute = sum(c.compute_cycles for c in report.cores) / cores
    lock = sum(c.lock_cycles for c in report.cores) / cores
    ddr = report.ddr_bytes / report.cycles / (target.ddr_bytes_per_s / target.clock_hz)
    return (
        f"  {name:14} {report.microseconds:9.1f} us  cores compute {compute:4.0%}, wait {lock:4.0%}"
        f"  DDR {report.ddr_bytes / 1e6:7.1f} MB at {ddr:4.0%}"
    )


def bound_us(plan: EncoderPlan, rate: float) -> tuple[float, float]:
    """Compute at a kernel's rate, DDR if each weight and each step's x and output cross once."""
    target, layers = plan.target, plan.shape.layers
    macs = nbytes = 0
    for block in plan.blocks:
        times = layers if block.kind is BlockKind.LAYER else 1
        macs += times * block.macs
        nbytes += times * once_bytes(plan, block)
    compute = macs / (rate * target.cores * target.clock_hz)
    return compute * 1e6, nbytes / target.ddr_bytes_per_s * 1e6


def once_bytes(plan: EncoderPlan, block: BlockSequence) -> int:
    """DDR traffic of a block if nothing crossed twice in a step."""
    rows = plan.rows
    elems = 0
    for step in block.steps:
        if isinstance(step, GemmStep):
            x = rows * step.row_blocks * step.k_tiles * 4096
            out = rows * step.row_blocks * plan.columns * step.column_tiles * 4096
            elems += x + out * (2 if step.residual else 1)
        else:
            heads = rows * step.head_blocks
            elems += heads * 4096 * 2 * (plan.row_tiles + step.key_tiles)
    return 2 * elems + block.argument("weights").nbytes


def measure(size: str, target: Target, steps: bool) -> None:
    """Simulate one size and print."""
    began = time.perf_counter()
    plan = plan_encoder(SIZES[size], target, KINDS)
    reports = simulate(plan)
    dispatch = target.dispatch_us + target.host_us
    dispatches = total = ddr = 0
    print(f"{size} on {target.name}: {plan.why}")
    if steps:
        for name, report in simulate(step_by_step(plan)).items():
            print(line(name, report, target))
    for block in plan.blocks:
        report = reports[block.symbol]
        times = plan.shape.layers if block.kind is BlockKind.LAYER else 1
        print(line(f"{times} x {block.kind}", report, target))
        dispatches += times
        total += times * (report.microseconds + dispatch)
        ddr += times * report.ddr_bytes
    print(
        f"  {total / 1e3:.2f} ms (simulated) in {dispatches} dispatches of {dispatch:.0f} us, "
        f"{ddr / 1e6:.0f} MB through DDR; took {time.perf_counter() - began:.0f} s to simulate"
    )
    for rate in PUBLISHED[target.name]:
        compute, memory = bound_us(plan, rate)
        print(
            f"  bounds: compute {compute / 1e3:.2f} ms at {rate:g} MAC a cycle and core, "
            f"DDR {memory / 1e3:.2f} ms; {total / max(compute, memory):.2f} of the larger"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--device", choices=TARGETS, action="append")
    parser.add_argument("--steps", action="store_true", help="also each step by itself")
    args = parser.parse_args()
    for size in args.size or SIZES:
        for device in args.device or TARGETS:
            measure(size, TARGETS[device], args.steps)


if __name__ == "__main__":
    main()
