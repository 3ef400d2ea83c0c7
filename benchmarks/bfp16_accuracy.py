"""What bfp16 products cost a Whisper encoder on npu2, product by product.

    python benchmarks/bfp16_accuracy.py base clip.flac

Runs the encoder of a model of this machine in torch, with the roundings that the NPU's design has:
operands and results of products in bf16, norms folded around them; then with the operands of all
products, or of one kind, rounded to bfp16 as the core does. Prints 1 - cosine to fp32. Then all are
rounded with the channels of the residual stream put in another order, as eight neighbours share an
exponent; and with left operands in two parts, which is the design's `dtype` of bf16. Nothing is
simulated cycle by cycle.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from aiec.kernels.bfp16 import rounded_to_bfp16
from aiec.speech import models
from aiec.speech.whisper import Encoder, EncoderBlock

BY_ACTIVATIONS = ("scores", "mix")  # of keys and values on the left
KINDS = ("query", "key", "value", "scores", "mix", "proj", "fc1", "fc2")


def bf16(x: Tensor) -> Tensor:
    """Rounded to bf16."""
    return x.bfloat16().float()


def bfp16(x: Tensor) -> Tensor:
    """Rounded to bf16, then in blocks of eight along the last dimension."""
    return rounded_to_bfp16(bf16(x))


def in_parts(x: Tensor) -> Tensor:
    """Rounded to bf16, then to two bfp16 that add up to nearly all of it."""
    first = bfp16(x)
    return first + bfp16(bf16(x) - first)


@dataclass(frozen=True)
class Rounded:
    """An encoder whose products of `kinds` go through bfp16, its channels in `order`.

    `left` rounds their left operands.
    """

    encoder: Encoder
    kinds: tuple[str, ...]
    order: Tensor
    left: Callable[[Tensor], Tensor] = bfp16

    def run(self, mel: Tensor) -> Tensor:
        """(1, mels, frames) to (frames / 2, width)."""
        x = bf16(self.encoder.stem(mel)[0])
        for block in blocks(self.encoder):
            x = self.layer(x, block)
        norm = self.encoder.ln_post
        return functional.layer_norm(x, x.shape[1:], norm.weight, norm.bias)

    def layer(self, x: Tensor, block: EncoderBlock) -> Tensor:
        """One block, with both residuals."""
        attention, norm = block.attn, block.attn_ln
        q = self.normed("query", x, norm, attention.query, math.log2(math.e) / 8)
        k = self.normed("key", x, norm, attention.key)
        v = self.normed("value", x, norm, attention.value)
        heads = [self.head(*(t[:, 64 * h : 64 * h + 64] for t in (q, k, v)))
                 for h in range(attention.heads)]  # fmt: skip
        x = bf16(self.linear("proj", torch.cat(heads, 1), attention.out) + x)
        first, last = mlp(block)
        hidden = bf16(functional.gelu(self.normed("fc1", x, block.mlp_ln, first)))
        return bf16(self.linear("fc2", hidden, last) + x)

    def product(self, kind: str, x: Tensor, w: Tensor) -> Tensor:
        """x (m, k) times w (n, k) transposed."""
        if kind not in self.kinds:
            return bf16(x) @ bf16(w).T
        return bfp16(x) @ self.left(w).T if kind in BY_ACTIVATIONS else self.left(x) @ bfp16(w).T

    def linear(self, kind: str, x: Tensor, linear: torch.nn.Linear) -> Tensor:
        """x @ weight.T + bias."""
        return self.product(kind, x, bf16(linear.weight)) + linear.bias

    def normed(
        self,
        kind: str,
        x: Tensor,
        norm: torch.nn.LayerNorm,
        linear: torch.nn.Linear,
        scale: float = 1.0,
    ) -> Tensor:
        """A linear layer of the norm of x, the norm folded around the product."""
        weight = bf16(linear.weight * norm.weight * scale)
        bias = linear.weight @ norm.bias + (0 if linear.bias is None else linear.bias)
        mean, variance = x.mean(1, keepdim=True), x.var(1, unbiased=False, keepdim=True)
        if kind in self.kinds:  # as packing does: the column sums are of what is multiplied
            weight[:, self.order] = bfp16(weight[:, self.order])
        sums = self.product(kind, x[:, self.order], weight[:, self.order])
        result = (sums - mean * weight.sum(1)) / torch.sqrt(variance + norm.eps) + bias * scale
        return result if kind == "fc1" else bf16(result)

    def head(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Attention of one head."""
        scores = self.product("scores", q, k)
        powers = bf16(torch.exp2(scores - scores.amax(1, keepdim=True).round()))
        sums = self.product("mix", powers, torch.ones(1, powers.shape[1]))
        return bf16(self.product("mix", powers, v.T) / sums)


def blocks(encoder: Encoder) -> list[EncoderBlock]:
    """The layers of an encoder."""
    return [block for block in encoder.blocks if isinstance(block, EncoderBlock)]


def mlp(block: EncoderBlock) -> tuple[torch.nn.Linear, torch.nn.Linear]:
    """The first and the last layer of a block's MLP."""
    first, _, last = block.mlp
    assert isinstance(first, torch.nn.Linear) and isinstance(last, torch.nn.Linear)
    return first, last


def by_weight(encoder: Encoder) -> Tensor:
    """Channels by how much the first layers of the MLPs make of them, geometric mean of layers."""
    norms = [
        (mlp(block)[0].weight * block.mlp_ln.weight).square().mean(0).sqrt()
        for block in blocks(encoder)
    ]
    return torch.argsort(torch.stack(norms).log().mean(0))


def by_size(encoder: Encoder, mel: Tensor) -> Tensor:
    """Channels by their root mean square in the residual stream, mean of layers."""
    x = encoder.stem(mel)
    sizes = []
    for block in blocks(encoder):
        x = block(x)
        sizes.append(x[0].square().mean(0).sqrt())
    return torch.argsort(torch.stack(sizes).mean(0))


@torch.no_grad()
def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What bfp16 products cost a Whisper encoder.")
    parser.add_argument("model")
    parser.add_argument("audio", type=Path)
    args = parser.parse_args()
    encoder, (mel, *_) = models.from_audio(args.audio, args.model, "encoder", 1)
    assert isinstance(encoder, Encoder) and isinstance(mel, Tensor)
    exact = encoder(mel)[0].double().flatten()
    plain = torch.arange(encoder.ln_post.weight.numel())
    cases = {
        "no product (npu1)": Rounded(encoder, (), plain),
        "all products": Rounded(encoder, KINDS, plain),
        **{f"only {kind}": Rounded(encoder, (kind,), plain) for kind in KINDS},
        "all, channels by size": Rounded(encoder, KINDS, by_size(encoder, mel)),
        "all, channels by weight": Rounded(encoder, KINDS, by_weight(encoder)),
        "all, left in two parts": Rounded(encoder, KINDS, plain, in_parts),
    }
    for title, rounded in cases.items():
        result = rounded.run(mel).double().flatten()
        cosine = functional.cosine_similarity(result, exact, 0).item()
        print(f"{title:24} {1 - cosine:.2e}", flush=True)


if __name__ == "__main__":
    main()
