"""Every kernel, on tiles of both ISAs, against its torch body; and the rules for tiles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from kernel_objects import TILING_IDS, TILINGS, aligned, as_tensor, random_arguments

from aiec.ir.design import GemmTiling
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import host
from aiec.kernels.gemm_bf16 import GELU, MMUL_SHAPE, broken_constraint, kernel_build
from aiec.kernels.registry import KERNELS
from aiec.kernels.spec import tiling_of
from aiec.kernels.tolerances import of_object

CASES = of_object("gemm_bf16")


@pytest.mark.parametrize(("target", "tiling"), TILINGS, ids=TILING_IDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}{list(case[1])}")
def test_kernel_equals_its_torch_body(
    target: Target, tiling: GemmTiling, case: tuple[str, tuple[int, ...]]
) -> None:
    symbol, scalars = case
    spec = KERNELS[symbol]
    kernel = host.load((kernel_build(tiling),), target)[symbol]
    arrays = random_arguments(spec, tiling, np.random.default_rng(1))
    expected = [as_tensor(a.copy()) for a in arrays]

    kernel(*arrays, *scalars)
    spec.run_body(tiling, *expected, *scalars)

    rtol, atol = CASES[case].on(target)
    for parameter, array, tensor in zip(spec.parameters, arrays, expected, strict=False):
        if parameter.written:
            np.testing.assert_allclose(
                as_tensor(array).float(), tensor.float(), rtol=rtol, atol=atol
            )
        else:
            assert torch.equal(as_tensor(array).view(torch.int16), tensor.view(torch.int16)), (
                f"{parameter.name} is an input"
            )


def test_accumulates_over_k_tiles_from_the_bias_of_the_first() -> None:
    target, tiling = TILINGS[0]
    kernels = host.load((kernel_build(tiling),), target)
    rng = np.random.default_rng(2)
    x0, w0, acc = random_arguments(KERNELS["gemm_bf16"], tiling, rng)
    x1, w1, _ = random_arguments(KERNELS["gemm_bf16"], tiling, rng)
    kernels["gemm_bf16"](x0, w0, acc, 1)
    first = acc.copy()
    kernels["gemm_bf16"](x1, w1, acc, 0)

    w1[tiling.k * tiling.n :].view(np.float32)[:] = 0
    alone = aligned(acc.size, acc.dtype)
    kernels["gemm_bf16"](x1, w1, alone, 1)
    np.testing.assert_allclose(acc, first + alone, atol=2e-5)


@pytest.mark.parametrize(("target", "tiling"), TILINGS, ids=TILING_IDS)
def test_build_names_the_tiling_and_all_symbols(target: Target, tiling: GemmTiling) -> None:
    build = kernel_build(tiling)
    assert tiling_of(build) == tiling
    assert set(build.symbols) == {s for s in KERNELS if KERNELS[s].object == build.object}
    assert broken_constraint(target, tiling) is None


def test_mlir_types_are_those_of_the_objects() -> None:
    tiling = GemmTiling(64, 64, 48, 4, 8, 4, 64)
    types = {
        symbol: spec.mlir_types(tiling)
        for symbol, spec in KERNELS.items()
        if spec.object == "gemm_bf16.o"
    }
    weights = f"memref<{tiling.w_bytes // 2}xbf16>"
    assert types == {
        "gemm_bf16": ("memref<4096xbf16>", weights, "memref<3072xf32>", "i32"),
        "gemm_bf16_residual": (weights, "memref<3072xf32>"),
        "gemm_bf16_store": ("memref<3072xf32>", "memref<3072xbf16>", "i32"),
    }
    assert GELU == 1  # the value that a design writes to the runtime parameter


NPU1_TILING = GemmTiling(64, 64, 48, *MMUL_SHAPE["aie2"], 64)
NPU2_TILING = GemmTiling(64, 64, 48, *MMUL_SHAPE["aie2p"], 64)


@pytest.mark.parametrize(
    ("target", "tiling", "sentence"),
    [
        (NPU1, NPU2_TILING, "aie2 multiplies bf16 by 4x8x4 instructions"),
        (NPU2, NPU1_TILING, "aie2p multiplies bf16 by 4x8x8 instructions"),
        (NPU1, replace(NPU1_TILING, m=24), "m=24 is not a multiple of the register block's 16"),
        (NPU2, replace(NPU2_TILING, m=12), "m=12 is not a multiple of the register block's 8"),
        (NPU1, replace(NPU1_TILING, n=24), "n=24 is not a multiple of the register block's 16"),
        (NPU1, replace(NPU1_TILING, k=8), "k=8 is less than two instructions deep (16)"),
        (NPU1, replace(NPU1_TILING, m=96), "a residual of 9216 B does not fit a weight object"),
    ],
)
def test_broken_constraints_are_named(target: Target, tiling: GemmTiling, sentence: str) -> None:
    assert (broken_constraint(target, tiling) or "").startswith(sentence)
