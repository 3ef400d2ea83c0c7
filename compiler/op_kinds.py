"""What kind of op an ATen node is, and how much arithmetic it does.

Read by `fuse.py`. Only products are counted exactly (two flop a multiply-accumulate); anything else
counts one flop an output element, because its time is that of its memory traffic.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch.fx import Node

from aiec.ir.graph import OpKind

_KINDS: dict[OpKind, tuple[str, ...]] = {
    OpKind.MATMUL: ("addmm", "mm", "bmm", "baddbmm", "addmv", "mv", "dot"),
    OpKind.ATTENTION: (
        "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_fused_attention_overrideable",
        "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_efficient_attention",
    ),
    OpKind.CONVOLUTION: ("convolution",),
    OpKind.LAYER_NORM: ("native_layer_norm",),
    OpKind.SOFTMAX: ("_softmax", "_log_softmax", "_safe_softmax"),
    OpKind.GELU: ("gelu",),
    OpKind.EMBEDDING: ("embedding",),
    OpKind.VIEW: ("_unsafe_view",),
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}


def kind_of(node: Node) -> OpKind:
    """The kind of a `call_function` node that makes tensors."""
    target = node.target
    if not isinstance(target, torch._ops.OpOverload):
        return OpKind.OTHER
    known = _KIND_OF.get(_short_name(target))
    if known is not None:
        return known
    if target.is_view:
        return OpKind.VIEW
    return OpKind.ELEMENTWISE if torch.Tag.pointwise in target.tags else OpKind.OTHER


def flop_of(node: Node) -> int:
    """Arithmetic of a node; symbolic sizes count as they were when the graph was traced."""
    kind = kind_of(node)
    if kind is OpKind.VIEW:
        return 0
    if kind in _PRODUCT_FLOP:
        return _PRODUCT_FLOP[kind](node)
    value = node.meta["val"]
    return _elements(value[0] if isinstance(value, (tuple, list)) else value)


def _short_name(target: torch._ops.OpOverload) -> str:
    namespace, name = target._schema.name.split("::")
    return name if namespace == "aten" else target._schema.name


def _matmul_flop(node: Node) -> int:
    """out[..., n] = a[..., k] @ b: two flop for each of out's elements and each k."""
    a = len(node.args) - 2  # addmm, baddbmm and addmv have the summand before it
    return 2 * _elements(node.meta["val"]) * hint(_shape(node, a)[-1])


def _attention_flop(node: Node) -> int:
    """Scores and their product with v: q (b, h, l, e), k (b, h, s, e), v (b, h, s, ev)."""
    q, k, v = (_shape(node, i) for i in range(3))
    return 2 * _product(q[:-1]) * hint(k[-2]) * (hint(q[-1]) + hint(v[-1]))


def _convolution_flop(node: Node) -> int:
    """Each element meets one filter: of the output, or of the input if transposed (args[6])."""
    filter_elements = _product(_shape(node, 1)[1:])
    elements = _product(_shape(node, 0)) if node.args[6] else _elements(node.meta["val"])
    return 2 * elements * filter_elements


_PRODUCT_FLOP: dict[OpKind, Callable[[Node], int]] = {
    OpKind.MATMUL: _matmul_flop,
    OpKind.ATTENTION: _attention_flop,
    OpKind.CONVOLUTION: _convolution_flop,
}


def _shape(node: Node, index: int) -> torch.Size:
    argument = node.args[index]
    assert isinstance(argument, Node)
    return argument.meta["val"].shape


def _elements(tensor: torch.Tensor) -> int:
    return _product(tensor.shape)


def _product(sizes: torch.Size | tuple[int, ...]) -> int:
    return math.prod(map(hint, sizes))


def hint(size: int | torch.SymInt) -> int:
    """A symbolic size as it was when the graph was traced; 1 if it depends on data."""
    return size if isinstance(size, int) else int(size.node.hint or 1)
