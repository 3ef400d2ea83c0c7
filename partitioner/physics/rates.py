"""Cycles of a kernel on one core: products by dtype and tile, vector work by chains of latencies.

Products cost their multiply-accumulates at the matrix unit's rate, and a pass over the accumulator
a k tile (it is loaded, perhaps rounded, and stored): cycles = m k n / rate + m n (a + b bytes).
This is the form of `kernels/cycles.py`, which counts our own kernels; here are other people's.
Vector loops that Peano does not pipeline cost the latencies of their operations one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aiec.partitioner.physics.constants import Constants


class Dtype(StrEnum):
    """Operands of a product, as the matrix unit takes them."""

    INT8 = "int8"
    INT16 = "int16"
    INT16_INT8 = "int16 x int8"
    INT32 = "int32"
    BF16 = "bf16"
    BF16_EMULATED = "bf16 as bfp16"
    BF16_BFP16 = "bf16 x bfp16"
    BFP16 = "bfp16"
    FP32 = "fp32"


BFP16_BYTES = 9 / 8  # nine bytes hold eight values
BYTES: dict[str, float] = {
    "int4": 0.5, "int8": 1, "int16": 2, "int32": 4, "bf16": 2, "fp16": 2, "fp32": 4,
    "bfp16": BFP16_BYTES, "bfp16ebs8": BFP16_BYTES,
}  # fmt: skip

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


def operand_bytes(dtype: Dtype) -> tuple[float, float]:
    """Bytes an element of either operand takes in memory."""
    if dtype is Dtype.BF16_BFP16:
        return 2, BFP16_BYTES
    if dtype is Dtype.BFP16:
        return BFP16_BYTES, BFP16_BYTES
    if dtype is Dtype.INT16_INT8:
        return 2, 1
    size = BYTES["bf16" if dtype is Dtype.BF16_EMULATED else dtype.value]
    return size, size


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


# ------------------------------------------------------------------ vector loops

_LANES = 16
_LOAD, _STORE, _ARITHMETIC, _TRANSCENDENTAL = 7, 5, 6, 11  # JENA; store with its conversion
_SCALAR_ELEMENT = 15  # load 6, one or two operations, store 6, loop: JENA's scalar latencies
_PIPELINED_FILL = 8  # of a loop that is pipelined, once


@dataclass(frozen=True, slots=True)
class Chain:
    """Dependent operations for one vector of 16 elements, over all passes of a kernel.

    `streams` counts tensors of the elements' size that cross DDR.
    """

    arithmetic: int
    transcendental: int = 0
    passes: int = 1
    stores: int = 1
    streams: int = 2
    rows: bool = False  # a pass has a reduction or a set-up for each row

    @property
    def latency(self) -> int:
        """Cycles one after another."""
        moves = _LOAD * self.passes + _STORE * self.stores
        return moves + _ARITHMETIC * self.arithmetic + _TRANSCENDENTAL * self.transcendental


# What stock kernels do. Source: counted from the formulas; GELU and SiLU in tanh form.
CHAINS: dict[str, Chain] = {
    "copy": Chain(0),
    "add": Chain(1, streams=3),
    "mul": Chain(1, streams=3),
    "relu": Chain(1),
    "axpy": Chain(2, streams=3),
    "exp": Chain(1, 1),
    "tanh": Chain(0, 1),
    "sigmoid": Chain(3, 1),
    "gelu": Chain(7, 1),
    "silu": Chain(4, 1),
    "silu_mul": Chain(5, 1, streams=3),
    "softmax": Chain(4, 1, passes=3, stores=2, rows=True),
    "layernorm": Chain(6, passes=2, rows=True),
    "rmsnorm": Chain(2, passes=2, rows=True),
    "rope": Chain(1, streams=3, rows=True),
}


def chain_cycles(chain: Chain, elements: float, row: int | None, c: Constants) -> float:
    """Cycles of one core for `elements`, in rows of `row` elements where rows matter."""
    cycles = elements / _LANES * chain.latency * c.chain_stretch
    if chain.rows and row:
        cycles += elements / row * chain.passes * c.row_overhead
    return cycles


def scalar_cycles(elements: float) -> float:
    """Cycles of one core for `elements` in scalar code, as small examples have it."""
    return elements * _SCALAR_ELEMENT


def pipelined_cycles(elements: float) -> float:
    """Cycles of a pipelined loop, a vector of 16 a cycle."""
    return elements / _LANES + _PIPELINED_FILL
