"""The emulation of aie_api: shapes, rounding, alignment and arithmetic, against numpy."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from kernel_objects import BF16, aligned

from aiec.ir.errors import CodegenError, SimulationError
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels.host import HostFunction, compile_source

SOURCES = Path(__file__).parent / "sources"
F32 = np.dtype(np.float32)
MODES = {
    "floor": 0, "ceil": 1, "symmetric_floor": 2, "symmetric_ceil": 3, "negative_inf": 8,
    "positive_inf": 9, "symmetric_zero": 10, "symmetric_inf": 11, "conv_even": 12, "conv_odd": 13,
}  # fmt: skip


def probe(symbol: str, target: Target = NPU1) -> HostFunction:
    """A function of sources/probe.cc."""
    return compile_source(SOURCES / "probe.cc", symbol, target=target)[symbol]


@pytest.mark.parametrize("target", [NPU1, NPU2])
@pytest.mark.parametrize("shape", [(4, 8, 4), (8, 8, 4), (4, 8, 8), (8, 8, 8), (8, 1, 8)])
def test_mmul(shape: tuple[int, int, int], target: Target) -> None:
    m, k, n = shape
    rng = np.random.default_rng(0)
    a, b, c = aligned(m * k, BF16), aligned(k * n, BF16), aligned(m * n, F32)
    for array in (a, b, c):
        array[:] = rng.standard_normal(array.size).astype(array.dtype)
    product = a.reshape(m, k).astype(np.float32) @ b.reshape(k, n).astype(np.float32)
    expected = c.reshape(m, n) + product
    probe(f"mmul_{m}x{k}x{n}", target)(a, b, c)
    np.testing.assert_allclose(c.reshape(m, n), expected, atol=2e-6)


def test_illegal_mmul_shape_does_not_compile() -> None:
    with pytest.raises(CodegenError, match="aie_api has no bfloat16 mmul of this shape"):
        compile_source(SOURCES / "illegal_mmul.cc", "illegal", target=NPU1)


def neighbours(value: float) -> tuple[float, float]:
    """The bf16 at or below and at or above `value`, by their bits."""
    bits = int(np.float32(value).view(np.uint32)) & 0xFFFF0000
    inner = float(np.uint32(bits).view(np.float32))
    if inner == value:
        return inner, inner
    outer = float(np.uint32(bits + 0x10000).view(np.float32))
    return (inner, outer) if value > 0 else (outer, inner)


def rounded(value: float, mode: str) -> float:
    """What a rounding mode is, said in other words than the emulation's."""
    low, high = neighbours(value)
    if low == high:
        return low
    toward_zero, away = (low, high) if value > 0 else (high, low)
    directed = {
        "floor": low, "ceil": high, "symmetric_floor": toward_zero, "symmetric_ceil": away,
    }  # fmt: skip
    if mode in directed:
        return directed[mode]
    if value - low != high - value:
        return low if value - low < high - value else high
    even = next(v for v in (low, high) if not int(np.float32(v).view(np.uint32)) >> 16 & 1)
    odd = high if even == low else low
    return {
        "negative_inf": low, "positive_inf": high, "symmetric_zero": toward_zero,
        "symmetric_inf": away, "conv_even": even, "conv_odd": odd,
    }[mode]  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_rounding_modes(mode: str) -> None:
    step = 2.0**-7
    values = [
        1.0,
        1 + step / 2,
        1 + 1.5 * step,
        1 + 0.3 * step,
        1 + 0.7 * step,
        3e-20,
        0.0,
        65504.0,
    ]
    values = [float(np.float32(v)) for v in (*values, *(-v for v in values))]
    x, out = aligned(16, F32), aligned(16, BF16)
    x[:] = values
    probe("round_in")(x, out, MODES[mode])
    assert out.astype(float).tolist() == [rounded(v, mode) for v in values]


def test_infinities_and_nans_stay_what_they_are() -> None:
    x, out = aligned(16, F32), aligned(16, BF16)
    x[:3] = [np.inf, -np.inf, np.nan]
    x[3] = np.uint32(0x7F800001).view(np.float32)  # its payload is all in the bits that are cut
    for mode in MODES.values():
        probe("round_in")(x, out, mode)
        assert out[0] == np.inf
        assert out[1] == -np.inf
        assert np.isnan(out[2:4].astype(float)).all()


def test_a_core_rounds_down_after_reset_and_the_mode_stays() -> None:
    now = aligned(4, np.dtype(np.int32))
    x, out = aligned(16, F32), aligned(16, BF16)
    x[:] = -1 - 2.0**-9
    seen: list[float] = []

    def core() -> None:
        probe("round_as_found")(x, out)
        seen.append(float(out[0]))
        probe("round_in")(x, out, MODES["conv_even"])
        probe("round_as_found")(x, out)
        seen.append(float(out[0]))
        probe("rounding_mode_now")(now)

    thread = threading.Thread(target=core)  # a thread that has run no kernel is a core after reset
    thread.start()
    thread.join()
    assert seen == [-1 - 2.0**-7, -1.0]
    assert now[0] == MODES["conv_even"]


def test_arithmetic() -> None:
    rng = np.random.default_rng(1)
    a, b, out = aligned(16, F32), aligned(16, F32), aligned(192, F32)
    a[:], b[:] = rng.standard_normal(16), rng.standard_normal(16)
    probe("arithmetic")(a, b, out)
    broadcast, zeros, replicated = np.full(16, a[3]), np.zeros(16), np.tile(a[:4], 4)
    expected = [a * b, a + a * b, a - a * b, a + b, a - b, np.maximum(a, b), np.minimum(a, b), -a]
    expected += [broadcast, zeros, replicated, a - b]
    np.testing.assert_allclose(out.reshape(12, 16), np.stack(expected), atol=1e-6)


@pytest.mark.parametrize(
    ("target", "offset", "refused"),
    [(NPU1, 8, False), (NPU1, 4, True), (NPU2, 16, False), (NPU2, 8, True)],
    ids=["npu1-32B", "npu1-16B", "npu2-64B", "npu2-32B"],
)
def test_misaligned_access_is_an_error(target: Target, offset: int, refused: bool) -> None:
    x, out = aligned(48, F32)[offset : offset + 16], aligned(16, BF16)
    function = probe("round_as_found", target)
    if refused:
        with pytest.raises(SimulationError, match="loads or stores 64 bytes at a misaligned"):
            function(x, out)
    function(aligned(16, F32), out)  # the fault is not held against the next call
    if not refused:
        function(x, out)
