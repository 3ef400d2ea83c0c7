"""align: segments of text with the times of their words, and of characters if asked for.

Where it stands: the heart of this folder, with the name, arguments, results and warnings of
WhisperX's `align`: for the same emission the times are the same to the millisecond. Segments that
cannot be aligned stay as they are. It differs in four things: emissions of all segments are
computed in batches, sentences are found by `sentences.py` rather than by NLTK's data, sentences
without a time are not dropped by `ignore`, and a character that is two in lower case does not
shift those behind it.

Source of the rules: whisperx/alignment.py, version 3.8.6.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from aiec.speech.align.aligner import Aligner, aligner_of
from aiec.speech.align.interpolation import checked_method, fill
from aiec.speech.align.spelling import WITHOUT_SPACES, Token
from aiec.speech.align.trellis import Span, best_spans
from aiec.speech.audio import SAMPLE_RATE, load_audio
from aiec.speech.sentences import sentence_spans

LOGGER = logging.getLogger(__name__)
BATCH_S = 60  # seconds of sound, padding included, whose emissions are computed together

Entry = dict[str, Any]  # a segment, word or character by WhisperX's keys


def align(
    transcript: Iterable[Mapping[str, Any]],
    model: Any,
    align_model_metadata: Mapping[str, Any],
    audio: str | Path | np.ndarray | torch.Tensor,
    device: str = "cpu",
    interpolate_method: str = "nearest",
    return_char_alignments: bool = False,
    print_progress: bool = False,
    combined_progress: bool = False,
    progress_callback: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """Give every word of `transcript` its time in `audio`.

    Args:
        transcript: segments with `start`, `end` (seconds), `text` and perhaps `avg_logprob`.
        model, align_model_metadata: what `load_align_model` returned, or a wav2vec2 of torchaudio
            or transformers with the metadata that WhisperX has for it.
        audio: a file, or samples at 16 kHz, (n,) or (1, n).
        device: where a model that is not ours is called.
        interpolate_method: `nearest`, `linear` or `ignore`, for words that no sound gave a time.
        combined_progress: printed progress begins at 50 %, as transcribing was the first half.

    Returns:
        `segments`, one a sentence, with `start`, `end`, `text`, `words` (and `chars`), and
        `word_segments`, all words in one list. Words have `word`, `start`, `end`, `score`.

    Raises:
        OptionError: an unknown method.
        AudioError: `audio` is a file that cannot be read.
    """
    samples, segments = _samples(audio), list(transcript)
    aligner = aligner_of(model, align_model_metadata, device)
    spaced = align_model_metadata["language"] not in WITHOUT_SPACES
    rules = Rules(spaced, interpolate_method, return_char_alignments)
    aligned: list[Entry] = []
    for i, found in enumerate(align_each(segments, aligner, samples, rules)):
        done = 100 * (i + 1) / len(segments)
        if print_progress:
            print(f"Progress: {50 + done / 2 if combined_progress else done:.2f}%...", flush=True)
        if progress_callback and found is not None:
            progress_callback(done)
        aligned += [_as_it_is(segments[i], rules)] if found is None else found
    return {"segments": aligned, "word_segments": [w for s in aligned for w in s["words"]]}


@dataclass(frozen=True, slots=True)
class Rules:
    """How times become words.

    Attributes:
        spaced: the language has spaces between its words.
        method: of interpolation.
        chars: give characters as well.

    Raises:
        OptionError: an unknown method.
    """

    spaced: bool = True
    method: str = "nearest"
    chars: bool = False

    def __post_init__(self) -> None:
        checked_method(self.method)


def align_each(
    segments: Sequence[Mapping[str, Any]], aligner: Aligner, samples: np.ndarray, rules: Rules
) -> Iterator[list[Entry] | None]:
    """The sentences of each segment, or None, with a warning, where it must stay as it is."""
    spelled = aligner.spell([segment["text"] for segment in segments])
    emissions = _emissions(aligner, segments, spelled, samples)
    for i, (segment, tokens) in enumerate(zip(segments, spelled, strict=True)):
        yield _align_one(segment, tokens, emissions.get(i), aligner, rules)


@dataclass(frozen=True, slots=True)
class _Chars:
    """Times (seconds) and scores of a text's characters, NaN where there are none.

    Attributes:
        word: index of the word that each belongs to; a space belongs to the word after it.
    """

    text: str
    word: np.ndarray
    start: np.ndarray
    end: np.ndarray
    score: np.ndarray


def _samples(audio: str | Path | np.ndarray | torch.Tensor) -> np.ndarray:
    """The sound as float32 (n,)."""
    if isinstance(audio, (str, Path)):
        audio = load_audio(Path(audio))
    return np.asarray(audio, dtype=np.float32).reshape(-1)


def _emissions(
    aligner: Aligner,
    segments: Sequence[Mapping[str, Any]],
    spelled: Sequence[Sequence[Token]],
    samples: np.ndarray,
) -> dict[int, np.ndarray]:
    """Log probabilities (frames, vocabulary) by the index of each segment that can be aligned.

    Segments of like lengths run together, so that little of a batch is padding.
    """
    duration = len(samples) / SAMPLE_RATE
    sounds = {
        i: samples[int(s["start"] * SAMPLE_RATE) : int(s["end"] * SAMPLE_RATE)]
        for i, (s, tokens) in enumerate(zip(segments, spelled, strict=True))
        if tokens and s["start"] < duration
    }
    found: dict[int, np.ndarray] = {}
    for batch in _batches({i: len(sound) for i, sound in sounds.items()}):
        found |= zip(batch, aligner.emissions([sounds[i] for i in batch]), strict=True)
    return found


def _batches(lengths: Mapping[int, int]) -> list[list[int]]:
    """The keys in batches of at most BATCH_S, the longest first."""
    batches: list[list[int]] = []
    room = 0
    for i in sorted(lengths, key=lambda i: -lengths[i]):
        if not room:
            batches.append([])
            room = max(1, BATCH_S * SAMPLE_RATE // max(lengths[i], 1))
        batches[-1].append(i)
        room -= 1
    return batches


def _align_one(
    segment: Mapping[str, Any],
    tokens: Sequence[Token],
    emission: np.ndarray | None,
    aligner: Aligner,
    rules: Rules,
) -> list[Entry] | None:
    """The sentences of one segment; None, with a warning, where it must stay as it is."""
    if not tokens:
        return _refuse(segment, "it has no character to align")
    if emission is None:
        return _refuse(segment, "it starts behind the end of the sound")
    spans = best_spans(emission, [token.id for token in tokens], aligner.blank)
    if spans is None:
        return _refuse(segment, "its sound has no room for its text")
    chars = _times(segment, tokens, spans, len(emission), aligner, rules)
    return _merged(
        [_sentence(segment, chars, *s, rules) for s in sentence_spans(chars.text)], rules
    )


def _refuse(segment: Mapping[str, Any], why: str) -> None:
    LOGGER.warning("Failed to align segment (%r): %s; it stays as it is", segment["text"], why)


def _as_it_is(segment: Mapping[str, Any], rules: Rules) -> Entry:
    kept = {key: segment[key] for key in ("start", "end", "text")}
    kept |= {"words": [], "chars": [] if rules.chars else None}
    return kept | _logprob(segment)


def _logprob(segment: Mapping[str, Any]) -> Entry:
    value = segment.get("avg_logprob")
    return {} if value is None else {"avg_logprob": value}


def _times(
    segment: Mapping[str, Any],
    tokens: Sequence[Token],
    spans: Sequence[Span],
    frames: int,
    aligner: Aligner,
    rules: Rules,
) -> _Chars:
    """From frames to seconds: frames spread evenly over the segment, less the model's lag."""
    text, begin = segment["text"], segment["start"]
    frame_s = (segment["end"] - begin) / frames
    chars = _Chars(text, _word_indices(text, rules), *np.full((3, len(text)), np.nan))
    for at, heard in _by_char(tokens, spans).items():
        start, end = (edge * frame_s + begin for edge in (heard[0].start, heard[-1].end))
        end = min(end, heard[-1].start * frame_s + begin + aligner.longest_s)
        if aligner.lag_s:
            start, end = (max(begin, edge - aligner.lag_s) for edge in (start, end))
        chars.start[at], chars.end[at] = round(start, 3), round(end, 3)
        chars.score[at] = round(sum(span.score for span in heard) / len(heard), 3)
    return chars


def _by_char(tokens: Sequence[Token], spans: Sequence[Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for token, span in zip(tokens, spans, strict=True):
        found.setdefault(token.char, []).append(span)
    return found


def _word_indices(text: str, rules: Rules) -> np.ndarray:
    if not rules.spaced:
        return np.arange(len(text))
    spaces = np.array([char == " " for char in text])
    return np.cumsum(spaces) - spaces[0]


def _sentence(
    segment: Mapping[str, Any], chars: _Chars, start: int, end: int, rules: Rules
) -> Entry:
    """The sentence of characters `start` to before `end`, with the space behind it if any."""
    stop = end + (chars.text[end : end + 1].isspace())
    mine = np.arange(start, stop)
    solid = np.array([at for at in mine if chars.text[at] != " "])
    entry = {
        "text": chars.text[start:end],
        "start": _least(chars.start[mine]),
        "end": -_least(-chars.end[solid]),
        "words": _words(chars, mine, rules),
    }
    if rules.chars:
        entry["chars"] = [_char(chars, at) for at in mine.tolist()]
    return entry | _logprob(segment)


def _words(chars: _Chars, mine: np.ndarray, rules: Rules) -> list[Entry]:
    """The words among the characters `mine`, those without a time interpolated."""
    words, times = [], []
    for word in dict.fromkeys(chars.word[mine].tolist()):
        places = [at for at in mine if chars.word[at] == word]
        text = "".join(chars.text[at] for at in places).strip()
        if text:
            solid = np.array([at for at in places if chars.text[at] != " "])
            words.append(_known({"word": text, "score": _mean(chars.score[solid])}))
            times.append((_least(chars.start[solid]), -_least(-chars.end[solid])))
    filled = np.array(times, dtype=float).reshape(-1, 2)
    if np.isnan(filled[:, 0]).any():
        filled = np.stack([fill(column, rules.method) for column in filled.T], axis=1)
    return [
        _known({"word": word["word"], "start": start, "end": end, **word})
        for word, (start, end) in zip(words, filled.tolist(), strict=True)
    ]


def _char(chars: _Chars, at: int) -> Entry:
    times = {"start": chars.start[at], "end": chars.end[at], "score": chars.score[at]}
    return _known({"char": chars.text[at], **{key: float(value) for key, value in times.items()}})


def _known(entry: Entry) -> Entry:
    """`entry` without the keys whose values are NaN."""
    return {key: value for key, value in entry.items() if value == value}


def _least(values: np.ndarray) -> float:
    """The least of `values` that is not NaN, or NaN."""
    values = values[~np.isnan(values)]
    return float(values.min()) if len(values) else float("nan")


def _mean(values: np.ndarray) -> float:
    values = values[~np.isnan(values)]
    return float(np.round(values.mean(), 3)) if len(values) else float("nan")


def _merged(sentences: list[Entry], rules: Rules) -> list[Entry]:
    """Sentences in order of time, those with the same times as one."""
    method = "nearest" if rules.method == "ignore" else rules.method
    edges = [fill(np.array([s[key] for s in sentences]), method) for key in ("start", "end")]
    groups: dict[tuple[float, float], list[Entry]] = {}
    for sentence, start, end in zip(sentences, *(edge.tolist() for edge in edges), strict=True):
        groups.setdefault((start, end), []).append(sentence)
    return [_joined(*times, groups[times], rules) for times in sorted(groups)]


def _joined(start: float, end: float, sentences: list[Entry], rules: Rules) -> Entry:
    text = (" " if rules.spaced else "").join(sentence["text"] for sentence in sentences)
    entry = {"start": start, "end": end, "text": text}
    for key in ("words", "chars"):
        if key in sentences[0]:
            entry[key] = [part for sentence in sentences for part in sentence[key]]
    return entry | _logprob(sentences[0])
