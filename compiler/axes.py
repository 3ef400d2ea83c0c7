"""Axes: what a chain of views and copies does to a tensor, told by names of its dimensions.

Used by `fuse_encoder.py` to tell that a value is cut into heads, or put together from them, however
a model writes it. A dimension is a tuple of named axes that it runs through, the slowest first:
`view(B, S, 6, 64)` of `((b), (s), (h, d))` is `((b), (s), (h), (d))`. Axes of size 1 are left out,
as nothing depends on where they stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch.fx import Node

from aiec.sizes import shape_of

Axes = tuple[tuple[str, ...], ...]
Sizes = Mapping[str, int]  # of each axis, in elements

_aten = torch.ops.aten
_VIEWS = (_aten.view.default, _aten._unsafe_view.default, _aten.reshape.default)
_COPIES = (
    _aten.clone.default,
    _aten.alias.default,
    _aten.detach.default,
    _aten._to_copy.default,  # casts, between the dtypes of floats
    torch.ops.prims.convert_element_type.default,
)
_MOVES = (*_VIEWS, *_COPIES, _aten.permute.default, _aten.transpose.int)


def axes(text: str, sizes: Sizes) -> Axes:
    """`axes("b s hd", sizes)`: a dimension a word, an axis a letter."""
    return tuple(tuple(c for c in word if sizes[c] != 1) for word in text.split())


def is_move(node: Node) -> bool:
    """True for views and copies: ops that only rearrange."""
    return node.target in _MOVES and node.meta["val"].is_floating_point()


def moved_from(node: Node, shape: tuple[int, ...] | None = None) -> tuple[Node, tuple[Node, ...]]:
    """The value that `node` is a rearrangement of, and the moves from it to `node`, in order.

    With a `shape`, the nearest such value of that shape, if there is one.
    """
    moves: list[Node] = []
    while is_move(node) and shape_of(node) != shape:
        moves.append(node)
        (node,) = node.all_input_nodes[:1]
    return node, tuple(reversed(moves))


def follow(moves: Sequence[Node], start: Axes, sizes: Sizes) -> Axes | None:
    """Where the axes are after `moves`; None if a view cuts through one."""
    now: Axes | None = start
    for move in moves:
        now = _step(move, now, sizes)
        if now is None:
            return None
    return now


def _step(move: Node, before: Axes, sizes: Sizes) -> Axes | None:
    if move.target in _COPIES:
        return before
    if move.target in _VIEWS:
        return _regrouped(before, shape_of(move), sizes)
    rank = len(before)
    if move.target is _aten.permute.default:
        order = [int(d) % rank for d in move.args[1]]  # type: ignore[union-attr, arg-type]
    else:
        one, other = (int(d) % rank for d in move.args[1:3])  # type: ignore[arg-type]
        order = list(range(rank))
        order[one], order[other] = other, one
    return tuple(before[d] for d in order)


def _regrouped(before: Axes, shape: tuple[int, ...], sizes: Sizes) -> Axes | None:
    rest = [axis for dimension in before for axis in dimension]
    after: list[tuple[str, ...]] = []
    for size in shape:
        taken = 0
        while math.prod(sizes[axis] for axis in rest[:taken]) < size and taken < len(rest):
            taken += 1
        if math.prod(sizes[axis] for axis in rest[:taken]) != size:
            return None
        after.append(tuple(rest[:taken]))
        rest = rest[taken:]
    return tuple(after)
