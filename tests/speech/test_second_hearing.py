"""A decoder that loses words is found out; what stays lost is told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from aiec.speech import second_hearing
from aiec.speech.asr import segments_of
from aiec.speech.audio import SAMPLE_RATE, load_audio
from aiec.speech.batched_pipeline import BatchedPipeline, padded_mel
from aiec.speech.second_hearing import SecondHearing
from aiec.speech.settings import Decoding, Vad
from aiec.speech.speech_model import SpeechModel
from aiec.speech.transcript import Segment, Word
from aiec.speech.vad import Chunk, Span, speech_chunks

SPEECH = (Span(0, 4), Span(5, 9), Span(10.5, 14))
CHUNK = Chunk(0, 14, SPEECH)


def said(*spans: Span) -> tuple[Segment, ...]:
    """A segment with a word every half second of each span."""
    times = [t for span in spans for t in np.arange(span.start, span.end, 0.5)]
    words = tuple(Word(t, t + 0.5, f" {t:.1f}", 1.0) for t in times)
    return (Segment(1, times[0], times[-1] + 0.5, "", words=words),) if times else ()


class Loses:
    """In place of a pipeline: hears the speech of a chunk but for what it is deaf to."""

    def __init__(self, *deaf: tuple[int, Span]) -> None:
        self.deaf, self.calls = deaf, []

    def decode(self, _samples: Any, chunks: list[Chunk]) -> list[tuple[Segment, ...]]:
        self.calls.append(chunks)
        lost = [span for size, span in self.deaf for c in chunks if len(c.speech) >= size]
        return [said(*(s for s in c.speech if s not in lost)) for c in chunks]


def hearing(pipeline: Any, monkeypatch: pytest.MonkeyPatch, *loop: Segment) -> SecondHearing:
    """With a model whose own loop finds `loop`."""
    monkeypatch.setattr(second_hearing, "loop_arguments", lambda *_: {})
    model = SimpleNamespace(transcribe=lambda *_, **__: (loop, None))
    samples = np.zeros(14 * SAMPLE_RATE, np.float32)
    return SecondHearing(model, pipeline, samples, Decoding())  # type: ignore[arg-type]


def test_nothing_is_decoded_again_where_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Loses()
    found = said(*SPEECH)
    assert hearing(pipeline, monkeypatch).mended(CHUNK, found) is found
    assert not pipeline.calls


def test_a_lost_stretch_is_decoded_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Loses((3, SPEECH[1]))
    listener = hearing(pipeline, monkeypatch)
    found = listener.mended(CHUNK, said(SPEECH[0], SPEECH[2]))
    assert [chunk.speech for chunk in pipeline.calls[0]] == [(s,) for s in SPEECH]
    assert [(s.start, s.end) for s in found] == [(0, 4), (5, 9), (10.5, 14)]
    assert listener.unheard == []


def test_all_lost_is_cut_at_the_longest_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Loses()
    hearing(pipeline, monkeypatch).mended(CHUNK, ())
    assert [chunk.speech for chunk in pipeline.calls[0]] == [SPEECH[:2], SPEECH[2:]]


def test_what_stays_lost_is_told_and_the_better_text_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Loses((1, SPEECH[1]), (1, SPEECH[2]))
    listener = hearing(pipeline, monkeypatch)
    first = said(*SPEECH[:2])
    assert listener.mended(CHUNK, first) is first
    [lost] = listener.unheard
    assert (lost.start, lost.end) == (10.5, 14)


def test_words_that_a_decoder_drops_come_back(
    clips: dict[Path, str], tiny_en: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but a second is dropped where several stretches are decoded as one."""
    parts = []
    for path in clips:
        parts += [load_audio(path), np.zeros(SAMPLE_RATE, np.float32)]
    samples = np.concatenate(parts)
    model, decode = SpeechModel(tiny_en), BatchedPipeline.decode

    def drops(self: BatchedPipeline, samples: Any, chunks: Any, encoded: Any = None) -> Any:
        found = decode(self, samples, chunks, encoded)
        return [
            segments if len(chunk.speech) == 1 else said(Span(chunk.start, chunk.start + 1))
            for chunk, segments in zip(chunks, found, strict=True)
        ]

    monkeypatch.setattr(BatchedPipeline, "decode", drops)
    decoding = Decoding(language="en")
    heard = segments_of(model, samples, speech_chunks(samples, Vad()), decoding)
    text = "".join(segment.text for segment in heard.segments).lower()
    assert all(words in text for words in ("hello", "lazy dog", "ten" if "ten" in text else "10"))
    assert heard.unheard == []


def test_windows_are_padded_with_silence(tiny_en: Path, clip: Path) -> None:
    """A short chunk's spectrogram is that of the sound with silence after it, not zeros."""
    model = SpeechModel(tiny_en)
    samples = load_audio(clip)
    mel = padded_mel(model, samples)
    whole = np.concatenate([samples, np.zeros(30 * SAMPLE_RATE, np.float32)])[: 30 * SAMPLE_RATE]
    np.testing.assert_array_equal(mel, model.feature_extractor(whole)[..., :3000])
    assert mel.shape == (80, 3000)
    assert mel[:, -1].max() == pytest.approx(mel.max() - 2.0, abs=1e-6)  # 8 of log10, by 4


def test_no_time_lies_beyond_the_chunk(tiny_en: Path, clip: Path) -> None:
    samples = load_audio(clip)
    model, end = SpeechModel(tiny_en), len(samples) / SAMPLE_RATE
    decoding = Decoding(language="en", word_timestamps=True)
    chunks = (Chunk(0.0, end),)
    for found in segments_of(model, samples, chunks, decoding).segments:
        assert found.end <= end
        for word in found.words or ():
            assert 0 <= word.start < word.end <= end
