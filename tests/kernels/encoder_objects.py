"""Objects of the encoder's kernels for tests: matrices in and out of the layouts of a core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from kernel_objects import BF16, aligned, as_tensor

from aiec.ir.design import GemmTiling
from aiec.ir.encoder import OBJECT_ELEMS, TILE
from aiec.kernels import encoder_bodies as bodies
from aiec.kernels import right_operand
from aiec.kernels.encoder import SCRATCH_ELEMS
from aiec.kernels.host import HostKernel

F32 = np.dtype(np.float32)


def left_operand(tiling: GemmTiling, matrix: torch.Tensor) -> np.ndarray:
    """A (64, 64) matrix as an x object."""
    out, (r, s) = aligned(TILE * TILE, BF16), (tiling.r, tiling.s)
    view = as_tensor(out).view(TILE // s, TILE // r, r, s).permute(1, 2, 0, 3)
    bodies.put(view, matrix)
    return out


def weight_object(
    tiling: GemmTiling,
    matrix: torch.Tensor,
    bias: torch.Tensor | None = None,
    column_sums: torch.Tensor | None = None,
) -> np.ndarray:
    """A (64, 64) matrix as a weight object with its tail."""
    out = aligned(OBJECT_ELEMS, BF16)
    right_operand.pack(tiling, bf16(matrix), as_tensor(out))
    for row, values in zip(bodies.tail(tiling, as_tensor(out)), (bias, column_sums), strict=True):
        row[:] = 0 if values is None else values
    return out


def row_major_object(matrix: torch.Tensor) -> np.ndarray:
    """A (64, 64) matrix as a Q object: row-major, then elements that nothing reads."""
    out = aligned(OBJECT_ELEMS, BF16)
    bodies.put(as_tensor(out)[: TILE * TILE].view(TILE, TILE), matrix)
    return out


def accumulator(tiling: GemmTiling, matrix: torch.Tensor, dtype: np.dtype[Any] = F32) -> np.ndarray:
    """A (64, 64) matrix in accumulator layout."""
    out = aligned(TILE * TILE, dtype)
    bodies.put(bodies.accumulator_view(tiling, as_tensor(out)), matrix)
    return out


def matrix_of(tiling: GemmTiling, blocks: np.ndarray) -> torch.Tensor:
    """The (64, 64) fp32 matrix of an array in accumulator layout."""
    return bodies.accumulator_view(tiling, as_tensor(blocks)).reshape(TILE, TILE).float()


def scratch() -> np.ndarray:
    """Scratch memory full of NaN: nothing may be read before it was written."""
    out = aligned(SCRATCH_ELEMS, F32)
    out[:] = np.nan
    return out


def bf16(matrix: torch.Tensor) -> torch.Tensor:
    """Rounded to bf16, as fp32."""
    return matrix.bfloat16().float()


def right_matrix(tiling: GemmTiling, w: np.ndarray) -> torch.Tensor:
    """The (64, 64) fp32 matrix of an array in right-operand layout."""
    return right_operand.unpack(tiling, as_tensor(w))


def attention(
    run: Mapping[str, HostKernel],
    tiling: GemmTiling,
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    valid: int,
) -> torch.Tensor:
    """Queries of one tile over all key tiles, called as a core calls the kernels."""
    acc, state = accumulator(tiling, torch.zeros(TILE, TILE)), scratch()
    qt, pt, out = aligned(TILE**2, BF16), aligned(OBJECT_ELEMS, BF16), aligned(TILE**2, BF16)
    run["encoder_query"](row_major_object(q), qt)
    run["encoder_attention_start"](acc, state)
    for start in range(0, len(k), TILE):
        here = slice(start, start + TILE)
        left = min(TILE, valid - start)
        run["encoder_scores"](left_operand(tiling, k[here]), qt, pt, acc, state, left)
        assert not right_matrix(tiling, pt)[left:].any()
        run["encoder_gemm"](left_operand(tiling, v[here].T), pt, acc, 0)
    run["encoder_attention_end"](acc, state)
    run["encoder_store"](acc, out, 1)
    return matrix_of(tiling, out).double()
