"""Several channels as one that can be heard, where their sum cannot.

Where it stands: used by `recorder.py` on stretches of decoded sound, before they are resampled. The
mix is libswresample's, except where channels cancel each other (one wire of a microphone was turned
round) or where it does not know how to mix them.
"""

from __future__ import annotations

import av
import numpy as np

WINDOW_S = 0.25  # of one decision; about a syllable
# Energy of the sum over the sum of energies: 1 for channels that have nothing in common, more where
# they are alike, 0 where they are opposite. Below this, most of what is heard in each is lost.
CANCELLED = 0.1
FADE = 0.04  # of a window, in which one gives way to the next: 10 ms, so that nothing clicks
QUIET = 1e-4  # of full scale, -80 dB: below, nobody speaks


def audible(frame: av.AudioFrame) -> tuple[av.AudioFrame, float]:
    """The frame with nothing cancelled, and for how many seconds something would have been.

    Where channels cancel each other, all of them become the loudest one, window by window; one
    gives way to the other just before the next window. A frame without fault comes back as it is.
    """
    if frame.layout.nb_channels == 1:
        return frame, 0.0
    x = _channels(frame)
    starts = np.arange(0, x.shape[1], max(1, int(WINDOW_S * frame.sample_rate)))
    lengths = np.diff([*starts, x.shape[1]])
    energy = np.add.reduceat(x * x, starts, axis=1)  # (channels, windows)
    mixed = np.add.reduceat(x.sum(0) ** 2, starts)
    loud = energy.sum(0) > lengths * QUIET**2
    cancelled = loud & (mixed < CANCELLED * energy.sum(0))
    if not cancelled.any():
        return frame, 0.0
    heard = x * _faded(~cancelled, starts, x.shape[1])
    for c, channel in enumerate(x):
        heard += channel * _faded(cancelled & (energy.argmax(0) == c), starts, x.shape[1])
    seconds = float(lengths[cancelled].sum() / frame.sample_rate)
    return _packed(heard, frame.layout, frame.sample_rate), seconds


def mean(frame: av.AudioFrame) -> av.AudioFrame:
    """All channels with equal weight as one: for layouts that libswresample cannot mix."""
    mixed = _channels(frame).mean(0, keepdims=True)
    return _packed(mixed, av.AudioLayout("mono"), frame.sample_rate)


def _channels(frame: av.AudioFrame) -> np.ndarray:
    """Samples as float32 in [-1, 1), (channels, samples)."""
    layout, rate = frame.layout, frame.sample_rate
    convert = av.AudioResampler(format="flt", layout=layout, rate=rate)
    parts = [part.to_ndarray() for part in (*convert.resample(frame), *convert.resample(None))]
    x = np.concatenate(parts, axis=1).reshape(-1, layout.nb_channels).T
    return np.nan_to_num(x).clip(-1, 1)  # damaged floats may be anything


def _packed(x: np.ndarray, layout: av.AudioLayout, rate: int) -> av.AudioFrame:
    interleaved = np.ascontiguousarray(x.T.reshape(1, -1), dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout=layout)
    frame.sample_rate = rate
    return frame


def _faded(on: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
    """1 in windows that are `on`, 0 in others, with short slopes between, (length,) float32."""
    slope = max(1, int(FADE * starts[1])) if len(starts) > 1 else 1
    times = np.stack([starts - slope, starts], axis=1).ravel()[1:]
    values = np.repeat(on, 2)[:-1]
    return np.interp(np.arange(length), times, values).astype(np.float32)
