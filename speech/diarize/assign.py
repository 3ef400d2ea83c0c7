"""Words and segments get the speaker who talks most while they last, as in WhisperX.

Where it stands: after alignment and the pipeline, before the writers. WhisperX 3.8's
`assign_word_speakers` gives the same for the same input (benchmarks/record_whisperx_speakers.py).
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from typing import Any

import numpy as np

from aiec.speech.transcript import Segment, Transcript
from aiec.speech.turns import Turns


class Timeline:
    """Turns in order of their starts, asked who speaks in a stretch of time.

    Args:
        turns: our turns, or a pandas DataFrame with columns `start`, `end`, `speaker`.
    """

    def __init__(self, turns: Any) -> None:
        rows = sorted((row for _, row in turns.iterrows()), key=lambda row: row["start"])
        self.starts = np.array([row["start"] for row in rows], np.float64)
        self.ends = np.array([row["end"] for row in rows], np.float64)
        self.speakers = [row["speaker"] for row in rows]
        self.latest_ends = np.maximum.accumulate(self.ends)  # of all turns up to each

    def speaker(self, start: float, end: float, *, nearest: bool) -> str | None:
        """Who talks most from `start` to `end`; of several, whose turn began first.

        Where nobody talks it is nobody, or with `nearest` the one whose turn's middle is nearest.
        """
        first = int(np.searchsorted(self.latest_ends, start, "right"))
        last = int(np.searchsorted(self.starts, end, "left"))
        seconds: dict[str, float] = {}
        for turn in range(first, last):
            shared = min(self.ends[turn], end) - max(self.starts[turn], start)
            if shared > 0:
                who = self.speakers[turn]
                seconds[who] = seconds.get(who, 0.0) + shared
        if seconds:
            return max(seconds, key=lambda who: seconds[who])
        return self._nearest((start + end) / 2) if nearest else None

    def _nearest(self, time: float) -> str:
        middles = (self.starts + self.ends) / 2
        return self.speakers[int(np.abs(middles - time).argmin())]


def assign_word_speakers(
    diarize_df: Any,
    transcript_result: dict[str, Any],
    speaker_embeddings: Mapping[str, list[float]] | None = None,
    fill_nearest: bool = False,
) -> dict[str, Any]:
    """Put a `speaker` into each segment and word of `transcript_result`, in place; return it.

    Args:
        diarize_df: turns, or a pandas DataFrame with columns `start`, `end`, `speaker`.
        transcript_result: a result of `transcribe` or `align`. Words without `start` stay as they
            are, as does the whole result where there are no segments or no turns.
        speaker_embeddings: put into the result under that name.
        fill_nearest: give what nobody's turn covers to the nearest turn.
    """
    segments = transcript_result.get("segments", [])
    if not segments or diarize_df is None or len(diarize_df) == 0:
        return transcript_result
    timeline = Timeline(diarize_df)
    for segment in segments:
        _assign(timeline, segment, segment.get("start", 0.0), segment.get("end", 0.0), fill_nearest)
        for word in segment.get("words", ()):
            if "start" in word:
                end = word.get("end", word["start"])
                _assign(timeline, word, word["start"], end, fill_nearest)
    if speaker_embeddings is not None:
        transcript_result["speaker_embeddings"] = speaker_embeddings
    return transcript_result


def _assign(
    timeline: Timeline, entry: MutableMapping[str, Any], start: float, end: float, nearest: bool
) -> None:
    speaker = timeline.speaker(start, end, nearest=nearest)
    if speaker:
        entry["speaker"] = speaker


def with_speakers(transcript: Transcript, turns: Turns) -> Transcript:
    """`transcript` with `turns`, and a speaker in each segment and word that a turn covers."""
    timeline = Timeline(turns)
    segments = tuple(_told(timeline, segment) for segment in transcript.segments)
    return replace(transcript, segments=segments, turns=turns)


def _told(timeline: Timeline, segment: Segment) -> Segment:
    words = segment.words and tuple(
        replace(word, speaker=timeline.speaker(word.start, word.end, nearest=False))
        for word in segment.words
    )
    speaker = timeline.speaker(segment.start, segment.end, nearest=False)
    return replace(segment, words=words, speaker=speaker)
