"""Speech to segments: chunks of one file through the model, by the user's settings.

Where it stands: between `vad.py` and `transcribe.py`. Chunks are decoded together
(`batched_pipeline.py`) or, with batch size 1, one after another by faster-whisper's own loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import faster_whisper.transcribe as upstream
import numpy as np

from aiec.speech.batched_pipeline import BatchedPipeline
from aiec.speech.settings import Decoding
from aiec.speech.speech_model import SpeechModel
from aiec.speech.transcript import Segment, Word
from aiec.speech.vad import Chunk

NUMERALS = frozenset("0123456789%$£")  # whisperx/asr.py, find_numeral_symbol_tokens


def segments_of(
    model: SpeechModel, samples: np.ndarray, chunks: Sequence[Chunk], decoding: Decoding
) -> tuple[str, Iterator[Segment]]:
    """The language and, as they are decoded, the segments of the `chunks` of `samples`."""
    shared = _shared_arguments(model, decoding)
    if decoding.batch_size == 1:
        clips = [time for chunk in chunks for time in (chunk.start, chunk.end)]
        found, info = model.transcribe(
            samples,
            temperature=decoding.temperatures,
            clip_timestamps=clips,
            condition_on_previous_text=decoding.condition_on_previous_text,
            **shared,
        )
    else:
        found, info = BatchedPipeline(model, decoding.temperatures).transcribe(
            samples,
            temperature=decoding.temperatures,
            clip_timestamps=[{"start": chunk.start, "end": chunk.end} for chunk in chunks],
            batch_size=decoding.batch_size,
            **shared,
        )
    return info.language, (_segment(s) for s in found if s.text.strip())


def _shared_arguments(model: SpeechModel, decoding: Decoding) -> dict[str, Any]:
    """Arguments that both of faster-whisper's modes take, by its names."""
    suppressed = [*decoding.suppress_tokens]
    if decoding.suppress_numerals:
        suppressed += numeral_tokens(model)
    return {
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
        "word_timestamps": decoding.word_timestamps,
        "without_timestamps": decoding.without_timestamps,
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
        tuple(found.tokens),
        found.temperature or 0.0,
        found.avg_logprob,
        found.compression_ratio,
        found.no_speech_prob,
        words,
    )
