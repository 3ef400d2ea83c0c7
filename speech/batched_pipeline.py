"""BatchedPipeline: faster-whisper's batches with the safeguards of its sequential mode.

Where it stands: used by `asr.py`. Upstream's batches decode each chunk once and believe the result;
here the thresholds and the temperature fallback hold. Upstream pads short chunks with zeros of the
spectrogram, which no sound has: the decoder then stops early and loses sentences. Here the sound is
padded with silence, as openai-whisper and WhisperX pad theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ctranslate2
import faster_whisper
import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import (
    TranscriptionOptions,
    get_compression_ratio,
    get_ctranslate2_storage,
)

from aiec.speech.audio import SAMPLE_RATE
from aiec.speech.settings import WINDOW_S
from aiec.speech.speech_model import SpeechModel
from aiec.speech.times import within
from aiec.speech.transcript import Segment, Word
from aiec.speech.vad import Chunk

FRAMES = 3000  # of one window's spectrogram; arXiv 2212.04356, section 2.2


class BatchedPipeline(faster_whisper.BatchedInferencePipeline):
    """Decodes chunks together, and those that fail a threshold again on their own.

    Args:
        tokenizer: of the task and the language.
        options: faster-whisper's; all of their temperatures are tried.
    """

    def __init__(
        self, model: SpeechModel, tokenizer: Tokenizer, options: TranscriptionOptions
    ) -> None:
        super().__init__(model)
        self.speech_model = model
        self.tokenizer, self.options = tokenizer, options

    def decode(
        self,
        samples: np.ndarray,
        chunks: Sequence[Chunk],
        encoded: ctranslate2.StorageView | None = None,
    ) -> list[tuple[Segment, ...]]:
        """The segments of each of `chunks` of `samples` (16 kHz), decoded in one batch.

        Args:
            encoded: what `encode_chunks` made of these chunks, where that was done ahead.
        """
        if encoded is None:
            encoded = encode_chunks(self.speech_model, samples, chunks)
        about = [{"offset": chunk.start, "duration": chunk.seconds} for chunk in chunks]
        found = self.forward(encoded, self.tokenizer, about, self.options)
        return [
            tuple(_segment(part, chunk) for part in parts)
            for chunk, parts in zip(chunks, found, strict=True)
        ]

    def generate_segment_batched(
        self, features: ctranslate2.StorageView, tokenizer: Tokenizer, options: TranscriptionOptions
    ) -> tuple[ctranslate2.StorageView, list[dict[str, Any]]]:
        """The features, which are encoded already, and tokens with their scores for each chunk."""
        encoded, outputs = super().generate_segment_batched(features, tokenizer, options)
        for i, output in enumerate(outputs):
            if _is_silence(output, options):
                output["tokens"] = []
            elif options.temperatures[0] > 0 or _has_failed(output, tokenizer, options):
                output.update(self._again(np.array(encoded)[i : i + 1], tokenizer, options))
        return encoded, outputs

    def _again(
        self, encoded: np.ndarray, tokenizer: Tokenizer, options: TranscriptionOptions
    ) -> dict[str, Any]:
        text = options.initial_prompt
        prompt = self.model.get_prompt(
            tokenizer,
            tokenizer.encode(text) if isinstance(text, str) else [],
            without_timestamps=options.without_timestamps,
            hotwords=options.hotwords,
        )
        result, avg_logprob, _, _ = self.model.generate_with_fallback(
            get_ctranslate2_storage(encoded), prompt, tokenizer, options
        )
        found = {"tokens": result.sequences_ids[0], "no_speech_prob": result.no_speech_prob}
        return found | {"avg_logprob": avg_logprob}


def encode_chunks(
    model: SpeechModel, samples: np.ndarray, chunks: Sequence[Chunk]
) -> ctranslate2.StorageView:
    """Features (chunks, 1500, width) of `chunks` of `samples` (16 kHz); any thread may ask."""
    return model.encode(np.stack([padded_mel(model, chunk.cut(samples)) for chunk in chunks]))


def padded_mel(model: SpeechModel, samples: np.ndarray) -> np.ndarray:
    """The spectrogram of one window, (n_mels, 3000); what is missing to 30 s is silence."""
    window = samples[: WINDOW_S * SAMPLE_RATE]
    silence = np.zeros(WINDOW_S * SAMPLE_RATE - len(window), np.float32)
    return model.feature_extractor(np.concatenate([window, silence]))[..., :FRAMES]


def _segment(found: dict[str, Any], chunk: Chunk) -> Segment:
    """One part of a decoded chunk, within the chunk's times."""
    words = tuple(within(map(_word, found["words"]), chunk)) if "words" in found else None
    return Segment(
        0,
        round(max(found["start"], chunk.start), 3),
        round(min(found["end"], chunk.end), 3),
        found["text"],
        found["avg_logprob"],
        found["compression_ratio"],
        found["no_speech_prob"],
        words,
    )


def _word(found: dict[str, Any]) -> Word:
    return Word(found["start"], found["end"], found["word"], found["probability"])


def _is_silence(output: dict[str, Any], options: TranscriptionOptions) -> bool:
    """As in faster-whisper's sequential mode: probably no speech, and not sure of its text."""
    if options.no_speech_threshold is None:
        return False
    unsure = options.log_prob_threshold is None or (
        output["avg_logprob"] <= options.log_prob_threshold
    )
    return output["no_speech_prob"] > options.no_speech_threshold and unsure


def _has_failed(
    output: dict[str, Any], tokenizer: Tokenizer, options: TranscriptionOptions
) -> bool:
    ratio, logprob = options.compression_ratio_threshold, options.log_prob_threshold
    text = tokenizer.decode(output["tokens"]).strip()
    repetitive = ratio is not None and bool(text) and get_compression_ratio(text) > ratio
    return repetitive or (logprob is not None and output["avg_logprob"] < logprob)
