"""fuse_linear: find linear layers with constant weights, and the epilogues that a GEMM can carry.

A pure pass over a captured graph, used by `fuse.py`.

Before, for x of any rank::

    view(x) -> addmm(bias, _, t(weight)) -> view -> gelu
    view(x) ->      mm(_, t(weight))     -> view -> add(_, residual)

After: one `LinearMatch` for each, with the GEMM and the values that it reads.

Requires: a graph of `capture.py`. Ensures: no node but a view before the product is read outside
of its match, except `out`; all operands are float32; bias and weight are constant. What does not
fit stays a matmul of its own. GELU is the exact form; a residual has the shape of the output and
does not follow a GELU, because the kernel's epilogue has no such order.

Where the number of rows is symbolic, m is what it was when the graph was traced, and neither views
nor residual are taken in, as their shapes cannot be compared; the values are marked dynamic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch.fx import Node

from aiec.capture import Capture
from aiec.ir.graph import Activation, Gemm, GemmOperands
from aiec.op_kinds import hint

_aten = torch.ops.aten
_VIEWS = (_aten.view.default, _aten._unsafe_view.default, _aten.reshape.default)
_TRANSPOSES = (
    (_aten.t.default, ()),
    (_aten.transpose.int, (0, 1)),
    (_aten.transpose.int, (1, 0)),
    (_aten.permute.default, ([1, 0],)),
)
_PRODUCTS = (_aten.addmm.default, _aten.mm.default)


@dataclass(frozen=True, slots=True)
class Product:
    """x (m, k) @ weight (n, k).T + bias; `nodes` are the transpose and the product."""

    x: Node
    weight: Node
    bias: Node | None
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class LinearMatch:
    """One linear layer.

    Attributes:
        main: the addmm or mm.
        nodes: all nodes of the layer in execution order; the last is `out`.
        out: the node whose value the layer makes.
    """

    main: Node
    nodes: tuple[Node, ...]
    out: Node
    gemm: Gemm
    operands: GemmOperands


def fuse_linear(captured: Capture) -> tuple[LinearMatch, ...]:
    """Return the linear layers of `captured` in execution order of their products."""
    found: dict[Node, LinearMatch] = {}  # by `out`: two layers may be added to each other
    for node in captured.module.graph.nodes:
        match = _match_product(node, captured.weights)
        if match is not None:
            fused = _with_epilogue(match)
            best = match if fused.out in found else fused
            found[best.out] = best
    return tuple(found.values())


def product_of(node: Node, weights: frozenset[str]) -> Product | None:
    """`node` as an addmm or mm of float32 with a transposed constant weight."""
    if node.target not in _PRODUCTS or node.kwargs:  # kwargs: alpha and beta
        return None
    *bias, x, transposed = (arg for arg in node.args if isinstance(arg, Node))
    weight = _transposed_weight(transposed, weights)
    if weight is None or not all(_is_f32(n) for n in (node, x, weight, *bias)):
        return None
    n, k = shape_of(weight)
    if bias and (bias[0].name not in weights or shape_of(bias[0]) != (n,)):
        return None
    if min(hint(shape_of(x)[0]), k, n) < 1:
        return None
    return Product(x, weight, bias[0] if bias else None, (transposed, node))


def _match_product(node: Node, weights: frozenset[str]) -> LinearMatch | None:
    """A product with the views around it."""
    product = product_of(node, weights)
    if product is None:
        return None
    n, k = shape_of(product.weight)
    gemm = Gemm(hint(shape_of(product.x)[0]), k, n, bias=product.bias is not None)
    bias = product.bias.name if product.bias else None
    operands = GemmOperands(product.x.name, product.weight.name, bias)
    return _with_views(LinearMatch(node, product.nodes, node, gemm, operands), product.x)


def _with_views(match: LinearMatch, flat: Node) -> LinearMatch:
    """Take in the views that flatten x's leading dimensions and restore them, if both are there."""
    after = _only_user(match.main)
    if flat.target not in _VIEWS or after is None or after.target not in _VIEWS:
        return match
    x = flat.all_input_nodes[0]  # others would be symbolic sizes
    if not is_static_f32(x) or not is_static_f32(after):
        return match
    leading, k = shape_of(x)[:-1], shape_of(x)[-1]
    if k != match.gemm.k or shape_of(after) != (*leading, match.gemm.n):
        return match
    operands = replace(match.operands, x=x.name)
    return replace(match, nodes=(flat, *match.nodes, after), out=after, operands=operands)


def _with_epilogue(match: LinearMatch) -> LinearMatch:
    """Take in a GELU or the addition of a residual, if nothing else reads the value before it."""
    user = _only_user(match.out)
    if user is None:
        return match
    if user.target is _aten.gelu.default and user.kwargs.get("approximate", "none") == "none":
        gemm = replace(match.gemm, activation=Activation.GELU)
        return replace(match, nodes=(*match.nodes, user), out=user, gemm=gemm)
    residual = _residual(user, match.out)
    if residual is None:
        return match
    gemm = replace(match.gemm, residual=True)
    operands = replace(match.operands, residual=residual.name)
    return replace(match, nodes=(*match.nodes, user), out=user, gemm=gemm, operands=operands)


def _residual(add: Node, value: Node) -> Node | None:
    """The other summand, if `add` adds to `value` a different tensor of the same shape."""
    if add.target is not _aten.add.Tensor or add.kwargs:  # kwargs: alpha
        return None
    others = [arg for arg in add.args if arg is not value]
    if len(others) != 1 or not isinstance(others[0], Node) or not is_static_f32(others[0]):
        return None
    same = is_static_f32(value) and shape_of(others[0]) == shape_of(value)
    return others[0] if same else None


def _transposed_weight(node: Node, weights: frozenset[str]) -> Node | None:
    """The constant (n, k) tensor that `node` is the transpose of."""
    if (node.target, node.args[1:]) not in _TRANSPOSES:
        return None
    weight = node.args[0]
    return weight if isinstance(weight, Node) and weight.name in weights else None


def _only_user(node: Node) -> Node | None:
    """The one node that reads `node`; None if it has several readers or leaves the graph."""
    users = list(node.users)
    return users[0] if len(users) == 1 and users[0].op == "call_function" else None


def _is_f32(node: Node) -> bool:
    value = node.meta.get("val")
    return isinstance(value, torch.Tensor) and value.dtype is torch.float32


def is_static_f32(node: Node) -> bool:
    """True if the value is a float32 tensor whose sizes are all known."""
    return _is_f32(node) and all(isinstance(size, int) for size in shape_of(node))


def shape_of(node: Node) -> tuple[int, ...]:
    """Sizes of a tensor, which may be symbolic."""
    return tuple(node.meta["val"].shape)
