"""The Whisper models by name: their sizes, and modules built from sizes alone.

Where it stands: `aiec partition` and `aiec compile` build from here without weights; the loaders
take sizes from the files instead. Refuses unknown names and parts.

Source of all sizes: the `dims` that openai-whisper's published checkpoints carry; widths, heads and
layers also in Radford et al. 2022 (arXiv 2212.04356), table 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from aiec.ir.errors import OptionError, nearest
from aiec.speech.whisper import Cache, Decoder, Dims, Encoder, Window

PREFIX = "whisper-"
AUDIO_POSITIONS, TEXT_POSITIONS = 1500, 448
FRAMES = 2 * AUDIO_POSITIONS  # of 10 ms; the second convolution has stride 2
# The encoder; it and the keys and values that decoders make of its output; one token step.
PARTS = ("encoder", "window", "decoder")

WINDOW_S = FRAMES / 100
# Tokens that a decoder writes for a second of speech, greedily: 150 words a minute, 4 tokens for
# 3 words of English. Other languages take up to three times as many. Inferred.
TOKENS_PER_S = 150 / 60 * 4 / 3


def _dims(
    width: int, heads: int, layers: int, vocab: int = 51865, mels: int = 80, text: int = 0
) -> Dims:
    audio = (AUDIO_POSITIONS, width, heads, layers)
    return Dims(mels, *audio, vocab, TEXT_POSITIONS, width, heads, text or layers)


DIMS: dict[str, Dims] = {
    "tiny.en": _dims(384, 6, 4, 51864),
    "tiny": _dims(384, 6, 4),
    "base.en": _dims(512, 8, 6, 51864),
    "base": _dims(512, 8, 6),
    "small.en": _dims(768, 12, 12, 51864),
    "small": _dims(768, 12, 12),
    "medium.en": _dims(1024, 16, 24, 51864),
    "medium": _dims(1024, 16, 24),
    "large-v1": _dims(1280, 20, 32),
    "large-v2": _dims(1280, 20, 32),
    "large-v3": _dims(1280, 20, 32, 51866, 128),
    "large-v3-turbo": _dims(1280, 20, 32, 51866, 128, text=4),
}
ALIASES = {"large": "large-v3", "turbo": "large-v3-turbo"}


def names() -> tuple[str, ...]:
    """Every name that `build` takes, `whisper-tiny.en` first; aliases last."""
    return tuple(PREFIX + name for name in (*DIMS, *ALIASES))


def size_of(name: str) -> str:
    """The plain size in `name`: `whisper-turbo` and `turbo` are `large-v3-turbo`.

    Raises:
        OptionError: an unknown name; the nearest known one is in the message.
    """
    size = name.removeprefix(PREFIX)
    size = ALIASES.get(size, size)
    if size not in DIMS:
        known = names() if name.startswith(PREFIX) else (*DIMS, *ALIASES)
        raise OptionError(f"unknown model {name!r}", expected=nearest(name, known))
    return size


def found() -> tuple[str, ...]:
    """Models whose weights lie on this machine, one line each; for `aiec doctor`."""
    from aiec.speech.find_model import on_this_machine

    return on_this_machine()


def from_audio(
    audio: Path, model: str, part: str, batch: int
) -> tuple[nn.Module, tuple[Tensor | Cache, ...]]:
    """A model of this machine with its weights, and inputs made from an audio file."""
    from aiec.speech import profiled

    return profiled.from_audio(audio, model, part, batch)


def build(
    name: str, part: Literal["encoder", "window", "decoder"] = "encoder", batch: int = 1
) -> tuple[nn.Module, tuple[Tensor | Cache, ...]]:
    """A module of that model's sizes and example inputs for it, with no weights loaded.

    Inside `FakeTensorMode` nothing is allocated. The encoder takes mel (batch, n_mels, 3000), and
    so does `window`, the encoder with the keys and values of the decoder's cross attention: all
    that is computed once. The decoder is one token step of `batch` windows: token (batch, 1),
    position (1,), cross-attention's and its own cache.

    Raises:
        OptionError: an unknown name or part.
    """
    dims = DIMS[size_of(name)]
    if part not in PARTS:
        raise OptionError(f"unknown part {part!r}", expected=nearest(part, PARTS))
    mel = torch.zeros(batch, dims.n_mels, FRAMES)
    if part == "encoder":
        return Encoder(dims).eval(), (mel,)
    if part == "window":
        return Window(Encoder(dims), Decoder(dims)).eval(), (mel,)
    return Decoder(dims).eval(), _step_inputs(dims, batch)


def audio_s(part: str, batch: int) -> float:
    """Seconds of audio that one call stands for: windows of 30 s, or a token for each of them."""
    return batch * (1 / TOKENS_PER_S if part == "decoder" else WINDOW_S)


def _step_inputs(dims: Dims, batch: int) -> tuple[Tensor | Cache, ...]:
    head = dims.n_text_state // dims.n_text_head
    token, position = torch.zeros(batch, 1, dtype=torch.int64), torch.zeros(1, dtype=torch.int64)
    return (
        token,
        position,
        _caches(dims, batch, AUDIO_POSITIONS, head),
        _caches(dims, batch, TEXT_POSITIONS, head),
    )


def _caches(dims: Dims, batch: int, positions: int, head: int) -> Cache:
    shape = (batch, dims.n_text_head, positions, head)
    return [(torch.zeros(shape), torch.zeros(shape)) for _ in range(dims.n_text_layer)]
