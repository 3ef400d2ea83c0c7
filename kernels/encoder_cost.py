"""How long an encoder's steps take on the array: the physics by which the planner chooses.

All cores work in step, tile by tile of the output. A tile takes the longest of three: the core's
kernel calls, its streams, DDR's bytes for all cores. While the cores run a tile's epilogue, DDR
fills what room there is for x. A panel of weights adds its bytes to all the tiles for which it
stays, if the next one moves in beside it, else to the last of them. The sequence's commands run
beside all that.

Used by `codegen/plan_steps.py`, and by whoever needs an encoder's time without its text.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.encoder import (
    OBJECT_BYTES,
    TILE_ELEMS,
    AttentionStep,
    BlockSequence,
    EncoderPlan,
    GemmStep,
    Step,
)
from aiec.ir.graph import Activation
from aiec.ir.target import Target
from aiec.kernels.encoder import ENCODER_KERNELS, tiling_for

TILE_BYTES = 2 * TILE_ELEMS
# Lock instructions and loop of one object: acquire and release are 5 cycles each (allo's traces on
# npu1), a call and a branch 12 and 6 (JENA).
OBJECT_CYCLES = 28
CORE_OBJECTS = 2  # of x in a core, beside those of the mem tile
# The controller's, as runtime/sim/array/timing.py has them with their sources: a shim's transfer
# once a sequence goes on, a descriptor of a mem tile with its push, a push by itself; and what the
# first read of a sequence waits for its first word.
TRANSFER_CYCLES, DESCRIPTOR_CYCLES, PUSH_CYCLES = 3100, 513, 100
FIRST_WORD_CYCLES = 1668


@dataclass(frozen=True, slots=True)
class StepCost:
    """Predicted cycles of one step on the whole array, and of what they consist.

    `array` counts the cores' calls, `streams` the busiest stream, `ddr` all bytes at the target's
    bandwidth, `commands` the sequence's; `total` is what comes of them, with filling and draining.
    """

    array: float
    streams: float
    ddr: float
    commands: float
    total: float
    ddr_bytes: int

    @property
    def bound(self) -> str:
        """What takes longest."""
        times = {
            "array": self.array,
            "streams": self.streams,
            "ddr": self.ddr,
            "commands": self.commands,
        }
        return max(times, key=lambda name: times[name])


def block_cycles(plan: EncoderPlan, block: BlockSequence) -> float:
    """Predicted cycles of a block's sequence.

    It begins with a transfer of weights a column and of x a row, then the chains of single objects
    and of the first panel are written: what comes of the panel meanwhile need not be waited for.
    """
    first = block.steps[0]
    queries = any(isinstance(step, AttentionStep) for step in block.steps)
    panel = 2 * len(first.parts) if isinstance(first, GemmStep) else 0
    chains = plan.columns * ((4 if queries else 2) + panel) * DESCRIPTOR_CYCLES
    early = plan.columns + plan.rows
    hidden = _first_part(plan, first) if isinstance(first, GemmStep) else 0
    begin = max(early * TRANSFER_CYCLES + chains - hidden, FIRST_WORD_CYCLES)
    steps = step_cost(plan, first, early), *(step_cost(plan, step) for step in block.steps[1:])
    return begin + sum(step.total for step in steps)


def _first_part(plan: EncoderPlan, step: GemmStep) -> float:
    """Cycles in which the first part of all columns' weights comes from DDR."""
    return ddr_cycles(plan.target, plan.columns * step.parts[0] * OBJECT_BYTES)


def ddr_cycles(target: Target, reads: float, writes: float = 0) -> float:
    """Cycles in which DDR reads and writes so many bytes of all channels."""
    one, both = target.ddr_bytes_per_s, target.ddr_both_bytes_per_s
    return max(reads / one, writes / one, (reads + writes) / both) * target.clock_hz


def step_cost(plan: EncoderPlan, step: Step, begun: int = 0) -> StepCost:
    """Predict one step, of which so many transfers have been programmed."""
    gemm = isinstance(step, GemmStep)
    return _gemm(plan, step, begun) if gemm else _attention(plan, step, begun)


def kernel_cycles(plan: EncoderPlan, kernel: str, *scalars: int) -> int:
    """Cycles of a call of `encoder_<kernel>`."""
    spec = next(s for s in ENCODER_KERNELS if s.symbol == f"encoder_{kernel}")
    return spec.cycles(plan.target, tiling_for(plan.target, plan.left_parts), *scalars)


def _gemm(plan: EncoderPlan, step: GemmStep, begun: int) -> StepCost:
    target, stream = plan.target, plan.target.stream_bytes_per_cycle
    tiles, k_tiles = step.column_tiles * step.row_blocks, step.k_tiles
    residuals = plan.columns * len(step.residuals)
    epilogue = epilogue_cycles(plan, step)
    array = k_tiles * (kernel_cycles(plan, "gemm", 0) + OBJECT_CYCLES) + epilogue
    streams = max(k_tiles * OBJECT_BYTES, (k_tiles + residuals) * TILE_BYTES) / stream
    # Bytes of all cores for one tile of each, and for a panel.
    reads = plan.rows * (k_tiles + residuals) * TILE_BYTES
    reads += plan.columns * (k_tiles - step.staying) * OBJECT_BYTES
    writes = plan.rows * plan.columns * TILE_BYTES
    panel = plan.columns * step.staying * OBJECT_BYTES
    moved = ddr_cycles(target, reads, writes)
    room = (plan.mem.x_depth + CORE_OBJECTS) * moved / k_tiles
    tile = tile_cycles(array, streams, moved, epilogue - room)
    turns = step.turns
    if not step.staying:
        cycles = tiles * tile
    elif step.sets == 2:
        # The next panel comes as fast as it can, and leaves x its streams' share of DDR meanwhile.
        share = plan.rows / (plan.rows + plan.columns)
        burst = ddr_cycles(target, panel) / (1 - share)
        starved = max(0.0, burst * (1 - share * tile / moved) - room)
        whole = ddr_cycles(target, turns * reads + panel, turns * writes)
        cycles = tiles // turns * max(turns * tile + starved, whole)
    else:
        last = max(tile, ddr_cycles(target, reads + panel, writes))
        cycles = tiles // turns * ((turns - 1) * tile + last)
    norms = step.row_blocks * _statistics(plan, step)
    read, written = tiles * reads + tiles // turns * panel, tiles * writes
    commands = _commands(plan, step) - begun * TRANSFER_CYCLES
    fill = _first_part(plan, step) + epilogue + plan.rows * TILE_BYTES / stream
    return StepCost(
        array=tiles * array + norms,
        streams=tiles * streams,
        ddr=ddr_cycles(target, read, written),
        commands=commands,
        total=max(cycles + norms, commands) + fill,
        ddr_bytes=read + written,
    )


def tile_cycles(array: float, streams: float, ddr: float, uncovered: float) -> float:
    """Cycles of one output tile on all cores: the longest of three.

    `uncovered`: cycles of the epilogue for which there is no room to take x in.
    """
    return max(array, streams, ddr + max(0.0, uncovered))


def epilogue_cycles(plan: EncoderPlan, step: GemmStep) -> float:
    """Cycles of a core between its last product of an output tile and the next tile's first."""
    cycles = kernel_cycles(plan, "affine", 0, step.width) + OBJECT_CYCLES
    cycles += kernel_cycles(plan, "store", int(step.transpose))
    if step.activation is Activation.GELU:
        cycles += kernel_cycles(plan, "gelu")
    residual = kernel_cycles(plan, "residual") + plan.columns * OBJECT_CYCLES
    return cycles + len(step.residuals) * residual


def _statistics(plan: EncoderPlan, step: GemmStep) -> float:
    """Cycles of the sums of one row block, which the first column tile adds."""
    if not step.width:
        return 0
    sums = step.k_tiles * kernel_cycles(plan, "stats", 0, 0)
    return sums + kernel_cycles(plan, "moments", 0, step.width)


def _commands(plan: EncoderPlan, step: GemmStep) -> float:
    panels = step.panels if step.by_panel else 1
    parts = 1 + len(step.residuals)
    x = step.column_tiles * step.row_blocks * parts if step.residuals else 1
    transfers = plan.rows * x + plan.columns * (1 + panels)
    return TRANSFER_CYCLES * transfers + PUSH_CYCLES * 2 * plan.columns * (1 + panels)


def _attention(plan: EncoderPlan, step: AttentionStep, begun: int) -> StepCost:
    stream = plan.target.stream_bytes_per_cycle
    units, keys = step.units, step.key_tiles
    products = kernel_cycles(plan, "scores", 64) + kernel_cycles(plan, "gemm", 0)
    ends = ("query", "attention_start", "attention_end")
    around = sum(kernel_cycles(plan, kernel) for kernel in ends)
    around += kernel_cycles(plan, "store", 1) + plan.rows * OBJECT_CYCLES
    array = keys * (products + 2 * OBJECT_CYCLES) + around
    streams = 2 * keys * TILE_BYTES / stream
    reads = plan.rows * 2 * keys * TILE_BYTES + plan.columns * plan.rows * OBJECT_BYTES
    writes = plan.rows * plan.columns * TILE_BYTES
    moved = ddr_cycles(plan.target, reads, writes)
    transfers = len(step.runs) * (plan.rows + 2 * plan.columns) + plan.columns
    commands = TRANSFER_CYCLES * (transfers - begun)
    unit = max(array, streams, moved)
    return StepCost(
        array=units * array,
        streams=units * streams,
        ddr=units * moved,
        commands=commands,
        total=max(units * unit, commands) + around + (plan.rows + 1) * TILE_BYTES / stream,
        ddr_bytes=units * (reads + writes),
    )
