"""SpeechModel: CTranslate2's decoder behind our encoder, or behind CTranslate2's own.

Where it stands: used by `asr.py`; the encoder comes from `npu_encoder.py`. faster-whisper's decoder
takes encoded features, so all it can do (beam search, temperature fallback, prompts, hotwords,
languages, word times) works with either. Refuses folders that CTranslate2 cannot load.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ctranslate2
import faster_whisper
import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.transcribe import get_ctranslate2_storage

from aiec.ir.errors import ModelError, OptionError, nearest
from aiec.speech.checkpoint import read_json

EncoderCall = Callable[[torch.Tensor], torch.Tensor]


class SpeechModel(faster_whisper.WhisperModel):
    """faster-whisper's model whose `encode` may be somebody else's.

    Args:
        folder: a CTranslate2 Whisper folder.
        encoder: from mel (1, n_mels, 3000) float32 to (1, 1500, width) float32; None leaves
            encoding to CTranslate2.
        compute_type: CTranslate2's; `default` is float32, as in WhisperX on a CPU.
        threads: of CTranslate2; 0 is its own choice.
    """

    def __init__(
        self,
        folder: Path,
        encoder: EncoderCall | None = None,
        *,
        compute_type: str = "default",
        threads: int = 0,
    ) -> None:
        kind = checked_compute_type(compute_type)
        _check_json(folder)
        try:
            super().__init__(str(folder), device="cpu", compute_type=kind, cpu_threads=threads)
        except (RuntimeError, ValueError, OSError) as error:
            what = f"CTranslate2 cannot load {folder}: {error}"
            raise ModelError(what, expected="a CTranslate2 Whisper folder") from error
        self.encoder = encoder
        self.windows = 0  # encoded so far
        # Encoder and decoder work side by side where they are not the same cores.
        self.batches_ahead = 1 if encoder else 0
        if self.feature_extractor.mel_filters.shape[0] != self.model.n_mels:
            self.feature_extractor = FeatureExtractor(feature_size=self.model.n_mels)

    def encode(self, features: np.ndarray | ctranslate2.StorageView) -> ctranslate2.StorageView:
        """Encode mel (n_mels, 3000) or (windows, n_mels, 3000), one window at a time.

        One shape is one compiled graph, whatever the batch. What is encoded already stays as it is.
        """
        if isinstance(features, ctranslate2.StorageView):
            return features
        windows = features[None] if features.ndim == 2 else features
        self.windows += len(windows)
        if self.encoder is None:
            return super().encode(windows)
        with torch.inference_mode():
            mels = torch.from_numpy(np.ascontiguousarray(windows, dtype=np.float32))
            encoded = torch.cat([self.encoder(mel[None]) for mel in mels])
        return get_ctranslate2_storage(encoded.numpy())


def _check_json(folder: Path) -> None:
    """Refuse JSON files that would fail only after loading, or with another library's error."""
    read_json(folder / "config.json")
    if (folder / "tokenizer.json").is_file():  # without one, faster-whisper gets it from the hub
        read_json(folder / "tokenizer.json")


def checked_compute_type(name: str) -> str:
    """What CTranslate2 calls `name` on this CPU; `default` is float32.

    Raises:
        OptionError: a type that this CPU does not have.
    """
    wanted = "float32" if name == "default" else name
    known = ctranslate2.get_supported_compute_types("cpu")
    if wanted not in known:
        what = f"compute type {name!r} does not run on this CPU"
        raise OptionError(what, expected=nearest(wanted, ("default", *known)))
    return wanted
