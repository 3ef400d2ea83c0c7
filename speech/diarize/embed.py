"""Vectors of voices, from stretches of sound in which one speaker of a window talks alone.

Stretches of one to three seconds rather than all that a window's speaker says: the network of
`local.py` may take two people who never talk at once for one. And most stretches lie in ten
windows, so that they are heard once and remembered.

Where it stands: between `local.py` and `cluster.py`, with `campplus.py`'s network.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from aiec.speech.diarize.campplus import SIZE, CamPlus
from aiec.speech.diarize.fbank import FRAME, STEP, fbank
from aiec.speech.diarize.local import RATE, Local, Tell
from aiec.speech.pyannet import FRAME_SIZE, FRAME_STEP

PAUSE = 18  # frames, 0.3 s; shorter ones divide no stretch (NIST RT-09's evaluation plan has 0.3 s)
MIN_FRAMES = 15  # 0.25 s; who talks less alone gives no vector
CUT = 120  # frames of the file, 2 s, at which a longer stretch is cut, but not near its ends
SAME = 6  # frames, 0.1 s: stretches are the same sound if they differ by less


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one speaker of one window says without a pause, or a piece of it.

    Attributes:
        begin, end: frames within the window.
        alone: how many of them nobody else talks in.
        sound: the row of its vector; None if too little is said alone.
    """

    window: int
    speaker: int
    begin: int
    end: int
    alone: int
    sound: int | None


@dataclass(frozen=True, slots=True)
class Voices:
    """All stretches of a file and their vectors.

    Attributes:
        vectors: (sounds, 192), of length 1.
        seconds: (sounds,): how long the voice is alone in each.
    """

    stretches: tuple[Stretch, ...]
    vectors: np.ndarray
    seconds: np.ndarray


def embed(network: CamPlus, samples: np.ndarray, local: Local, tell: Tell) -> Voices:
    """Find the stretches of `samples` (16 kHz) and hear each different one once."""
    known: dict[tuple[int, ...], int] = {}
    stretches: list[Stretch] = []
    vectors, seconds = [np.zeros((0, SIZE), np.float32)], []
    for window, (start, active) in enumerate(zip(local.starts, local.active, strict=True)):
        alone = active & (active.sum(1, keepdims=True) == 1)
        for speaker in range(active.shape[1]):
            for begin, end in _pieces(runs(active[:, speaker], PAUSE), start):
                own = alone[begin:end, speaker]
                count = int(own.sum())
                key = tuple(round(n / SAME) for n in (start + begin, start + end, count))
                if count >= MIN_FRAMES and key not in known:
                    known[key] = len(seconds)
                    vectors.append(_vector(network, samples[(start + begin) * FRAME_STEP :], own))
                    seconds.append(count * FRAME_STEP / RATE)
                stretches.append(Stretch(window, speaker, begin, end, count, known.get(key)))
        tell((window + 1) / len(local.starts))
    return Voices(tuple(stretches), np.concatenate(vectors), np.array(seconds))


def runs(active: np.ndarray, pause: int = 1) -> list[tuple[int, int]]:
    """Begin and end of each run of active frames; pauses shorter than `pause` end none."""
    edges = np.flatnonzero(np.diff(np.r_[False, active, False])).reshape(-1, 2)
    found: list[tuple[int, int]] = []
    for begin, end in edges.tolist():
        if found and begin - found[-1][1] < pause:
            begin = found.pop()[0]
        found.append((begin, end))
    return found


def _pieces(spans: list[tuple[int, int]], start: int) -> list[tuple[int, int]]:
    """`spans` of a window that begins at frame `start`, cut where all windows cut them."""
    pieces = []
    for begin, end in spans:
        first = -(-(start + begin + CUT // 2) // CUT) * CUT - start
        cuts = [begin, *range(first, end - CUT // 2 + 1, CUT), end]
        pieces += pairwise(cuts)
    return pieces


def _vector(network: CamPlus, samples: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """The vector of the voice in those frames, of which the first sees `samples[0]`; (1, 192)."""
    length = (len(alone) - 1) * FRAME_STEP + FRAME_SIZE
    mels = fbank(torch.from_numpy(samples[:length]))
    middles = np.arange(len(mels)) * STEP + FRAME / 2
    frames = np.rint((middles - FRAME_SIZE / 2) / FRAME_STEP).astype(int)
    heard = mels[torch.from_numpy(alone[frames.clip(0, len(alone) - 1)])]
    vector = network((heard - heard.mean(0))[None]).numpy()
    return vector / np.linalg.norm(vector)
