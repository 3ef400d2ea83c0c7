"""Who talks in which frame of each window, under names that hold in that window only.

Where it stands: first step of `pipeline.py`, with `speech/pyannet.py`'s network. Windows are ten
seconds long and begin a second apart, on the network's own grid of frames, so that a frame means
the same sound in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aiec.speech.pyannet import FRAME_SIZE, FRAME_STEP, PyanNet

RATE = 16000  # Hz
HOP = 59  # frames between windows, 0.996 s; pyannote's pipeline 3.1 takes a tenth of the window
BATCH = 8  # windows that the network hears at once; bounds memory
MIN_SAMPLES = FRAME_SIZE + FRAME_STEP  # the network norms over time, so it needs two frames
Tell = Callable[[float], None]  # told the share of the work that is done, 0 to 1


@dataclass(frozen=True, slots=True)
class Local:
    """What was heard in the windows of one file.

    Attributes:
        starts: the file's frame at which each window begins.
        active: bool, (windows, frames, speakers).
    """

    starts: tuple[int, ...]
    active: np.ndarray

    @property
    def frames(self) -> int:
        """How many frames the file has."""
        return self.starts[-1] + self.active.shape[1]


def listen(network: PyanNet, samples: np.ndarray, tell: Tell) -> Local:
    """Run `network` over all windows of `samples`, (n,) float32 at 16 kHz.

    A file shorter than a window is one window of its own length; the last window of a longer one
    ends where the file ends, so that no silence is made up but a frame's rest.
    """
    window = max(MIN_SAMPLES, min(int(network.classes.duration_s * RATE), len(samples)))
    starts = window_starts(len(samples), window)
    padded = np.pad(samples, (0, max(0, starts[-1] * FRAME_STEP + window - len(samples))))
    table = _columns(network)
    active: list[Tensor] = []
    for first in range(0, len(starts), BATCH):
        batch = [padded[s * FRAME_STEP :][:window] for s in starts[first : first + BATCH]]
        scores = network(torch.from_numpy(np.stack(batch))[:, None])
        active.append(table[scores.argmax(-1)])
        tell(min(1.0, (first + BATCH) / len(starts)))
    return Local(starts, torch.cat(active).numpy())


def window_starts(samples: int, window: int) -> tuple[int, ...]:
    """Frames at which windows of `window` samples begin, so that all `samples` are heard."""
    last = max(0, -(-(samples - window) // FRAME_STEP))
    return (*range(0, last, HOP), last)


def _columns(network: PyanNet) -> Tensor:
    """Which speakers each column of the network's output says are talking, (columns, speakers)."""
    sets = network.classes.sets()
    table = torch.zeros(len(sets), network.classes.speakers, dtype=torch.bool)
    for column, speakers in enumerate(sets):
        table[column, list(speakers)] = True
    return table
