"""What was said and not written, from times alone."""

from __future__ import annotations

import pytest

from aiec.speech.coverage import seconds, unheard
from aiec.speech.transcript import Segment, Word
from aiec.speech.vad import Chunk, Span


def segment(*words: tuple[float, float, str]) -> Segment:
    found = tuple(Word(start, end, text, 1.0) for start, end, text in words)
    return Segment(1, words[0][0], words[-1][1], "".join(w[2] for w in words), words=found)


def rounded(spans: tuple[Span, ...]) -> list[tuple[float, float]]:
    return [(round(span.start, 2), round(span.end, 2)) for span in spans]


TALK = Chunk(0, 20, (Span(0, 4), Span(5, 9), Span(12, 20)))


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ([], [(0, 4), (5, 9), (12, 20)]),
        ([(0, 4, " four"), (5, 9, " more"), (12, 20, " words")],
         [(1.15, 2.85), (6.15, 7.85), (13.25, 18.75)]),
        ([(t / 2, t / 2 + 0.5, " so") for t in range(40)], []),
        ([(t / 2, t / 2 + 0.5, " so") for t in range(18)], [(12, 20)]),
        # The second stretch was lost, and the words beside it were drawn over it by half a second.
        ([(t / 2, t / 2 + 0.5, " so") for t in (*range(8), *range(23, 40))] + [(3.9, 5.5, " on")],
         [(5.75, 9)]),
        ([(0, 3.5, " " + "long" * 8), (5.2, 8.7, " " + "long" * 8), (12, 19.9, " x" * 75)], []),
    ],
)  # fmt: skip
def test_speech_far_from_any_word(
    words: list[tuple[float, float, str]], missing: list[tuple[float, float]]
) -> None:
    found = unheard(TALK, [segment(*words)] if words else [])
    assert rounded(found) == missing
    assert seconds(found) == pytest.approx(sum(end - start for start, end in missing), abs=0.02)


def test_segments_without_words_count_as_a_whole() -> None:
    said = Segment(1, 0, 8.5, " " + "letters " * 10)
    assert rounded(unheard(TALK, [said])) == [(12, 20)]


def test_breath_is_no_speech() -> None:
    assert unheard(Chunk(0, 5, (Span(0, 0.5), Span(2, 2.4))), []) == ()


def test_a_chunk_without_stretches_is_all_speech() -> None:
    assert unheard(Chunk(1, 3), []) == (Span(1, 3),)
