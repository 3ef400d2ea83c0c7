"""Where somebody speaks: Silero's stretches of speech, merged into chunks that Whisper can hear.

Where it stands: between `audio.py` and `asr.py`. The merging is that of WhisperX (Bain et al. 2023,
arXiv 2303.00747, section 3.1): cut and merge, so that each chunk is one span of the file, silence
between its stretches included, and never longer than the chunk size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from aiec.speech.audio import SAMPLE_RATE
from aiec.speech.settings import Vad

MIN_SILENCE_MS = 160  # what ends a stretch; the default of faster-whisper's batched pipeline


@dataclass(frozen=True, slots=True)
class Chunk:
    """One span of the file, in seconds."""

    start: float
    end: float


def speech_chunks(samples: np.ndarray, vad: Vad) -> tuple[Chunk, ...]:
    """Chunks of `samples` (16 kHz) that hold all speech, in order; none where nobody speaks."""
    options = VadOptions(
        threshold=vad.onset,
        neg_threshold=vad.offset,
        max_speech_duration_s=vad.chunk_size,
        min_silence_duration_ms=MIN_SILENCE_MS,
    )
    found = get_speech_timestamps(samples, options, SAMPLE_RATE)
    return merge([Chunk(s["start"] / SAMPLE_RATE, s["end"] / SAMPLE_RATE) for s in found], vad)


def merge(stretches: list[Chunk], vad: Vad) -> tuple[Chunk, ...]:
    """Join neighbours as long as the whole stays within `vad.chunk_size`."""
    merged: list[Chunk] = []
    for stretch in stretches:
        if merged and stretch.end - merged[-1].start <= vad.chunk_size:
            merged[-1] = Chunk(merged[-1].start, stretch.end)
        else:
            merged.append(stretch)
    return tuple(merged)
