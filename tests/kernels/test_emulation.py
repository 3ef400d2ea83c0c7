"""The emulation of aie_api: shapes, rounding, alignment and arithmetic, against numpy."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from kernel_objects import BF16, aligned

from aiec.ir.errors import CodegenError, SimulationError
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels.bfp16 import rounded_to_bfp16
from aiec.kernels.host import HostFunction, compile_source

SOURCES = Path(__file__).parent / "sources"
F32 = np.dtype(np.float32)
THROUGH_BFP16 = ("AIE_API_EMULATE_BFLOAT16_MMUL_WITH_BFP16", "1")
BLOCK_VECTOR = 72  # bytes of 64 bfp16
MODES = {
    "floor": 0, "ceil": 1, "symmetric_floor": 2, "symmetric_ceil": 3, "negative_inf": 8,
    "positive_inf": 9, "symmetric_zero": 10, "symmetric_inf": 11, "conv_even": 12, "conv_odd": 13,
}  # fmt: skip


def probe(
    symbol: str, target: Target = NPU1, defines: tuple[tuple[str, str], ...] = ()
) -> HostFunction:
    """A function of sources/probe.cc."""
    return compile_source(SOURCES / "probe.cc", symbol, target=target, defines=defines)[symbol]


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


def shared(block: np.ndarray, mode: str) -> tuple[int, np.ndarray]:
    """The exponent and the mantissas of eight numbers, in other words than the emulation's."""
    exponent = max((int(np.frexp(v)[1]) - 1 for v in block if v), default=-127)
    while True:
        mantissas = np.array([to_integer(v / 2.0 ** (exponent - 6), mode) for v in block])
        if mantissas.max() <= 127:
            return exponent, mantissas
        exponent += 1


def bfp16(block: np.ndarray, mode: str) -> np.ndarray:
    """Eight numbers that share an exponent."""
    exponent, mantissas = shared(block, mode)
    return mantissas * 2.0 ** (exponent - 6)


def bfp16_bytes(block: np.ndarray, mode: str) -> np.ndarray:
    """Eight numbers as they lie in memory: their biased exponent, then their mantissas."""
    exponent, mantissas = shared(block, mode)
    return np.array([exponent + 127, *mantissas]).astype(np.int16).astype(np.uint8)


def to_integer(value: float, mode: str) -> float:
    """`rounded`, on integers."""
    if mode == "conv_even":
        return float(np.round(value))
    return {"floor": np.floor, "ceil": np.ceil, "symmetric_floor": np.trunc}[mode](value)


BLOCKS = {
    "random": lambda rng: rng.standard_normal((8, 8)) * 2.0 ** rng.integers(-6, 6, (8, 8)),
    "rounds up to 128": lambda rng: np.where(np.eye(8), 1.9921875, rng.uniform(-1, 1, (8, 8))),
    "rounds to -128": lambda rng: np.where(np.eye(8), -1.9921875, rng.uniform(-1, 1, (8, 8))),
    "one number": lambda rng: np.eye(8) * 3.0,
}


@pytest.mark.parametrize("mode", ["conv_even", "floor", "ceil", "symmetric_floor"])
@pytest.mark.parametrize("kind", BLOCKS)
def test_products_through_bfp16(kind: str, mode: str) -> None:
    rng = np.random.default_rng(5)
    a, b, c = aligned(64, BF16), aligned(64, BF16), aligned(64, F32)
    for array in (a, b):
        array[:] = BLOCKS[kind](rng).ravel().astype(BF16)
    rows = np.stack([bfp16(row, mode) for row in a.reshape(8, 8).astype(float)])
    columns = np.stack([bfp16(column, mode) for column in b.reshape(8, 8).T.astype(float)]).T
    probe("multiply_in", NPU2, (THROUGH_BFP16,))(a, b, c, MODES[mode])
    np.testing.assert_allclose(c.reshape(8, 8), rows @ columns, rtol=1e-6, atol=1e-6)


def bfp16_probe(symbol: str, *more: tuple[str, str]) -> HostFunction:
    """A function of sources/bfp16_probe.cc."""
    source = SOURCES / "bfp16_probe.cc"
    return compile_source(source, symbol, target=NPU2, defines=more)[symbol]


@pytest.mark.parametrize("mode", ["conv_even", "floor", "ceil", "symmetric_floor"])
@pytest.mark.parametrize("kind", [*BLOCKS, "zeros", "small"])
def test_bytes_of_bfp16(kind: str, mode: str) -> None:
    rng = np.random.default_rng(7)
    made = {**BLOCKS, "zeros": lambda _: np.zeros((8, 8)), "small": lambda _: np.eye(8) * 2.0**-125}
    x, out = aligned(128, F32), aligned(2 * BLOCK_VECTOR, np.dtype(np.uint8))
    x[:] = np.stack([made[kind](rng), rng.standard_normal((8, 8))]).ravel()
    bfp16_probe("round_to_bytes")(x, out, MODES[mode])
    said = [bfp16_bytes(row, mode) for row in x.reshape(16, 8).astype(float)]
    np.testing.assert_array_equal(out.reshape(16, 9), np.stack(said))


@pytest.mark.parametrize("mode", ["conv_even", "floor"])
@pytest.mark.parametrize("kind", BLOCKS)
def test_products_by_bytes_are_those_through_bfp16(kind: str, mode: str) -> None:
    rng = np.random.default_rng(8)
    a, b, c, through = (aligned(64, dtype) for dtype in (BF16, BF16, F32, F32))
    for array in (a, b, c):
        array[:] = BLOCKS[kind](rng).ravel().astype(array.dtype)
    through[:] = c
    transposed = aligned(2 * BLOCK_VECTOR, np.dtype(np.uint8))
    columns = [bfp16_bytes(column, mode) for column in b.reshape(8, 8).T.astype(float)]
    transposed[BLOCK_VECTOR:] = np.concatenate(columns)
    bfp16_probe("multiply_by_bytes")(a, transposed, c, MODES[mode])
    bfp16_probe("multiply_bfloat16", THROUGH_BFP16)(a, b, through, MODES[mode])
    np.testing.assert_array_equal(c, through)


@pytest.mark.parametrize(
    ("target", "used", "refused"),
    [
        (NPU1, "aie::block_vector<bfp16ebs8, 64> v;", "block_vector exists on AIE2P only"),
        (NPU2, "aie::block_vector<bfp16ebs8, 128> v;", "has 64 elements of bfp16ebs8"),
        (NPU2, "aie::mmul<8, 8, 8, float, bfp16ebs8> p;", "by bfloat16 or bfp16ebs8 on the left"),
        (NPU2, "aie::mmul<4, 8, 8, bfloat16, bfp16ebs8> p;", "or in 8x8x8 bfp16ebs8"),
        (NPU2, "++bytes;", "bfp16ebs8"),
    ],
)
def test_bfp16_that_aie_api_does_not_have(
    target: Target, used: str, refused: str, tmp_path: Path
) -> None:
    source = tmp_path / "refused.cc"
    source.write_text(
        f'#include <aie_api/aie.hpp>\nextern "C" void refused(bfp16ebs8 *bytes) {{ {used} }}\n'
    )
    with pytest.raises(CodegenError, match=refused):
        compile_source(source, "refused", target=target, cache_dir=tmp_path)


def test_a_stream_of_block_vectors_starts_at_a_multiple_of_eight_bytes() -> None:
    x, out = aligned(128, F32), aligned(2 * BLOCK_VECTOR + 8, np.dtype(np.uint8))
    bfp16_probe("round_to_bytes")(x, out[8:], MODES["conv_even"])
    with pytest.raises(SimulationError, match="loads or stores 72 bytes at a misaligned"):
        bfp16_probe("round_to_bytes")(x, out[4:], MODES["conv_even"])


@pytest.mark.parametrize("kind", BLOCKS)
def test_what_packing_rounds_stays_as_it_is_in_a_product(kind: str) -> None:
    values = BLOCKS[kind](np.random.default_rng(6)).astype(BF16)
    kept = rounded_to_bfp16(torch.from_numpy(values.astype(np.float32)))
    said = np.stack([bfp16(row, "conv_even") for row in values.astype(float)])
    np.testing.assert_array_equal(kept.numpy(), said)
    assert torch.equal(kept.bfloat16().float(), kept)
    assert torch.equal(rounded_to_bfp16(kept), kept) == (kind != "rounds to -128")


def test_shuffles() -> None:
    a, out = aligned(32, F32), aligned(80, F32)
    a[:] = np.arange(32)
    probe("shuffles")(a, out)
    x, mixed = a[:16], a[:16].copy()
    mixed[8:] = a[16:24]
    even_runs = a.reshape(4, 2, 4)[:, 0].ravel()
    expected = [x.reshape(2, 8).T.ravel(), even_runs, a[1::2], np.roll(x, -5), mixed]
    np.testing.assert_array_equal(out.reshape(5, 16), np.stack(expected))


SHIFTED = {
    "floor": np.floor, "ceil": np.ceil, "symmetric_floor": np.trunc, "conv_even": np.round,
    "positive_inf": lambda v: np.floor(v + 0.5), "negative_inf": lambda v: np.ceil(v - 0.5),
    "symmetric_ceil": lambda v: np.sign(v) * np.ceil(np.abs(v)),
    "symmetric_inf": lambda v: np.sign(v) * np.floor(np.abs(v) + 0.5),
    "symmetric_zero": lambda v: np.sign(v) * np.ceil(np.abs(v) - 0.5),
    "conv_odd": lambda v: np.round(v + 1) - 1,
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_integers(mode: str) -> None:
    i32 = np.dtype(np.int32)
    a, b, out = aligned(16, i32), aligned(16, i32), aligned(80, i32)
    a[:], b[:] = np.arange(-20, 28, 3), np.arange(16)[::-1]
    probe("integers")(a, b, out, MODES[mode])
    expected = [a + b, a - b, np.maximum(a, b), SHIFTED[mode](a / 8), np.zeros(16)]
    np.testing.assert_array_equal(out.reshape(5, 16), np.stack(expected))
    probe("integers")(b, b, out, MODES[mode])
    assert out[64] == 1  # no lane below itself


def test_exp2_interpolates_and_is_refused_where_there_is_none(tmp_path: Path) -> None:
    source = tmp_path / "power.cc"
    source.write_text(
        "#include <aie_api/aie.hpp>\n"
        'extern "C" void power(float *x, bfloat16 *out)'
        " { aie::store_v(out, aie::exp2<bfloat16>(aie::load_v<16>(x))); }\n"
    )
    with pytest.raises(CodegenError, match="aie::exp2 exists on AIE2P only"):
        compile_source(source, "power", target=NPU1, cache_dir=tmp_path)
    power = compile_source(source, "power", target=NPU2, cache_dir=tmp_path)["power"]
    x, out = aligned(16, F32), aligned(16, BF16)
    x[:4] = [0, -3, -0.75, -200]
    power(x, out)
    assert out[:4].tolist() == [1, 0.125, 0.625, 0]  # between powers a line: 2^-0.75 is 0.595
