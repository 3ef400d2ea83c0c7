"""How long a GEMM of ours takes on the array with a given tiling.

The one model of it: codegen's planner searches tilings by it, the partitioner decides by it, and
`benchmarks/cost_vs_sim.py` holds it against the simulator.

All cores work in step. An output tile costs a core one kernel call a k tile, in the shadow of its
two streams or they in its, and then the epilogue. Meanwhile the shims read x once for each block
column and the weights once for each block row; the longer of the two counts. The controller writes
a step's transfers while the step before runs; short steps wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.design import GemmPlan, GemmShape
from aiec.ir.graph import Activation
from aiec.kernels import layout
from aiec.kernels.gemm_bf16 import GELU, GEMM_BF16, GEMM_BF16_RESIDUAL, GEMM_BF16_STORE, NONE
from aiec.kernels.tile_memory import RTP_WORDS, core_buffers

# A core's lock acquire and release around one object; a k tile takes one for x and one for the
# weights. Source: allo's traces on npu1, 5 cycles a lock instruction, as the simulator takes it.
LOCK_PAIR_CYCLES = 10
# Stalls of a kernel whose buffers share banks with the DMA's. Source: VEGAH, 198 of 7813 cycles.
BANK_STALL = 198 / 7813
# The controller's write of one register is not published; the simulator takes the same.
REGISTER_WRITE_CYCLES = 90
WRITES_PER_TRANSFER = 10  # the descriptor's eight words, its address, the queue: TXN-H
WRITES_PER_CORE = RTP_WORDS + 1  # parameters and lock


@dataclass(frozen=True, slots=True)
class GemmCost:
    """Predicted cycles of one GEMM, and of what they consist."""

    array: float  # cores with their streams
    ddr: float  # shim traffic at the target's bandwidth
    start: float  # the sequence's commands before the last core has started
    fill: float  # until the first cores have data, and after the last have none
    ddr_bytes: int

    @property
    def busy(self) -> float:
        """Cycles if DDR took none."""
        return self.start + self.array + self.fill

    @property
    def memory(self) -> float:
        """Cycles if all but DDR took none."""
        return self.ddr + self.fill

    @property
    def total(self) -> float:
        """Cycles from the first transfer to the last."""
        return max(self.busy, self.memory)


def gemm_cost(plan: GemmPlan, shape: GemmShape) -> GemmCost:
    """Predict `shape` on `plan`."""
    t, target = plan.tiling, plan.target
    moved = ddr_bytes(plan, shape)
    fill_bytes = 2 * t.m * t.k_l2 + t.x_bytes + plan.rows * t.out_bytes
    return GemmCost(
        array=_array_cycles(plan, shape),
        ddr=moved / _ddr_bytes_per_cycle(plan),
        start=_step_commands(plan, shape) + REGISTER_WRITE_CYCLES * _writes_to_start(plan),
        fill=fill_bytes / target.stream_bytes_per_cycle,
        ddr_bytes=moved,
    )


def ddr_bytes(plan: GemmPlan, shape: GemmShape) -> int:
    """Bytes that the shims move: x once a block column, weights once a block row, the rest once."""
    moved = layout.x_nbytes(shape) * (shape.np // plan.block_n)
    moved += layout.weight_nbytes(plan, shape) * (shape.mp // plan.block_m)
    moved += layout.out_nbytes(shape)
    return moved + (layout.residual_nbytes(plan, shape) if shape.gemm.residual else 0)


def _array_cycles(plan: GemmPlan, shape: GemmShape) -> float:
    """All steps of a sequence: each as long as its tiles, or as the next one takes to arrive.

    A step is so many blocks of a block row as one transfer can repeat, with a residual one. The
    controller writes the next step's transfers while this one runs, x last; then x comes.
    """
    rows, columns = shape.mp // plan.block_m, shape.np // plan.block_n
    span = 1 if shape.gemm.residual else plan.target.shim.iteration_wrap
    t = plan.tiling
    x = plan.rows * 2 * t.m * t.k_l2 / _ddr_bytes_per_cycle(plan)
    arrives, tile = _step_commands(plan, shape) + x, _tile_cycles(plan, shape)
    whole, rest = divmod(columns, span)
    row = whole * max(span * tile, arrives) + (max(rest * tile, arrives) if rest else 0.0)
    return rows * row - max(0.0, arrives - min(span, columns) * tile)  # the first has arrived


def _step_commands(plan: GemmPlan, shape: GemmShape) -> float:
    """Cycles in which the controller writes the transfers of one step."""
    transfers = plan.rows + plan.columns * (3 if shape.gemm.residual else 2)
    return REGISTER_WRITE_CYCLES * WRITES_PER_TRANSFER * transfers


def _writes_to_start(plan: GemmPlan) -> int:
    return WRITES_PER_CORE * plan.rows * plan.columns


def _ddr_bytes_per_cycle(plan: GemmPlan) -> float:
    return plan.target.ddr_bytes_per_s / plan.target.clock_hz


def _tile_cycles(plan: GemmPlan, shape: GemmShape) -> float:
    t, target, stream = plan.tiling, plan.target, plan.target.stream_bytes_per_cycle
    packed = core_buffers(t, target)[0].bank is not None
    multiply = GEMM_BF16.cycles(target, t, 0) * (1 if packed else 1 + BANK_STALL)
    k_tile = max(multiply + 2 * LOCK_PAIR_CYCLES, t.x_bytes / stream, t.w_bytes / stream)
    activation = GELU if shape.gemm.activation is Activation.GELU else NONE
    epilogue = GEMM_BF16_STORE.cycles(target, t, activation) + LOCK_PAIR_CYCLES
    if shape.gemm.residual:
        epilogue += _residual_cycles(plan)
    drain = plan.rows * t.out_bytes / stream  # the shim's share of one tile; overlaps
    return max(shape.kp // t.k * k_tile + epilogue, drain)


def _residual_cycles(plan: GemmPlan) -> float:
    """All cores wait for their residual objects at once: a burst that no buffer has room for."""
    t, target = plan.tiling, plan.target
    column = plan.rows * t.w_bytes / target.stream_bytes_per_cycle
    array = plan.rows * plan.columns * t.w_bytes / _ddr_bytes_per_cycle(plan)
    return max(GEMM_BF16_RESIDUAL.cycles(target, t), column, array)
