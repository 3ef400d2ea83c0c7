"""Transcripts aligned: what `aiec transcribe` does between decoding and writing.

Where it stands: called by `transcribe.py` once a file. Segments are put together to the chunks in
which speech was found, as WhisperX aligns them, since Whisper's own times may cut a word off; what
comes back is one segment a sentence. Where there is no model for a language this is told once, and
its transcripts stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from aiec.ir.errors import AiecError
from aiec.speech import console
from aiec.speech.align.aligner import Aligner, aligner_of
from aiec.speech.align.alignment import Entry, Rules, align_each
from aiec.speech.align.load import load_align_model
from aiec.speech.align.spelling import WITHOUT_SPACES
from aiec.speech.transcript import Char, Segment, Transcript, Word
from aiec.speech.vad import Chunk


@dataclass(frozen=True, slots=True)
class Alignment:
    """What was asked for; names and defaults are WhisperX's.

    Attributes:
        wanted: align at all.
        model: as `load_align_model` takes it; None is the language's default.
        rules: how times become words; whether the language has spaces is found out.
        model_dir, cache_only: where models are looked for.
    """

    wanted: bool = True
    model: str | None = None
    rules: Rules = field(default_factory=Rules)
    model_dir: Path | None = None
    cache_only: bool = False


class TranscriptAligner:
    """Aligns the transcripts of one batch; each language's model is loaded once."""

    def __init__(self, asked: Alignment) -> None:
        self.asked = asked
        self.loaded: dict[str, Aligner | None] = {}

    def __call__(
        self, transcript: Transcript, samples: np.ndarray, chunks: Sequence[Chunk]
    ) -> Transcript:
        """`transcript` with one segment a sentence and the times of their words."""
        language = transcript.language
        if not self.asked.wanted or not transcript.segments:
            return transcript
        if language not in self.loaded:
            self.loaded[language] = self._load(language)
        aligner = self.loaded[language]
        if aligner is None:
            return transcript
        rules = replace(self.asked.rules, spaced=language not in WITHOUT_SPACES)
        groups = list(by_chunk(transcript.segments, chunks))
        entries = [_entry(group, chunks) for group in groups]
        aligned = align_each(entries, aligner, samples, rules)
        found = [
            segment
            for group, sentences in zip(groups, aligned, strict=True)
            for segment in (group if sentences is None else _segments(group[0], sentences, rules))
        ]
        ordered = sorted(found, key=lambda segment: segment.start)
        numbered = (replace(segment, id=i) for i, segment in enumerate(ordered, start=1))
        return Transcript(language, tuple(numbered))

    def _load(self, language: str) -> Aligner | None:
        asked = self.asked
        places = (asked.model_dir, asked.cache_only)
        try:
            model, metadata = load_align_model(language, "cpu", asked.model, *places)
        except AiecError as error:
            if asked.model:
                raise
            console.tell(f"note: words are not aligned: {error.message}")
            return None
        return aligner_of(model, metadata, "cpu")


def by_chunk(segments: Iterable[Segment], chunks: Sequence[Chunk]) -> Iterator[list[Segment]]:
    """Neighbouring segments of one chunk together; those of none alone."""
    numbered = ((chunk_of(segment, chunks), segment) for segment in segments)
    for _, group in groupby(numbered, key=lambda pair: pair[0] or -pair[1].id):
        yield [segment for _, segment in group]


def chunk_of(segment: Segment, chunks: Sequence[Chunk]) -> Chunk | None:
    """The chunk that the middle of `segment` lies in."""
    middle = (segment.start + segment.end) / 2
    return next((chunk for chunk in chunks if chunk.start <= middle <= chunk.end), None)


def _entry(group: Sequence[Segment], chunks: Sequence[Chunk]) -> Entry:
    """The text of `group`, and where it is spoken."""
    chunk = chunk_of(group[0], chunks)
    start = min([segment.start for segment in group] + ([chunk.start] if chunk else []))
    end = max([segment.end for segment in group] + ([chunk.end] if chunk else []))
    return {"start": start, "end": end, "text": "".join(segment.text for segment in group)}


def _segments(source: Segment, sentences: Sequence[Entry], rules: Rules) -> list[Segment]:
    """`sentences` as segments, with what else is known of where they come from."""
    return [_segment(source, sentence, rules) for sentence in sentences]


def _segment(source: Segment, sentence: Entry, rules: Rules) -> Segment:
    blank = " " * rules.spaced  # as Whisper writes segments and words
    return replace(
        source,
        start=sentence["start"],
        end=sentence["end"],
        text=blank + sentence["text"].strip(),
        words=_words(sentence["words"], blank),
        chars=_chars(sentence["chars"]) if rules.chars else None,
    )


def _words(entries: Sequence[Entry], blank: str) -> tuple[Word, ...]:
    """Words; one that `ignore` left without a time is written with the word beside it."""
    words: list[Word] = []
    waiting = ""
    for entry in entries:
        text = blank + entry["word"]
        if "start" in entry and "end" in entry:
            score = entry.get("score", 0.0)
            words.append(Word(entry["start"], entry["end"], waiting + text, score))
            waiting = ""
        elif words:
            words[-1] = replace(words[-1], word=words[-1].word + text)
        else:
            waiting += text
    return tuple(words)


def _chars(entries: Sequence[Entry]) -> tuple[Char, ...]:
    return tuple(Char(e["char"], e.get("start"), e.get("end"), e.get("score")) for e in entries)
