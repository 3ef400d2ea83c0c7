"""fuse_linear: find linear layers with constant weights, and the epilogues that a GEMM can carry.

A pure pass over a captured graph, used by `fuse.py`.

Before, for x of any rank::

    view(x) -> addmm(bias, _, t(weight)) -> view -> gelu
    view(x) ->      mm(_, t(weight))     -> view -> add(_, residual)

After: one `LinearMatch` for each, with the GEMM and the values that it reads.

Requires: a graph of `capture.py`. Ensures: no node but a view before the product is read outside
of its match, except `out`; all operands are float32, float16 or bfloat16; bias and weight are
constant, as they are or cast (autocast). What does not fit stays a matmul of its own. GELU is the
exact form; a residual has the shape of the output and does not follow a GELU, because the kernel's
epilogue has no such order.

Where the number of rows is symbolic, m rows are computed at a time: those of one window if the
batch alone is symbolic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch.fx import Node

from aiec.capture import Capture
from aiec.ir.graph import Activation, Gemm, GemmOperands
from aiec.op_kinds import hint
from aiec.sizes import is_known, known_factor, shape_of, size_of

# Rows at a time where nobody knows how many there will be. Few: a dispatch and all weights for each
# of them; many: padding. A window of fewer rows is not worth a dispatch of its own.
CHUNK_ROWS = 512
LEAST_WINDOW_ROWS = 256

FLOATS = (torch.float32, torch.float16, torch.bfloat16)  # what can become the kernels' bf16

_aten = torch.ops.aten
_VIEWS = (_aten.view.default, _aten._unsafe_view.default, _aten.reshape.default)
_TRANSPOSES = (
    (_aten.t.default, ()),
    (_aten.transpose.int, (0, 1)),
    (_aten.transpose.int, (1, 0)),
    (_aten.permute.default, ([1, 0],)),
)
_PRODUCTS = (_aten.addmm.default, _aten.mm.default)
_CASTS = (_aten._to_copy.default, torch.ops.prims.convert_element_type.default)


@dataclass(frozen=True, slots=True)
class Product:
    """x (m, k) @ weight (n, k).T + bias; `nodes` are casts, the transpose and the product.

    `turned`: the weight is (k, n), as it lies in memory.
    """

    x: Node
    weight: Node
    bias: Node | None
    nodes: tuple[Node, ...]
    turned: bool = False

    @property
    def n_k(self) -> tuple[int, int]:
        """Sizes of the weight, outputs first."""
        one, other = shape_of(self.weight)
        return (other, one) if self.turned else (one, other)


@dataclass(frozen=True, slots=True)
class LinearMatch:
    """One linear layer.

    Attributes:
        main: the addmm or mm.
        nodes: all nodes of the layer in execution order; the last is `out`.
        out: the node whose value the layer makes.
        rows: of x in all, as they were when the graph was traced.
    """

    main: Node
    nodes: tuple[Node, ...]
    out: Node
    gemm: Gemm
    operands: GemmOperands
    rows: int


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
    """`node` as an addmm or mm of floats with a constant weight."""
    if node.target not in _PRODUCTS or node.kwargs:  # kwargs: alpha and beta
        return None
    *bias, x, right = (arg for arg in node.args if isinstance(arg, Node))
    found = _weight(right, weights)
    constants = [constant(one, weights) for one in bias]
    if found is None or None in constants:
        return None
    casts = [cast for one in constants if one for cast in one[1]]
    weight, nodes, turned = found
    named = constants[0][0] if constants and constants[0] else None
    product = Product(x, weight, named, (*casts, *nodes, node), turned)
    n, k = product.n_k
    fits = all(map(is_float, (node, x, weight))) and (named is None or is_float(named))
    if not fits or (named is not None and shape_of(named) != (n,)):
        return None
    return product if min(hint(x.meta["val"].shape[0]), k, n) >= 1 else None


def constant(node: Node, weights: frozenset[str]) -> tuple[Node, tuple[Node, ...]] | None:
    """The parameter or buffer that `node` is, or is a cast of, and the cast."""
    if node.name in weights:
        return node, ()
    if node.target not in _CASTS:
        return None
    (source,) = node.all_input_nodes
    return (source, (node,)) if source.name in weights else None


def _match_product(node: Node, weights: frozenset[str]) -> LinearMatch | None:
    """A product with the views around it."""
    product = product_of(node, weights)
    if product is None:
        return None
    (n, k), rows = product.n_k, product.x.meta["val"].shape[0]
    gemm = Gemm(_rows_at_a_time(size_of(rows)), k, n, bias=product.bias is not None)
    bias = product.bias.name if product.bias else None
    operands = GemmOperands(product.x.name, product.weight.name, bias, turned=product.turned)
    match = LinearMatch(node, product.nodes, node, gemm, operands, hint(rows))
    return _with_views(match, product.x)


def _rows_at_a_time(rows: int) -> int:
    if is_known(rows):
        return rows
    window = known_factor(rows)
    return window if window >= LEAST_WINDOW_ROWS else CHUNK_ROWS


def _with_views(match: LinearMatch, flat: Node) -> LinearMatch:
    """Take in the views that flatten x's leading dimensions and restore them, if both are there."""
    after = _only_user(match.main)
    if flat.target not in _VIEWS or after is None or after.target not in _VIEWS:
        return match
    x = flat.all_input_nodes[0]  # others would be symbolic sizes
    if not is_float(x) or not is_float(after):
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
    if len(others) != 1 or not isinstance(others[0], Node) or not is_float(others[0]):
        return None
    same = is_float(value) and shape_of(others[0]) == shape_of(value)
    return others[0] if same else None


def _weight(node: Node, weights: frozenset[str]) -> tuple[Node, tuple[Node, ...], bool] | None:
    """The constant that a product reads, its casts and transpose, and whether it is (k, n)."""
    transposed = (node.target, node.args[1:]) in _TRANSPOSES
    source = node.args[0] if transposed else node
    assert isinstance(source, Node)
    found = constant(source, weights)
    if found is None or len(shape_of(found[0])) != 2:
        return None
    return found[0], (*found[1], node) if transposed else found[1], not transposed


def _only_user(node: Node) -> Node | None:
    """The one node that reads `node`; None if it has several readers or leaves the graph."""
    users = list(node.users)
    return users[0] if len(users) == 1 and users[0].op == "call_function" else None


def is_float(node: Node) -> bool:
    """True if the value is a tensor of floats that the kernels' bf16 can stand for."""
    value = node.meta.get("val")
    return isinstance(value, torch.Tensor) and value.dtype in FLOATS
