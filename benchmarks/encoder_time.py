"""How long a Whisper encoder takes on the array: simulated from the emitted text, and its bounds.

    python benchmarks/encoder_time.py [--size tiny] [--device npu2] [--steps]

One layer, the stem and the final norm are simulated, and the layer counted as often as there are
layers; beside them keys and values of one decoder layer's cross attention. Kernels take the cycles
of their models and compute nothing, as the time does not depend on the data: a layer of large-v3
takes minutes. Every time is simulated; each dispatch adds what the target's record says of one warm
submission and the host's work around it.
"""

import argparse
import time
from dataclasses import replace

import numpy as np

from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import plan_encoder
from aiec.ir.encoder import (
    OBJECT_ELEMS,
    TILE_ELEMS,
    BlockKind,
    BlockSequence,
    EncoderPlan,
    EncoderShape,
    GemmStep,
)
from aiec.ir.options import DTYPES
from aiec.ir.target import TARGETS, Target
from aiec.kernels import timed_kernels
from aiec.kernels.encoder_cost import block_cycles, step_cost
from aiec.kernels.encoder_layout import parameters
from aiec.runtime.sim import Simulator
from aiec.runtime.sim.tell.report import Report

SIZES = {
    "tiny": EncoderShape(384, 6, 4, 80, 1500, 1536),
    "base": EncoderShape(512, 8, 6, 80, 1500, 2048),
    "small": EncoderShape(768, 12, 12, 80, 1500, 3072),
    "medium": EncoderShape(1024, 16, 24, 80, 1500, 4096),
    "large-v3": EncoderShape(1280, 20, 32, 128, 1500, 5120),
}
ENCODER = (BlockKind.STEM, BlockKind.LAYER, BlockKind.FINAL)
# Best published rates of a GEMM kernel, multiply-accumulates a cycle and core. Sources: TAKA on
# AIE2; JENA's hand-written 64x96x64 in bfp16 (768 of 800 cycles issue a product of 512), and TAKA
# for bf16 through bfp16.
PUBLISHED = {"npu1": (112.6,), "npu2": (491.0, 158.0)}


def buffers_of(plan: EncoderPlan, block: BlockSequence) -> list[np.ndarray]:
    """Zeros, with the control objects where cores look for them."""
    arrays = [np.zeros(a.nbytes, np.uint8) for a in block.arguments]
    weights = arrays[[a.role for a in block.arguments].index("weights")].view(np.int32)
    for step in block.steps:
        for column in range(plan.columns):
            first = (step.weights + column * step.objects * OBJECT_ELEMS) // 2
            weights[first : first + 16] = parameters(step)
    return arrays


def simulate(plan: EncoderPlan) -> dict[str, Report]:
    """A report for each sequence of the plan."""
    design = emit(plan, "encoder")
    simulator = Simulator(design.text, kernels=timed_kernels.load(design.kernels, plan.target))
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


def line(name: str, report: Report, predicted: float, target: Target) -> str:
    """Time, simulated and predicted; what of it the cores computed and waited, DDR's use."""
    cores = len(report.cores) * report.cycles
    compute = sum(c.compute_cycles for c in report.cores) / cores
    lock = sum(c.lock_cycles for c in report.cores) / cores
    ddr = report.ddr_bytes / report.cycles / (target.ddr_bytes_per_s / target.clock_hz)
    return (
        f"  {name:18} {report.microseconds:9.1f} us (predicted {predicted / report.cycles:4.0%})  "
        f"cores compute {compute:4.0%}, wait {lock:4.0%}  "
        f"DDR {report.ddr_bytes / 1e6:7.1f} MB at {ddr:4.0%}"
    )


def bound_us(plan: EncoderPlan, rate: float) -> tuple[float, float]:
    """Compute at a kernel's rate, DDR if each weight and each step's x and output cross once."""
    target, layers = plan.target, layers_of(plan)
    macs = nbytes = 0
    for block in map(plan.block, ENCODER):
        times = layers if block.kind is BlockKind.LAYER else 1
        macs += times * block.macs
        nbytes += times * once_bytes(plan, block)
    compute = macs / (rate * target.cores * target.clock_hz)
    return compute * 1e6, nbytes / target.ddr_bytes_per_s * 1e6


def layers_of(plan: EncoderPlan) -> int:
    """Of the encoder whose blocks a plan has."""
    assert plan.shape is not None
    return plan.shape.layers


def once_bytes(plan: EncoderPlan, block: BlockSequence) -> int:
    """DDR traffic of a block if nothing crossed twice in a step."""
    rows = plan.rows
    elems = 0
    for step in block.steps:
        if isinstance(step, GemmStep):
            x = rows * step.row_blocks * step.k_tiles * TILE_ELEMS
            out = rows * step.row_blocks * plan.columns * step.column_tiles * TILE_ELEMS
            elems += x + out * (1 + len(step.residuals))
        else:
            heads = rows * step.head_blocks
            elems += heads * TILE_ELEMS * 2 * (plan.columns * step.query_blocks + step.key_tiles)
    return 2 * elems + block.argument("weights").nbytes


def measure(size: str, target: Target, dtype: str, steps: bool, partial_sums: bool) -> None:
    """Simulate one size and print."""
    began = time.perf_counter()
    plan = plan_encoder(SIZES[size], target, dtype=dtype, partial_sums=partial_sums)
    reports = simulate(plan)
    dispatch = target.dispatch_us + target.host_us
    dispatches = total = ddr = 0
    print(f"{size} on {target.name} in {plan.dtype}: {plan.why}")
    if steps:
        alone = step_by_step(plan)
        for block, report in zip(alone.blocks, simulate(alone).values(), strict=True):
            bound = f"{block.symbol} ({step_cost(plan, block.steps[0]).bound})"
            print(line(bound, report, block_cycles(plan, block), target))
    for block in map(plan.block, ENCODER):
        report = reports[block.symbol]
        times = layers_of(plan) if block.kind is BlockKind.LAYER else 1
        print(line(f"{times} x {block.kind}", report, block_cycles(plan, block), target))
        dispatches += times
        total += times * (report.microseconds + dispatch)
        ddr += times * report.ddr_bytes
    print(
        f"  {total / 1e3:.2f} ms (simulated) in {dispatches} dispatches of {dispatch:.0f} us, "
        f"{ddr / 1e6:.0f} MB through DDR; took {time.perf_counter() - began:.0f} s to simulate"
    )
    cross = plan.block(BlockKind.CROSS)
    beside = line("decoder layer, k v", reports[cross.symbol], block_cycles(plan, cross), target)
    print(f"{beside}; not in the sum")
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
    parser.add_argument("--dtype", choices=DTYPES, default="bf16")
    parser.add_argument("--steps", action="store_true", help="also each step by itself")
    parser.add_argument("--partial-sums", action="store_true", help="fc2 may be split along k")
    args = parser.parse_args()
    for size in args.size or SIZES:
        for device in args.device or TARGETS:
            measure(size, TARGETS[device], args.dtype, args.steps, args.partial_sums)


if __name__ == "__main__":
    main()
