"""bfp16 as a core of AIE2P rounds to it: eight values along k share an exponent.

For packing, which rounds weights once to what the matrix unit keeps of them, and for studies of
accuracy. The kernels' own conversion is emulated in C++ (`emulation/aie_api/emulated/bfp16.hpp`,
which has the sources and what is assumed).
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
    exponent = torch.frexp(eights.abs().amax(-1, keepdim=True))[1] - 1
    step = torch.ldexp(torch.ones_like(eights[..., :1]), exponent - 6)
    over = torch.round(eights / step).amax(-1, keepdim=True) > LARGEST
    step = torch.where(over, 2 * step, step)
    return (torch.round(eights / step) * step).flatten(-2)[..., :k]
