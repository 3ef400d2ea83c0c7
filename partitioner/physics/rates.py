"""Cycles of a product's kernel on one core, by operands and tile.

A product costs its multiply-accumulates at the matrix unit's rate, and a pass over the accumulator
a k tile (it is loaded, perhaps rounded, and stored): cycles = m k n / rate + m n (a + b bytes).
This is the form of `kernels/cycles.py`, which counts our own kernels; here are other people's.
"""

from __future__ import annotations

from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.operands import Dtype

# Multiply-accumulates a cycle of one core. Source: aie_api's native shapes, TAKA; fp32 as nine
# bf16 products, int32 as four of int16 (UG1603).
_RATE: dict[str, dict[Dtype, float]] = {
    "aie2": {
        Dtype.INT8: 256,
        Dtype.INT16_INT8: 128,
        Dtype.INT16: 64,
        Dtype.INT32: 16,
        Dtype.BF16: 128,
        Dtype.FP32: 128 / 9,
    },
    "aie2p": {
        Dtype.INT8: 512,
        Dtype.INT16_INT8: 256,
        Dtype.INT16: 128,
        Dtype.INT32: 32,
        Dtype.BFP16: 512,
        Dtype.BF16_BFP16: 512,
        Dtype.FP32: 512 / 9,
    },
}
_HAND_FILL = 32  # cycles besides the products in JENA's hand-written kernels, on both ISAs
_ACCUMULATOR_BYTES = 4  # of floating-point products


def product_rate(isa: str, dtype: Dtype, c: Constants) -> float | None:
    """Multiply-accumulates a cycle of compiled code, passes over the accumulator aside."""
    if isa == "aie2p" and dtype is Dtype.BF16_EMULATED:
        return c.emulated_rate
    if isa == "aie2p" and dtype is Dtype.BF16:
        return c.native_rate
    return _RATE[isa].get(dtype)


def product_cycles(
    isa: str, dtype: Dtype, m: int, k: int, n: int, out_bytes: float, c: Constants
) -> float | None:
    """Cycles of one compiled kernel call on an (m, k) x (k, n) tile; None if there is no kernel.

    `out_bytes` is an element's in the accumulator's buffer.
    """
    rate = product_rate(isa, dtype, c)
    if rate is None:
        return None
    return m * k * n / rate + m * n * _pass_cycles(isa, dtype, out_bytes, c)


def hand_cycles(isa: str, dtype: Dtype, m: int, k: int, n: int) -> float | None:
    """Cycles of a hand-written kernel that keeps the accumulator in registers. Source: JENA."""
    rate = _RATE[isa].get(dtype)
    return None if rate is None else m * k * n / rate + _HAND_FILL


def _pass_cycles(isa: str, dtype: Dtype, out_bytes: float, c: Constants) -> float:
    """Cycles an output and k tile: the accumulator's way in and out."""
    if isa == "aie2":
        return c.pass_aie2 + c.pass_byte_aie2 * out_bytes
    if dtype in (Dtype.BF16_EMULATED, Dtype.BF16):
        return c.emulated_pass
    held = _ACCUMULATOR_BYTES if dtype in (Dtype.BFP16, Dtype.BF16_BFP16) else out_bytes
    return c.pass_aie2p + c.pass_byte_aie2p * held
