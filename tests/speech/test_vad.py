"""Stretches and chunks: WhisperX's rules on made scores, both detectors on real speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aiec.speech import voice_activity
from aiec.speech.audio import SAMPLE_RATE, load_audio
from aiec.speech.settings import VAD_METHODS, Vad
from aiec.speech.vad import Chunk, Span, merge, speech_chunks
from aiec.speech.voice_activity import speech_scores, stretches

STEP, MIDDLE = 270 / SAMPLE_RATE, 991 / 2 / SAMPLE_RATE


def frames_of(scores: list[float], longest_s: float = 30) -> list[tuple[int, int]]:
    found = stretches(np.array(scores, np.float32), 0.5, 0.363, longest_s)
    return [(round((a - MIDDLE) / STEP), round((b - MIDDLE) / STEP)) for a, b in found]


@pytest.mark.parametrize(
    ("scores", "frames"),
    [
        ([0.1] * 5, []),
        ([0.9] * 5, [(0, 4)]),
        ([0, 0.5, 0.6, 0.4, 0.37, 0.36, 0.4], [(2, 5)]),  # hysteresis; the onset is passed, not met
        ([0.6, 0.1, 0.1, 0.7, 0.7], [(0, 1), (3, 4)]),
        ([0, 0, 0, 0, 0.7], [(4, 4)]),
    ],
)
def test_hysteresis(scores: list[float], frames: list[tuple[int, int]]) -> None:
    assert frames_of(scores) == frames


def test_a_long_stretch_is_cut_where_it_is_weakest() -> None:
    scores = [0.9] * 20
    scores[3], scores[7] = 0.4, 0.5
    # Longer than ten steps at frame 11: the second half then begins at frame 5.
    assert frames_of(scores, 10.5 * STEP) == [(0, 7), (7, 12), (12, 19)]


def test_merging_never_passes_the_chunk_size() -> None:
    spans = [Span(0, 10), Span(11, 20), Span(21, 31), Span(31, 60), Span(70, 71)]
    merged = merge(spans, Vad(chunk_size=30))
    assert merged == (
        Chunk(0, 20, (Span(0, 10), Span(11, 20))),
        Chunk(21, 31, (Span(21, 31),)),
        Chunk(31, 60, (Span(31, 60),)),
        Chunk(70, 71, (Span(70, 71),)),
    )


@pytest.mark.parametrize("method", VAD_METHODS)
def test_speech_between_silences(method: str, clips: dict[Path, str]) -> None:
    silence = np.zeros(3 * SAMPLE_RATE, np.float32)
    samples = [load_audio(path) for path in clips]
    joined = np.concatenate([part for clip in samples for part in (silence, clip)] + [silence])
    [chunk] = speech_chunks(joined, Vad(method=method))
    start = 3.0
    for clip in samples:
        end = start + len(clip) / SAMPLE_RATE
        inside = sum(max(0, min(s.end, end) - max(s.start, start)) for s in chunk.speech)
        assert inside > 0.6 * (end - start)
        start = end + 3
    assert sum(s.seconds for s in chunk.speech) < 1.2 * sum(map(len, samples)) / SAMPLE_RATE


@pytest.mark.parametrize("method", VAD_METHODS)
@pytest.mark.parametrize("length", [160, 1000, SAMPLE_RATE, 7 * SAMPLE_RATE])
def test_silence_and_short_sounds(method: str, length: int) -> None:
    assert speech_chunks(np.zeros(length, np.float32), Vad(method=method)) == ()


def test_windows_with_little_overlap_hear_what_pyannote_s_hear(clips: dict[Path, str]) -> None:
    """pyannote moves on by a tenth of a window; ours cost an eighth of that."""
    joined = np.concatenate([load_audio(path) for path in clips])
    network = voice_activity.detector()
    ours, theirs = (speech_scores(joined, network, overlap) for overlap in (0.2, 0.9))
    assert abs(len(ours) - len(theirs)) <= 3
    pairs = zip(ours > 0.5, theirs > 0.5, strict=False)
    assert np.mean([a == b for a, b in pairs]) > 0.93


def test_no_stretch_ends_after_the_sound(clips: dict[Path, str]) -> None:
    for path in clips:
        samples = load_audio(path)[: 2 * SAMPLE_RATE]
        chunks = speech_chunks(samples, Vad())
        assert chunks and chunks[-1].end <= len(samples) / SAMPLE_RATE
