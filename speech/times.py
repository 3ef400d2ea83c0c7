"""Segments and words of faster-whisper as ours: within the sound, none without length.

Where it stands: behind `asr.py` and `batched_pipeline.py`. Cross attention may say that a word ends
after the sound does, or takes no time at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import faster_whisper.transcribe as upstream

from aiec.speech.transcript import Segment, Word
from aiec.speech.vad import Span

SHORTEST_S = 0.02  # one step of Whisper's times; arXiv 2212.04356, section 2.3


def within(words: Iterable[Word], span: Span) -> Iterator[Word]:
    """`words` with times inside of `span`, each at least `SHORTEST_S` long where that fits."""
    for word in words:
        start = max(span.start, min(word.start, span.end - SHORTEST_S))
        end = min(span.end, max(word.end, start + SHORTEST_S))
        yield replace(word, start=round(start, 3), end=round(end, 3))


def segment_of(found: upstream.Segment, span: Span, offset: float = 0.0) -> Segment:
    """faster-whisper's segment as ours, moved on by `offset` seconds and kept within `span`."""
    words = None
    if found.words is not None:
        moved = (Word(w.start + offset, w.end + offset, w.word, w.probability) for w in found.words)
        words = tuple(within(moved, span))
    return Segment(
        found.id,
        round(max(found.start + offset, span.start), 3),
        round(min(found.end + offset, span.end), 3),
        found.text,
        found.avg_logprob,
        found.compression_ratio,
        found.no_speech_prob,
        words,
    )
