"""Plan: choose how the mem tiles are used, and let the blocks' steps follow.

Second-last stage before emission: what a graph asks for in, a plan out, whose blocks are the
runtime sequences of one array configuration: those of an encoder (`encoder_blocks.py`) and linear
layers by themselves (`linear_block.py`). Tiles are fixed; free are the room for x and for weights
in a mem tile, for how many row blocks weights stay there, whether panels of weights stay, once or
twice, how much stays of panels that do not fit, and whether fc2 is split along k. The choice with
the least predicted time of all that was asked for wins (`kernels/encoder_cost.py`).

Refuses encoders whose sizes the tiles do not divide, more frames than the statistics of a core's
row blocks have room for, and linear layers whose transfers exceed a descriptor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aiec.codegen.block_steps import Choice, Room, round_up, tiles_of
from aiec.codegen.encoder_blocks import Sizes, block_of, row_blocks_of
from aiec.codegen.encoder_transfers import issues
from aiec.codegen.linear_block import PADDING, linear_block
from aiec.codegen.refuse_chip import refuse_chip
from aiec.codegen.rounds import SINGLE_OBJECTS, rounds_of
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
from aiec.ir.graph import Gemm
from aiec.ir.target import Target
from aiec.kernels.encoder_cost import block_cycles, step_cost

EPSILON = 1e-5  # of the norms, in the kernels
STATISTICS_BLOCKS = 6  # row blocks for whose statistics a core has room
SLOTS = 4  # of weights in a mem tile: of two splits, descriptors of both directions fit its DMA
X_DEPTHS = (2, 4, 6)  # x objects in a mem tile; more than 6 need more descriptors than it has
ENCODER_BLOCKS = (BlockKind.STEM, BlockKind.LAYER, BlockKind.FINAL, BlockKind.CROSS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan has to serve: an encoder, linear layers (each as often as it occurs), or both."""

    shape: EncoderShape | None = None
    gemms: tuple[Gemm, ...] = ()


def plan_encoder(
    shape: EncoderShape,
    target: Target,
    kinds: Iterable[BlockKind] = ENCODER_BLOCKS,
    *,
    dtype: str = "bf16",
    partial_sums: bool = False,
) -> EncoderPlan:
    """Return the fastest plan of an encoder's blocks of these kinds: `plan_steps` of them alone."""
    wanted = Wanted(shape)
    return plan_steps(wanted, target, kinds, dtype=dtype, partial_sums=partial_sums)


def plan_steps(
    wanted: Wanted,
    target: Target,
    kinds: Iterable[BlockKind] = ENCODER_BLOCKS,
    *,
    dtype: str = "bf16",
    partial_sums: bool = False,
) -> EncoderPlan:
    """Return the fastest plan of the encoder's blocks of these kinds and of all linear layers.

    Raises `CodegenError`, and `OptionError` for a `dtype` that the target does not have.

    The choice is made for the whole encoder, so that plans of some of its blocks agree with it.
    `dtype` is that of `ir/options.py`. `partial_sums` allows fc2 to round its sums to bf16 between
    parts of k, where that is faster.
    """
    refuse_unsupported(wanted, target)
    found = candidates(wanted, target, dtype=dtype, partial_sums=partial_sums)
    ranked = sorted(found, key=lambda c: c.cycles)
    best, served = ranked[0].plan, {*kinds, BlockKind.LINEAR}
    blocks = tuple(block for block in best.blocks if block.kind in served)
    _refuse_long_transfers(best)
    return replace(best, blocks=blocks, why=_explained(ranked))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan of all blocks with its predicted cycles."""

    cycles: float
    choice: Choice
    plan: EncoderPlan


def candidates(
    wanted: EncoderShape | Wanted,
    target: Target,
    *,
    dtype: str = "bf16",
    partial_sums: bool = False,
) -> Iterator[Candidate]:
    """Every plan of the legal space."""
    if isinstance(wanted, EncoderShape):
        wanted = Wanted(wanted)
    _refuse_dtype(target, dtype)
    for choice in _choices(wanted, target, partial_sums):
        plan = _plan(wanted, target, choice, dtype)
        yield Candidate(cycles_of(wanted, plan), choice, plan)


def cycles_of(wanted: Wanted, plan: EncoderPlan) -> float:
    """Predicted cycles of one window (stem, all layers, final norm) and of all linear layers."""
    times: dict[BlockKind | Gemm | None, int] = {BlockKind.STEM: 1, BlockKind.FINAL: 1}
    times |= {BlockKind.CROSS: 0, BlockKind.LAYER: wanted.shape.layers if wanted.shape else 0}
    times |= Counter(wanted.gemms)
    return sum(times[block.gemm or block.kind] * block_cycles(plan, block) for block in plan.blocks)


def _choices(wanted: Wanted, target: Target, partial_sums: bool) -> Iterator[Choice]:
    if wanted.shape is None:
        yield from _choices_of_linears(wanted.gemms, target)
        return
    shape = wanted.shape
    k_tiles, turns = shape.mlp // TILE, row_blocks_of(shape, target)
    for depth in X_DEPTHS:
        room = _room(target, depth)
        for mem in _sharing(depth, room, k_tiles, turns, target):
            yield Choice(mem, twice=False)
            yield Choice(mem, twice=True)
        mem = MemTileSizes(depth, (room // SLOTS,) * SLOTS, turns)
        yield Choice(mem, resident=False, twice=False)
        for parts in range(1, k_tiles // 2 + 1 if partial_sums else 2):
            if k_tiles % (2 * parts) == 0:
                yield Choice(mem, twice=False, fc2_parts=parts)
                yield Choice(mem, twice=True, fc2_parts=parts)


def _choices_of_linears(gemms: tuple[Gemm, ...], target: Target) -> Iterator[Choice]:
    """By the room for x, what stays, and for how many row blocks: what differs for some layer."""
    needed = {-(-tiles_of(gemm.m) // target.core_rows) for gemm in gemms}
    deep = {round_up(tiles_of(gemm.k), 2) for gemm in gemms}
    for turns in _turns(needed, target):
        for depth in X_DEPTHS:
            room = _room(target, depth)
            even = MemTileSizes(depth, (room // SLOTS,) * SLOTS, turns)
            shared = (m for k in sorted(deep) for m in _sharing(depth, room, k, turns, target))
            for mem in (even, *shared):
                yield Choice(mem, twice=False)
                yield Choice(mem, twice=True)


def _turns(needed: set[int], target: Target) -> Iterator[int]:
    """Row blocks for which weights may stay, the least of those that pad and serve alike."""
    seen = set()
    for turns in range(1, target.max_lock_value + 1):
        served = tuple(
            max(d for d in range(1, turns + 1) if turns % d == 0 and _pads_little(blocks, d))
            for blocks in sorted(needed)
        )
        if served not in seen:
            seen.add(served)
            yield turns


def _pads_little(blocks: int, multiple: int) -> bool:
    return round_up(blocks, multiple) <= PADDING * blocks


def _sharing(
    depth: int, room: int, k_tiles: int, turns: int, target: Target
) -> Iterator[MemTileSizes]:
    """Mem tiles whose two larger slots hold, in pieces, what stays of panels of `k_tiles`.

    For each number of pieces as much as possible stays; the smaller slots get what room is left.
    """
    for pieces in range(2, target.max_lock_value // turns + 1):
        half = k_tiles // (2 * pieces)  # of a piece that stays and a part that is streamed
        staying = min((room // 2 - half) // (pieces - 1), half - 1)
        if k_tiles > room and k_tiles % (2 * pieces) == 0 and staying > 0:
            larger = pieces * staying
            yield MemTileSizes(depth, (larger, room // 2 - larger) * 2, turns, pieces)


def _plan(wanted: Wanted, target: Target, choice: Choice, dtype: str) -> EncoderPlan:
    room = Room(target.core_rows, target.columns, choice)
    linears = tuple(linear_block(gemm, room, target) for gemm in dict.fromkeys(wanted.gemms))
    blocks = ()
    if wanted.shape is not None:
        sizes = Sizes.of(wanted.shape, target, choice, dtype)
        blocks = tuple(block_of(kind, sizes) for kind in ENCODER_BLOCKS)
    return EncoderPlan(
        target,
        wanted.shape,
        columns=room.columns,
        rows=room.rows,
        mem=choice.mem,
        dtype=dtype,
        blocks=(*blocks, *linears),
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


def _refuse_long_transfers(plan: EncoderPlan) -> None:
    """Raise the `CodegenError` of a linear layer whose transfers exceed what a chip counts."""
    for block in plan.blocks:
        if block.kind is BlockKind.LINEAR:
            for step in block.steps:
                issues(plan, step)
                rounds_of(plan, step)


def refuse_unsupported(wanted: Wanted, target: Target) -> None:
    """Raise `CodegenError` for what the design cannot take, or a chip that cannot take it."""
    refuse_chip(target)
    if _room(target, min(X_DEPTHS)) < SLOTS:
        raise CodegenError(
            f"{target.name}: mem tiles with {target.mem_tile_bytes} bytes",
            expected=f"room for {SLOTS} weight objects beside x and outputs",
        )
    if wanted.shape is not None:
        _refuse_shape(wanted.shape, target)


def _refuse_shape(shape: EncoderShape, target: Target) -> None:
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
    """The best plan in words, what bounds it, and what the next best would cost."""
    best = ranked[0]
    clock, encoder = best.plan.target.clock_hz, best.plan.shape is not None
    served = "a window" if encoder else f"{len(best.plan.blocks)} linear layers"
    words = [
        f"{_name(best)}: {best.cycles / clock * 1e3:.2f} ms predicted for {served}, "
        f"of {len(ranked)} plans",
        *(_of_layer(best.plan) if encoder else _of_linears(best.plan)),
    ]
    if runner_up := next((c for c in ranked if c.cycles > best.cycles), None):
        slower = (runner_up.cycles / best.cycles - 1) * 100
        words.append(f"runner-up {_name(runner_up)}, {slower:+.1f} %")
    return "; ".join(words)


def _of_layer(plan: EncoderPlan) -> Iterator[str]:
    layer, clock = plan.block(BlockKind.LAYER), plan.target.clock_hz
    costs = {step.name: step_cost(plan, step) for step in layer.steps}
    moved = sum(cost.ddr_bytes for cost in costs.values())
    yield (
        f"a layer takes {block_cycles(plan, layer) / clock * 1e6:.0f} us and moves "
        f"{moved / 1e6:.1f} MB through DDR, its weights "
        f"{layer.argument('weights').nbytes / 1e6:.1f} MB"
    )
    yield "bound: " + ", ".join(f"{name} by {cost.bound}" for name, cost in costs.items())
    if again := [_crossing(s) for s in layer.steps if isinstance(s, GemmStep) and not s.resident]:
        yield f"{', '.join(again)} cross once a row block"


def _of_linears(plan: EncoderPlan) -> Iterator[str]:
    bounds = Counter(step_cost(plan, step).bound for b in plan.blocks for step in b.steps)
    yield "bound: " + ", ".join(f"{count} by {bound}" for bound, count in bounds.items())


def _crossing(step: GemmStep) -> str:
    return f"{step.k_tiles - step.staying} of {step.k_tiles} k tiles of {step.name}"


def _name(candidate: Candidate) -> str:
    choice, mem = candidate.choice, candidate.choice.mem
    stay = "twice" if choice.twice else "once" if choice.resident else "not resident"
    split = f", fc2 in {choice.fc2_parts} parts" if choice.fc2_parts > 1 else ""
    return f"{mem.x_depth} x and {mem.panel_objects} weight tiles a mem tile, panels {stay}{split}"
