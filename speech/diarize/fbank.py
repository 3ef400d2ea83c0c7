"""Mel spectra as Kaldi makes them, for networks that were trained on Kaldi's.

Where it stands: before `campplus.py`. Source: Kaldi, feat/feature-window.cc, feature-fbank.cc and
mel-computations.cc, with `--dither=0 --num-mel-bins=80 --window-type=povey --low-freq=20`.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

RATE = 16000  # Hz
FRAME, STEP, FFT = 400, 160, 512  # samples: 25 ms, 10 ms, the next power of two
MELS = 80
LOW_HZ, HIGH_HZ = 20.0, RATE / 2
EMPHASIS = 0.97
FLOOR = torch.finfo(torch.float32).eps  # of power, before the logarithm


def fbank(samples: Tensor) -> Tensor:
    """Logarithms of mel powers, (frames, 80) float32, of `samples` (n,) at 16 kHz.

    Frame f sees samples [160 f, 160 f + 400); there is none if there are fewer than 400 samples.
    """
    if len(samples) < FRAME:
        return samples.new_zeros(0, MELS)
    frames = samples.unfold(0, FRAME, STEP)
    frames = frames - frames.mean(1, keepdim=True)
    before = torch.cat((frames[:, :1], frames[:, :-1]), 1)
    power = torch.fft.rfft((frames - EMPHASIS * before) * _window(), FFT).abs().square()
    return (power[:, : FFT // 2] @ _triangles()).clamp_min(FLOOR).log()


@cache
def _window() -> Tensor:
    """Povey's window, (400,): Hann's, a little wider."""
    return torch.hann_window(FRAME, periodic=False) ** 0.85


@cache
def _triangles() -> Tensor:
    """What each FFT bin but the last gives each mel band, (256, 80): triangles over mels."""
    low, high = (_mel(torch.tensor(hz)) for hz in (LOW_HZ, HIGH_HZ))
    width = (high - low) / (MELS + 1)
    left = low + width * torch.arange(MELS)
    place = (_mel(torch.arange(FFT // 2) * RATE / FFT)[:, None] - left) / width
    return torch.minimum(place, 2 - place).clamp_min(0)


def _mel(hz: Tensor) -> Tensor:
    return 1127 * (1 + hz / 700).log()
