"""affine: loops, loads and stores whose indices are affine maps, written as plain Python."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import affine
from xdsl.dialects.builtin import AffineMapAttr
from xdsl.ir import SSAValue
from xdsl.ir.affine import (
    AffineBinaryOpExpr,
    AffineBinaryOpKind,
    AffineConstantExpr,
    AffineDimExpr,
    AffineExpr,
    AffineSymExpr,
)

from aiec.runtime.sim.array import timing
from aiec.runtime.sim.program.memrefs import reading, write
from aiec.runtime.sim.program.writer import Handler, Writer

_OPERATORS = {
    AffineBinaryOpKind.Add: "({a} + {b})",
    AffineBinaryOpKind.Mul: "({a} * {b})",
    AffineBinaryOpKind.Mod: "({a} % {b})",
    AffineBinaryOpKind.FloorDiv: "({a} // {b})",
    AffineBinaryOpKind.CeilDiv: "(-(-{a} // {b}))",
}


def _text(expression: AffineExpr, dims: list[str], symbols: list[str]) -> str:
    match expression:
        case AffineConstantExpr():
            return str(expression.value)
        case AffineDimExpr():
            return dims[expression.position]
        case AffineSymExpr():
            return symbols[expression.position]
        case AffineBinaryOpExpr():
            return _OPERATORS[expression.kind].format(
                a=_text(expression.lhs, dims, symbols), b=_text(expression.rhs, dims, symbols)
            )
    raise AssertionError(expression)


def results(w: Writer, attribute: AffineMapAttr, operands: Sequence[SSAValue]) -> list[str]:
    """The expressions of a map's results for its operands."""
    names, count = w.uses(operands), attribute.data.num_dims
    return [_text(e, names[:count], names[count:]) for e in attribute.data.results]


def _apply(w: Writer, op: affine.ApplyOp) -> None:
    w.define(op.result, results(w, op.map, op.mapOperands)[0])


def _minimum(w: Writer, op: affine.MinOp) -> None:
    w.define(op.result, f"min({', '.join(results(w, op.map, op.arguments))}, 1 << 62)")


def _load(w: Writer, op: affine.LoadOp) -> None:
    w.define(op.result, reading(w, op, op.memref, results(w, op.map, op.indices)))


def _store(w: Writer, op: affine.StoreOp) -> None:
    write(w, op.memref, results(w, op.map, op.indices), w.use(op.value))


def _for(w: Writer, op: affine.ForOp) -> None:
    body = op.body.block
    carried = w.declare(body.args[1:])
    w.settle()
    w.assign(carried, w.uses(op.inits))
    (index,) = w.declare(body.args[:1])
    low = f"max({', '.join(results(w, op.lowerBoundMap, op.lowerBoundOperands))}, -1 << 62)"
    high = f"min({', '.join(results(w, op.upperBoundMap, op.upperBoundOperands))}, 1 << 62)"
    w.emit(f"for {index} in range({low}, {high}, {op.step.value.data}):")
    w.indent()
    w.block(body)
    if carried and body.last_op is not None:
        w.assign(carried, w.uses(body.last_op.operands))
    w.spend(timing.SCALAR_OP_CYCLES)
    w.breathe()
    w.dedent()
    for result, name in zip(op.results, carried, strict=True):
        w.alias(result, name)


AFFINE: dict[str, Handler] = {
    "affine.apply": _apply,
    "affine.min": _minimum,
    "affine.load": _load,
    "affine.store": _store,
    "affine.for": _for,
}
