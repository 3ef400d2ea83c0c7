"""The encoder's C++ kernels on both ISAs: against their torch bodies, and attention as a whole."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from encoder_objects import (
    accumulator,
    attention,
    bf16,
    left_operand,
    matrix_of,
    right_matrix,
    row_major_object,
    scratch,
    weight_object,
)
from kernel_objects import BF16, aligned, as_tensor

from aiec.ir.encoder import OBJECT_ELEMS, TILE
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import encoder, host, torch_kernels
from aiec.kernels.registry import KERNELS
from aiec.kernels.spec import CPP
from aiec.kernels.tolerances import STEP, of_object

TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
SOURCES = Path(__file__).parent / "sources"
CASES = of_object("encoder")


def kernels_of(target: Target) -> dict[str, host.HostKernel]:
    """encoder.o, compiled for this host."""
    return host.load((encoder.kernel_build(target),), target)


def arguments(target: Target, symbol: str) -> list[np.ndarray]:
    """Arguments of a kernel that could be a core's: normal matrices, maxima that are integers."""
    torch.manual_seed(2)
    tiling = encoder.tiling_for(target)
    x, w, acc = (torch.randn(TILE, TILE) for _ in range(3))
    rows = scratch()
    if symbol == "encoder_moments":
        rows.reshape(-1, 2, TILE)[:] = np.random.default_rng(0).uniform(-384, 384, (6, 2, TILE))
        rows.reshape(-1, 2, TILE)[:, 1] += 3 * 384
    else:
        rows[:] = np.random.default_rng(0).uniform(0.5, 2, rows.size)
    if symbol == "encoder_scores":
        rows[:TILE] = np.resize([-(2.0**20), 0, 1, 40], TILE)  # new, raised or kept, kept
        w = w / 8
    made: dict[str, Any] = {
        "x": left_operand(tiling, x), "k": left_operand(tiling, x), "scratch": rows,
        "w": weight_object(tiling, w, torch.randn(TILE), torch.randn(TILE)),
        "qt": weight_object(tiling, w)[: TILE * TILE], "pt": aligned(OBJECT_ELEMS, BF16),
        "acc": accumulator(tiling, acc), "out": aligned(TILE * TILE, BF16),
        "par": aligned(16, np.dtype(np.int32)),
    }  # fmt: skip
    if symbol == "encoder_query":
        made["w"] = row_major_object(w)
    return [made[p.name] for p in KERNELS[symbol].parameters if p.elems]


@TARGETS
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}{list(case[1])}")
def test_kernel_equals_its_torch_body(target: Target, case: tuple[str, tuple[int, ...]]) -> None:
    symbol, scalars = case
    spec = KERNELS[symbol]
    arrays = arguments(target, symbol)
    expected = [a.copy() for a in arrays]
    torch_kernels.load((encoder.kernel_build(target),), target)[symbol](*expected, *scalars)
    kernels_of(target)[symbol](*arrays, *scalars)

    rtol, atol = CASES[case].on(target)
    for parameter, array, wanted in zip(spec.parameters, arrays, expected, strict=False):
        if not parameter.written:
            assert array.tobytes() == wanted.tobytes(), f"{parameter.name} is an input"
        if not parameter.written or parameter.name == "k":  # what is left of the keys is of no use
            continue
        known = 2 * TILE if "attention" in symbol or "scores" in symbol else array.size
        if parameter.name == "scratch":  # the rest is workspace
            array, wanted = array[:known], wanted[:known]
        if parameter.name == "pt" or symbol == "encoder_query":
            tiling = encoder.tiling_for(target)
            array, wanted = (right_matrix(tiling, a).numpy() for a in (array, wanted))
        np.testing.assert_allclose(
            as_tensor(array).float(), as_tensor(wanted).float(), rtol, atol, err_msg=parameter.name
        )


@TARGETS
def test_all_kernels_have_a_tolerance(target: Target) -> None:
    assert {symbol for symbol, _ in CASES} == set(encoder.kernel_build(target).symbols)


def test_error_of_products_through_bfp16_is_that_of_the_published_ones() -> None:
    """Published: 9.0e-3 of real data, 1.04e-2 of uniform. Source: VEGAH, AIR; here to nearest."""
    torch.manual_seed(0)
    tiling = encoder.tiling_for(NPU2)
    x, w = bf16(torch.randn(TILE, TILE)), bf16(torch.randn(TILE, TILE))
    acc = accumulator(tiling, torch.zeros(TILE, TILE))
    kernels_of(NPU2)["encoder_gemm"](left_operand(tiling, x), weight_object(tiling, w), acc, 1)
    error = (matrix_of(tiling, acc) - x @ w).norm() / (x @ w).norm()
    assert 5e-3 < error < 1.05e-2


@TARGETS
def test_a_large_mean_does_not_spoil_the_norm(target: Target) -> None:
    """Rows 20 deviations away from zero: what cancels is 20, of the squares 400 times as large."""
    torch.manual_seed(3)
    tiling, run = encoder.tiling_for(target), kernels_of(target)
    width, centre = TILE, 20.0
    x, w = centre + torch.randn(TILE, width).double(), torch.randn(width, TILE).double() / 8
    acc = accumulator(tiling, (x @ w).float())
    rows = scratch()
    rows[:TILE], rows[TILE : 2 * TILE] = x.sum(1).float(), (x * x).sum(1).float()
    run["encoder_moments"](rows, 0, width)
    run["encoder_affine"](
        weight_object(tiling, torch.zeros(TILE, TILE), None, w.sum(0).float()), acc, rows, 0, width
    )
    exact = torch.nn.functional.layer_norm(x, (width,)) @ w
    # 20 * 2^-17 of column sums up to 4; a product of two bf16 would be off by 20 * 2^-9 of them.
    assert (matrix_of(tiling, acc) - exact).abs().max() < 1.2e-3


def keys(kind: str, count: int) -> torch.Tensor:
    """Key rows whose scores' maxima behave as `kind` says, over 24 tiles."""
    k = torch.randn(count, TILE)
    slope = torch.arange(count)[:, None] / count
    towards = torch.ones(1, TILE) * 6
    if kind == "rising":
        return k + slope * towards
    if kind == "falling":
        return k + (1 - slope) * towards
    if kind == "outliers":
        k[::97] *= 8
    if kind == "tiny":
        return k / 64
    return k


# Of the attention's output against fp64 on the same bf16 operands: least cosine, largest error in
# units of the output's root mean square. bf16's own rounding is 2^-9 of the value; through bfp16 a
# score of keys up to 8 is off by 0.05, so a power by 4 %, and few powers count where maxima rise.
ATTENTION = {
    "npu1": {"normal": (0.99998, 0.02), "rising": (0.99998, 0.02), "falling": (0.99998, 0.02),
             "outliers": (0.99998, 0.03), "tiny": (0.99998, 0.02)},
    "npu2": {"normal": (0.9998, 0.1), "rising": (0.999, 0.5), "falling": (0.999, 0.5),
             "outliers": (0.9995, 0.2), "tiny": (0.9999, 0.1)},
}  # fmt: skip


@TARGETS
@pytest.mark.parametrize("kind", ATTENTION["npu1"])
def test_attention_over_24_key_tiles(target: Target, kind: str) -> None:
    torch.manual_seed(4)
    count, valid = 24 * TILE, 1500
    q = bf16((torch.randn(TILE, TILE) + 0.5) * math.log2(math.e) / 8)
    k, v = bf16(keys(kind, count)), bf16(torch.randn(count, TILE))
    k[valid:] = 1e4  # padding is garbage
    # A V block of eight keys shares an exponent on npu2: garbage there must not be larger than V.
    v[valid:] = -1e4 if target is NPU1 else -2.0
    out = attention(kernels_of(target), encoder.tiling_for(target), q, k, v, valid)
    scores = (q.double() @ k[:valid].double().T) * math.log(2)
    exact = scores.softmax(1) @ v[:valid].double()
    cosine = torch.nn.functional.cosine_similarity(out.ravel(), exact.ravel(), 0).item()
    error = (out - exact).abs().max() / exact.square().mean().sqrt()
    least, largest = ATTENTION[target.name][kind]
    assert cosine > least
    assert error < largest


@TARGETS
def test_kernels_round_to_nearest_even_whatever_the_core_did_before(
    target: Target, tmp_path: Path
) -> None:
    build = encoder.kernel_build(target)
    defines = (*build.defines, ("ENCODER", f'"{CPP / build.source}"'))
    probe = host.compile_source(
        SOURCES / "mode_probe.cc", *build.symbols, "rounding_mode_now",
        target=target, defines=defines, cache_dir=tmp_path,
    )  # fmt: skip
    cases = dict(CASES.keys())
    modes: dict[str, int] = {}

    def core(symbol: str) -> None:
        now = aligned(4, np.dtype(np.int32))
        probe[symbol](*arguments(target, symbol), *cases[symbol])
        probe["rounding_mode_now"](now)
        modes[symbol] = int(now[0])

    for symbol in build.symbols:  # a thread that has run no kernel is a core after reset
        thread = threading.Thread(target=core, args=(symbol,))
        thread.start()
        thread.join()
    assert modes == dict.fromkeys(build.symbols, 12)


@TARGETS
def test_a_store_rounded_down_would_be_seen(target: Target) -> None:
    """A fresh core rounds down: 1 + 3/4 of a step of bf16 must go up, minus that must go down."""
    tiling = encoder.tiling_for(target)
    value = torch.full((TILE, TILE), 1 + 0.75 * STEP)
    value[1] = -value[1]
    acc, out = accumulator(tiling, value), aligned(TILE * TILE, BF16)
    kernel = kernels_of(target)["encoder_store"]
    thread = threading.Thread(target=kernel, args=(acc, out, 0))
    thread.start()
    thread.join()
    assert set(matrix_of(tiling, out)[:2].ravel().tolist()) == {1 + STEP, -1 - STEP}
