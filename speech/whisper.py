"""Whisper in plain torch: the one module that every weight format loads into.

Where it stands: below the loaders (`checkpoint.py` and its readers) and `models.py`, above nothing
of ours. Parameters are named as in openai-whisper's state dict, so that its checkpoints load
unchanged. Inference only: no dropout, no loss. It takes log-Mel windows of exactly
`2 * n_audio_ctx` frames and at most `n_text_ctx` tokens; torch refuses other shapes by itself.

Shapes below: B batch, F mel frames (3000), S audio positions (1500), T tokens, C model width,
H heads, D = C / H, N = `n_text_ctx`. The structure is that of Radford et al. 2022, "Robust Speech
Recognition via Large-Scale Weak Supervision" (arXiv 2212.04356), section 2.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  # the name all of PyTorch uses
from torch import Tensor, nn

KeyValue = tuple[Tensor, Tensor]  # keys and values of one layer, each (B, H, positions, D)
Cache = list[KeyValue]  # one pair a decoder layer

MAX_TIMESCALE = 10000  # of the sinusoids; Vaswani et al. 2017 (arXiv 1706.03762), section 3.5


@dataclass(frozen=True, slots=True)
class Dims:
    """Sizes of a Whisper model; fields are named as in openai-whisper's checkpoints."""

    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int


class Attention(nn.Module):
    """Multi-head attention whose keys and values are given, so that callers may keep them."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, H, T, D)."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def keys_values(self, x: Tensor) -> KeyValue:
        """Keys and values of `x` (B, T, C)."""
        return self.split(self.key(x)), self.split(self.value(x))

    def forward(self, x: Tensor, kv: KeyValue, mask: Tensor | None = None) -> Tensor:
        """Attend from `x` (B, T, C) to `kv`; `mask` (T, positions) is True where it may look."""
        query = self.split(self.query(x))
        mixed = F.scaled_dot_product_attention(query, *kv, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).flatten(2))


def _mlp(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))


class EncoderBlock(nn.Module):
    """Self-attention and MLP, each behind a LayerNorm and a residual."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn = Attention(width, heads)
        self.attn_ln = nn.LayerNorm(width)
        self.mlp = _mlp(width)
        self.mlp_ln = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, S, C) to the same shape."""
        normed = self.attn_ln(x)
        x = x + self.attn(normed, self.attn.keys_values(normed))
        return x + self.mlp(self.mlp_ln(x))


class DecoderBlock(EncoderBlock):
    """Cached self-attention, cross-attention to the audio, MLP."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads)
        self.cross_attn = Attention(width, heads)
        self.cross_attn_ln = nn.LayerNorm(width)

    def forward(  # type: ignore[override]  # a decoder block needs more than its input
        self, x: Tensor, position: Tensor, mask: Tensor, cross: KeyValue, past: KeyValue
    ) -> Tensor:
        """(B, T, C) to the same shape; writes the new keys and values into `past`."""
        normed = self.attn_ln(x)
        for kept, new in zip(past, self.attn.keys_values(normed), strict=True):
            kept.index_copy_(2, position, new)
        x = x + self.attn(normed, past, mask)
        x = x + self.cross_attn(self.cross_attn_ln(x), cross)
        return x + self.mlp(self.mlp_ln(x))


class Encoder(nn.Module):
    """Log-Mel spectrogram to audio features."""

    positional_embedding: Tensor

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        width = dims.n_audio_state
        self.conv1 = nn.Conv1d(dims.n_mels, width, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(width, width, kernel_size=3, stride=2, padding=1)
        self.register_buffer("positional_embedding", sinusoids(dims.n_audio_ctx, width))
        self.blocks = nn.ModuleList(
            EncoderBlock(width, dims.n_audio_head) for _ in range(dims.n_audio_layer)
        )
        self.ln_post = nn.LayerNorm(width)

    def stem(self, mel: Tensor) -> Tensor:
        """What the blocks begin with: (B, n_mels, F) float to (B, S, C)."""
        x = F.gelu(self.conv1(mel))
        x = F.gelu(self.conv2(x))
        return x.permute(0, 2, 1) + self.positional_embedding

    def forward(self, mel: Tensor) -> Tensor:
        """(B, n_mels, F) float to (B, S, C)."""
        x = self.stem(mel)
        for block in self.blocks:
            x = block(x)
        return self.ln_post(x)


class Decoder(nn.Module):
    """Tokens and audio features to logits, with a key-value cache of fixed size."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        width = dims.n_text_state
        self.dims = dims
        self.token_embedding = nn.Embedding(dims.n_vocab, width)
        self.positional_embedding = nn.Parameter(torch.zeros(dims.n_text_ctx, width))
        self.blocks = nn.ModuleList(
            DecoderBlock(width, dims.n_text_head) for _ in range(dims.n_text_layer)
        )
        self.ln = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, position: Tensor, cross: Cache, cache: Cache) -> Tensor:
        """Logits (B, T, n_vocab) of `tokens` (B, T) int64 that stand at `position` (T,) int64.

        Writes their keys and values into `cache`. The cache has a fixed size, so one compiled
        graph serves every step.
        """
        places = torch.arange(self.dims.n_text_ctx, device=position.device)
        mask = places <= position[:, None]
        x = self.token_embedding(tokens) + self.positional_embedding[position]
        for block, audio, past in zip(self.blocks, cross, cache, strict=True):
            x = block(x, position, mask, audio, past)
        return F.linear(self.ln(x), self.token_embedding.weight)

    def prefill(self, tokens: Tensor, audio: Tensor) -> tuple[Tensor, Cache, Cache]:
        """Begin with the prompt `tokens` (B, T) on `audio` (B, S, C): logits, cross, cache."""
        cross = self.cross(audio)
        cache = self.empty_cache(tokens.shape[0])
        position = torch.arange(tokens.shape[1], device=tokens.device)
        return self(tokens, position, cross, cache), cross, cache

    def cross(self, audio: Tensor) -> Cache:
        """Keys and values of every layer's attention to `audio` (B, S, C)."""
        return [block.cross_attn.keys_values(audio) for block in self.blocks]  # type: ignore

    def step(self, token: Tensor, position: Tensor, cross: Cache, cache: Cache) -> Tensor:
        """Logits (B, n_vocab) that follow one `token` (B, 1) at `position` (1,)."""
        return self(token, position, cross, cache)[:, -1]

    def empty_cache(self, batch: int) -> Cache:
        """Zeros of the cache's size: per layer two tensors (B, H, N, D)."""
        dims, like = self.dims, self.token_embedding.weight
        head = dims.n_text_state // dims.n_text_head
        shape = (batch, dims.n_text_head, dims.n_text_ctx, head)
        return [(like.new_zeros(shape), like.new_zeros(shape)) for _ in self.blocks]


class Window(nn.Module):
    """All that is computed once a window: features, and every decoder layer's keys and values."""

    def __init__(self, encoder: Encoder, decoder: Decoder) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, mel: Tensor) -> tuple[Tensor, Cache]:
        """(B, n_mels, F) float to (B, S, C), and (B, H, S, D) twice a layer of the decoder."""
        audio = self.encoder(mel)
        return audio, self.decoder.cross(audio)


class Whisper(nn.Module):
    """The whole model."""

    def __init__(self, dims: Dims) -> None:
        super().__init__()
        self.dims = dims
        self.encoder = Encoder(dims)
        self.decoder = Decoder(dims)


def sinusoids(length: int, channels: int) -> Tensor:
    """Positions as sines beside cosines, (length, channels); `channels` is even."""
    step = math.log(MAX_TIMESCALE) / (channels // 2 - 1)
    rates = torch.exp(-step * torch.arange(channels // 2))
    angles = torch.arange(length)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)
