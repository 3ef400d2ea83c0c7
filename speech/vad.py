"""Where somebody speaks: stretches of speech, merged into chunks that Whisper can hear.

Where it stands: between `audio.py` and `asr.py`. The stretches come from WhisperX's detector
(`voice_activity.py`) or from Silero's. The merging is that of WhisperX (Bain et al. 2023,
arXiv 2303.00747, section 3.1): cut and merge, so that each chunk is one span of the file, silence
between its stretches included, and never longer than the chunk size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from aiec.speech import packaged, voice_activity
from aiec.speech.audio import SAMPLE_RATE
from aiec.speech.settings import Vad

MIN_SILENCE_MS = 160  # what ends Silero's stretches; the default of faster-whisper's batches


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start

    def cut(self, samples: np.ndarray) -> np.ndarray:
        """What of a file's `samples` (16 kHz) lies in it."""
        return samples[int(self.start * SAMPLE_RATE) : int(self.end * SAMPLE_RATE)]


@dataclass(frozen=True, slots=True)
class Chunk(Span):
    """One span of the file that is decoded as a whole.

    Attributes:
        stretches: the speech in it, in order; () stands for all of it.
    """

    stretches: tuple[Span, ...] = ()

    @classmethod
    def around(cls, stretches: Sequence[Span]) -> Chunk:
        """The chunk from the first to the last of `stretches`."""
        return cls(stretches[0].start, stretches[-1].end, tuple(stretches))

    @property
    def speech(self) -> tuple[Span, ...]:
        """Where somebody speaks in it."""
        return self.stretches or (Span(self.start, self.end),)


def speech_chunks(samples: np.ndarray, vad: Vad) -> tuple[Chunk, ...]:
    """Chunks of `samples` (16 kHz) that hold all speech, in order; none where nobody speaks.

    Raises:
        ModelError: the detector's weights are not here and cannot be fetched.
    """
    find = {"pyannote": _pyannote, "silero": _silero}[vad.method]
    seconds = len(samples) / SAMPLE_RATE
    found = (Span(start, min(end, seconds)) for start, end in find(samples, vad))
    return merge((span for span in found if span.seconds > 0), vad)


def check_weights(vad: Vad, *, cache_only: bool = False) -> None:
    """Make sure that the detector of `vad` can be used, fetching its weights if need be.

    Raises:
        ModelError: the weights are not here and cannot be fetched, or are not to be.
    """
    if vad.method == "pyannote":
        packaged.folder_of("whisperx", cache_only=cache_only)


def _pyannote(samples: np.ndarray, vad: Vad) -> Iterable[tuple[float, float]]:
    scores = voice_activity.speech_scores(samples, voice_activity.detector())
    return voice_activity.stretches(scores, vad.onset, vad.offset, vad.chunk_size)


def _silero(samples: np.ndarray, vad: Vad) -> Iterable[tuple[float, float]]:
    options = VadOptions(
        threshold=vad.onset,
        neg_threshold=vad.offset,
        max_speech_duration_s=vad.chunk_size,
        min_silence_duration_ms=MIN_SILENCE_MS,
    )
    for found in get_speech_timestamps(samples, options, SAMPLE_RATE):
        yield found["start"] / SAMPLE_RATE, found["end"] / SAMPLE_RATE


def merge(stretches: Iterable[Span], vad: Vad) -> tuple[Chunk, ...]:
    """Join neighbours as long as the whole stays within `vad.chunk_size`."""
    merged: list[list[Span]] = []
    for stretch in stretches:
        if merged and stretch.end - merged[-1][0].start <= vad.chunk_size:
            merged[-1].append(stretch)
        else:
            merged.append([stretch])
    return tuple(Chunk.around(group) for group in merged)
