"""WhisperX's `whisperx.audio`: sound as Whisper hears it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aiec.ir.errors import OptionError
from aiec.speech import audio

SAMPLE_RATE = audio.SAMPLE_RATE

__all__ = ["SAMPLE_RATE", "load_audio"]


def load_audio(file: str | Path, sr: int = SAMPLE_RATE) -> np.ndarray:
    """The sound of `file` as float32 samples (n,), mono, 16 kHz.

    Raises:
        OptionError: another rate.
        AudioError: the file cannot be heard.
    """
    if sr != SAMPLE_RATE:
        raise OptionError(f"sr cannot be {sr}", expected=f"{SAMPLE_RATE}, which the models hear")
    return audio.load_audio(Path(file))
