"""Plan an encoder: choose how the mem tiles are used, and let the blocks' steps follow.

Second-last stage before emission: an `EncoderShape` in, an `EncoderPlan` out, whose blocks are the
runtime sequences of one array configuration (`encoder_blocks.py`). Tiles are fixed; free are the
room for x and for weights in a mem tile, whether panels of weights stay there, once or twice, how
much stays of panels that do not fit, and whether fc2 is split along k. The choice with the least
predicted time of the whole encoder wins (`kernels/encoder_cost.py`).

Refuses encoders whose sizes the tiles do not divide, and more frames than the statistics of a
core's row blocks have room for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aiec.codegen.encoder_blocks import Choice, Sizes, block_of, row_blocks_of, tiled
from aiec.codegen.refuse_chip import refuse_chip
from aiec.ir.encoder import (
    OBJECT_BYTES,
    TILE,
    TILE_ELEMS,
    BlockKind,
    EncoderPlan,
    EncoderShape,
    GemmStep,
    MemTileSizes,
)
from aiec.ir.errors import CodegenError, OptionError
from aiec.ir.target import Target
from aiec.kernels.encoder_cost import block_cycles, step_cost

__all__ = ["ALL_BLOCKS", "candidates", "encoder_cycles", "plan_encoder", "tiled"]

EPSILON = 1e-5  # of the norms, in the kernels
STATISTICS_BLOCKS = 6  # row blocks for whose statistics a core has room
SLOTS = 4  # of weights in a mem tile: of two splits, descriptors of both directions fit its DMA
X_DEPTHS = (2, 4, 6)  # x objects in a mem tile; more than 6 need more descriptors than it has
SINGLE_OBJECTS = 2  # control and query objects in a mem tile
ALL_BLOCKS = tuple(BlockKind)


def plan_encoder(
    shape: EncoderShape,
    target: Target,
    kinds: Iterable[BlockKind] = ALL_BLOCKS,
    *,
    dtype: str = "bf16",
    partial_sums: bool = False,
) -> EncoderPlan:
    """Return the fastest plan of an encoder's blocks of these kinds.

    Raises `CodegenError`, and `OptionError` for a `dtype` that the target does not have.

    The choice is made for the whole encoder, so that plans of some of its blocks agree with it.
    `dtype` is that of `ir/options.py`. `partial_sums` allows fc2 to round its sums to bf16 between
    parts of k, where that is faster.
    """
    refuse_unsupported(shape, target)
    found = candidates(shape, target, dtype=dtype, partial_sums=partial_sums)
    ranked = sorted(found, key=lambda c: c.cycles)
    best, wanted = ranked[0].plan, set(kinds)
    blocks = tuple(block for block in best.blocks if block.kind in wanted)
    return replace(best, blocks=blocks, why=_explained(ranked))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan of all blocks with its predicted cycles."""

    cycles: float
    choice: Choice
    plan: EncoderPlan


def candidates(
    shape: EncoderShape, target: Target, *, dtype: str = "bf16", partial_sums: bool = False
) -> Iterator[Candidate]:
    """Every plan of the legal space."""
    _refuse_dtype(target, dtype)
    for choice in _choices(shape, target, partial_sums):
        plan = _plan(shape, target, choice, dtype)
        yield Candidate(encoder_cycles(plan), choice, plan)


def encoder_cycles(plan: EncoderPlan) -> float:
    """Predicted cycles of one window: stem, all layers, final norm."""
    times = {BlockKind.STEM: 1, BlockKind.LAYER: plan.shape.layers, BlockKind.FINAL: 1}
    return sum(times.get(block.kind, 0) * block_cycles(plan, block) for block in plan.blocks)


def _choices(shape: EncoderShape, target: Target, partial_sums: bool) -> Iterator[Choice]:
    k_tiles = shape.mlp // TILE
    most_pieces = target.max_lock_value // row_blocks_of(shape, target)
    for depth in X_DEPTHS:
        room = _room(target, depth)
        for mem in _sharing(depth, room, k_tiles, most_pieces):
            yield Choice(mem, twice=False)
            yield Choice(mem, twice=True)
        mem = MemTileSizes(depth, (room // SLOTS,) * SLOTS)
        yield Choice(mem, resident=False, twice=False)
        for parts in range(1, k_tiles // 2 + 1 if partial_sums else 2):
            if k_tiles % (2 * parts) == 0:
                yield Choice(mem, twice=False, fc2_parts=parts)
                yield Choice(mem, twice=True, fc2_parts=parts)


def _sharing(depth: int, room: int, k_tiles: int, most_pieces: int) -> Iterator[MemTileSizes]:
    """Mem tiles whose two larger slots hold, in pieces, what stays of panels of `k_tiles`.

    For each number of pieces as much as possible stays; the smaller slots get what room is left.
    """
    for pieces in range(2, most_pieces + 1):
        half = k_tiles // (2 * pieces)  # of a piece that stays and a part that is streamed
        staying = min((room // 2 - half) // (pieces - 1), half - 1)
        if k_tiles > room and k_tiles % (2 * pieces) == 0 and staying > 0:
            larger = pieces * staying
            yield MemTileSizes(depth, (larger, room // 2 - larger) * 2, pieces)


def _plan(shape: EncoderShape, target: Target, choice: Choice, dtype: str) -> EncoderPlan:
    sizes = Sizes.of(shape, target, choice, dtype)
    return EncoderPlan(
        target,
        shape,
        columns=sizes.columns,
        rows=sizes.rows,
        row_tiles=sizes.row_tiles,
        state_tiles=sizes.state_tiles,
        mem=choice.mem,
        dtype=dtype,
        blocks=tuple(block_of(kind, sizes) for kind in ALL_BLOCKS),
        why="",
    )


def _room(target: Target, x_depth: int) -> int:
    """Weight objects that a mem tile has room for beside x, outputs and single objects."""
    outputs = 2 * target.core_rows * TILE_ELEMS * 2
    taken = outputs + SINGLE_OBJECTS * OBJECT_BYTES + x_depth * TILE_ELEMS * 2
    return (target.mem_tile_bytes - taken) // OBJECT_BYTES


def _refuse_dtype(target: Target, dtype: str) -> None:
    if dtype not in target.dtypes:
        raise OptionError(
            f"{target.name} has no products of {dtype}",
            expected=f"dtype {' or '.join(target.dtypes)}",
        )


def refuse_unsupported(shape: EncoderShape, target: Target) -> None:
    """Raise `CodegenError` for an encoder that the design cannot take, or a chip that it cannot."""
    refuse_chip(target)
    if _room(target, min(X_DEPTHS)) < SLOTS:
        raise CodegenError(
            f"{target.name}: mem tiles with {target.mem_tile_bytes} bytes",
            expected=f"room for {SLOTS} weight objects beside x and outputs",
        )
    if shape.eps != EPSILON:
        raise CodegenError(
            f"layer norms with an epsilon of {shape.eps:g}",
            expected=f"{EPSILON:g}, which the kernels add",
        )
    if shape.heads % 2 or shape.mlp // TILE % 2:
        raise CodegenError(
            f"an encoder of width {shape.state} and {shape.mlp}",
            expected=f"multiples of {2 * TILE}: cores take k tiles of {TILE} in pairs",
        )
    most = STATISTICS_BLOCKS * target.core_rows * TILE
    if shape.frames > most:
        raise CodegenError(
            f"an encoder of {shape.frames} frames",
            expected=f"at most {most}: a core keeps no more rows' statistics",
        )


def _explained(ranked: list[Candidate]) -> str:
    """The best plan in words, what bounds its layer, and what the next best would cost."""
    best = ranked[0]
    plan, clock = best.plan, best.plan.target.clock_hz
    layer = plan.block(BlockKind.LAYER)
    costs = {step.name: step_cost(plan, step) for step in layer.steps}
    bounds = ", ".join(f"{name} by {cost.bound}" for name, cost in costs.items())
    moved = sum(cost.ddr_bytes for cost in costs.values())
    words = [
        f"{_name(best)}: {best.cycles / clock * 1e3:.2f} ms predicted for a window, "
        f"of {len(ranked)} plans",
        f"a layer takes {block_cycles(plan, layer) / clock * 1e6:.0f} us and moves "
        f"{moved / 1e6:.1f} MB through DDR, its weights "
        f"{layer.argument('weights').nbytes / 1e6:.1f} MB",
        f"bound: {bounds}",
    ]
    if again := [_crossing(s) for s in layer.steps if isinstance(s, GemmStep) and not s.resident]:
        words.append(f"{', '.join(again)} cross once a row block")
    if runner_up := next((c for c in ranked if c.cycles > best.cycles), None):
        slower = (runner_up.cycles / best.cycles - 1) * 100
        words.append(f"runner-up {_name(runner_up)}, {slower:+.1f} %")
    return "; ".join(words)


def _crossing(step: GemmStep) -> str:
    return f"{step.k_tiles - step.staying} of {step.k_tiles} k tiles of {step.name}"


def _name(candidate: Candidate) -> str:
    choice, mem = candidate.choice, candidate.choice.mem
    stay = "twice" if choice.twice else "once" if choice.resident else "not resident"
    split = f", fc2 in {choice.fc2_parts} parts" if choice.fc2_parts > 1 else ""
    return f"{mem.x_depth} x and {mem.panel_objects} weight tiles a mem tile, panels {stay}{split}"
