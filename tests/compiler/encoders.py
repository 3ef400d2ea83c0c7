"""Encoders of three codebases, small: one width, whatever the code that computes it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from aiec.speech.whisper import Dims, Encoder

WIDTH, LAYERS, MELS, FRAMES = 128, 2, 80, 50


def own(width: int = WIDTH, heads: int = WIDTH // 64) -> nn.Module:
    """speech/whisper.py"""
    dims = Dims(MELS, FRAMES, width, heads, LAYERS, 100, 10, width, heads, 1)
    return Encoder(dims).eval()


def openai() -> nn.Module:
    """openai-whisper"""
    from whisper.model import AudioEncoder

    return AudioEncoder(MELS, FRAMES, WIDTH, WIDTH // 64, LAYERS).eval()


def hugging_face() -> nn.Module:
    """transformers"""
    from transformers import WhisperConfig
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    config = WhisperConfig(
        d_model=WIDTH,
        encoder_layers=LAYERS,
        encoder_attention_heads=WIDTH // 64,
        encoder_ffn_dim=4 * WIDTH,
        num_mel_bins=MELS,
        max_source_positions=FRAMES,
    )
    return WhisperEncoder(config).eval()


ENCODERS: dict[str, Callable[[], nn.Module]] = {"own": own, "openai": openai, "hf": hugging_face}


def mel(batch: int = 1) -> Tensor:
    """A spectrogram of `batch` windows."""
    return torch.rand(batch, MELS, 2 * FRAMES) * 2 - 1
