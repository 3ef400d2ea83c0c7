"""Transcript: what was said in one audio file, and when.

Made by `asr.py` from faster-whisper's segments, given exact times by `align/` and speakers by
`diarize/`, read by `formats.py` and the command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiec.speech.turns import Turns


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its leading space; times in seconds from the start of the file."""

    start: float
    end: float
    word: str
    probability: float
    speaker: str | None = None  # who says it, where speakers were asked for


@dataclass(frozen=True, slots=True)
class Char:
    """One aligned character; None where nothing was heard of it."""

    char: str
    start: float | None
    end: float | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech that the model wrote as one; times in seconds."""

    id: int
    start: float
    end: float
    text: str
    avg_logprob: float = 0.0
    compression_ratio: float = 0.0
    no_speech_prob: float = 0.0
    words: tuple[Word, ...] | None = None  # None: word times were not asked for
    chars: tuple[Char, ...] | None = None  # None: characters were not asked for, or not aligned
    speaker: str | None = None  # who talks most in it, where speakers were asked for


@dataclass(frozen=True, slots=True)
class Transcript:
    """All segments of one file in order of time.

    Attributes:
        recording: the file's name in RTTM.
        turns: who spoke when, where speakers were asked for.
        speaker_embeddings: a vector for each speaker, where these were asked for.
    """

    language: str
    segments: tuple[Segment, ...]
    recording: str = "audio"
    turns: Turns = field(default_factory=Turns)
    speaker_embeddings: Mapping[str, list[float]] | None = None

    @property
    def text(self) -> str:
        """The whole text, as the model spaced it."""
        return "".join(segment.text for segment in self.segments).strip()
