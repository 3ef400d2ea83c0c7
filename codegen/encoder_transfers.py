"""What the shims move for one step of an encoder: from where, in what order, beginning when.

Between plan and emission, and free of MLIR, so that its maths can be tested by itself. Streams:
x (by array row), w (control, weight and query objects, by array column), out (by array column).

A transfer begins with one of the step's rounds: an output tile of every core. Those of a step, in
the order in which they begin, can be queued one after another without deadlock: when one begins,
all that began before the one before it on its stream have ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aiec.codegen.rounds import column_tiles_a_round
from aiec.codegen.transfer import Transfer, check
from aiec.ir.encoder import (
    CONTROL_OBJECTS,
    OBJECT_ELEMS,
    TILE,
    TILE_ELEMS,
    AttentionStep,
    EncoderPlan,
    GemmStep,
    HeadRun,
    Matrix,
    Step,
)

STREAMS = ("out", "w", "x")  # in this order where they begin together: no result waits for its BD
LINE = 2 * TILE  # elements: a dimension of descriptors that take objects in parts
_RUN = 1024  # elements: what a dimension of a shim's descriptor can count, in words twice over


@dataclass(frozen=True, slots=True)
class Issue:
    """A transfer of a host buffer, and the round of its step with which it begins."""

    begins: int
    buffer: str
    transfer: Transfer


def issues(plan: EncoderPlan, step: Step) -> tuple[Issue, ...]:
    """The transfers of a step in order; `CodegenError` where one exceeds a descriptor's fields."""
    made = _gemm(plan, step) if isinstance(step, GemmStep) else _attention(plan, step)
    found = sorted(made, key=lambda i: (i.begins, STREAMS.index(i.transfer.role)))
    for issue in found:
        check(issue.transfer, plan.target.shim, step.name)
    return tuple(found)


def reads(plan: EncoderPlan, step: Step) -> tuple[tuple[str, int, int], ...]:
    """What a step reads besides weights: buffer, first element, first beyond the last."""
    if isinstance(step, AttentionStep):
        heads = plan.rows * step.head_blocks
        return _span(step.q, plan.columns * step.query_blocks, heads), _span(
            step.kv, 2 * step.key_tiles, heads
        )
    x = _span(step.x, plan.rows * step.row_blocks, step.k_tiles)
    return (x, *(_written(plan, step, residual) for residual in step.residuals))


def writes(plan: EncoderPlan, step: Step) -> tuple[str, int, int]:
    """What a step writes."""
    if isinstance(step, AttentionStep):
        queries = plan.columns * step.query_blocks
        return _span(step.out, queries, plan.rows * step.head_blocks)
    return _written(plan, step, step.out)


def _written(plan: EncoderPlan, step: GemmStep, matrix: Matrix) -> tuple[str, int, int]:
    return _span(matrix, plan.rows * step.row_blocks, plan.columns * step.column_tiles)


def _span(matrix: Matrix, row_tiles: int, col_tiles: int) -> tuple[str, int, int]:
    return (matrix.buffer, *matrix.span(row_tiles, col_tiles))


def _gemm(plan: EncoderPlan, step: GemmStep) -> Iterator[Issue]:
    for column in range(plan.columns):
        yield from _out(plan, step, column)
        yield from _weights(plan, step, column)
    for row in range(plan.rows):
        if step.residuals or _x_is_wide(plan, step):
            yield from _x_and_residuals(plan, step, row)
        else:
            yield from _x(plan, step, row)


def _x_is_wide(plan: EncoderPlan, step: GemmStep) -> bool:
    """Whether a descriptor of a shim cannot go through all row tiles of tiled x by itself."""
    limits, runs = plan.target.shim, step.k_tiles * TILE_ELEMS // _RUN
    words = plan.rows * step.x.row_tile // 2
    far = words > 1 << limits.step_bits or runs >= 1 << limits.wrap_bits
    return step.x.tiled and far


def _x(plan: EncoderPlan, step: GemmStep, row: int) -> Iterator[Issue]:
    """All row tiles of an array row, the same again for every column tile."""
    x, tile_step = step.x, plan.rows * step.x.row_tile
    offset = x.offset + row * x.row_tile
    if x.tiled:
        most = plan.target.shim.iteration_wrap
        count = most if step.by_panel else column_tiles_a_round(plan, step)
        for j in range(0, step.column_tiles, count):
            tiles = min(count, step.column_tiles - j)
            sizes = (tiles, step.row_blocks, step.k_tiles * TILE_ELEMS // _RUN, _RUN)
            begins = j * step.row_blocks
            yield _issue(begins, x.buffer, "x", row, offset, sizes, (0, tile_step, _RUN, 1))
        return
    for j in range(step.column_tiles):
        sizes = (step.row_blocks, step.k_tiles, TILE, TILE)
        strides = (tile_step, x.col_tile, x.row, 1)
        yield _issue(j * step.row_blocks, x.buffer, "x", row, offset, sizes, strides)


def _x_and_residuals(plan: EncoderPlan, step: GemmStep, row: int) -> Iterator[Issue]:
    """By turns the k tiles of an output tile and each residual of all array columns."""
    x, columns = step.x, plan.columns
    for j in range(step.column_tiles):
        for i in range(step.row_blocks):
            begins, row_tile = j * step.row_blocks + i, plan.rows * i + row
            offset = x.offset + row_tile * x.row_tile
            if x.tiled:
                yield _linear(begins, x.buffer, "x", row, offset, step.k_tiles * TILE_ELEMS)
            else:
                sizes, strides = (1, step.k_tiles, TILE, TILE), (0, x.col_tile, x.row, 1)
                yield _issue(begins, x.buffer, "x", row, offset, sizes, strides)
            for residual in step.residuals:
                at = residual.offset + row_tile * residual.row_tile
                at += j * columns * residual.col_tile
                yield _linear(begins, residual.buffer, "x", row, at, columns * TILE_ELEMS)


def _weights(plan: EncoderPlan, step: GemmStep, column: int) -> Iterator[Issue]:
    """Control objects, then the panel of each column tile as often as it crosses DDR."""
    start = step.weights + column * step.objects * OBJECT_ELEMS
    if step.pieces > 1:
        yield from _shared_weights(step, column, start)
        return
    panel, times = step.k_tiles * OBJECT_ELEMS, step.row_blocks // step.turns
    if times == 1:
        yield _linear(0, "weights", "w", column, start, step.objects * OBJECT_ELEMS)
        return
    yield _control(start, column)
    for j in range(step.column_tiles):
        offset = start + CONTROL_OBJECTS * OBJECT_ELEMS + j * panel
        sizes, strides = (times, 1, 1, panel), (0, 0, 0, 1)
        yield _issue(j * step.row_blocks, "weights", "w", column, offset, sizes, strides)


def _shared_weights(step: GemmStep, column: int, start: int) -> Iterator[Issue]:
    """Control objects; of each panel what stays, by slot, and for each row block what does not."""
    staying, streamed, *_ = step.parts
    half = (staying + streamed) * OBJECT_ELEMS
    yield _control(start, column)
    for number in range(step.panels):
        begins = number * step.turns
        objects = CONTROL_OBJECTS + begins // step.row_blocks * step.k_tiles
        offset = start + objects * OBJECT_ELEMS
        sizes = (2, step.pieces, staying * OBJECT_ELEMS // LINE, LINE)
        yield _issue(begins, "weights", "w", column, offset, sizes, (half, 2 * half, LINE, 1))
        offset += staying * OBJECT_ELEMS
        sizes = (step.turns, 2 * step.pieces, streamed * OBJECT_ELEMS // LINE, LINE)
        yield _issue(begins, "weights", "w", column, offset, sizes, (0, half, LINE, 1))


def _out(plan: EncoderPlan, step: GemmStep, column: int) -> Iterator[Issue]:
    """Output tiles of an array column: for each of its column tiles, all row tiles.

    As many as belong to a round of the weights make a transfer, so that its end tells the round's.
    """
    out = step.out
    between = plan.columns * out.col_tile
    lines, length = (TILE_ELEMS // _RUN, _RUN) if out.tiled else (TILE, TILE)
    strides = (between, out.row_tile, _RUN if out.tiled else out.row, 1)
    count, blocks = 1, step.turns
    if not step.by_panel:
        count, blocks = column_tiles_a_round(plan, step), step.row_blocks
    for j in range(0, step.column_tiles, count):
        tiles = min(count, step.column_tiles - j)
        for i in range(0, step.row_blocks, blocks):
            offset = out.offset + column * out.col_tile + j * between
            offset += plan.rows * i * out.row_tile
            sizes = (tiles, plan.rows * blocks, lines, length)
            begins = j * step.row_blocks + i
            yield _issue(begins, out.buffer, "out", column, offset, sizes, strides)


def _attention(plan: EncoderPlan, step: AttentionStep) -> Iterator[Issue]:
    for column in range(plan.columns):
        yield _control(step.weights + column * step.objects * OBJECT_ELEMS, column)
    begins = 0
    for run in step.runs:
        for column in range(plan.columns):
            yield _attended(plan, step, run, begins, column)
            yield from _queries(plan, step, run, begins, column)
        for row in range(plan.rows):
            yield _keys(step, run, begins, row)
        begins += run.units


def _attended(
    plan: EncoderPlan, step: AttentionStep, run: HeadRun, begins: int, column: int
) -> Issue:
    """For each unit its query blocks, for each of them the outputs of the heads side by side."""
    out, blocks = step.out, plan.rows // run.heads
    block = plan.columns * out.row_tile
    sizes = (run.units, blocks, run.heads * TILE_ELEMS // _RUN, _RUN)
    strides = (blocks * block, block, _RUN, 1)
    offset = out.offset + column * out.row_tile
    offset += run.first_block * block + run.first_head * out.col_tile
    return _issue(begins, out.buffer, "out", column, offset, sizes, strides)


def _queries(
    plan: EncoderPlan, step: AttentionStep, run: HeadRun, begins: int, column: int
) -> Iterator[Issue]:
    """The query tiles of each unit in the order of the array's rows, as objects."""
    q = step.q
    block = plan.columns * q.row_tile
    offset = q.offset + column * q.row_tile + run.first_block * block + run.first_head * q.col_tile
    lines, strides = OBJECT_ELEMS // LINE, (block, q.col_tile, LINE, 1)
    if run.heads == plan.rows:  # a unit is a query block
        sizes = (run.units, run.heads, lines, LINE)
        yield _issue(begins, q.buffer, "w", column, offset, sizes, strides)
        return
    blocks = plan.rows // run.heads
    for unit in range(run.units):
        sizes, at = (blocks, run.heads, lines, LINE), offset + unit * blocks * block
        yield _issue(begins + unit, q.buffer, "w", column, at, sizes, strides)


def _keys(step: AttentionStep, run: HeadRun, begins: int, row: int) -> Issue:
    """Keys and values of the row's head, once for every unit."""
    kv = step.kv
    offset = kv.offset + (run.first_head + row % run.heads) * kv.col_tile
    sizes = (run.units, 1, 1, 2 * step.key_tiles * TILE_ELEMS)
    return _issue(begins, kv.buffer, "x", row, offset, sizes, (0, 0, 0, 1))


def _control(offset: int, column: int) -> Issue:
    return _linear(0, "weights", "w", column, offset, CONTROL_OBJECTS * OBJECT_ELEMS)


def _linear(begins: int, buffer: str, stream: str, lane: int, offset: int, length: int) -> Issue:
    return _issue(begins, buffer, stream, lane, offset, (1, 1, 1, length), (0, 0, 0, 1))


def _issue(
    begins: int,
    buffer: str,
    stream: str,
    lane: int,
    offset: int,
    sizes: tuple[int, int, int, int],
    strides: tuple[int, int, int, int],
) -> Issue:
    return Issue(begins, buffer, Transfer(stream, lane, 0, offset, sizes, strides))
