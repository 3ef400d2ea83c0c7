"""Transcript: what was said in one audio file, and when.

Made by `asr.py` from faster-whisper's segments and given exact times by `align/`, read by
`formats.py` and the command.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its leading space; times in seconds from the start of the file."""

    start: float
    end: float
    word: str
    probability: float


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


@dataclass(frozen=True, slots=True)
class Transcript:
    """All segments of one file in order of time."""

    language: str
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The whole text, as the model spaced it."""
        return "".join(segment.text for segment in self.segments).strip()
