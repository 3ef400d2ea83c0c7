"""bfp16 as a core of AIE2P rounds to it: eight values along k share an exponent.

For packing, as bytes, and for studies of accuracy, as numbers. The kernels' own conversion is
emulated in C++ (`emulation/aie_api/emulated/bfp16.hpp`, which has the sources and what is assumed).
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = 8  # values that share an exponent
LARGEST = 127  # of a mantissa, 8 bits in two's complement


def rounded_to_bfp16(values: Tensor) -> Tensor:
    """Round (..., k) in blocks of eight along k to nearest even; fp32 of the same shape.

    The step of a block is 2^-6 of the power of two at or below its largest magnitude, twice that
    where the largest would round up to 128 steps. k need not be a multiple of eight. Every result
    is a bf16 too, and rounds to itself, but in blocks (about one in a hundred) with a mantissa of
    -128: that is a power of two, so their step doubles when they are rounded again.

    Example: 1.0 and 0.01 in one block: the step is 1/64, and 0.01 becomes 1/64.
    """
    k = values.shape[-1]
    eights = torch.nn.functional.pad(values.float(), (0, -k % BLOCK)).unflatten(-1, (-1, BLOCK))
    mantissas, exponent = _shared(eights)
    return torch.ldexp(mantissas, exponent - 6).flatten(-2)[..., :k]


def to_bytes(eights: Tensor) -> Tensor:
    """Round (..., 8) values that share an exponent; (..., 9) bytes as they lie in memory.

    First the exponent with fp32's bias, then the mantissas in two's complement. Eight zeros are
    nine zero bytes. Source: `emulation/aie_api/emulated/block_vector.hpp`.
    """
    mantissas, exponent = _shared(eights.float())
    biased = torch.where(eights.any(-1, keepdim=True), exponent + 127, 0)
    return torch.cat([biased, mantissas.to(torch.int32)], -1).to(torch.uint8)


def from_bytes(blocks: Tensor) -> Tensor:
    """The (..., 8) fp32 values of (..., 9) bytes."""
    exponent = blocks[..., :1].to(torch.int32) - 127
    return torch.ldexp(blocks[..., 1:].view(torch.int8).float(), exponent - 6)


def _shared(eights: Tensor) -> tuple[Tensor, Tensor]:
    """Whole mantissas (..., 8) and the exponent (..., 1) that eight values share."""
    exponent = torch.frexp(eights.abs().amax(-1, keepdim=True))[1] - 1
    mantissas = torch.round(torch.ldexp(eights, 6 - exponent))
    exponent = exponent + (mantissas.amax(-1, keepdim=True) > LARGEST)
    return torch.round(torch.ldexp(eights, 6 - exponent)), exponent
