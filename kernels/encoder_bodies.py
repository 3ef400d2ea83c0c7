"""What the encoder's kernels mean, in torch, over the objects that a core holds.

Every function takes the tiling (64 x 64 x 64 with the target's instruction), then the arguments of
the C function of its name, `encoder_...`, as flat tensors and ints; it writes in place. Operands
are bf16, sums fp32. Layouts (kb = k/s, mb = m/r, nb = n/t):
    left operand, x     [kb][mb][r][s]
    right operand, w    as `right_operand.py` says; then (of a weight object) 64 fp32 bias, 64
                        column sums
    accumulator, out    [mb][nb][r][t]
"""

from __future__ import annotations

import torch

from aiec.ir.design import GemmTiling
from aiec.ir.encoder import TAIL, TILE
from aiec.kernels import right_operand

Tensor = torch.Tensor

EPSILON = 1e-5  # of all layer norms of Whisper
LOWEST = -(2.0**20)  # the running maximum before the first key; scores stay far above it
MAXIMA, SUMS = slice(0, TILE), slice(TILE, 2 * TILE)  # of scratch, in attention


def left(tiling: GemmTiling, x: Tensor) -> Tensor:
    """The (64, 64) fp32 matrix of a left operand."""
    r, s = tiling.r, tiling.s
    return x.view(TILE // s, TILE // r, r, s).permute(1, 2, 0, 3).reshape(TILE, TILE).float()


def accumulator_view(tiling: GemmTiling, acc: Tensor) -> Tensor:
    """An accumulator as [m/r][r][n/t][t], a view to read or write a (64, 64) matrix."""
    r, t = tiling.r, tiling.t
    return acc.view(TILE // r, TILE // t, r, t).permute(0, 2, 1, 3)


def tail(tiling: GemmTiling, w: Tensor) -> Tensor:
    """The (2, 64) fp32 of a weight object's bias and column sums, a view."""
    start = right_operand.elems(tiling)
    return w[start : start + 2 * TAIL].view(torch.float32).view(2, TILE)


def put(view: Tensor, matrix: Tensor) -> None:
    """Write a (64, 64) matrix through a view of blocks, rounding to its dtype."""
    view.copy_(matrix.reshape(view.shape))


def row_pair(scratch: Tensor, slot: int) -> tuple[Tensor, Tensor]:
    """A GEMM slot of scratch: 64 sums, then means; 64 sums of squares, then 1 / deviations."""
    kept = scratch[2 * TILE * slot : 2 * TILE * (slot + 1)]
    return kept[:TILE], kept[TILE:]


def parameters(tiling: GemmTiling, w: Tensor, par: Tensor) -> None:
    """The first 16 words of a control object."""
    par.copy_(w.view(torch.int32)[: par.numel()])


def gemm(tiling: GemmTiling, x: Tensor, w: Tensor, acc: Tensor, first: int) -> None:
    """acc = (first ? 0 : acc) + x @ w."""
    view = accumulator_view(tiling, acc)
    product = left(tiling, x) @ right_operand.unpack(tiling, w)
    put(view, product if first else product + view.reshape(TILE, TILE))


def stats(tiling: GemmTiling, x: Tensor, scratch: Tensor, slot: int, first: int) -> None:
    """Sums and sums of squares of x's rows, onto those of the slot unless `first`."""
    sums, squares = row_pair(scratch, slot)
    rows = left(tiling, x)
    sums.copy_(rows.sum(1) if first else sums + rows.sum(1))
    squares.copy_((rows * rows).sum(1) if first else squares + (rows * rows).sum(1))


def moments(tiling: GemmTiling, scratch: Tensor, slot: int, width: int) -> None:
    """A slot's sums become means and 1 / sqrt(variance + EPSILON)."""
    sums, squares = row_pair(scratch, slot)
    mean = sums / width
    squares.copy_(1 / torch.sqrt(squares / width - mean * mean + EPSILON))
    sums.copy_(mean)


def affine(
    tiling: GemmTiling, w: Tensor, acc: Tensor, scratch: Tensor, slot: int, width: int
) -> None:
    """acc = (width ? rstd * (acc - mean * column sum) : acc) + bias."""
    bias, column_sums = tail(tiling, w)
    view = accumulator_view(tiling, acc)
    matrix = view.reshape(TILE, TILE)
    if width:
        mean, reciprocal = (v[:, None] for v in row_pair(scratch, slot))
        matrix = reciprocal * (matrix - mean * column_sums)
    put(view, matrix + bias)


def gelu(tiling: GemmTiling, acc: Tensor) -> None:
    """The exact GELU, in place."""
    acc.copy_(torch.nn.functional.gelu(acc))


def residual(tiling: GemmTiling, x: Tensor, acc: Tensor) -> None:
    """acc += x."""
    view = accumulator_view(tiling, acc)
    put(view, view.reshape(TILE, TILE) + left(tiling, x))


def store(tiling: GemmTiling, acc: Tensor, out: Tensor, transpose: int) -> None:
    """out = acc, or its transpose, rounded to bf16; in accumulator layout either way."""
    matrix = accumulator_view(tiling, acc).reshape(TILE, TILE)
    put(accumulator_view(tiling, out), matrix.T if transpose else matrix)


def query(tiling: GemmTiling, w: Tensor, out: Tensor) -> None:
    """out = the transpose of a row-major tile, as a right operand."""
    right_operand.pack(tiling, w[: TILE * TILE].view(TILE, TILE).T, out)


def attention_start(tiling: GemmTiling, acc: Tensor, scratch: Tensor) -> None:
    """No key seen yet."""
    acc.zero_()
    scratch[MAXIMA] = LOWEST
    scratch[SUMS] = 0


def scores(
    tiling: GemmTiling,
    k: Tensor,
    qt: Tensor,
    pt: Tensor,
    acc: Tensor,
    scratch: Tensor,
    valid: int,
) -> None:
    """pt = 2 ** (k @ qt - running maxima), keys x queries; sums and acc follow the maxima.

    Rows of k are keys, columns of qt and of acc are queries. Maxima are rounded to integers, so
    that sums and acc are rescaled by powers of two. Keys from `valid` on count as never there.
    """
    s = (left(tiling, k) @ right_operand.unpack(tiling, qt))[:valid]
    maxima = torch.maximum(scratch[MAXIMA], s.amax(0).round())
    rescale = torch.exp2(scratch[MAXIMA] - maxima)
    p = torch.zeros(TILE, TILE, dtype=torch.bfloat16)
    p[:valid] = torch.exp2(s - maxima).bfloat16()
    right_operand.pack(tiling, p, pt)
    scratch[MAXIMA] = maxima
    scratch[SUMS] = scratch[SUMS] * rescale + right_operand.unpack(tiling, pt).sum(0)
    view = accumulator_view(tiling, acc)
    put(view, view.reshape(TILE, TILE) * rescale)


def attention_end(tiling: GemmTiling, acc: Tensor, scratch: Tensor) -> None:
    """acc's columns over their queries' sums."""
    view = accumulator_view(tiling, acc)
    put(view, view.reshape(TILE, TILE) / scratch[SUMS])
