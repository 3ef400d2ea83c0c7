"""What an encoder design's sequences mean, with torch, from the same buffers.

Used by the `cpu` device. Every step reads and writes the host buffers by the definition of their
layout (`ir/encoder.py`), in bf16, with fp32 accumulation and one rounding at the end, so that a
simulated design can be compared with it step by step. Where the array rounds more, as in bfp16
products, this does not follow it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from aiec.ir.encoder import (
    CONTROL_OBJECTS,
    OBJECT_ELEMS,
    TAIL,
    TILE,
    AttentionStep,
    BlockSequence,
    EncoderPlan,
    GemmStep,
    Matrix,
)
from aiec.ir.graph import Activation
from aiec.kernels import right_operand
from aiec.kernels.encoder import tiling_for
from aiec.kernels.encoder_bodies import EPSILON

Buffers = Mapping[str, np.ndarray]  # uint8, by role


def run_block(
    plan: EncoderPlan, block: BlockSequence, buffers: Buffers, steps: tuple[str, ...] | None = None
) -> None:
    """Compute the steps of a block in order, or those of the names given, in place."""
    for step in block.steps:
        if steps is not None and step.name not in steps:
            continue
        if isinstance(step, GemmStep):
            _run_gemm(plan, step, buffers)
        else:
            _run_attention(plan, step, buffers)


def tiles_of(buffers: Buffers, matrix: Matrix, row_tiles: int, col_tiles: int) -> Tensor:
    """A view (row tiles, column tiles, 64, 64) of a matrix, bf16."""
    strides = (matrix.row_tile, matrix.col_tile, matrix.row, 1)
    size = (row_tiles, col_tiles, TILE, TILE)
    return _bf16(buffers[matrix.buffer]).as_strided(size, strides, matrix.offset)


def weights_of(plan: EncoderPlan, step: GemmStep, array: np.ndarray) -> tuple[Tensor, ...]:
    """(n, k) weights, (n,) bias and (n,) column sums, padding included, fp32."""
    tiling = tiling_for(plan.target)
    count = plan.columns * step.objects * OBJECT_ELEMS
    objects = _bf16(array)[step.weights : step.weights + count]
    objects = objects.view(plan.columns, step.objects, OBJECT_ELEMS)[:, CONTROL_OBJECTS:]
    grid = objects.reshape(plan.columns, step.column_tiles, step.k_tiles, OBJECT_ELEMS)
    n, k = plan.columns * step.column_tiles * TILE, step.k_tiles * TILE
    tiles = right_operand.unpack(tiling, grid)  # [column][j][k tile][k][n]
    weight = tiles.permute(1, 0, 4, 2, 3).reshape(n, k)
    start = right_operand.elems(tiling)
    tail = grid[:, :, -1, start : start + 2 * TAIL].contiguous().view(torch.float32)
    bias, sums = tail.transpose(0, 1).unflatten(-1, (2, TILE)).unbind(2)
    return weight, bias.reshape(n), sums.reshape(n)


def _run_gemm(plan: EncoderPlan, step: GemmStep, buffers: Buffers) -> None:
    rows, columns = plan.rows * step.row_blocks, plan.columns * step.column_tiles
    weight, bias, sums = weights_of(plan, step, buffers["weights"])
    x = _joined(tiles_of(buffers, step.x, rows, step.k_tiles)).float()
    out = x @ weight.T
    if step.width:
        mean = x.sum(1, keepdim=True) / step.width
        variance = (x * x).sum(1, keepdim=True) / step.width - mean * mean
        out = (out - mean * sums) / torch.sqrt(variance + EPSILON)
    out = out + bias
    if step.activation is Activation.GELU:
        out = torch.nn.functional.gelu(out)
    for residual in step.residuals:
        out = out + _joined(tiles_of(buffers, residual, rows, columns)).float()
    made = out.view(rows, TILE, columns, TILE).transpose(1, 2)
    written = tiles_of(buffers, step.out, rows, columns)
    written.copy_(made.transpose(2, 3) if step.transpose else made)


def _run_attention(plan: EncoderPlan, step: AttentionStep, buffers: Buffers) -> None:
    heads = max(run.first_head + run.heads for run in step.runs)
    queries = plan.columns * step.query_blocks
    keys = TILE * (step.key_tiles - 1) + step.last_keys
    kv = tiles_of(buffers, step.kv, 2 * step.key_tiles, heads).float()
    q = tiles_of(buffers, step.q, queries, heads).float()
    out = tiles_of(buffers, step.out, queries, heads)
    for head in range(heads):
        k = kv[0::2, head].reshape(-1, TILE)[:keys]
        v = kv[1::2, head].transpose(1, 2).reshape(-1, TILE)[:keys]
        scores = q[:, head].reshape(-1, TILE) @ k.T
        powers = torch.exp2(scores - scores.amax(1, keepdim=True).ceil()).bfloat16().float()
        mixed = (powers @ v) / powers.sum(1, keepdim=True)
        out[:, head].copy_(mixed.view(queries, TILE, TILE))


def _joined(tiles: Tensor) -> Tensor:
    """(row tiles, column tiles, 64, 64) as one matrix."""
    return tiles.transpose(1, 2).flatten(2).flatten(0, 1)


def _bf16(array: np.ndarray) -> Tensor:
    return torch.from_numpy(array).view(torch.bfloat16)
