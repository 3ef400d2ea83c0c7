"""Transcripts with speakers: what `aiec transcribe --diarize` does between alignment and writing.

Where it stands: called by `transcribe.py` once a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from aiec.speech import console
from aiec.speech.diarize.assign import with_speakers
from aiec.speech.diarize.cluster import Count
from aiec.speech.diarize.local import RATE
from aiec.speech.diarize.pipeline import DiarizationPipeline
from aiec.speech.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Diarize:
    """What was asked for; names and defaults are WhisperX's.

    Attributes:
        wanted: find speakers at all.
        model: as `DiarizationPipeline` takes it; None is pyannote's if at hand, else `campplus`.
        token: of the Hugging Face hub.
        count: how many speakers there may be.
        embeddings: keep each speaker's vector.
        model_dir, cache_only: where models are looked for.
    """

    wanted: bool = False
    model: str | None = None
    token: str | None = None
    count: Count = field(default_factory=Count)
    embeddings: bool = False
    model_dir: Path | None = None
    cache_only: bool = False


class TranscriptSpeakers:
    """Gives the transcripts of one batch their speakers; the model is loaded once."""

    def __init__(self, asked: Diarize) -> None:
        self.asked = asked

    @cached_property
    def pipeline(self) -> DiarizationPipeline:
        """The model, loaded when the first file needs it; what there is to know of it is told."""
        asked = self.asked
        found = DiarizationPipeline(
            asked.model, asked.token, "cpu", asked.model_dir, cache_only=asked.cache_only
        )
        if found.note:
            console.tell(f"note: {found.note}")
        return found

    def check(self) -> None:
        """Load the model if it is wanted, so that a missing one is told before anything slow."""
        if self.asked.wanted:
            _ = self.pipeline

    def __call__(self, transcript: Transcript, samples: np.ndarray, recording: str) -> Transcript:
        """`transcript` of the file `recording` with speakers, if these are wanted."""
        if not self.asked.wanted or not len(samples):
            return transcript
        seconds = len(samples) / RATE
        with console.progress(f"speakers of {recording}", seconds, str) as bar:
            advance = lambda per_cent: bar.advance_to(per_cent / 100 * seconds)  # noqa: E731
            found = self.pipeline.diarize(samples, self.asked.count, advance)
        told = with_speakers(replace(transcript, recording=recording), found.turns)
        return replace(told, speaker_embeddings=found.embeddings) if self.asked.embeddings else told
