"""arith and math: one Python expression an operation.

Signless integers are kept in their signed range and wrap; unsigned operations mask first. Floats
are computed in double precision and rounded to their type, which for f32 equals rounding once
(double has more than twice its digits); bf16 is rounded to f32, then to bf16, both to nearest
even. Vectors are numpy arrays, whose own arithmetic wraps and rounds the same way.
"""

from __future__ import annotations

import math
import struct

import ml_dtypes
import numpy as np
from xdsl.dialects import arith
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, FloatAttr, IntegerAttr, VectorType
from xdsl.ir import Attribute, Operation

from aiec.ir.errors import DesignError
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.program.ieee import (
    EXTREMES,
    MATH,
    float_divide,
    float_to_signed,
    float_to_unsigned,
    integer_lanes,
)
from aiec.runtime.sim.program.lanes import LANES, Lanes, compare_floats, compare_integers, each
from aiec.runtime.sim.program.types import bits_of, dtype_of, element_of, is_float
from aiec.runtime.sim.program.writer import Handler, Writer

_F32 = struct.Struct("<f")


def round_f32(value: float) -> float:
    """`value` to the nearest f32; overflow is infinity."""
    try:
        return _F32.unpack(_F32.pack(value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def round_bf16(value: float) -> float:
    """`value` to f32 and then to the nearest bf16."""
    return float(ml_dtypes.bfloat16(round_f32(value)))


def round_f16(value: float) -> float:
    """`value` to the nearest f16."""
    return float(np.float16(value))


_ROUNDERS = {"float32": round_f32, "bfloat16": round_bf16, "float16": round_f16, "float64": float}


def wrapped(expression: str, bits: int | None) -> str:
    """`expression` brought to the signed range of `bits`; index stays as it is."""
    if bits is None:
        return expression
    if bits == 1:
        return f"(({expression}) & 1)"
    half, mask = 1 << (bits - 1), (1 << bits) - 1
    return f"((({expression}) + {half} & {mask}) - {half})"


def unsigned(expression: str, bits: int | None) -> str:
    """The non-negative number that the bits of `expression` are."""
    return f"({expression} & {(1 << (32 if bits is None else bits)) - 1})"


def rounded(w: Writer, expression: str, kind: Attribute) -> str:
    """`expression` rounded to the float type `kind`."""
    return f"{w.bind(_ROUNDERS[dtype_of(kind).name], 'round')}({expression})"


def divide(a: int, b: int) -> int:
    """Signed division towards zero, as arith.divsi."""
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def remainder(a: int, b: int) -> int:
    """The rest of `divide`, with the sign of `a`."""
    return a - divide(a, b) * b


_SIGNED = {
    "arith.addi": "{a} + {b}", "arith.subi": "{a} - {b}", "arith.muli": "{a} * {b}",
    "arith.andi": "{a} & {b}", "arith.ori": "{a} | {b}", "arith.xori": "{a} ^ {b}",
    "arith.shli": "{a} << min({b}, 64)", "arith.shrsi": "{a} >> {b}",
    "arith.maxsi": "max({a}, {b})", "arith.minsi": "min({a}, {b})",
    "index.add": "{a} + {b}", "index.sub": "{a} - {b}", "index.mul": "{a} * {b}",
    "arith.floordivsi": "{a} // {b}", "arith.ceildivsi": "-(-({a}) // {b})",
}  # fmt: skip
_UNSIGNED = {
    "arith.divui": "{a} // {b}", "arith.remui": "{a} % {b}", "arith.shrui": "{a} >> {b}",
    "arith.maxui": "max({a}, {b})", "arith.minui": "min({a}, {b})",
    "arith.ceildivui": "-(-{a} // {b})",
}  # fmt: skip
_FLOAT = {
    "arith.addf": "{a} + {b}", "arith.subf": "{a} - {b}", "arith.mulf": "{a} * {b}",
}  # fmt: skip
# Results of index type that would grow without bound in a loop; a core's index has 32 bits, a
# sequence's 64.
_GROWING = {"arith.addi", "arith.subi", "arith.muli", "arith.shli"}
_NUMPY = {"max": "np.maximum", "min": "np.minimum"}
_COMPARE = ("==", "!=", "<", "<=", ">", ">=", "<", "<=", ">", ">=")
_COMPARE_F = {
    1: "{a} == {b}", 2: "{a} > {b}", 3: "{a} >= {b}", 4: "{a} < {b}", 5: "{a} <= {b}",
    6: "({a} < {b} or {a} > {b})", 7: "({a} == {a} and {b} == {b})",
    8: "not ({a} < {b} or {a} > {b})", 9: "not {a} <= {b}", 10: "not {a} < {b}",
    11: "not {a} >= {b}", 12: "not {a} > {b}", 13: "not {a} == {b}",
    14: "not ({a} == {a} and {b} == {b})", 0: "False", 15: "True",
}  # fmt: skip


def _pair(w: Writer, op: Operation) -> tuple[str, str]:
    w.spend(timing.SCALAR_OP_CYCLES)
    a, b = w.uses(op.operands)
    return a, b


def _integer(w: Writer, op: Operation) -> None:
    a, b = _pair(w, op)
    kind = op.results[0].type
    expression = _SIGNED[op.name].format(a=a, b=b)
    if isinstance(kind, VectorType):
        w.define(op.results[0], _vectorised(w, expression))
        return
    w.define(op.results[0], wrapped(expression, bits_of(kind)))
    if bits_of(kind) is None and op.name in _GROWING:
        name = w.use(op.results[0])
        w.emit(f"if not {-(1 << 63)} <= {name} < {1 << 63}: {name} = {wrapped(name, 64)}")


def _vectorised(w: Writer, expression: str) -> str:
    for scalar, vector in _NUMPY.items():
        if expression.startswith(scalar + "("):
            w.objects["np"] = np
            return vector + expression.removeprefix(scalar)
    return expression


def _unsigned_integer(w: Writer, op: Operation) -> None:
    a, b = _pair(w, op)
    bits = bits_of(op.results[0].type)
    expression = _UNSIGNED[op.name].format(a=unsigned(a, bits), b=unsigned(b, bits))
    w.define(op.results[0], wrapped(expression, bits))


def _signed_division(w: Writer, op: Operation) -> None:
    a, b = _pair(w, op)
    function = w.bind(divide if op.name == "arith.divsi" else remainder)
    w.define(op.results[0], wrapped(f"{function}({a}, {b})", bits_of(op.results[0].type)))


def _float(w: Writer, op: Operation) -> None:
    a, b = _pair(w, op)
    kind = op.results[0].type
    expression = _FLOAT[op.name].format(a=a, b=b)
    if isinstance(kind, VectorType):
        w.define(op.results[0], expression)
    else:
        w.define(op.results[0], rounded(w, expression, kind))


def _extreme(w: Writer, op: Operation) -> None:
    a, b = _pair(w, op)
    scalar, lanes = EXTREMES[op.name]
    function = lanes if isinstance(op.results[0].type, VectorType) else scalar
    w.define(op.results[0], f"{w.bind(function, 'extreme')}({a}, {b})")


def _float_division(w: Writer, op: Operation) -> None:
    a, b = _pair(w, op)
    kind = op.results[0].type
    if isinstance(kind, VectorType):
        w.define(op.results[0], f"{a} / {b}")
    else:
        w.define(op.results[0], rounded(w, f"{w.bind(float_divide)}({a}, {b})", kind))


def _negate(w: Writer, op: Operation) -> None:
    w.define(op.results[0], f"-({w.use(op.operands[0])})")


def _constant(w: Writer, op: arith.ConstantOp) -> None:
    value = op.value
    if isinstance(value, IntegerAttr):
        bits = bits_of(value.type)
        number = value.value.data
        if bits is not None and bits > 1 and number >= 1 << (bits - 1):
            number -= 1 << bits
        w.alias(op.result, str(abs(number)) if bits == 1 else str(number))
    elif isinstance(value, FloatAttr):
        number = _ROUNDERS[dtype_of(value.type).name](value.value.data)
        w.alias(op.result, repr(number) if math.isfinite(number) else w.bind(number))
    else:
        assert isinstance(value, DenseIntOrFPElementsAttr), value
        w.alias(op.result, w.bind(dense_array(value)))


def dense_array(value: DenseIntOrFPElementsAttr) -> np.ndarray:
    """The elements of a dense attribute as an array of its type's shape."""
    kind = value.type
    dtype, shape = dtype_of(kind.get_element_type()), tuple(kind.get_shape())
    flat = np.array(list(value.get_values()))
    flat = flat.astype(np.int64).astype(dtype) if flat.dtype.kind == "i" else flat.astype(dtype)
    return np.ascontiguousarray(np.broadcast_to(flat.reshape(-1 if flat.size > 1 else 1), (
        int(np.prod(shape, dtype=np.int64)),))).reshape(shape)  # fmt: skip


def _compare_integers(w: Writer, op: arith.CmpiOp) -> None:
    a, b = _pair(w, op)
    predicate = op.predicate.value.data
    if isinstance(op.result.type, VectorType):
        w.define(op.result, f"{w.bind(compare_integers)}({predicate}, {a}, {b})")
        return
    if predicate >= 6:
        bits = bits_of(op.lhs.type)
        a, b = unsigned(a, bits), unsigned(b, bits)
    w.define(op.result, f"{a} {_COMPARE[predicate]} {b}")


def _compare_floats(w: Writer, op: arith.CmpfOp) -> None:
    a, b = _pair(w, op)
    if isinstance(op.result.type, VectorType):
        w.define(op.result, f"{w.bind(compare_floats)}({op.predicate.value.data}, {a}, {b})")
        return
    w.define(op.result, _COMPARE_F[op.predicate.value.data].format(a=a, b=b))


def _select(w: Writer, op: arith.SelectOp) -> None:
    w.spend(timing.SCALAR_OP_CYCLES)
    w.define(op.result, f"{w.use(op.lhs)} if {w.use(op.cond)} else {w.use(op.rhs)}")


def _convert_integer(w: Writer, op: Operation) -> None:
    """Sign extension, truncation and index casts: the value, wrapped to the result."""
    result, value = op.results[0], w.use(op.operands[0])
    if isinstance(result.type, VectorType):
        w.define(result, f"{value}.astype({w.bind(dtype_of(element_of(result.type)))})")
        return
    if bits_of(op.operands[0].type) == 1 and op.name == "arith.extsi":
        value = f"-({value})"
    w.define(result, wrapped(value, bits_of(result.type)))


def _extend_unsigned(w: Writer, op: Operation) -> None:
    value = unsigned(w.use(op.operands[0]), bits_of(op.operands[0].type))
    w.define(op.results[0], wrapped(value, bits_of(op.results[0].type)))


def _to_float(w: Writer, op: Operation) -> None:
    value, result = w.use(op.operands[0]), op.results[0]
    if isinstance(result.type, VectorType):
        w.define(result, f"{value}.astype({w.bind(dtype_of(element_of(result.type)))})")
        return
    if op.name == "arith.uitofp":
        value = unsigned(value, bits_of(op.operands[0].type))
    w.define(result, rounded(w, f"float({value})", result.type))


def _to_integer(w: Writer, op: Operation) -> None:
    value, result = w.use(op.operands[0]), op.results[0]
    convert = float_to_signed if op.name == "arith.fptosi" else float_to_unsigned
    bits = bits_of(result.type) or 64
    if isinstance(result.type, VectorType):
        dtype = w.bind(dtype_of(element_of(result.type)))
        w.define(result, f"{w.bind(integer_lanes)}({w.bind(convert)}, {bits}, {dtype}, {value})")
    else:
        number = f"{w.bind(convert)}({value}, {bits})"
        w.define(result, wrapped(number, bits_of(result.type)))


def _bitcast(w: Writer, op: Operation) -> None:
    source, result = op.operands[0], op.results[0]
    if dtype_of(element_of(source.type)) == dtype_of(element_of(result.type)):
        w.alias(result, w.use(source))
        return
    into = w.bind(dtype_of(element_of(result.type)))
    if isinstance(source.type, VectorType):
        w.define(result, f"{w.use(source)}.view({into})")
        return
    w.objects["np"] = np
    frm = w.bind(dtype_of(source.type))
    cast = "float" if is_float(result.type) else "int"
    w.define(result, f"{cast}(np.array([{w.use(source)}]).astype({frm}).view({into})[0])")


def _math(w: Writer, op: Operation) -> None:
    w.spend(timing.CALL_CYCLES)
    result = op.results[0]
    name = op.name.removeprefix("math.")
    arguments = ", ".join(w.uses(op.operands))
    if isinstance(result.type, VectorType) and is_float(result.type):
        dtype = w.bind(dtype_of(element_of(result.type)))
        w.define(result, f"{w.bind(each)}({w.bind(MATH[name], name)}, {dtype}, {arguments})")
        return
    if not is_float(result.type):
        raise DesignError(f"operation {op.name} on {result.type} is not supported",
                          where=w.describe(op))  # fmt: skip
    function = w.bind(MATH[name], name)
    w.define(result, rounded(w, f"{function}({arguments})", result.type))


def _or_lanes(scalar: Handler, lanes: Lanes) -> Handler:
    """`scalar` for numbers, `lanes` where the result is a vector."""

    def handler(w: Writer, op: Operation) -> None:
        kind = op.results[0].type
        if not isinstance(kind, VectorType):
            scalar(w, op)
            return
        w.spend(timing.SCALAR_OP_CYCLES)
        arguments = ", ".join([w.bind(dtype_of(element_of(kind))), *w.uses(op.operands)])
        w.define(op.results[0], f"{w.bind(lanes)}({arguments})")

    return handler


_NUMBERS: dict[str, Handler] = {
    "arith.constant": _constant,
    "arith.cmpi": _compare_integers,
    "arith.cmpf": _compare_floats,
    "arith.select": _select,
    "arith.negf": _negate,
    "arith.divf": _float_division,
    "arith.divsi": _signed_division,
    "arith.remsi": _signed_division,
    "arith.bitcast": _bitcast,
    "arith.extui": _extend_unsigned,
    "arith.index_castui": _extend_unsigned,
    **dict.fromkeys(_SIGNED, _integer),
    **dict.fromkeys(_UNSIGNED, _unsigned_integer),
    **dict.fromkeys(_FLOAT, _float),
    **dict.fromkeys(EXTREMES, _extreme),
    **dict.fromkeys(("arith.extsi", "arith.trunci", "arith.index_cast"), _convert_integer),
    **dict.fromkeys(("arith.sitofp", "arith.uitofp", "arith.extf", "arith.truncf"), _to_float),
    **dict.fromkeys(("arith.fptosi", "arith.fptoui"), _to_integer),
    **{f"math.{name}": _math for name in MATH},
}
SCALARS: dict[str, Handler] = {
    name: _or_lanes(handler, LANES[name]) if name in LANES else handler
    for name, handler in _NUMBERS.items()
}
