"""What a user may ask of a transcription: frozen records, checked at the door.

Filled by `command.py` from the command line or by a program; read by `vad.py`, `asr.py` and
`transcribe.py`. Names and defaults are WhisperX's (`whisperx/__main__.py`, version 3) but where a
docstring says otherwise. Refuses values that nothing could mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiec.ir.errors import OptionError, nearest
from aiec.speech.languages import LANGUAGES

TASKS = ("transcribe", "translate")
VAD_METHODS = ("pyannote", "silero")
LARGEST = 100  # length penalty: the length of a text to a higher power is no number any more
MAX_BEAMS = 1000  # hypotheses that are followed at once; memory goes with them
MIN_INCREMENT = 0.01  # of temperatures: at most a hundred and one are tried
WINDOW_S = 30  # seconds that Whisper hears at once; arXiv 2212.04356, section 2.1


@dataclass(frozen=True, slots=True)
class Vad:
    """Voice activity detection, and how its stretches are merged into chunks.

    Attributes:
        onset: speech begins where the detector's probability rises above this.
        offset: and ends where it falls below this.
        chunk_size: neighbouring stretches are merged up to this many seconds, at most 30.
    """

    onset: float = 0.5
    offset: float = 0.363
    chunk_size: int = 30
    method: str = "pyannote"

    def __post_init__(self) -> None:
        if self.method not in VAD_METHODS:
            raise _unknown("VAD method", self.method, VAD_METHODS)
        for name in ("onset", "offset"):
            if not 0 < getattr(self, name) < 1:
                raise _impossible(f"vad_{name}", getattr(self, name), "a probability, 0 to 1")
        if not 1 <= self.chunk_size <= WINDOW_S:
            raise _impossible("chunk_size", self.chunk_size, f"1 to {WINDOW_S} seconds")


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the decoder searches, and when it is not believed.

    Attributes:
        batch_size: chunks that are decoded together; 1 decodes one after another, which alone can
            condition on the text before.
        temperatures: tried in this order until a result passes the thresholds.
        language: a code of `languages.LANGUAGES`, or None to detect it.
        suppress_tokens: token ids; -1 stands for symbols that are not spoken.
        word_timestamps: keep the times of words, which is faster-whisper's own setting.
    """

    task: str = "transcribe"
    language: str | None = None
    batch_size: int = 8
    beam_size: int = 5
    best_of: int = 5
    patience: float = 1.0
    length_penalty: float = 1.0
    temperatures: tuple[float, ...] = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    compression_ratio_threshold: float | None = 2.4
    logprob_threshold: float | None = -1.0
    no_speech_threshold: float | None = 0.6
    suppress_tokens: tuple[int, ...] = (-1,)
    suppress_numerals: bool = False
    initial_prompt: str | None = None
    hotwords: str | None = None
    condition_on_previous_text: bool = False
    word_timestamps: bool = False

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise _unknown("task", self.task, TASKS)
        if self.language is not None and self.language not in LANGUAGES:
            raise _unknown("language", self.language, LANGUAGES)
        for name in ("batch_size", "beam_size", "best_of"):
            if getattr(self, name) < 1:
                raise _impossible(name, getattr(self, name), "1 or more")
        if not 1 <= self.beam_size * self.patience <= MAX_BEAMS:
            expected = f"beam_size times patience to be 1 to {MAX_BEAMS}"
            raise _impossible("patience", self.patience, expected)
        if not abs(self.length_penalty) <= LARGEST:  # NaN is not either
            raise _impossible("length_penalty", self.length_penalty, f"-{LARGEST} to {LARGEST}")
        for name in ("compression_ratio_threshold", "logprob_threshold", "no_speech_threshold"):
            if math.isnan(getattr(self, name) or 0.0):
                raise _impossible(name, "NaN", "a number, or None")
        for name in ("initial_prompt", "hotwords"):
            if any("\ud800" <= letter <= "\udfff" for letter in getattr(self, name) or ""):
                raise OptionError(f"{name} is not text", expected="bytes of UTF-8")
        if any(token < -1 for token in self.suppress_tokens):
            raise _impossible("suppress_tokens", min(self.suppress_tokens), "token ids, or -1")
        if any(not 0 <= t <= 1 for t in self.temperatures):
            raise _impossible("temperature", self.temperatures[0], "0 to 1")
        if self.condition_on_previous_text and self.batch_size > 1:
            what = "condition_on_previous_text cannot be had with batch_size above 1"
            raise OptionError(what, expected="batch_size 1", todo="chunks are decoded together")


def temperatures(first: float, increment: float | None) -> tuple[float, ...]:
    """`first`, and with an increment all steps up to 1, as openai-whisper spaces them.

    Raises:
        OptionError: a first one that is not 0 to 1, or an increment below what makes a difference.
    """
    if not 0 <= first <= 1:  # neither is NaN
        raise _impossible("temperature", first, "0 to 1")
    if increment is None:
        return (first,)
    if not MIN_INCREMENT <= increment <= 1:
        expected = f"{MIN_INCREMENT} to 1, or None"
        raise _impossible("temperature_increment_on_fallback", increment, expected)
    steps = int((1.0 - first) / increment + 1e-6)  # the 1e-6 lets 1.0 itself in
    return tuple(round(first + i * increment, 6) for i in range(steps + 1))


def _unknown(what: str, value: str, known: object) -> OptionError:
    return OptionError(f"unknown {what} {value!r}", expected=nearest(value, known))  # type: ignore


def _impossible(name: str, value: object, expected: str) -> OptionError:
    return OptionError(f"{name} cannot be {value}", expected=expected)
