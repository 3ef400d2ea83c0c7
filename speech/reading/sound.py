"""Sound: one recording as samples, with what was missing from it and what to tell its owner.

Made by `audio.py` and the modules behind it; read by the batch and everything that hears samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SAMPLE_RATE = 16000  # Hz; what Whisper was trained on (arXiv 2212.04356, section 2.2)
FRAME = 160  # samples of one 10 ms mel frame; same source


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of the recording without sound, where silence stands in; seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Sound:
    """One track of a recording.

    Attributes:
        samples: float32 in [-1, 1), mono, 16 kHz, (samples,); sample 0 is where the recording
            (the film, if there is a picture) begins, so an index is a time.
        holes: what could not be decoded or is not there, in order.
        remarks: what its owner should know, one line each.
    """

    samples: np.ndarray
    holes: tuple[Hole, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it is, silence included."""
        return len(self.samples) / SAMPLE_RATE


def join(sounds: Sequence[Sound], remarks: tuple[str, ...]) -> Sound:
    """One sound after another as one; `remarks` come first, and nothing is said twice."""
    holes: list[Hole] = []
    start = 0.0
    for sound in sounds:
        holes += [Hole(start + hole.start, start + hole.end) for hole in sound.holes]
        start += sound.seconds
    said = dict.fromkeys([*remarks, *(remark for sound in sounds for remark in sound.remarks)])
    samples = np.concatenate([sound.samples for sound in sounds])
    return Sound(samples, tuple(holes), tuple(said))
