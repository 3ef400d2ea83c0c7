"""The user's settings by faster-whisper's names.

Where it stands: behind `asr.py`; faster-whisper takes its options as arguments of its loop, or as a
record beside a tokenizer for its batches.
"""

from __future__ import annotations

from typing import Any

from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens

from aiec.speech.settings import Decoding
from aiec.speech.speech_model import SpeechModel

NUMERALS = frozenset("0123456789%$£")  # whisperx/asr.py, find_numeral_symbol_tokens
# Marks that belong to the word after and before them; faster-whisper's and WhisperX's own.
BEFORE_WORDS, AFTER_WORDS = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"


def loop_arguments(model: SpeechModel, decoding: Decoding) -> dict[str, Any]:
    """What `WhisperModel.transcribe` takes that any way of decoding has."""
    return {
        "temperature": decoding.temperatures,
        "task": decoding.task,
        "language": decoding.language,
        "suppress_tokens": _suppressed(model, decoding),
    } | _search(decoding)


def batch_options(model: SpeechModel, decoding: Decoding) -> tuple[Tokenizer, TranscriptionOptions]:
    """The tokenizer and the options of a batch: words aligned, no time tokens."""
    tokenizer = Tokenizer(
        model.hf_tokenizer,
        model.model.is_multilingual,
        task=decoding.task,
        language=decoding.language,
    )
    options = TranscriptionOptions(
        temperatures=list(decoding.temperatures),
        suppress_tokens=get_suppressed_tokens(tokenizer, _suppressed(model, decoding)),
        without_timestamps=True,
        word_timestamps=True,
        prepend_punctuations=BEFORE_WORDS,
        append_punctuations=AFTER_WORDS,
        repetition_penalty=1,
        no_repeat_ngram_size=0,
        condition_on_previous_text=False,
        prompt_reset_on_temperature=0.5,
        prefix=None,
        suppress_blank=True,
        max_initial_timestamp=0.0,
        multilingual=False,
        max_new_tokens=None,
        clip_timestamps=[],
        hallucination_silence_threshold=None,
        **_search(decoding),
    )
    return tokenizer, options


def _search(decoding: Decoding) -> dict[str, Any]:
    return {
        "beam_size": decoding.beam_size,
        "best_of": decoding.best_of,
        "patience": decoding.patience,
        "length_penalty": decoding.length_penalty,
        "compression_ratio_threshold": decoding.compression_ratio_threshold,
        "log_prob_threshold": decoding.logprob_threshold,
        "no_speech_threshold": decoding.no_speech_threshold,
        "initial_prompt": decoding.initial_prompt,
        "hotwords": decoding.hotwords,
    }


def _suppressed(model: SpeechModel, decoding: Decoding) -> Any:  # upstream's types disagree
    numerals = numeral_tokens(model) if decoding.suppress_numerals else []
    return [*decoding.suppress_tokens, *numerals]


def numeral_tokens(model: SpeechModel) -> list[int]:
    """Ids of the text tokens that hold a digit or a sign of currency or per cent."""
    tokenizer = model.hf_tokenizer
    end = tokenizer.token_to_id("<|endoftext|>") or 0
    return [i for i in range(end) if NUMERALS & set(tokenizer.decode([i]))]
