"""Data layouts between torch's row-major arrays and the host buffers of an encoder design.

All buffers are bf16 and made of 64x64 tiles (`ir/encoder.py`); weights are packed once into the
objects that the cores read. Padding is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from aiec.ir.encoder import (
    CONTROL_OBJECTS,
    OBJECT_ELEMS,
    PARAMETER_WORDS,
    TAIL,
    TILE,
    AttentionStep,
    BlockSequence,
    EncoderPlan,
    GemmStep,
    Kind,
    Matrix,
    Step,
    Word,
)
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Activation
from aiec.kernels import right_operand
from aiec.kernels.encoder import tiling_for

Buffer = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LinearOperands:
    """What one GEMM step computes: scale * (norm(x) @ weight.T + bias), of fp32 tensors.

    weight (n, k); bias (n,); gamma and beta (k,) of the norm before it, which is folded into
    the weights. A convolution's weight (n, channels, taps) comes as (n, taps * channels):
    `convolution_weight`.
    """

    weight: torch.Tensor
    bias: torch.Tensor | None = None
    gamma: torch.Tensor | None = None
    beta: torch.Tensor | None = None
    scale: float = 1.0


def pack_weights(
    plan: EncoderPlan, block: BlockSequence, operands: Mapping[str, LinearOperands]
) -> Buffer:
    """Pack the weights of a block, one `LinearOperands` for the name of each GEMM step.

    Per step: [array column][2 control objects, then column_tiles * k_tiles weight objects]. A
    weight object is a right operand (`right_operand.py`), then 64 fp32 of bias and 64 fp32 of
    column sums, the same in every k tile. Raises `CodegenError` where an operand is missing or of
    another size.
    """
    buffer = pack_controls(plan, block)
    for step in block.steps:
        if isinstance(step, GemmStep):
            objects = _objects_of(plan, step, buffer)[:, CONTROL_OBJECTS:]
            _pack_gemm(plan, step, _operands_of(step, operands), objects)
    return buffer


def pack_controls(plan: EncoderPlan, block: BlockSequence) -> Buffer:
    """The weights of a block with its control objects alone: everything else is zero.

    They drive the cores through the block's steps, so it can be run and timed without a model.
    """
    buffer = np.zeros(block.argument("weights").nbytes, np.uint8)
    for step in block.steps:
        first = _objects_of(plan, step, buffer)[:, 0, : 2 * PARAMETER_WORDS]
        first[:] = parameters(step).view(np.uint16)
    return buffer


def _objects_of(plan: EncoderPlan, step: Step, buffer: Buffer) -> NDArray[np.uint16]:
    """[array column][object][element] of a step, in the buffer's memory."""
    length = plan.columns * step.objects * OBJECT_ELEMS
    objects = buffer.view(np.uint16)[step.weights : step.weights + length]
    return objects.reshape(plan.columns, step.objects, OBJECT_ELEMS)


def parameters(step: Step) -> NDArray[np.int32]:
    """The words of the control object that starts a step."""
    words = np.zeros(PARAMETER_WORDS, np.int32)
    if isinstance(step, AttentionStep):
        words[Word.KIND] = Kind.ATTENTION
        words[Word.UNITS] = step.units
        words[Word.KEY_TILES] = step.key_tiles
        words[Word.LAST_KEYS] = step.last_keys
        return words
    words[Word.KIND] = Kind.GEMM
    words[Word.COLUMN_TILES] = step.column_tiles
    words[Word.ROW_BLOCKS] = step.row_blocks
    words[Word.K_PAIRS] = step.k_tiles // 2
    words[Word.WIDTH] = step.width
    words[Word.ACTIVATION] = step.activation is Activation.GELU
    words[Word.RESIDUALS] = len(step.residuals)
    words[Word.TRANSPOSE] = step.transpose
    return words


def convolution_weight(weight: torch.Tensor) -> torch.Tensor:
    """(n, channels, taps) as (n, taps * channels), the order of a window of frame-major input."""
    return weight.permute(0, 2, 1).reshape(weight.shape[0], -1)


def tile(values: torch.Tensor, matrix: Matrix, buffer: Buffer) -> None:
    """Write (rows, columns) into the tiles of a matrix; the rest of the last tiles is zero."""
    rows, columns = values.shape
    tiles = _tiles(buffer, matrix, _ceil(rows), _ceil(columns))
    padded = torch.zeros(_ceil(rows) * TILE, _ceil(columns) * TILE, dtype=torch.bfloat16)
    padded[:rows, :columns] = values
    tiles.copy_(padded.view(_ceil(rows), TILE, _ceil(columns), TILE).transpose(1, 2))


def tile_parts(values: torch.Tensor, matrices: Sequence[Matrix], buffer: Buffer) -> None:
    """Write (rows, columns) as bf16 matrices that add up to it: each has what is left, rounded."""
    for matrix in matrices:
        tile(values, matrix, buffer)
        values = values - values.bfloat16()


def untile(buffer: Buffer, matrix: Matrix, rows: int, columns: int) -> torch.Tensor:
    """The (rows, columns) that lie in the tiles of a matrix, as a new fp32 tensor."""
    tiles = _tiles(buffer, matrix, _ceil(rows), _ceil(columns)).float()
    whole = tiles.transpose(1, 2).reshape(_ceil(rows) * TILE, _ceil(columns) * TILE)
    return whole[:rows, :columns].contiguous()


def pack_mel(mel: torch.Tensor, buffer: Buffer) -> None:
    """Write a (mels, 2 * frames) spectrogram frame-major after one zero frame; zero the rest."""
    elements = _bf16(buffer)
    elements.zero_()
    mels, frames = mel.shape
    elements[mels : (frames + 1) * mels].view(frames, mels).copy_(mel.T)


def _tiles(buffer: Buffer, matrix: Matrix, row_tiles: int, col_tiles: int) -> torch.Tensor:
    """A view [row tile][column tile][y][x] of a matrix."""
    return _bf16(buffer).as_strided(
        (row_tiles, col_tiles, TILE, TILE),
        (matrix.row_tile, matrix.col_tile, matrix.row, 1),
        matrix.offset,
    )


def _operands_of(step: GemmStep, operands: Mapping[str, LinearOperands]) -> LinearOperands:
    name = step.operand
    if name not in operands:
        raise CodegenError(
            f"there are no weights for step {name!r}",
            expected=f"operands of {', '.join(operands) or 'every step'} and {name}",
        )
    found, k = operands[name], step.part.whole if step.part else step.k
    if tuple(found.weight.shape) != (step.n, k):
        raise CodegenError(
            f"the weight of step {name!r} is {tuple(found.weight.shape)}",
            expected=f"({step.n}, {k})",
        )
    if step.part:
        first = step.part.first
        weight, bias = found.weight[:, first : first + step.k], None if first else found.bias
        found = replace(found, weight=weight, bias=bias)
    if (found.gamma is not None or found.beta is not None) and not step.width:
        raise CodegenError(
            f"step {name!r} has a gamma or beta, but normalizes nothing",
            todo="apply them before packing",
        )
    return found


def _folded(operands: LinearOperands) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias with norm and scale folded in: bias + weight @ beta, weight * gamma."""
    weight = operands.weight.double()
    bias = torch.zeros(len(weight), dtype=torch.double)
    if operands.bias is not None:
        bias = bias + operands.bias.double()
    if operands.beta is not None:
        bias = bias + weight @ operands.beta.double()
    if operands.gamma is not None:
        weight = weight * operands.gamma.double()
    return weight * operands.scale, bias * operands.scale


def _pack_gemm(
    plan: EncoderPlan, step: GemmStep, operands: LinearOperands, objects: NDArray[np.uint16]
) -> None:
    """Fill the weight objects [array column][column tile j * k tiles + k tile]."""
    tiling = tiling_for(plan.target)
    c, j, kt = plan.columns, step.column_tiles, step.k_tiles
    weight, bias = _folded(operands)
    padded = torch.zeros(j * c * TILE, kt * TILE, dtype=torch.bfloat16)
    runs = padded.view(j * c * TILE, step.runs, -1)
    runs[: step.n, :, : step.k // step.runs] = weight.reshape(step.n, step.runs, -1)
    grid = objects.reshape(c, j, kt, OBJECT_ELEMS)
    packed = torch.from_numpy(grid.view(np.int16)).view(torch.bfloat16)
    right_operand.pack(tiling, padded.view(j, c, TILE, kt, TILE).permute(1, 0, 3, 4, 2), packed)
    tail = np.zeros((j * c * TILE, 2), np.float32)
    tail[: step.n, 0] = bias.numpy()
    sums = right_operand.unpack(tiling, packed).double().sum((2, 3))  # [c][j][n]
    tail[:, 1] = sums.transpose(0, 1).flatten().numpy()
    tails = tail.reshape(j, c, 1, TILE, 2).transpose(1, 0, 2, 4, 3)  # [c][j][1][bias, sums][n]
    packed_tails = np.ascontiguousarray(tails).reshape(c, j, 1, TAIL).view(np.uint16)
    start = right_operand.elems(tiling)
    grid[..., start : start + 2 * TAIL] = packed_tails


def _bf16(buffer: Buffer) -> torch.Tensor:
    return torch.from_numpy(buffer.view(np.int16)).view(torch.bfloat16)


def _ceil(elements: int) -> int:
    return -(-elements // TILE)
