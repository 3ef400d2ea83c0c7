"""Whisper of three codebases, small: one width, whatever the code that computes it."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from aiec.speech.whisper import Cache, Dims, Encoder, Whisper, Window

WIDTH, LAYERS, MELS, FRAMES = 128, 2, 80, 50
DECODER_LAYERS, TOKENS = 3, 20


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


def own_window() -> nn.Module:
    """speech/whisper.py: the encoder, and what its decoder makes of the features once."""
    model = own_whisper()
    return Window(model.encoder, model.decoder).eval()


def own_whisper() -> Whisper:
    """speech/whisper.py, whole."""
    heads = WIDTH // 64
    layers = (LAYERS, 100, TOKENS, WIDTH, heads, DECODER_LAYERS)
    return Whisper(Dims(MELS, FRAMES, WIDTH, heads, *layers)).eval()


def openai_whisper() -> nn.Module:
    """openai-whisper, whole: (mel, tokens) to logits"""
    from whisper.model import ModelDimensions, Whisper

    heads = WIDTH // 64
    layers = (LAYERS, 100, TOKENS, WIDTH, heads, DECODER_LAYERS)
    model = Whisper(ModelDimensions(MELS, FRAMES, WIDTH, heads, *layers)).eval()
    nn.init.normal_(model.decoder.positional_embedding)  # left as it was in memory
    return model


def hugging_face_whisper() -> nn.Module:
    """transformers, whole"""
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    special = dict.fromkeys(("bos_token_id", "eos_token_id", "decoder_start_token_id"), 1)
    config = WhisperConfig(
        vocab_size=100,
        d_model=WIDTH,
        encoder_layers=LAYERS,
        decoder_layers=DECODER_LAYERS,
        encoder_attention_heads=WIDTH // 64,
        decoder_attention_heads=WIDTH // 64,
        encoder_ffn_dim=4 * WIDTH,
        decoder_ffn_dim=4 * WIDTH,
        num_mel_bins=MELS,
        max_source_positions=FRAMES,
        max_target_positions=TOKENS,
        pad_token_id=0,
        **special,
    )
    return WhisperForConditionalGeneration(config).eval()


class OpenAiDecoder(nn.Module):
    """The decoder of openai-whisper alone: (tokens, features) to logits."""

    def __init__(self) -> None:
        super().__init__()
        self.decoder: Any = openai_whisper().decoder

    def forward(self, tokens: Tensor, audio: Tensor) -> Tensor:
        return self.decoder(tokens, audio)


class HuggingFace(nn.Module):
    """(mel, tokens), or with `decoder_only` (tokens, features), to hidden values and caches."""

    def __init__(self, decoder_only: bool) -> None:
        super().__init__()
        self.model: Any = hugging_face_whisper().model
        self.decoder_only = decoder_only

    def forward(self, one: Tensor, other: Tensor) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        if self.decoder_only:
            out = self.model.decoder(input_ids=one, encoder_hidden_states=other, use_cache=True)
        else:
            out = self.model(input_features=one, decoder_input_ids=other, use_cache=True)
        kept = out.past_key_values.cross_attention_cache.layers
        return out.last_hidden_state, [(layer.keys, layer.values) for layer in kept]


class OwnPrefill(nn.Module):
    """Our decoder's first step: (tokens, features) to logits and caches."""

    def __init__(self) -> None:
        super().__init__()
        self.decoder = own_whisper().decoder

    def forward(self, tokens: Tensor, audio: Tensor) -> tuple[Tensor, Cache, Cache]:
        return self.decoder.prefill(tokens, audio)


def tokens(batch: int = 1) -> Tensor:
    """A prompt for each window."""
    return torch.arange(3, 7).repeat(batch, 1)


def features(batch: int = 1) -> Tensor:
    """What an encoder made of `batch` windows."""
    return torch.randn(batch, FRAMES, WIDTH)


# Models with an encoder and a decoder's cross projections, and decoders alone, with their inputs.
WHOLE: dict[str, Callable[[int], tuple[nn.Module, tuple[Tensor, ...]]]] = {
    "own": lambda batch: (own_window(), (mel(batch),)),
    "openai": lambda batch: (openai_whisper(), (mel(batch), tokens(batch))),
    "hf": lambda batch: (HuggingFace(False).eval(), (mel(batch), tokens(batch))),
}
DECODERS: dict[str, Callable[[], nn.Module]] = {
    "own": OwnPrefill,
    "openai": OpenAiDecoder,
    "hf": lambda: HuggingFace(True),
}
ENCODERS: dict[str, Callable[[], nn.Module]] = {"own": own, "openai": openai, "hf": hugging_face}


def mel(batch: int = 1) -> Tensor:
    """A spectrogram of `batch` windows."""
    return torch.rand(batch, MELS, 2 * FRAMES) * 2 - 1
