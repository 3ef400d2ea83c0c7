"""What the search over an encoder's plans is worth: every GEMM of Whisper against a fixed tiling.

    python benchmarks/encoder_search.py

The fixed tiling is that of mlir-aie's whole-array example, m, k, n = 64, 64, 32, two objects of
everything, weights and x read again for each block. By the same cost function, with the same
kernels (half a kernel call and epilogue for half the columns), norms, bias, GELU and residual in
the epilogue as in ours, although the example has none of them. All times are predicted.
"""

import math

from encoder_time import SIZES

from aiec.codegen.plan_steps import candidates, plan_encoder
from aiec.ir.encoder import BlockKind, EncoderPlan, GemmStep
from aiec.ir.target import TARGETS
from aiec.kernels.encoder_cost import (
    CORE_OBJECTS,
    OBJECT_CYCLES,
    TILE_BYTES,
    epilogue_cycles,
    kernel_cycles,
    step_cost,
    tile_cycles,
)

DEPTH = 2  # of the example's ObjectFifos
HALF = 0.5  # its 32 columns of a tile, in ours


def fixed_cycles(plan: EncoderPlan, step: GemmStep) -> float:
    """Cycles of a step's GEMM with the example's tiling."""
    target, stream = plan.target, plan.target.stream_bytes_per_cycle
    bandwidth = target.ddr_bytes_per_s / target.clock_hz
    k_tiles, residual = step.k_tiles, plan.columns * HALF * len(step.residuals)
    tiles = step.row_blocks * math.ceil(step.n / (64 * HALF * plan.columns))
    epilogue = HALF * epilogue_cycles(plan, step)
    array = k_tiles * (HALF * kernel_cycles(plan, "gemm", 0) + OBJECT_CYCLES) + epilogue
    x = plan.rows * (k_tiles + residual) * TILE_BYTES
    weights = plan.columns * k_tiles * HALF * TILE_BYTES
    ddr = (x + weights + plan.rows * plan.columns * HALF * TILE_BYTES) / bandwidth
    room = (DEPTH + CORE_OBJECTS) * ddr / k_tiles
    return tiles * tile_cycles(
        array, (k_tiles + residual) * TILE_BYTES / stream, ddr, epilogue - room
    )


def main() -> None:
    """Print a line for each GEMM, then the best and worst plans of each encoder."""
    for device, target in TARGETS.items():
        for size, shape in SIZES.items():
            plan = plan_encoder(shape, target)
            print(f"{size} on {device}: {plan.why}")
            for kind in (BlockKind.STEM, BlockKind.LAYER, BlockKind.FINAL):
                for step in plan.block(kind).steps:
                    if isinstance(step, GemmStep):
                        line(plan, step)
            cycles = sorted(c.cycles for c in candidates(shape, target, partial_sums=True))
            print(f"  plans with partial sums allowed: {len(cycles)}, the slowest takes "
                  f"{cycles[-1] / cycles[0]:.2f} times as long as the fastest")  # fmt: skip


def line(plan: EncoderPlan, step: GemmStep) -> None:
    """One GEMM."""
    ours, fixed = step_cost(plan, step), fixed_cycles(plan, step)
    us = 1e6 / plan.target.clock_hz
    print(
        f"  {step.name:6} {64 * plan.rows * step.row_blocks}x{step.k}x{step.n}: "
        f"{ours.total * us:8.1f} us, fixed {fixed * us:8.1f} us, {fixed / ours.total:.2f} times"
    )


if __name__ == "__main__":
    main()
