"""How long a GEMM takes on the array with a given tiling: the physics by which the planner chooses.

All cores work in step. An output tile costs a core one kernel call a k tile, in the shadow of its
two streams or they in its, and then the epilogue. Meanwhile the shims read x once for each block
column and the weights once for each block row; the longer of the two counts. Transfers begin while
the sequence still starts the cores.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.codegen.tile_memory import RTP_WORDS, core_buffers
from aiec.ir.design import GemmPlan, GemmShape
from aiec.ir.graph import Activation
from aiec.kernels import layout
from aiec.kernels.gemm_bf16 import GELU, GEMM_BF16, GEMM_BF16_RESIDUAL, GEMM_BF16_STORE, NONE

# A core's lock acquire and release around one object. Source: mlir-aie test/benchmarks, about 57
# cycles a pair; a k tile takes one for x and one for the weights.
LOCK_PAIR_CYCLES = 57
# Stalls of a kernel whose buffers share banks with the DMA's. Source: VEGAH, 198 of 7813 cycles.
BANK_STALL = 198 / 7813
# The controller's write of one register is not published; the simulator takes the same.
REGISTER_WRITE_CYCLES = 100
WRITES_PER_TRANSFER = 3  # the descriptor as a block, its address, the queue
WRITES_PER_CORE = RTP_WORDS + 1  # parameters and lock


@dataclass(frozen=True, slots=True)
class GemmCost:
    """Predicted cycles of one GEMM, and of what they consist."""

    array: float  # cores with their streams
    ddr: float  # shim traffic at the target's bandwidth
    start: float  # the sequence's commands before the last core has started
    fill: float  # until the first cores have data, and after the last have none

    @property
    def total(self) -> float:
        """Cycles from the first transfer to the last."""
        return max(self.start + self.array, self.ddr) + self.fill


def gemm_cost(plan: GemmPlan, shape: GemmShape) -> GemmCost:
    """Predict `shape` on `plan`."""
    t, target = plan.tiling, plan.target
    tiles = (shape.mp // plan.block_m) * (shape.np // plan.block_n)
    bytes_per_cycle = target.ddr_bytes_per_s / target.clock_hz
    fill_bytes = 2 * t.m * t.k_l2 + t.x_bytes + plan.rows * t.out_bytes
    return GemmCost(
        array=tiles * _tile_cycles(plan, shape),
        ddr=ddr_bytes(plan, shape) / bytes_per_cycle,
        start=REGISTER_WRITE_CYCLES * _commands_to_start(plan, shape),
        fill=fill_bytes / target.stream_bytes_per_cycle,
    )


def ddr_bytes(plan: GemmPlan, shape: GemmShape) -> int:
    """Bytes that the shims move: x once a block column, weights once a block row, the rest once."""
    moved = layout.x_nbytes(shape) * (shape.np // plan.block_n)
    moved += layout.weight_nbytes(plan, shape) * (shape.mp // plan.block_m)
    moved += layout.out_nbytes(shape)
    return moved + (layout.residual_nbytes(plan, shape) if shape.gemm.residual else 0)


def _commands_to_start(plan: GemmPlan, shape: GemmShape) -> int:
    transfers = plan.rows + plan.columns * (3 if shape.gemm.residual else 2)
    return WRITES_PER_TRANSFER * transfers + WRITES_PER_CORE * plan.rows * plan.columns


def _tile_cycles(plan: GemmPlan, shape: GemmShape) -> float:
    t, target, stream = plan.tiling, plan.target, plan.target.stream_bytes_per_cycle
    packed = core_buffers(t, target)[0].bank is not None
    multiply = GEMM_BF16.cycles(target, t, 0) * (1 if packed else 1 + BANK_STALL)
    k_tile = max(multiply + 2 * LOCK_PAIR_CYCLES, t.x_bytes / stream, t.w_bytes / stream)
    activation = GELU if shape.gemm.activation is Activation.GELU else NONE
    epilogue = GEMM_BF16_STORE.cycles(target, t, activation) + LOCK_PAIR_CYCLES
    if shape.gemm.residual:
        added = GEMM_BF16_RESIDUAL.cycles(target, t)
        epilogue += max(added, plan.rows * t.w_bytes / stream)
    drain = plan.rows * t.out_bytes / stream  # the shim's share of one tile; overlaps
    return max(shape.kp // t.k * k_tile + epilogue, drain)
