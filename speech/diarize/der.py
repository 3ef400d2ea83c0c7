"""Diarization error rate: how much of the speech was missed, made up, or given to somebody else.

Where it stands: beside the pipeline, which it measures; for tests, benchmarks and anyone who has a
reference. No collar: every moment counts, as do moments in which several people talk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from aiec.speech.turns import Turn


@dataclass(frozen=True, slots=True)
class Errors:
    """Seconds of speech, each speaker's counted, and of the three kinds of error."""

    speech: float
    missed: float
    false_alarm: float
    confused: float

    @property
    def rate(self) -> float:
        """The diarization error rate: all errors by all speech; may pass 1."""
        errors = self.missed + self.false_alarm + self.confused
        return errors / self.speech if self.speech else float(errors > 0)


def diarization_errors(reference: Sequence[Turn], found: Sequence[Turn]) -> Errors:
    """Compare two descriptions of one recording, under the best pairing of their speakers."""
    turns = (*reference, *found)
    edges = np.unique([t for turn in turns for t in (turn.start, turn.end)] or [0.0])
    seconds = np.diff(edges)
    true, said = _activity(reference, edges), _activity(found, edges)
    together = (true * seconds) @ said.T  # seconds, (true speakers, said speakers)
    correct = together[linear_sum_assignment(together, maximize=True)].sum()
    many, more = true.sum(0), said.sum(0)
    return Errors(
        speech=float(many @ seconds),
        missed=float((many - more).clip(0) @ seconds),
        false_alarm=float((more - many).clip(0) @ seconds),
        confused=float(np.minimum(many, more) @ seconds - correct),
    )


def _activity(turns: Sequence[Turn], edges: np.ndarray) -> np.ndarray:
    """Whether each speaker talks between each two edges, 0 or 1, (speakers, edges - 1)."""
    speakers = sorted({turn.speaker for turn in turns})
    active = np.zeros((len(speakers), max(0, len(edges) - 1)))
    for turn in turns:
        active[
            speakers.index(turn.speaker), (edges[:-1] >= turn.start) & (edges[:-1] < turn.end)
        ] = 1
    return active
