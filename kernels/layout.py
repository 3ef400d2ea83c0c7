"""Data layouts between torch's row-major arrays and the DDR buffers of a GEMM design.

Everything a core reads is laid out so that each DMA transfer is one long run: weights are packed
once, on the host, into the blocks that the kernel reads; activations stay row-major and the mem
tiles block them. All buffers are bf16 (bias fp32), zero padded to the array's tile.

Names of sizes: m, k, n of a core's tile; r, s, t of the matrix instruction; Mp, Kp, Np padded.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from aiec.ir.design import GemmPlan, GemmShape, GemmTiling
from aiec.ir.graph import Gemm

Array = torch.Tensor | NDArray[np.float32]
Buffer = NDArray[np.uint8]


def padded_shape(gemm: Gemm, tiling: GemmTiling, rows: int, columns: int) -> GemmShape:
    """Pad `gemm` to whole blocks of the array, and k to an even number of k tiles."""
    return GemmShape(
        gemm,
        mp=_round_up(gemm.m, rows * tiling.m),
        kp=_round_up(gemm.k, 2 * tiling.k),
        np=_round_up(gemm.n, columns * tiling.n),
    )


def x_nbytes(shape: GemmShape) -> int:
    """Bytes of the x buffer: (Mp, Kp) bf16."""
    return 2 * shape.mp * shape.kp


def out_nbytes(shape: GemmShape) -> int:
    """Bytes of the out buffer: (Mp, Np) bf16."""
    return 2 * shape.mp * shape.np


def weight_nbytes(plan: GemmPlan, shape: GemmShape) -> int:
    """Bytes of the weight buffer: one object for each n columns and k rows of the padded weight."""
    return plan.tiling.w_bytes * (shape.np // plan.tiling.n) * (shape.kp // plan.tiling.k)


def residual_nbytes(plan: GemmPlan, shape: GemmShape) -> int:
    """Bytes of the residual buffer: one object, as large as a weight object, an output tile."""
    return plan.tiling.w_bytes * (shape.np // plan.tiling.n) * (shape.mp // plan.tiling.m)


def pack_weight(weight: Array, bias: Array | None, plan: GemmPlan, shape: GemmShape) -> Buffer:
    """Pack an (N, K) weight and its (N,) bias into a new weight buffer.

    The buffer is [column c][block j][k-tile i] objects of `tiling.w_bytes`. An object is
    [k/s][n/t][s][t] bf16, then n fp32 of bias, the same in every k-tile.

    Example: k = n = 16, (s, t) = (8, 4), 4 columns. weight[70, 21] is output column 70 of the
    padded weight: j, c = 70 // 64, 70 % 64 // 16 = 1, 0; within the tile n = 6 is block 1, t = 2.
    Row 21 is k-tile 1; within it k = 5 is block 0, s = 5. So with Kp = 32 it is element
    [0][1][s=5][t=2] of the object [c=0][j=1][i=1].
    """
    t = plan.tiling
    blocks, k_tiles = shape.np // plan.block_n, shape.kp // t.k
    buffer = np.zeros((plan.columns, blocks, k_tiles, t.w_bytes), np.uint8)
    padded = _padded(weight, shape.np, shape.kp)
    split = padded.view(blocks, plan.columns, t.n // t.t, t.t, k_tiles, t.k // t.s, t.s)
    packed = _bf16(buffer[..., : 2 * t.k * t.n])
    packed = packed.unflatten(-1, (t.k // t.s, t.n // t.t, t.s, t.t))
    packed.copy_(split.permute(1, 0, 4, 5, 2, 6, 3))
    if bias is not None:
        tail = np.zeros(shape.np, np.float32)
        tail[: shape.gemm.n] = _torch(bias).float().numpy()
        tail = tail.reshape(blocks, plan.columns, 1, t.n).swapaxes(0, 1)
        buffer[..., 2 * t.k * t.n :].view(np.float32)[...] = tail
    return buffer.reshape(-1)


def pack_x(x: Array, shape: GemmShape, out: Buffer) -> None:
    """Write an (M, K) activation into an x buffer: (Mp, Kp) bf16 row-major, zero padded."""
    _fill(_bf16(out).view(shape.mp, shape.kp), x)


def pack_residual(residual: Array, plan: GemmPlan, shape: GemmShape, out: Buffer) -> None:
    """Write an (M, N) residual into a residual buffer.

    The buffer is [column c][row block i][column block j][array row] objects of `tiling.w_bytes`;
    an object is [m/r][n/t][r][t] bf16, the accumulator's layout, then bytes that nothing reads.
    """
    t = plan.tiling
    steps, blocks = shape.mp // plan.block_m, shape.np // plan.block_n
    objects = out.reshape(plan.columns, steps, blocks, plan.rows, t.w_bytes)
    packed = _bf16(objects[..., : t.out_bytes])
    packed = packed.unflatten(-1, (t.m // t.r, t.n // t.t, t.r, t.t))
    padded = _padded(residual, shape.mp, shape.np)
    split = padded.view(steps, plan.rows, t.m // t.r, t.r, blocks, plan.columns, t.n // t.t, t.t)
    packed.copy_(split.permute(5, 0, 4, 1, 2, 6, 3, 7))


def unpack(buffer: Buffer, padded: tuple[int, int], rows: int, columns: int) -> torch.Tensor:
    """Return the first (rows, columns) of a `padded` bf16 row-major buffer as a new fp32 tensor.

    The x and out buffers are such, whatever the plan's tiling is.
    """
    return _bf16(buffer).view(padded)[:rows, :columns].float()


def unpack_out(buffer: Buffer, shape: GemmShape) -> torch.Tensor:
    """Return the (M, N) result of an out buffer as a new fp32 tensor."""
    return unpack(buffer, (shape.mp, shape.np), shape.gemm.m, shape.gemm.n)


def _torch(array: Array) -> torch.Tensor:
    return array.detach() if isinstance(array, torch.Tensor) else torch.from_numpy(array)


def _bf16(buffer: Buffer) -> torch.Tensor:
    """The buffer's memory as bf16; torch's copies into it round to nearest even."""
    return torch.from_numpy(buffer.view(np.int16)).view(torch.bfloat16)


def _padded(array: Array, rows: int, columns: int) -> torch.Tensor:
    padded = torch.empty(rows, columns, dtype=torch.bfloat16)
    _fill(padded, array)
    return padded


def _fill(padded: torch.Tensor, array: Array) -> None:
    rows, columns = array.shape
    padded[:rows, :columns].copy_(_torch(array))
    padded[:rows, columns:].zero_()
    padded[rows:].zero_()


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
