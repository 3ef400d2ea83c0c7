"""The ops that blocks of an encoder are made of, each recognised by what it computes.

Used by `fuse_encoder.py`, which reads a graph from a block's output backwards. Every function takes
the node whose value is looked at and returns what it was made of, or None. `nodes` are all that
take part, the moves of the data between them included. All values are floats (float32, float16 or
bfloat16), whose number of windows may be symbolic.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass

import torch
from torch.fx import Node

from aiec.axes import Sizes, axes, follow, moved_from
from aiec.fuse_linear import constant, is_float, product_of
from aiec.sizes import shape_of

_aten = torch.ops.aten
SDPA = _aten._scaled_dot_product_flash_attention_for_cpu.default
EPS = 1e-5  # of every layer norm that our kernel computes
HEAD = 64  # elements of a head that our kernel computes


@dataclass(frozen=True, slots=True)
class Linear:
    """x @ weight.T + bias, over the last dimension of x (windows, positions, k).

    `made` are those of `nodes` that come after x's own moves.
    """

    x: Node
    weight: Node
    bias: Node | None
    nodes: tuple[Node, ...]
    made: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer norm over the last dimension, with gamma and beta."""

    x: Node
    gamma: Node
    beta: Node
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Attended:
    """softmax(scale * q @ k.T) @ v in heads of 64; q, k and v are (windows, positions, width)."""

    q: Node
    k: Node
    v: Node
    scale: float
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution over three positions with padding 1, and the exact GELU of it."""

    x: Node
    weight: Node
    bias: Node
    nodes: tuple[Node, ...]


def same(node: Node) -> tuple[Node, tuple[Node, ...]]:
    """The value that `node` is a copy of, in the same shape, and the copies."""
    source, moves = moved_from(node)
    untouched = all(shape_of(move) == shape_of(node) for move in (source, *moves))
    plain = not any(move.target in (_aten.permute.default, _aten.transpose.int) for move in moves)
    return (source, moves) if untouched and plain else (node, ())


def sum_of(node: Node) -> tuple[Node, Node] | None:
    """The two tensors that `node` is the sum of."""
    if node.target is not _aten.add.Tensor or node.kwargs or not is_float(node):
        return None
    one, other = node.args[:2]
    if not isinstance(one, Node) or not isinstance(other, Node):
        return None
    return (one, other) if is_float(one) and is_float(other) else None


def linear(node: Node, weights: frozenset[str]) -> Linear | None:
    """`node` (windows, positions, n) as a linear layer of an x of three dimensions."""
    main, after = moved_from(node)
    product = product_of(main, weights)
    if product is None or product.turned or len(shape_of(node)) != 3:
        return None
    batch, rows, n = shape_of(node)
    k = product.n_k[1]
    sizes = {"b": batch, "s": rows, "n": n, "k": k}
    source, before = moved_from(product.x, (batch, rows, k))
    if shape_of(source) != (batch, rows, k):
        return None
    if follow(after, axes("bs n", sizes), sizes) != axes("b s n", sizes):
        return None
    if follow(before, axes("b s k", sizes), sizes) != axes("bs k", sizes):
        return None
    made = (*product.nodes, *after)
    return Linear(source, product.weight, product.bias, (*before, *made), made)


def layer_norm(node: Node, weights: frozenset[str]) -> Norm | None:
    """`node` as a layer norm's first result."""
    if node.target is not operator.getitem or node.args[1] != 0:
        return None
    norm = node.args[0]
    assert isinstance(norm, Node)
    if norm.target is not _aten.native_layer_norm.default or not is_float(node):
        return None
    x, _, gamma, beta, eps = norm.args
    if not isinstance(x, Node) or not isinstance(gamma, Node) or not isinstance(beta, Node):
        return None
    scale, shift = constant(gamma, weights), constant(beta, weights)
    if scale is None or shift is None:
        return None
    if not math.isclose(eps, EPS) or shape_of(gamma) != shape_of(node)[-1:]:  # type: ignore[arg-type]
        return None
    source, copies = same(x)
    return Norm(source, scale[0], shift[0], (*copies, *scale[1], *shift[1], norm, node))


def gelu(node: Node) -> tuple[Node, tuple[Node, ...]] | None:
    """What `node` is the exact GELU of, and the nodes between."""
    source, copies = same(node)
    if source.target is not _aten.gelu.default or not is_float(source):
        return None
    if source.kwargs.get("approximate", "none") != "none":
        return None
    (x,) = source.all_input_nodes
    return x, (source, *copies)


def attended(node: Node) -> Attended | None:
    """`node` (windows, positions, width) as attention in heads of 64 without a mask."""
    getitem, joined = moved_from(node)
    if getitem.target is not operator.getitem or getitem.args[1] != 0:
        return None
    sdpa = getitem.args[0]
    if not isinstance(sdpa, Node) or sdpa.target is not SDPA or not is_float(getitem):
        return None
    if len(sdpa.args) > 3 or not sdpa.kwargs.keys() <= {"scale"}:  # dropout, causal, mask
        return None
    if len(shape_of(getitem)) != 4 or shape_of(getitem)[-1] != HEAD:
        return None
    batch, heads, rows, _ = shape_of(getitem)
    sizes = {"b": batch, "h": heads, "s": rows, "d": HEAD}
    if follow(joined, axes("b h s d", sizes), sizes) != axes("b s hd", sizes):
        return None
    scale = sdpa.kwargs.get("scale")
    scale = HEAD**-0.5 if scale is None else float(scale)  # type: ignore[arg-type]
    cut = [_cut_in_heads(arg, sizes) for arg in sdpa.args if isinstance(arg, Node)]
    if len(cut) != 3 or any(part is None for part in cut):
        return None
    (q, q_scale, q_nodes), (k, k_scale, k_nodes), (v, v_scale, v_nodes) = cut  # type: ignore[misc]
    if v_scale != 1.0:
        return None
    nodes = (*q_nodes, *k_nodes, *v_nodes, sdpa, getitem, *joined)
    return Attended(q, k, v, scale * q_scale * k_scale, nodes)


def _cut_in_heads(node: Node, sizes: Sizes) -> tuple[Node, float, tuple[Node, ...]] | None:
    """What `node` (b, h, s, d) was cut from, what it was multiplied with on the way, the nodes."""
    whole = (sizes["b"], sizes["s"], sizes["h"] * sizes["d"])
    source, moves = moved_from(node, whole)
    scale, scaling = 1.0, ()
    if source.target is _aten.mul.Tensor and isinstance(source.args[1], float):
        scale, scaling = source.args[1], (source,)
        (source,) = source.all_input_nodes
    if not is_float(source) or shape_of(source) != whole:
        return None
    if follow(moves, axes("b s hd", sizes), sizes) != axes("b h s d", sizes):
        return None
    return source, scale, (*scaling, *moves)


def convolution(node: Node, stride: int, weights: frozenset[str]) -> Convolution | None:
    """`node` (windows, channels, positions) as a convolution of a stem and its GELU."""
    activated = gelu(node)
    if activated is None or activated[0].target is not _aten.convolution.default:
        return None
    main, nodes = activated
    x, weight, bias, *how = main.args
    if how != [[stride], [1], [1], False, [0], 1] or not is_float(main):
        return None
    if not isinstance(x, Node) or not isinstance(weight, Node) or not isinstance(bias, Node):
        return None
    filters, shift = constant(weight, weights), constant(bias, weights)
    if filters is None or shift is None or shape_of(weight)[2:] != (3,):
        return None
    source, copies = same(x)
    casts = (*filters[1], *shift[1])
    return Convolution(source, filters[0], shift[0], (*copies, *casts, main, *nodes))


def positions(node: Node, weights: frozenset[str]) -> tuple[Node, tuple[Node, ...]] | None:
    """`node` (positions, width) as a constant, or as all rows of an embedding in order."""
    if found := constant(node, weights):
        return found
    if node.target is not _aten.embedding.default:
        return None
    table, index = node.args[:2]
    assert isinstance(table, Node) and isinstance(index, Node)
    rows = shape_of(table)[0]
    counts = index.target is _aten.arange.default and index.args == (rows,)
    return (table, (index, node)) if counts and table.name in weights else None
