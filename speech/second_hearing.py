"""SecondHearing: a chunk whose words leave speech uncovered is decoded again, in other ways.

Where it stands: behind `asr.py`. Whisper sometimes ends its text before the speech ends, above all
where a pause lies between two speakers or two recordings. Heard in parts, or with time tokens, it
then usually finds the rest. A new text takes the place of the old one as a whole, so nothing can be
written twice, and only if it covers more of the speech.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from aiec.speech.batched_pipeline import BatchedPipeline
from aiec.speech.coverage import seconds, unheard
from aiec.speech.decoding_options import loop_arguments
from aiec.speech.settings import Decoding
from aiec.speech.speech_model import SpeechModel
from aiec.speech.times import segment_of
from aiec.speech.transcript import Segment
from aiec.speech.vad import Chunk, Span

Segments = tuple[Segment, ...]
GAIN_S = 0.3  # of speech that a new text must cover beyond the old one; one short word


class SecondHearing:
    """Holds the texts of one file against its speech.

    Attributes:
        unheard: speech that stayed without words, in the chunks that were seen so far.
    """

    def __init__(
        self,
        model: SpeechModel,
        pipeline: BatchedPipeline,
        samples: np.ndarray,
        decoding: Decoding,
    ) -> None:
        self.model, self.pipeline = model, pipeline
        self.samples, self.decoding = samples, decoding
        self.unheard: list[Span] = []

    def mended(self, chunk: Chunk, segments: Segments) -> Segments:
        """`segments` of `chunk`, or what covers more of its speech."""
        missing = unheard(chunk, segments)
        for listen in (self._in_parts, self._with_time_tokens):
            if not missing:
                break
            other = listen(chunk, missing)
            still = unheard(chunk, other)
            if seconds(still) < seconds(missing) - GAIN_S:
                segments, missing = other, still
        self.unheard += missing
        return segments

    def _in_parts(self, chunk: Chunk, missing: Sequence[Span]) -> Segments:
        """The parts of the chunk decoded alone: what was heard, and what was not."""
        parts = list(_parts(chunk, missing))
        return tuple(s for found in self.pipeline.decode(self.samples, parts) for s in found)

    def _with_time_tokens(self, chunk: Chunk, _missing: Sequence[Span]) -> Segments:
        """faster-whisper's own loop on the chunk alone, which goes on from where a text ended."""
        found, _ = self.model.transcribe(
            chunk.cut(self.samples),
            condition_on_previous_text=False,
            word_timestamps=True,
            **loop_arguments(self.model, self.decoding),
        )
        return tuple(segment_of(segment, chunk, chunk.start) for segment in found)


def _parts(chunk: Chunk, missing: Sequence[Span]) -> Iterator[Chunk]:
    """`chunk` cut where heard stretches meet unheard ones, or else at its longest pause.

    A chunk of one stretch is one part.
    """
    lost = [any(_meet(stretch, span) for span in missing) for stretch in chunk.speech]
    cuts = {i for i in range(1, len(lost)) if lost[i] != lost[i - 1]} or {_longest_pause(chunk)}
    group: list[Span] = []
    for i, stretch in enumerate(chunk.speech):
        if i in cuts and group:
            yield Chunk.around(group)
            group = []
        group.append(stretch)
    yield Chunk.around(group)


def _meet(stretch: Span, span: Span) -> bool:
    return stretch.start < span.end and span.start < stretch.end


def _longest_pause(chunk: Chunk) -> int:
    """The number of the stretch after it; 0 where there is none."""
    pauses = [b.start - a.end for a, b in zip(chunk.speech, chunk.speech[1:], strict=False)]
    return 1 + pauses.index(max(pauses)) if pauses else 0
