"""Speech to segments: chunks of one file through the model, by the user's settings.

Where it stands: between `vad.py` and `transcribe.py`. Chunks are decoded together
(`batched_pipeline.py`) or, with batch size 1, one after another by faster-whisper's own loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import faster_whisper.transcribe as upstream
import numpy as np

from aiec.speech.batched_pipeline import BatchedPipeline
from aiec.speech.sentences import split_sentences
from aiec.speech.settings import Decoding
from aiec.speech.speech_model import SpeechModel
from aiec.speech.transcript import Segment, Word
from aiec.speech.vad import Chunk

NUMERALS = frozenset("0123456789%$£")  # whisperx/asr.py, find_numeral_symbol_tokens


def segments_of(
    model: SpeechModel, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> tuple[str, Iterator[Segment]]:
    """The language and, as they are decoded, the segments of the `chunks` of `samples`.

    Chunks that are decoded together carry no time tokens, since Whisper may stop short of a chunk's
    end when it writes them (alone, it would be heard again from there). Their words are aligned by
    cross-attention instead and grouped into sentences.
    """
    if decoding.batch_size == 1:
        language, found = _one_by_one(model, samples, chunks, decoding)
    else:
        language, found = _together(model, samples, chunks, decoding)
    numbered = (replace(segment, id=i) for i, segment in enumerate(found, start=1))
    return language, numbered


def _one_by_one(
    model: SpeechModel, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> tuple[str, Iterator[Segment]]:
    found, info = model.transcribe(
        samples,
        clip_timestamps=[time for chunk in chunks for time in (chunk.start, chunk.end)],
        condition_on_previous_text=decoding.condition_on_previous_text,
        word_timestamps=decoding.word_timestamps,
        **_shared_arguments(model, decoding),
    )
    return info.language, map(_segment, found)


def _together(
    model: SpeechModel, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> tuple[str, Iterator[Segment]]:
    found, info = BatchedPipeline(model, decoding.temperatures).transcribe(
        samples,
        clip_timestamps=[asdict(chunk) for chunk in chunks],
        batch_size=decoding.batch_size,
        word_timestamps=True,
        without_timestamps=True,
        **_shared_arguments(model, decoding),
    )
    sentences = (part for chunk in found for part in split_sentences(_segment(chunk)))
    if decoding.word_timestamps:
        return info.language, sentences
    return info.language, (replace(sentence, words=None) for sentence in sentences)


def _shared_arguments(model: SpeechModel, decoding: Decoding) -> dict[str, Any]:
    """Arguments that both of faster-whisper's modes take, by its names."""
    suppressed = [*decoding.suppress_tokens]
    if decoding.suppress_numerals:
        suppressed += numeral_tokens(model)
    return {
        "temperature": decoding.temperatures,
        "task": decoding.task,
        "language": decoding.language,
        "beam_size": decoding.beam_size,
        "best_of": decoding.best_of,
        "patience": decoding.patience,
        "length_penalty": decoding.length_penalty,
        "compression_ratio_threshold": decoding.compression_ratio_threshold,
        "log_prob_threshold": decoding.logprob_threshold,
        "no_speech_threshold": decoding.no_speech_threshold,
        "suppress_tokens": suppressed,
        "initial_prompt": decoding.initial_prompt,
        "hotwords": decoding.hotwords,
    }


def numeral_tokens(model: SpeechModel) -> list[int]:
    """Ids of the text tokens that hold a digit or a sign of currency or per cent."""
    tokenizer = model.hf_tokenizer
    end = tokenizer.token_to_id("<|endoftext|>") or 0
    return [i for i in range(end) if NUMERALS & set(tokenizer.decode([i]))]


def _segment(found: upstream.Segment) -> Segment:
    words = None
    if found.words is not None:
        words = tuple(Word(w.start, w.end, w.word, w.probability) for w in found.words)
    return Segment(
        found.id,
        round(found.start, 3),
        round(found.end, 3),
        found.text,
        found.avg_logprob,
        found.compression_ratio,
        found.no_speech_prob,
        words,
    )
