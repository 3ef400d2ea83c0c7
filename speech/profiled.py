"""A real model on real audio, for `aiec profile AUDIO`.

Where it stands: behind `models.from_audio`, which the entry point `aiec.models` leads to. Refuses
what `load_audio`, `find_model` and `weights` refuse.
"""

from __future__ import annotations

from pathlib import Path

import torch
from faster_whisper.feature_extractor import FeatureExtractor
from torch import Tensor, nn

from aiec.ir.errors import OptionError, nearest
from aiec.speech import models, weights
from aiec.speech.audio import load_audio
from aiec.speech.find_model import find_model
from aiec.speech.whisper import Cache, Whisper, Window

_SAMPLE_RATE = 16_000
_LAST_TOKENS = 1000  # of every vocabulary: time stamps and other special ones


def from_audio(
    audio: Path, model: str, part: str, batch: int
) -> tuple[nn.Module, tuple[Tensor | Cache, ...]]:
    """The part of `model` with its weights, and inputs made from the first windows of `audio`.

    The decoder's input is one token step at the first position, on the encoded windows.

    Raises:
        AudioError: an audio file that is missing, empty or not audio.
        ModelError: a model that is not here and cannot be fetched, or is damaged.
        OptionError: an unknown model or part.
    """
    if part not in models.PARTS:
        raise OptionError(f"unknown part {part!r}", expected=nearest(part, models.PARTS))
    samples, path = load_audio(audio), find_model(model)
    if part == "encoder":
        encoder = weights.load_encoder(path)
        return encoder, (_mels(samples, encoder.conv1.in_channels, batch),)
    whole = weights.load(path)
    if part == "window":
        window = Window(whole.encoder, whole.decoder).eval()
        return window, (_mels(samples, whole.dims.n_mels, batch),)
    return whole.decoder, _token_step(whole, _mels(samples, whole.dims.n_mels, batch))


def _mels(samples: object, n_mels: int, batch: int) -> Tensor:
    """The first `batch` windows, (batch, n_mels, 3000) float32, silence after the audio's end."""
    length = int(models.WINDOW_S * _SAMPLE_RATE)
    padded = torch.zeros(batch * length)
    heard = torch.as_tensor(samples, dtype=torch.float32)[: batch * length]
    padded[: len(heard)] = heard
    extract = FeatureExtractor(feature_size=n_mels)
    windows = (extract(window.numpy())[:, : models.FRAMES] for window in padded.split(length))
    return torch.stack([torch.as_tensor(window, dtype=torch.float32) for window in windows])


def _token_step(whole: Whisper, mels: Tensor) -> tuple[Tensor | Cache, ...]:
    """Token (batch, 1), position (1,), keys and values of the audio, an empty cache."""
    with torch.inference_mode(False), torch.no_grad():
        audio = whole.encoder(mels)
        cross = whole.decoder.cross(audio)
    token = torch.full((len(mels), 1), whole.dims.n_vocab - _LAST_TOKENS)
    position = torch.zeros(1, dtype=torch.int64)
    return token, position, cross, whole.decoder.empty_cache(len(mels))
