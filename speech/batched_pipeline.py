"""BatchedPipeline: faster-whisper's batches with the safeguards of its sequential mode.

Where it stands: used by `asr.py`. Upstream's batches decode each chunk once and believe the result;
here the thresholds and the temperature fallback hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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

from aiec.speech.speech_model import SpeechModel


class BatchedPipeline(faster_whisper.BatchedInferencePipeline):
    """Decodes chunks together, and those that fail a threshold again on their own."""

    def __init__(self, model: SpeechModel, temperatures: Sequence[float]) -> None:
        super().__init__(model)
        self.temperatures = list(temperatures)

    def generate_segment_batched(
        self, features: np.ndarray, tokenizer: Tokenizer, options: TranscriptionOptions
    ) -> tuple[ctranslate2.StorageView, list[dict[str, Any]]]:
        """Encoded features, and tokens with their scores for each chunk."""
        options = replace(options, temperatures=self.temperatures)
        encoded, outputs = super().generate_segment_batched(features, tokenizer, options)
        for i, output in enumerate(outputs):
            if _is_silence(output, options):
                output["tokens"] = []
            elif self.temperatures[0] > 0 or _has_failed(output, tokenizer, options):
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
