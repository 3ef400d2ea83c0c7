"""Products on npu2 whose left operands are rounded to two bfp16 that add up to their bf16."""

from __future__ import annotations

import math

import numpy as np
import torch
from encoder_objects import (
    accumulator,
    attention,
    bf16,
    left_operand,
    matrix_of,
    weight_object,
)

from aiec.ir.encoder import TILE
from aiec.ir.target import NPU1, NPU2
from aiec.kernels import encoder, host
from aiec.kernels.bfp16 import rounded_to_bfp16
from aiec.kernels.spec import tiling_defines, tiling_of

TILING = encoder.tiling_for(NPU2)


def kernels(left_parts: int) -> dict[str, host.HostKernel]:
    """encoder.o of npu2, compiled for this host."""
    return host.load((encoder.kernel_build(NPU2, left_parts),), NPU2)


def product(left_parts: int, x: torch.Tensor, w: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    """start + x @ w, by the kernel."""
    acc = accumulator(TILING, start)
    kernels(left_parts)["encoder_gemm"](left_operand(TILING, x), weight_object(TILING, w), acc, 0)
    return matrix_of(TILING, acc)


def with_outliers() -> torch.Tensor:
    """Rows in which some channels are a hundred times as large as their neighbours."""
    x = torch.randn(TILE, TILE)
    x[:, ::11] *= 100
    return bf16(x)


def test_both_parts_are_multiplied() -> None:
    torch.manual_seed(0)
    x, w, start = with_outliers(), torch.randn(TILE, TILE), torch.randn(TILE, TILE)
    right = rounded_to_bfp16(bf16(w).T).T.double()
    first = rounded_to_bfp16(x)
    both = first + rounded_to_bfp16(x - first)
    for left_parts, left in ((1, first), (2, both)):
        wanted = start + left.double() @ right
        torch.testing.assert_close(
            product(left_parts, x, w, start).double(), wanted, rtol=1e-5, atol=1e-3
        )
    assert (both - x).norm() < (first - x).norm() / 100


def test_what_one_part_holds_gives_the_same_bits() -> None:
    torch.manual_seed(1)
    w, start = torch.randn(TILE, TILE), torch.randn(TILE, TILE)
    x = torch.randint(-100, 100, (TILE, TILE)).float()
    x[:, ::8] = 101  # the largest of every block: steps of 1
    assert torch.equal(rounded_to_bfp16(x), x)
    np.testing.assert_array_equal(product(1, x, w, start), product(2, x, w, start))


def attention_error(left_parts: int) -> float:
    """Relative error of attention over keys with outliers, from the same rounded queries."""
    torch.manual_seed(2)
    q = bf16(torch.randn(TILE, TILE) * math.log2(math.e) / 8)
    k, v = torch.randn(8 * TILE, TILE), bf16(torch.randn(8 * TILE, TILE))
    k[:, ::11] *= 8
    q[:, ::11] /= 8
    k = bf16(k)
    out = attention(kernels(left_parts), TILING, q, k, v, len(k))
    scores = rounded_to_bfp16(q).double() @ k.double().T * math.log(2)
    exact = scores.softmax(1) @ v.double()
    return float((out - exact).norm() / exact.norm())


def test_scores_and_values_are_products_in_parts_too() -> None:
    """What is left is the powers' own rounding to bfp16."""
    one, two = attention_error(1), attention_error(2)
    assert two < 0.012 < one


def test_the_build_says_how_many_parts() -> None:
    for left_parts in (1, 2):
        tiling = encoder.tiling_for(NPU2, left_parts)
        assert tiling_of(encoder.kernel_build(NPU2, left_parts)).left_parts == left_parts
        assert ("LEFT_PARTS", "2") in tiling_defines(tiling) or left_parts == 1
        assert encoder.broken_constraint(NPU2, tiling) is None
    for target, parts, most in ((NPU1, 2, 1), (NPU2, 3, 2)):
        broken = encoder.broken_constraint(target, encoder.tiling_for(target, parts))
        assert broken == f"left operands are of {parts} parts, not 1 to {most}"


def test_two_parts_take_twice_the_products() -> None:
    one, two = (kernels(parts) for parts in (1, 2))
    product, products = (run["encoder_gemm"].cycles(0) for run in (one, two))
    assert 1.5 * product < products < 2.5 * product
    assert two["encoder_scores"].cycles(TILE) - one["encoder_scores"].cycles(TILE) == (
        products - product
    )
    assert two["encoder_store"].cycles(0) == one["encoder_store"].cycles(0)
