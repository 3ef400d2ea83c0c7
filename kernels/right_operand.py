"""Right operands of the encoder's products, as they lie in a core's memory and in weight objects.

On AIE2 a (64, 64) matrix of k rows and n columns is bf16 [k/s][n/t][s][t]. On AIE2P it is bfp16,
which its matrix unit multiplies: block vectors [n/16][k/8][2] of eight columns, each column its
biased exponent and eight mantissas along k. So its products convert the left operand alone, and a
matrix takes 4,608 bytes instead of 8,192.
"""

from __future__ import annotations

import torch
from torch import Tensor

from aiec.ir.design import GemmTiling
from aiec.ir.encoder import TILE, TILE_ELEMS
from aiec.kernels.bfp16 import BLOCK, from_bytes, to_bytes

IN_BFP16 = ("RIGHT_BFP16", "1")  # what tells the kernels' source
_BLOCK_BYTES = BLOCK + 1
_VECTORS = (TILE // (2 * BLOCK), TILE // BLOCK, 2, BLOCK)  # [n/16][k/8][2][column]


def is_bfp16(tiling: GemmTiling) -> bool:
    """Whether right operands are bfp16: where the instruction is 8x8x8, AIE2P's."""
    return tiling.r == BLOCK


def elems(tiling: GemmTiling) -> int:
    """What a right operand takes, in elements of bf16."""
    return TILE_ELEMS * _BLOCK_BYTES // (2 * BLOCK) if is_bfp16(tiling) else TILE_ELEMS


def unpack(tiling: GemmTiling, w: Tensor) -> Tensor:
    """The fp32 matrices (..., 64 rows k, 64 columns n) of right operands, (..., elements) bf16."""
    w = w[..., : elems(tiling)]
    if is_bfp16(tiling):
        blocks = w.contiguous().view(torch.uint8).unflatten(-1, (*_VECTORS, _BLOCK_BYTES))
        return _permuted(from_bytes(blocks), -4, -1, -5, -3, -2).flatten(-3).flatten(-3, -2)
    s, t = tiling.s, tiling.t
    blocks = w.unflatten(-1, (TILE // s, TILE // t, s, t))
    return _permuted(blocks, -4, -2, -3, -1).flatten(-2).flatten(-3, -2).float()


def pack(tiling: GemmTiling, matrices: Tensor, w: Tensor) -> None:
    """Write matrices (..., 64, 64) as the right operands w (..., elements), to nearest even.

    w is bf16, its last dimension contiguous; elements beyond the operand's stay as they are.
    """
    w = w[..., : elems(tiling)]
    if is_bfp16(tiling):
        columns = matrices.transpose(-1, -2).unflatten(-1, (-1, BLOCK))
        vectors = to_bytes(_permuted(columns.unflatten(-3, (-1, 2, BLOCK)), -5, -2, -4, -3, -1))
        w.view(torch.uint8).unflatten(-1, (*_VECTORS, _BLOCK_BYTES)).copy_(vectors)
        return
    s, t = tiling.s, tiling.t
    split = matrices.unflatten(-1, (TILE // t, t)).unflatten(-3, (TILE // s, s))
    w.unflatten(-1, (TILE // s, TILE // t, s, t)).copy_(_permuted(split, -4, -2, -3, -1))


def _permuted(values: Tensor, *last: int) -> Tensor:
    """The last dimensions in another order."""
    first = range(values.ndim - len(last))
    return values.permute(*first, *(values.ndim + i for i in last))
