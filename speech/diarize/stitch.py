"""What the windows say of each moment, as turns of the file's speakers.

Where it stands: last step of `pipeline.py`. Each moment lies in up to ten windows. How many people
talk is their average, rounded; who they are is said by most of them.
"""

from __future__ import annotations

import numpy as np

from aiec.speech.diarize.cluster import Speakers
from aiec.speech.diarize.embed import Voices, runs
from aiec.speech.diarize.local import RATE, Local
from aiec.speech.pyannet import FRAME_SIZE, FRAME_STEP
from aiec.speech.turns import Diarization, Turn, Turns

# A frame stands for the step around the middle of what it sees.
EDGE = (FRAME_SIZE - FRAME_STEP) / 2  # samples from a frame's first sample to its own part


def stitch(local: Local, voices: Voices, speakers: Speakers, duration_s: float) -> Diarization:
    """Turns in order of time; speakers are numbered in the order in which they first talk.

    Of two who begin at once, the one who was found first.
    """
    active = _activity(local, voices, speakers)
    talk = [who for who in range(active.shape[1]) if active[:, who].any()]
    order = sorted(talk, key=lambda who: int(active[:, who].argmax()))
    names = {f"SPEAKER_{number:02d}": who for number, who in enumerate(order)}
    turns = [
        Turn(start, end, name)
        for name, who in names.items()
        for start, end in _seconds(active[:, who], duration_s)
    ]
    in_order = Turns(sorted(turns, key=lambda turn: (turn.start, turn.end)))
    return Diarization(in_order, {n: speakers.vectors[who].tolist() for n, who in names.items()})


def _activity(local: Local, voices: Voices, speakers: Speakers) -> np.ndarray:
    """Which speaker talks in which frame of the file, bool, (frames, speakers)."""
    votes = np.zeros((local.frames, len(speakers.vectors)))
    talking, windows = np.zeros(local.frames), np.zeros(local.frames)
    for start, active in zip(local.starts, local.active, strict=True):
        windows[start : start + len(active)] += 1
        talking[start : start + len(active)] += active.sum(1)
    for stretch, who in zip(voices.stretches, speakers.of_stretch, strict=True):
        if who is not None:
            start, inside = local.starts[stretch.window], slice(stretch.begin, stretch.end)
            said = local.active[stretch.window, inside, stretch.speaker]
            votes[start + stretch.begin : start + stretch.end, who] += said
    many = np.rint(talking / np.maximum(windows, 1))
    rank = (-votes).argsort(1, kind="stable").argsort(1, kind="stable")
    return (rank < many[:, None]) & (votes > 0)


def _seconds(active: np.ndarray, duration_s: float) -> list[tuple[float, float]]:
    """Begin and end in seconds of each run of active frames."""
    found = []
    for begin, end in runs(active):
        start_s = (begin * FRAME_STEP + EDGE) / RATE if begin else 0.0
        end_s = (end * FRAME_STEP + EDGE) / RATE if end < len(active) else duration_s
        if start_s < duration_s:
            found.append((start_s, min(end_s, duration_s)))
    return found
