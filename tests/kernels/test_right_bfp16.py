"""Kernels with right operands in bfp16 are bit-equal to those that convert bf16 in each product."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from encoder_objects import F32, accumulator, left_operand, row_major_object, scratch, weight_object
from kernel_objects import BF16, aligned
from test_emulation import THROUGH_BFP16, bfp16_bytes

from aiec import kernels as package
from aiec.ir.encoder import TAIL, TILE, TILE_ELEMS
from aiec.ir.target import NPU2
from aiec.kernels.encoder import tiling_for
from aiec.kernels.host import HostFunction, compile_source
from aiec.kernels.right_operand import IN_BFP16
from aiec.kernels.spec import tiling_defines

TILING = tiling_for(NPU2)
SOURCE = Path(package.__path__[0]) / "cpp/encoder.cc"
SYMBOLS = tuple(
    f"encoder_{name}" for name in ("gemm", "affine", "query", "attention_start", "scores")
)
IN_BF16 = replace(TILING, r=4)  # the layout of right operands that are bf16
ALL_SCORES = 4096  # fp32 of scratch, so that all scores of the reference lie there, as in bfp16's
RIGHT_ELEMS = TILE_ELEMS * 9 // 16  # 4,608 bytes, in bf16


@cache
def kernels(in_memory: bool) -> dict[str, HostFunction]:
    """The kernels whose right operands are bfp16 in memory, or bf16."""
    more = (IN_BFP16,) if in_memory else (THROUGH_BFP16, ("SCRATCH_ELEMS", str(ALL_SCORES)))
    return compile_source(SOURCE, *SYMBOLS, target=NPU2, defines=(*tiling_defines(TILING), *more))


def room(in_memory: bool) -> np.ndarray:
    """The scratch of those kernels."""
    return scratch() if in_memory else aligned(ALL_SCORES, F32)


def packed_weights(matrix: torch.Tensor, bias: torch.Tensor, sums: torch.Tensor) -> np.ndarray:
    """A (64, 64) matrix as vectors [n/16][k/8][2] of eight columns of eight, then its tail."""
    out = aligned(RIGHT_ELEMS + 2 * TAIL, BF16)
    columns = matrix.bfloat16().double().numpy().T.reshape(4, 2, 8, 8, 8).transpose(0, 3, 1, 2, 4)
    blocks = [bfp16_bytes(block, "conv_even") for block in columns.reshape(-1, 8)]
    out[:RIGHT_ELEMS].view(np.uint8)[:] = np.concatenate(blocks)
    out[RIGHT_ELEMS:].view(np.float32)[:] = torch.cat([bias, sums]).numpy()
    return out


def test_weight_objects_by_their_bytes() -> None:
    torch.manual_seed(2)
    w, bias, sums = torch.randn(TILE, TILE), torch.randn(TILE), torch.randn(TILE)
    w[8:16, :3] = 0
    w[16:24, 5] = torch.tensor([1.9921875, *[0.1] * 7])  # rounds up to 128 steps
    said, made = packed_weights(w, bias, sums), weight_object(TILING, w, bias, sums)
    np.testing.assert_array_equal(made[: len(said)].view(np.uint8), said.view(np.uint8))


def test_products_and_tails() -> None:
    torch.manual_seed(0)
    x, w, start = (torch.randn(TILE, TILE) for _ in range(3))
    bias, sums = torch.randn(TILE), torch.randn(TILE)
    slot = torch.rand(2 * TILE) + 0.5
    made = []
    for in_memory in (False, True):
        run, acc, kept = kernels(in_memory), accumulator(TILING, start), room(in_memory)
        weights = weight_object(TILING if in_memory else IN_BF16, w, bias, sums)
        kept[: 2 * TILE] = slot.numpy()
        run["encoder_gemm"](left_operand(TILING, x), weights, acc, 0)
        run["encoder_affine"](weights, acc, kept, 0, TILE)
        made.append(acc)
    np.testing.assert_array_equal(*made)


def test_attention() -> None:
    torch.manual_seed(1)
    q = torch.randn(TILE, TILE)
    keys, values = torch.randn(3, TILE, TILE), torch.randn(3, TILE, TILE)
    made = []
    for in_memory in (False, True):
        run, acc, kept = kernels(in_memory), aligned(TILE_ELEMS, F32), room(in_memory)
        qt, pt = aligned(TILE_ELEMS, BF16), aligned(TILE_ELEMS + 2 * TAIL, BF16)
        run["encoder_query"](row_major_object(q), qt)
        run["encoder_attention_start"](acc, kept)
        for k, v, valid in zip(keys, values, (TILE, TILE, 28), strict=True):
            run["encoder_scores"](left_operand(TILING, k), qt, pt, acc, kept, valid)
            run["encoder_gemm"](left_operand(TILING, v), pt, acc, 0)
        made.append((acc, kept[: 2 * TILE]))
    np.testing.assert_array_equal(made[0][0], made[1][0])
    np.testing.assert_array_equal(made[0][1], made[1][1])
    assert not qt[RIGHT_ELEMS:].any()  # behind the powers lie scores
