"""Recordings made for tests: ticks on every second in any container, and ways to spoil them."""

import struct
from fractions import Fraction

import av
import numpy as np
from av.stream import Disposition

RATE = 16000
TICK = np.hanning(800) * np.sin(2 * np.pi * 1000 * np.arange(800) / RATE)  # 50 ms


def ticks(seconds, at=()):
    """Soft noise with a tick at every whole second, or at the times `at`; float32, 16 kHz."""
    x = 0.01 * np.random.default_rng(0).standard_normal(int(seconds * RATE))
    for time in at or range(1, int(seconds)):
        x[int(time * RATE) : int(time * RATE) + len(TICK)] += 0.6 * TICK
    return x.astype(np.float32)


def heard_ticks(samples):
    """When the ticks of `samples` begin, in seconds."""
    loud = np.abs(samples) > 0.2
    spans = np.flatnonzero(np.diff(np.concatenate([[0], loud]).astype(int)) > 0)
    first = spans[np.concatenate([[True], np.diff(spans) > RATE // 4])]
    return [round(float(i) / RATE - 0.02, 2) for i in first]


def encode(path, *tracks, codec, rate=RATE, layout="mono", default=None, late_s=0.0, picture_s=0):
    """Write mono `tracks` into a container by the suffix of `path`; returns `path`.

    Args:
        default: index of the track that is marked as default; None marks none.
        late_s: by how much all sound comes late.
        picture_s: seconds of a black picture before the sound tracks.
    """
    with av.open(str(path), "w") as container:
        picture = _picture_stream(container) if picture_s else None
        streams = [container.add_stream(codec, rate=rate, layout=layout) for _ in tracks]
        for index, stream in enumerate(streams):
            stream.disposition = Disposition.default if index == default else 0
            stream.metadata["language"] = ("eng", "fre", "ger")[index]
        if picture:
            container.mux(_picture_packets(picture, picture_s))
        for stream, samples in zip(streams, tracks, strict=True):
            container.mux(list(_packets(stream, samples, rate, layout, late_s)))
    return path


def _packets(stream, samples, rate, layout, late_s):
    convert = av.AudioResampler(format="s16", layout=layout, rate=rate)
    pcm = (samples * 32767).astype(np.int16)[None]
    frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), int(late_s * RATE)
    for part in (*convert.resample(frame), *convert.resample(None)):
        yield from stream.encode(part)
    yield from stream.encode(None)


def _picture_stream(container):
    stream = container.add_stream("mpeg4", rate=10)
    stream.width = stream.height = 32
    stream.pix_fmt = "yuv420p"
    return stream


def _picture_packets(stream, seconds):
    black = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
    packets = [packet for _ in range(int(seconds * 10)) for packet in stream.encode(black)]
    return [*packets, *stream.encode(None)]


def spoil(path, start, end, seed=0):
    """Overwrite a share of the file, from `start` to `end` of 1, with random bytes."""
    data = bytearray(path.read_bytes())
    first, last = int(len(data) * start), int(len(data) * end)
    data[first:last] = np.random.default_rng(seed).bytes(last - first)
    path.write_bytes(data)
    return path


def cut(path, share):
    """Keep the beginning of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def wav(path, channels, size=None, rate=RATE):
    """Write (channels, samples) float32 as 16-bit PCM, with `size` for the data chunk's length."""
    pcm = (np.asarray(channels) * 32767).astype("<i2").T.tobytes()
    n = len(channels)
    size = len(pcm) if size is None else size
    form = struct.pack("<IHHIIHH", 16, 1, n, rate, 2 * n * rate, 2 * n, 16)
    riff = b"RIFF" + struct.pack("<I", min(size + 36, 0xFFFFFFFF)) + b"WAVEfmt " + form
    path.write_bytes(riff + b"data" + struct.pack("<I", size) + pcm)
    return path
