"""What was said and not written: the speech that was found, less the times of the words.

Where it stands: behind `asr.py`. Neither the decoder nor the detector need be believed for this:
where somebody speaks and no word is near, words were lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from aiec.speech.transcript import Segment
from aiec.speech.vad import Chunk, Span

# How long one word can be spoken: half a second, and a tenth for each letter (slow readers need
# 0.09 s a letter). Cross attention stretches words over pauses, so of a longer one its beginning
# and its end count.
WORD_S, LETTER_S = 0.5, 0.1
SLACK_S = 0.25  # by which cross attention's times are commonly off (median 0.04 to 0.12 s)
# Of an unheard stretch: three short words. Breath is shorter, and so is what a detector needs to
# end a stretch; to hear a chunk again for that costs a third of all time.
SHORTEST_S = 1.0


def unheard(chunk: Chunk, segments: Iterable[Segment]) -> tuple[Span, ...]:
    """The speech of `chunk` with no word of `segments` in it or near it, in order."""
    heard = sorted(_heard(segments), key=lambda span: span.start)
    gaps = (gap for stretch in chunk.speech for gap in _less(stretch, heard))
    return tuple(gap for gap in gaps if gap.seconds >= SHORTEST_S)


def seconds(spans: Iterable[Span]) -> float:
    """How long all of `spans` are."""
    return sum(span.seconds for span in spans)


def _heard(segments: Iterable[Segment]) -> Iterator[Span]:
    for segment in segments:
        texts = segment.words or ()
        said = [(word.start, word.end, word.word) for word in texts]
        for start, end, text in said or [(segment.start, segment.end, segment.text)]:
            longest = WORD_S + LETTER_S * len(text.strip())
            yield Span(start - SLACK_S, min(end, start + longest) + SLACK_S)
            yield Span(max(start, end - longest) - SLACK_S, end + SLACK_S)


def _less(stretch: Span, heard: Sequence[Span]) -> Iterator[Span]:
    """What of `stretch` lies outside of `heard`, which is sorted by start."""
    start = stretch.start
    for span in heard:
        if span.start > start:
            yield Span(start, min(span.start, stretch.end))
        start = max(start, span.end)
        if start >= stretch.end:
            return
    yield Span(start, stretch.end)
