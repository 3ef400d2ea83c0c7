"""Pairs of linear layers that are keys and values of one cross attention, found by dataflow.

Used by `fuse_encoder.py`, on the ops that `encoder_ops.py` recognises. An attention in the graph
tells which two belong together, and by its queries that it is not self-attention. Where a graph
hands keys and values on, to attentions elsewhere, only those of an encoder's output are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch.fx import Node

from aiec.axes import is_move, moved_from
from aiec.encoder_ops import SDPA, Linear, linear
from aiec.fuse_linear import is_float
from aiec.ir.encoder import TILE
from aiec.sizes import is_known, shape_of

_aten = torch.ops.aten


@dataclass(frozen=True, slots=True)
class Projection:
    """A linear layer from a width to the same: `out` (windows, positions, width) is its value."""

    out: Node
    made: Linear


Pair = tuple[Projection, Projection]  # keys, values


def cross_pairs(
    nodes: Sequence[Node], encoded: Iterable[Node], weights: frozenset[str]
) -> Iterator[Pair]:
    """Keys and values of each cross attention among `nodes`, then those that are handed on.

    `encoded` are the nodes that an encoder's final norm makes.
    """
    projections: dict[Node, Projection] = {}  # by the product
    for node in nodes:
        if projection := _projection(node, weights):
            projections.setdefault(moved_from(node)[0], projection)
    for node in nodes:
        if pair := _attended(node, projections):
            yield pair
    for x in encoded:
        yield from _turns([p for p in projections.values() if p.made.x is x and _handed_on(p.out)])


def _projection(node: Node, weights: frozenset[str]) -> Projection | None:
    value = node.meta.get("val")
    if not isinstance(value, torch.Tensor) or value.dim() != 3 or not is_float(node):
        return None
    found = linear(node, weights)
    if found is None or found.x.name in weights:
        return None
    square = shape_of(found.x) == shape_of(node) and shape_of(node)[-1] % TILE == 0
    square &= is_known(shape_of(node)[1])
    return Projection(node, found) if square else None


def _attended(attention: Node, projections: Mapping[Node, Projection]) -> Pair | None:
    """The keys and values of an attention, if both are projections of one value and q is not."""
    if attention.target is not SDPA:
        return None
    q, k, v = (_source(arg) for arg in attention.args[:3] if isinstance(arg, Node))
    key, value, query = (projections.get(one) for one in (k, v, q))
    if key is None or value is None or key is value or key.made.x is not value.made.x:
        return None
    of_itself = q is key.made.x or (query is not None and query.made.x is key.made.x)
    return None if of_itself else (key, value)


def _source(node: Node) -> Node:
    """What `node` was moved from, by way of factors and of caches that held nothing yet."""
    source, _ = moved_from(node)
    if source.target is _aten.mul.Tensor and isinstance(source.args[1], float):
        return _source(source.all_input_nodes[0])
    if source.target is _aten.cat.default:
        filled = [one for one in source.all_input_nodes if not _is_empty(one)]
        return _source(filled[0]) if len(filled) == 1 else source
    return source


def _is_empty(node: Node) -> bool:
    return any(isinstance(size, int) and size == 0 for size in node.meta["val"].shape)


def _handed_on(node: Node) -> bool:
    """Whether the graph gives `node` back, moved or not, and computes nothing from it."""
    return bool(node.users) and all(
        user.op == "output" or (is_move(user) and _handed_on(user)) for user in node.users
    )


def _turns(projections: Sequence[Projection]) -> Iterator[Pair]:
    """Keys are those without bias; where all have one, keys and values take turns."""
    keys = [one for one in projections if one.made.bias is None]
    values = [one for one in projections if one.made.bias is not None]
    if not keys:
        keys, values = values[::2], values[1::2]
    return zip(keys, values, strict=True) if len(keys) == len(values) else iter(())
