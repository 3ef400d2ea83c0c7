"""The torch bodies of the encoder's kernels, called as a core calls them, against plain torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from encoder_objects import (
    accumulator,
    bf16,
    left_operand,
    matrix_of,
    row_major_object,
    scratch,
    weight_object,
)
from kernel_objects import BF16, aligned

from aiec.ir.encoder import OBJECT_ELEMS, TILE
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import encoder, torch_kernels

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)


def kernels_of(target: Target) -> dict[str, torch_kernels.TorchKernel]:
    """The bodies of encoder.o."""
    return torch_kernels.load((encoder.kernel_build(target),), target)


@TARGETS
def test_a_normalized_gemm_step(target: Target) -> None:
    run, tiling = kernels_of(target), encoder.tiling_for(target)
    torch.manual_seed(0)
    width = 2 * TILE
    x, gamma, beta = bf16(3 + torch.randn(TILE, width)), torch.rand(width), torch.randn(width)
    weight, bias, skip = torch.randn(TILE, width) / 8, torch.randn(TILE), bf16(torch.randn(64, 64))
    folded = bf16(weight * gamma)
    acc, rows, out = aligned(TILE * TILE, scratch().dtype), scratch(), aligned(TILE * TILE, BF16)
    xs = [left_operand(tiling, part) for part in x.split(TILE, 1)]
    shift, sums = bias + weight @ beta, folded.sum(1)
    ws = [weight_object(tiling, part.T, shift, sums) for part in folded.split(TILE, 1)]
    for i in range(2):
        run["encoder_gemm"](xs[i], ws[i], acc, int(i == 0))
        run["encoder_stats"](xs[i], rows, 3, int(i == 0))
    run["encoder_moments"](rows, 3, width)
    run["encoder_affine"](ws[1], acc, rows, 3, width)
    run["encoder_gelu"](acc)
    run["encoder_residual"](left_operand(tiling, skip), acc)
    run["encoder_store"](acc, out, 1)

    normed = torch.nn.functional.layer_norm(x, (width,))
    exact = torch.nn.functional.gelu(normed @ folded.T + shift) + skip
    assert_near(target, matrix_of(tiling, out), bf16(exact).T, atol=1e-4)


@TARGETS
def test_attention_over_two_key_tiles(target: Target) -> None:
    run, tiling = kernels_of(target), encoder.tiling_for(target)
    torch.manual_seed(1)
    q, k, v = (bf16(torch.randn(n, TILE)) for n in (TILE, 2 * TILE, 2 * TILE))
    acc, state = accumulator(tiling, torch.zeros(TILE, TILE)), scratch()
    qt, pt, out = aligned(TILE**2, BF16), aligned(OBJECT_ELEMS, BF16), aligned(TILE**2, BF16)
    run["encoder_query"](row_major_object(q), qt)
    run["encoder_attention_start"](acc, state)
    for tile, valid in ((0, TILE), (1, 20)):
        keys = slice(TILE * tile, TILE * (tile + 1))
        run["encoder_scores"](left_operand(tiling, k[keys]), qt, pt, acc, state, valid)
        run["encoder_gemm"](left_operand(tiling, v[keys].T), pt, acc, 0)
    run["encoder_attention_end"](acc, state)
    run["encoder_store"](acc, out, 1)

    s = (q @ k[: TILE + 20].T) * math.log(2)  # the kernel takes powers of two
    exact = s.softmax(1) @ v[: TILE + 20]
    assert_near(target, matrix_of(tiling, out), exact, atol=2**-7)


def assert_near(target: Target, made: torch.Tensor, exact: torch.Tensor, atol: float) -> None:
    """To a step of bf16; on npu2, whose right operands are bfp16, by the cosine."""
    if target is NPU1:
        torch.testing.assert_close(made, exact, rtol=2**-7, atol=atol)
    else:
        made, exact = made.flatten().double(), exact.flatten().double()
        assert torch.cosine_similarity(made, exact, 0) > 1 - 2e-4


def test_parameters_are_the_first_words() -> None:
    w, par = aligned(OBJECT_ELEMS, BF16), aligned(16, np.dtype(np.int32))
    w.view("int32")[:] = range(OBJECT_ELEMS // 2)
    kernels_of(NPU1)["encoder_parameters"](w, par)
    assert par.tolist() == list(range(16))


def test_only_one_tiling_is_taken() -> None:
    other = encoder.tiling_for(NPU2)
    assert encoder.broken_constraint(NPU2, other) is None
    assert encoder.broken_constraint(NPU1, other) == (
        "the encoder's tiles are 64x64x64 in 4x8x4 instructions on aie2"
    )
