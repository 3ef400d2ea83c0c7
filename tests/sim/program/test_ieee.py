"""Floating point as IEEE 754 has it: no value stops a core."""

import math

import designs
import ml_dtypes
import numpy as np
import pytest

from aiec.runtime.sim import simulate
from aiec.runtime.sim.program import ieee

NAN, INF = math.nan, math.inf


def computed(body, values, kind="f32", dtype=np.float32, out_kind=None, out_dtype=None):
    """What a core makes of each of eight values: `%v` is one, `%m` the result."""
    out_kind, out_dtype = out_kind or kind, out_dtype or dtype
    n = len(values)
    fifos = ""
    for name, ends, element in (
        ("in", "%shim, {%tile}", kind), ("out", "%tile, {%shim}", out_kind)
    ):  # fmt: skip
        object_ = f"memref<{n}x{element}>"
        fifos += f"aie.objectfifo @{name}({ends}, 2 : i32) : !aie.objectfifo<{object_}>\n"
    code = f"""
%n = arith.constant {n} : index
%q = aie.objectfifo.acquire @in(Consume, 1) : !aie.objectfifosubview<memref<{n}x{kind}>>
%x = aie.objectfifo.subview.access %q[0] : !aie.objectfifosubview<memref<{n}x{kind}>> -> memref<{n}x{kind}>
%o = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<{n}x{out_kind}>>
%y = aie.objectfifo.subview.access %o[0] : !aie.objectfifosubview<memref<{n}x{out_kind}>> -> memref<{n}x{out_kind}>
scf.for %j = %c0 to %n step %c1 {{
%v = memref.load %x[%j] : memref<{n}x{kind}>
{body}
memref.store %m, %y[%j] : memref<{n}x{out_kind}>
}}
aie.objectfifo.release @in(Consume, 1)
aie.objectfifo.release @out(Produce, 1)
"""  # noqa: E501
    a, b = f"memref<{n}x{kind}>", f"memref<{n}x{out_kind}>"
    text = designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2)) + fifos + designs.core("tile", code)
        + designs.sequence(
            {"a": a, "b": b},
            designs.memcpy("a", "in", (1, 1, 1, n), kind=a)
            + designs.memcpy("b", "out", (1, 1, 1, n), bd_id=1, kind=b) + designs.wait("out"),
        )
    )  # fmt: skip
    result = np.zeros(n, out_dtype)
    simulate(text, [np.array(values, dtype), result])
    return result.astype(np.float64 if result.dtype.kind != "i" else np.int64).tolist()


def same(got, wanted):
    zeros = [(a, b) for a, b in zip(got, wanted, strict=True) if not a]
    signs = all(math.copysign(1, a) == math.copysign(1, b) for a, b in zeros)
    return np.array_equal(got, wanted, equal_nan=True) and signs


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ("maxnumf", [2.5, 2.5, INF, 2.5]),
        ("minnumf", [1.0, 2.5, 2.5, -INF]),
        ("maximumf", [2.5, NAN, INF, 2.5]),
        ("minimumf", [1.0, NAN, 2.5, -INF]),
    ],
)
@pytest.mark.parametrize(("kind", "dtype"), [("f32", np.float32), ("bf16", ml_dtypes.bfloat16)])
@pytest.mark.parametrize("order", ["%v, %k", "%k, %v"])
def test_larger_and_smaller_of_what_is_no_number(operation, wanted, kind, dtype, order):
    body = f"%k = arith.constant 2.5 : {kind}\n%m = arith.{operation} {order} : {kind}"
    assert same(computed(body, [1.0, NAN, INF, -INF], kind, dtype), wanted)


@pytest.mark.parametrize(
    ("function", "values", "wanted"),
    [
        ("log", [0.0, -0.0, -1.0, INF], [-INF, -INF, NAN, INF]),
        ("log2", [0.0, 8.0, -1.0, NAN], [-INF, 3.0, NAN, NAN]),
        ("rsqrt", [0.0, -0.0, 4.0, -1.0], [INF, -INF, 0.5, NAN]),
        ("sqrt", [-1.0, 9.0, INF, -0.0], [NAN, 3.0, INF, -0.0]),
        ("exp", [1e4, -1e4, NAN, INF], [INF, 0.0, NAN, INF]),
        ("exp2", [2e3, -2e3, 3.0, -INF], [INF, 0.0, 8.0, 0.0]),
        ("sin", [INF, NAN, 0.0, -0.0], [NAN, NAN, 0.0, -0.0]),
        ("floor", [INF, NAN, -0.5, -0.0], [INF, NAN, -1.0, -0.0]),
        ("roundeven", [NAN, 2.5, -0.4, -INF], [NAN, 2.0, -0.0, -INF]),
    ],
)
def test_functions_beyond_their_domain(function, values, wanted):
    assert same(computed(f"%m = math.{function} %v : f32", values), wanted)


def test_powers_beyond_their_domain():
    body = "%k = arith.constant -1.5 : f32\n%m = math.powf %v, %k : f32"
    assert same(computed(body, [0.0, -2.0, 1e-30, INF], "f32"), [INF, NAN, INF, 0.0])


@pytest.mark.parametrize(
    ("conversion", "kind", "dtype", "wanted"),
    [
        ("fptosi", "i32", np.int32, [2**31 - 1, 2**31 - 1, -(2**31), -2]),
        ("fptoui", "i32", np.int32, [-1, -1, 0, 0]),
        ("fptosi", "i16", np.int16, [-1, -1, 0, -2]),
    ],
)
def test_conversions_to_integers_saturate(conversion, kind, dtype, wanted):
    """As compiler-rt's of 32 bits do; a narrower result has the low bits."""
    body = f"%m = arith.{conversion} %v : f32 to {kind}"
    got = computed(body, [NAN, INF, -INF, -2.5], "f32", np.float32, kind, dtype)
    assert got == wanted


def test_lanes_are_converted_as_numbers_are():
    lanes = np.array([NAN, -INF, 3.7, -3.7], np.float32)
    got = ieee.integer_lanes(ieee.float_to_signed, 32, np.dtype(np.int32), lanes)
    assert got.tolist() == [2**31 - 1, -(2**31), 3, -3]


def test_signed_zeros_are_ordered():
    assert math.copysign(1, ieee.maximum(-0.0, 0.0)) == 1
    assert math.copysign(1, ieee.minimum(0.0, -0.0)) == -1
    assert math.isnan(ieee.float_divide(0.0, 0.0)) and ieee.float_divide(-1.0, 0.0) == -INF
