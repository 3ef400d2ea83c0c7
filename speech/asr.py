"""Speech to segments: chunks of one file through the model, by the user's settings.

Where it stands: between `vad.py` and `transcribe.py`. Chunks are decoded together
(`batched_pipeline.py`) or, with batch size 1, one after another by faster-whisper's own loop.
Either way the result is held against the speech that was found (`second_hearing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from aiec.speech.ahead import ahead
from aiec.speech.audio import SAMPLE_RATE
from aiec.speech.batched_pipeline import BatchedPipeline, encode_chunks, padded_mel
from aiec.speech.decoding_options import batch_options, loop_arguments
from aiec.speech.second_hearing import SecondHearing
from aiec.speech.sentences import split_sentences
from aiec.speech.settings import WINDOW_S, Decoding
from aiec.speech.speech_model import SpeechModel
from aiec.speech.times import segment_of
from aiec.speech.transcript import Segment
from aiec.speech.vad import Chunk, Span


@dataclass(frozen=True, slots=True)
class Heard:
    """What is said in one file.

    Attributes:
        language: its code, as asked for or as detected.
        segments: in order of time, as they are decoded.
        unheard: speech without words; complete when `segments` has ended.
    """

    language: str
    segments: Iterator[Segment]
    unheard: Sequence[Span]


def segments_of(
    model: SpeechModel, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> Heard:
    """The segments of the `chunks` of `samples` (16 kHz).

    Chunks that are decoded together carry no time tokens, since Whisper may stop short of a chunk's
    end when it writes them (alone, it would be heard again from there). Their words are aligned by
    cross-attention instead and grouped into sentences.
    """
    decoding = replace(decoding, language=_language(model, samples, chunks, decoding))
    pipeline = BatchedPipeline(model, *batch_options(model, decoding))
    hearing = SecondHearing(model, pipeline, samples, decoding)
    decode = _one_by_one if decoding.batch_size == 1 else _together
    found = (
        segment
        for chunk, first in decode(pipeline, samples, chunks, decoding)
        for segment in _finished(hearing.mended(chunk, first), decoding)
    )
    numbered = (replace(segment, id=i) for i, segment in enumerate(found, start=1))
    return Heard(decoding.language or "en", numbered, hearing.unheard)


def _language(
    model: SpeechModel, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> str | None:
    """The language asked for, else that of the first half minute of speech."""
    if decoding.language or not model.model.is_multilingual:
        return decoding.language or "en"
    speech = np.concatenate([chunk.cut(samples) for chunk in chunks])[: WINDOW_S * SAMPLE_RATE]
    return model.detect_language(features=padded_mel(model, speech))[0]


def _together(
    pipeline: BatchedPipeline, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> Iterator[tuple[Chunk, tuple[Segment, ...]]]:
    size, model = decoding.batch_size, pipeline.speech_model
    batches = [chunks[first : first + size] for first in range(0, len(chunks), size)]
    encode = partial(encode_chunks, model, samples)
    for batch, encoded in ahead(batches, encode, model.batches_ahead):
        yield from zip(batch, pipeline.decode(samples, batch, encoded), strict=True)


def _one_by_one(
    pipeline: BatchedPipeline, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> Iterator[tuple[Chunk, tuple[Segment, ...]]]:
    found, _ = pipeline.model.transcribe(
        samples,
        clip_timestamps=[time for chunk in chunks for time in (chunk.start, chunk.end)],
        condition_on_previous_text=decoding.condition_on_previous_text,
        word_timestamps=decoding.word_timestamps,
        **loop_arguments(pipeline.speech_model, decoding),
    )
    waiting = list(chunks)
    kept: list[Segment] = []
    for segment in found:
        while len(waiting) > 1 and segment.start >= waiting[1].start - 1 / SAMPLE_RATE:
            yield waiting.pop(0), tuple(kept)
            kept = []
        kept.append(segment_of(segment, waiting[0]))
    for chunk in waiting:
        yield chunk, tuple(kept)
        kept = []


def _finished(segments: Sequence[Segment], decoding: Decoding) -> Iterator[Segment]:
    """Sentences where words have times, which go unless they were asked for."""
    one_by_one = decoding.batch_size == 1
    for segment in segments:
        parts = (segment,) if one_by_one and segment.text.strip() else split_sentences(segment)
        for part in parts:
            yield part if decoding.word_timestamps else replace(part, words=None)
