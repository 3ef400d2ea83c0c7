"""wav2vec2 with a CTC head in torch: the acoustic models that WhisperX aligns with.

Where it stands: filled by `read_wav2vec2.py`, wrapped by `aligner.py`. One module for the base and
large models of torchaudio and Hugging Face: norms after each part (base) or before (large, XLS-R).

Segments of different lengths run together as if alone: the first layer's norm counts a segment's
own frames, what lies behind its end is zero for the positional convolution and masked in attention.

Source: Baevski et al. 2020, arXiv 2006.11477, section 2 and appendix B.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

KERNELS, STRIDES = (10, 3, 3, 3, 3, 2, 2), (5, 2, 2, 2, 2, 2, 2)
SHORTEST = 400  # samples that give one frame
POSITION_KERNEL, POSITION_GROUPS = 128, 16


@dataclass(frozen=True, slots=True)
class Wav2Vec2Dims:
    """Sizes of one model.

    Attributes:
        norm_first: norms stand before attention and feed-forward; then every convolution has one.
        conv_bias: convolutions of the feature extractor have a bias.
    """

    width: int
    heads: int
    layers: int
    inner: int
    vocabulary: int
    norm_first: bool
    layer_norms: bool
    conv_bias: bool
    channels: int = 512


class ConvLayer(nn.Module):
    """One convolution of the feature extractor, its norm if any, GELU."""

    def __init__(self, dims: Wav2Vec2Dims, index: int) -> None:
        super().__init__()
        inputs, outputs = dims.channels if index else 1, dims.channels
        kernel, stride = KERNELS[index], STRIDES[index]
        self.conv = nn.Conv1d(inputs, outputs, kernel, stride, bias=dims.conv_bias)
        self.over_time = index == 0 and not dims.layer_norms
        if dims.layer_norms or index == 0:
            self.layer_norm = nn.LayerNorm(outputs)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, channels, longest), lengths (batch); what is behind them is not defined."""
        [kernel], [stride] = self.conv.kernel_size, self.conv.stride
        x, lengths = self.conv(x), (lengths - kernel) // stride + 1
        if self.over_time:
            x = self._norm_over_time(x, lengths)
        elif hasattr(self, "layer_norm"):
            x = self.layer_norm(x.mT).mT
        return nnf.gelu(x), lengths

    def _norm_over_time(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Each channel over its own frames, as a group norm of one channel a group."""
        valid = _valid(x.shape[2], lengths)[:, None]
        count = lengths[:, None, None]
        mean = (x * valid).sum(dim=2, keepdim=True) / count
        variance = ((x - mean).square() * valid).sum(dim=2, keepdim=True) / count
        norm = self.layer_norm
        scaled = (x - mean) * (variance + norm.eps).rsqrt()
        return scaled * norm.weight[:, None] + norm.bias[:, None]


class Projections(nn.Module):
    """Attention over frames; named as both formats name it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.k_proj, self.v_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.q_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """x (batch, frames, width), valid (batch, frames)."""
        parts = (self.q_proj(x), self.k_proj(x), self.v_proj(x))
        query, key, value = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in parts)
        mask = valid[:, None, None]
        mixed = nnf.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Linear, GELU, linear."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.intermediate_dense = nn.Linear(width, inner)
        self.output_dense = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, frames, width) to the same."""
        return self.output_dense(nnf.gelu(self.intermediate_dense(x)))


class Layer(nn.Module):
    """One layer of the transformer."""

    def __init__(self, dims: Wav2Vec2Dims) -> None:
        super().__init__()
        self.norm_first = dims.norm_first
        self.attention = Projections(dims.width, dims.heads)
        self.layer_norm = nn.LayerNorm(dims.width)
        self.feed_forward = FeedForward(dims.width, dims.inner)
        self.final_layer_norm = nn.LayerNorm(dims.width)

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """x (batch, frames, width), valid (batch, frames)."""
        if self.norm_first:
            x = x + self.attention(self.layer_norm(x), valid)
            return x + self.feed_forward(self.final_layer_norm(x))
        x = self.layer_norm(x + self.attention(x, valid))
        return self.final_layer_norm(x + self.feed_forward(x))


class Transformer(nn.Module):
    """Positions by a wide convolution, then the layers."""

    def __init__(self, dims: Wav2Vec2Dims) -> None:
        super().__init__()
        width, reach = dims.width, POSITION_KERNEL // 2
        self.norm_first = dims.norm_first
        groups = POSITION_GROUPS
        conv = nn.Conv1d(width, width, POSITION_KERNEL, padding=reach, groups=groups)
        self.pos_conv_embed = nn.ModuleDict({"conv": conv})
        self.layer_norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(Layer(dims) for _ in range(dims.layers))

    def forward(self, x: Tensor, valid: Tensor) -> Tensor:
        """x (batch, frames, width), zero where not `valid` (batch, frames)."""
        positions = self.pos_conv_embed["conv"](x.mT)[..., :-1]  # an even kernel gives one too many
        x = x + nnf.gelu(positions).mT
        if not self.norm_first:
            x = self.layer_norm(x)
        for layer in self.layers:
            x = layer(x, valid)
        return self.layer_norm(x) if self.norm_first else x


class Wav2Vec2(nn.Module):
    """Sound at 16 kHz to log probabilities of characters, 50 frames a second."""

    def __init__(self, dims: Wav2Vec2Dims) -> None:
        super().__init__()
        layers = nn.ModuleList(ConvLayer(dims, i) for i in range(len(KERNELS)))
        self.feature_extractor = nn.ModuleDict({"conv_layers": layers})
        projection = nn.Linear(dims.channels, dims.width)
        norm = nn.LayerNorm(dims.channels)
        self.feature_projection = nn.ModuleDict({"layer_norm": norm, "projection": projection})
        self.encoder = Transformer(dims)
        self.lm_head = nn.Linear(dims.width, dims.vocabulary)
        self.normalize = False  # whether a sound is brought to mean 0 and deviation 1 first

    def forward(self, waves: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """waves (batch, longest), lengths (batch); logits (batch, frames, chars) and frames."""
        x = waves[:, None]
        for layer in list(self.feature_extractor["conv_layers"].children()):
            x, lengths = layer(x, lengths)
        valid = _valid(x.shape[2], lengths)
        norm, projection = (self.feature_projection[n] for n in ("layer_norm", "projection"))
        x = projection(norm(x.mT)) * valid[..., None]
        return self.lm_head(self.encoder(x, valid)), lengths

    @torch.inference_mode()
    def emissions(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log probabilities (frames, characters) of each of `sounds` (n,), computed together."""
        device = self.lm_head.weight.device
        if self.normalize:
            sounds = [(sound - sound.mean()) / np.sqrt(sound.var() + 1e-5) for sound in sounds]
        longest = max(SHORTEST, *(len(sound) for sound in sounds))
        waves = np.stack([np.pad(sound, (0, longest - len(sound))) for sound in sounds])
        lengths = torch.tensor([max(SHORTEST, len(sound)) for sound in sounds], device=device)
        logits, frames = self(torch.from_numpy(waves).to(device), lengths)
        found = logits.log_softmax(dim=-1).cpu().numpy()
        return [one[:count] for one, count in zip(found, frames.tolist(), strict=True)]


def _valid(longest: int, lengths: Tensor) -> Tensor:
    """(batch, longest): True before each of `lengths`."""
    return torch.arange(longest, device=lengths.device) < lengths[:, None]
