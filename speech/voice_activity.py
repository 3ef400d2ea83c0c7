"""WhisperX's default voice activity detector: pyannote's network, its scores, and the stretches.

Where it stands: behind `vad.py`. Scores are averaged over overlapping windows as pyannote does; a
stretch of speech begins where they rise above the onset and ends where they fall below the offset
(hysteresis), and one that grows too long is cut where its second half is least like speech. The
rules are those of WhisperX 3.8 (`whisperx/vads/pyannote.py`); the weights come with its wheel.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

from aiec.speech import packaged
from aiec.speech.audio import SAMPLE_RATE
from aiec.speech.pyannet import FRAME_SIZE, FRAME_STEP, PyanNet, load_pyannet

Samples = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]
# pyannote moves its windows on by a tenth of their length and so computes everything ten times.
# With four fifths, 95 % of the frames are judged the same, for an eighth of the time.
OVERLAP = 0.2
BATCH = 32  # windows computed together; pyannote.audio's own


@lru_cache(maxsize=1)
def detector() -> PyanNet:
    """The network with WhisperX's weights, read once.

    Raises:
        ModelError: the weights are not here and cannot be fetched.
    """
    return load_pyannet(packaged.path_of("whisperx", "pytorch_model.bin"))


def speech_scores(samples: Samples, network: PyanNet, overlap: float = OVERLAP) -> Scores:
    """How sure `network` is that somebody speaks, 0 to 1, (frames,); frames are FRAME_STEP apart.

    Args:
        samples: 16 kHz, (samples,).
        overlap: the share of a window that the next one sees again.
    """
    size = round(network.classes.duration_s * SAMPLE_RATE)
    step = round(size * (1 - overlap) / FRAME_STEP) * FRAME_STEP
    count = 1 + max(0, -(-(len(samples) - size) // step))
    padded = np.pad(samples, (0, max(0, size + (count - 1) * step - len(samples))))
    windows = torch.from_numpy(padded).unfold(0, size, step)
    with torch.inference_mode():
        scores = [network(part[:, None]).amax(-1) for part in windows.split(BATCH)]
    averaged = _overlap_add(torch.cat(scores).numpy(), step // FRAME_STEP)
    return averaged[: max(1, (len(samples) - FRAME_SIZE // 2) // FRAME_STEP + 1)]


def _overlap_add(scores: Scores, step: int) -> Scores:
    """Windows' scores, (windows, frames), averaged with Hamming weights, `step` frames apart."""
    weights = np.hamming(scores.shape[1]).astype(np.float32)
    length = scores.shape[1] + step * (len(scores) - 1)
    total, weight = np.zeros(length, np.float32), np.zeros(length, np.float32)
    for i, window in enumerate(scores):
        here = slice(i * step, i * step + len(window))
        total[here] += window * weights
        weight[here] += weights
    return (total / np.maximum(weight, np.finfo(np.float32).tiny)).astype(np.float32)


def stretches(
    scores: Scores, onset: float, offset: float, longest_s: float
) -> Iterator[tuple[float, float]]:
    """Start and end in seconds of each stretch of speech in `scores`, none above `longest_s`.

    A stretch that is cut goes on with the frame of the lowest score, as in WhisperX.
    """
    times = [(frame * FRAME_STEP + FRAME_SIZE / 2) / SAMPLE_RATE for frame in range(len(scores))]
    start: int | None = 0 if scores[0] > onset else None
    for frame in range(1, len(scores)):
        if start is None:
            start = frame if scores[frame] > onset else None
        elif times[frame] - times[start] > longest_s:
            middle = start + (frame - start) // 2
            cut = middle + int(np.argmin(scores[middle:frame]))
            yield times[start], times[cut]
            start = cut
        elif scores[frame] < offset:
            yield times[start], times[frame]
            start = None
    if start is not None:
        yield times[start], times[-1]
