"""Fuse: from an ATen graph to a `MixedGraph` of ops that one device can run whole.

Second stage of `backend.py`. Linear layers with their epilogues are found by `fuse_linear.py`;
every other node becomes an op of its own, of the kind that `op_kinds.py` gives, with the getitems
that take its results apart. Scalars and symbolic sizes are host arithmetic and leave no op. Then
the ops of each block that `fuse_encoder.py` finds become the parts of one op.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator

import torch
from torch.fx import Node

from aiec.capture import Capture
from aiec.fuse_encoder import BlockMatch, fuse_encoder
from aiec.fuse_linear import LinearMatch, fuse_linear
from aiec.ir.graph import FusedOp, MixedGraph, OpKind, Role, Value
from aiec.ir.piece import linear_piece
from aiec.op_kinds import flop_of, hint, kind_of
from aiec.provenance import common_path, module_path, user_line

_WEIGHTED = (OpKind.LINEAR, OpKind.CONVOLUTION, OpKind.LAYER_NORM)  # they tell a block's module


def fuse(captured: Capture) -> MixedGraph:
    """Return the ops of `captured` in an order in which every input is made before it is read."""
    return _mixed_graph(captured, _with_blocks(_ops(captured), fuse_encoder(captured)))


def _ops(captured: Capture) -> list[FusedOp]:
    nodes = list(captured.module.graph.nodes)
    linears = {match.out: match for match in fuse_linear(captured)}
    absorbed = {node for match in linears.values() for node in match.nodes}
    ops: list[FusedOp] = []
    for node in nodes:
        if node in linears:
            ops.append(_linear_op(linears[node]))
        elif _is_op(node) and not (node in absorbed and absorbed.issuperset(node.users)):
            ops.append(_single_op(node))
    return ops


def _with_blocks(ops: list[FusedOp], matches: tuple[BlockMatch, ...]) -> list[FusedOp]:
    """Put one op in the place of those that make up a block."""
    part_of = {node.name: match for match in matches for node in match.nodes}
    parts: dict[str, list[FusedOp]] = {match.name: [] for match in matches}
    for op in ops:
        if match := part_of.get(op.nodes[-1]):
            parts[match.name].append(op)
    left: list[FusedOp] = []
    unplaced = set(parts)
    for op in ops:
        match = part_of.get(op.nodes[-1])
        if match is None:
            left.append(op)
        elif match.name in unplaced and not match.out_names.isdisjoint(op.outputs):
            left.append(_block_op(match, tuple(parts[match.name])))  # before anybody reads an out
            unplaced.remove(match.name)
        elif not match.shared.isdisjoint(op.nodes):
            left.append(op)
    return left


def _block_op(match: BlockMatch, parts: tuple[FusedOp, ...]) -> FusedOp:
    made = {name for op in parts for name in op.outputs}
    return FusedOp(
        name=match.name,
        kind=OpKind.ENCODER_BLOCK,
        nodes=tuple(dict.fromkeys(name for op in parts for name in op.nodes)),
        inputs=_distinct(name for op in parts for name in op.inputs if name not in made),
        outputs=tuple(out.name for out in match.outs),
        flop=sum(op.flop for op in parts),
        targets=tuple(target for op in parts for target in op.targets),
        piece=match.block,
        parts=parts,
        module=common_path([op.module for op in parts if op.kind in _WEIGHTED]),
        where=parts[-1].where,
    )


def _mixed_graph(captured: Capture, ops: list[FusedOp]) -> MixedGraph:
    nodes = list(captured.module.graph.nodes)
    sources = [n for n in nodes if n.op in ("placeholder", "get_attr") and is_tensor(n)]
    (output,) = (n for n in nodes if n.op == "output")
    results = [n for n in output.all_input_nodes if is_tensor(n)]
    used = {
        name for op in ops for each in (op, *op.parts) for name in (*each.inputs, *each.outputs)
    }
    used |= {n.name for n in (*sources, *results)}
    return MixedGraph(
        name=captured.name,
        ops=tuple(ops),
        values=tuple(_value(n, captured.weights) for n in nodes if n.name in used),
        inputs=tuple(n.name for n in sources),
        outputs=tuple(n.name for n in results),
    )


def _linear_op(match: LinearMatch) -> FusedOp:
    operands = match.operands
    read = (operands.x, operands.weight, operands.bias, operands.residual)
    return FusedOp(
        name=match.main.name,
        kind=OpKind.LINEAR,
        nodes=tuple(n.name for n in match.nodes),
        inputs=_distinct(name for name in read if name is not None),
        outputs=(match.out.name,),
        flop=2 * match.rows * match.gemm.k * match.gemm.n,
        targets=tuple(str(n.target) for n in match.nodes),
        gemm=match.gemm,
        operands=operands,
        piece=linear_piece(match.gemm, operands, max(1, -(-match.rows // match.gemm.m))),
        module=module_path(match.main),
        where=user_line(match.main),
    )


def _single_op(node: Node) -> FusedOp:
    results = _results(node)
    nodes = (node, *(r for r in results if r is not node))
    return FusedOp(
        name=node.name,
        kind=kind_of(node),
        nodes=tuple(n.name for n in nodes),
        inputs=_distinct(n.name for n in node.all_input_nodes if is_tensor(n)),
        outputs=tuple(n.name for n in results),
        flop=flop_of(node),
        targets=tuple(str(n.target) for n in nodes),
        module=module_path(node),
        where=user_line(node),
    )


def _results(node: Node) -> list[Node]:
    """The tensors that an op makes: the node itself, or the getitems on its tuple."""
    if is_tensor(node):
        return [node]
    return [user for user in node.users if user.target is operator.getitem and is_tensor(user)]


def _is_op(node: Node) -> bool:
    """True if the node computes tensors and is not the getitem of one that does."""
    if node.op != "call_function" or node.target is operator.getitem:
        return False
    value = node.meta.get("val")
    return any(isinstance(v, torch.Tensor) for v in _flat(value))


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def is_tensor(node: Node) -> bool:
    """True if the node's value is one tensor."""
    return isinstance(node.meta.get("val"), torch.Tensor)


def _value(node: Node, weights: frozenset[str]) -> Value:
    tensor: torch.Tensor = node.meta["val"]
    return Value(
        name=node.name,
        shape=tuple(hint(size) for size in tensor.shape),
        dtype=str(tensor.dtype).removeprefix("torch."),
        itemsize=tensor.element_size(),
        role=Role.WEIGHT if node.name in weights else Role.ACTIVATION,
        dynamic=any(isinstance(size, torch.SymInt) for size in tensor.shape),
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
