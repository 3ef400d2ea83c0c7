"""decompose_layer: PyTorch's fused encoder layer as the ops that it is made of.

In eval mode `nn.TransformerEncoderLayer` is one ATen op, which no kernel of ours runs. For an NPU
it is traced as two norms, four linear layers and an attention, of which the linear layers can run
there; without one it stays whole, as fast and to the bit as eager.

Before::

    _transformer_encoder_layer_fwd(x, ...)

After, with `norm_first`::

    h = x + linear(attention(*linear(norm(x)).chunk(3)))
    h + linear(gelu(linear(norm(h))))

A layer with a mask stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def encoder_layer(
    x: Tensor,
    width: int,
    heads: int,
    qkv_weight: Tensor,
    qkv_bias: Tensor,
    proj_weight: Tensor,
    proj_bias: Tensor,
    use_gelu: bool,
    norm_first: bool,
    eps: float,
    *weights: Tensor,
    mask: Tensor | None = None,
    mask_type: int | None = None,
) -> Any:
    """What `aten._transformer_encoder_layer_fwd` computes of x (batch, positions, width).

    `weights`: gamma and beta of both norms, then weight and bias of both layers of the MLP; a mask
    comes after them.
    """
    if mask is not None or len(weights) != 8 or x.is_nested:
        return NotImplemented
    gamma_1, beta_1, gamma_2, beta_2, up, up_bias, down, down_bias = weights

    def attend(value: Tensor) -> Tensor:
        qkv = F.linear(value, qkv_weight, qkv_bias).unflatten(-1, (3, heads, width // heads))
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind()
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        return F.linear(mixed, proj_weight, proj_bias)

    def mlp(value: Tensor) -> Tensor:
        hidden = F.linear(value, up, up_bias)
        return F.linear(F.gelu(hidden) if use_gelu else F.relu(hidden), down, down_bias)

    def norm_1(value: Tensor) -> Tensor:
        return F.layer_norm(value, (width,), gamma_1, beta_1, eps)

    def norm_2(value: Tensor) -> Tensor:
        return F.layer_norm(value, (width,), gamma_2, beta_2, eps)

    if norm_first:
        x = x + attend(norm_1(x))
        return x + mlp(norm_2(x))
    x = norm_1(x + attend(x))
    return norm_2(x + mlp(x))


DECOMPOSITIONS: dict[Any, Callable[..., Any]] = {
    torch.ops.aten._transformer_encoder_layer_fwd.default: encoder_layer
}
