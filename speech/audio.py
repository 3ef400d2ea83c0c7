"""Audio files as 16 kHz mono samples, or a clear word on what is wrong with them.

Where it stands: before `asr.py`. Decoding is faster-whisper's (PyAV), so samples are the same as
there; but a file that stops short is refused here, where decoders pass over it in silence. Refuses
what is missing, empty, truncated or not audio.
"""

from __future__ import annotations

import struct
from pathlib import Path

import av
import av.error
import numpy as np
from faster_whisper.audio import decode_audio

from aiec.ir.errors import AudioError

SAMPLE_RATE = 16000  # Hz; what Whisper was trained on (arXiv 2212.04356, section 2.2)
FRAME = 160  # samples of one 10 ms mel frame; same source
AUDIO = "an audio or video file with sound"
# Decoded may be shorter than declared by an encoder's delay (two 2048-sample AAC frames at 22 kHz
# are 0.19 s) and by the rounding of containers' time bases; more is missing sound.
TOLERANCE_S, TOLERANCE_SHARE = 0.25, 0.01
STREAMED = (0, 0xFFFFFFFF)  # sizes that programs write into WAV headers when they cannot seek back
OGG_PAGE_MAX = 65307  # bytes; RFC 3533, section 6


def load_audio(path: Path) -> np.ndarray:
    """The sound of `path` as float32 samples in [-1, 1), mono, 16 kHz, (samples,).

    Raises:
        AudioError: the file is missing, unreadable, empty, truncated or holds no sound.
    """
    _check_readable(path)
    try:
        declared_s = _declared_seconds(path)
        samples = np.asarray(decode_audio(str(path), sampling_rate=SAMPLE_RATE))
    except (av.error.FFmpegError, EOFError, ValueError) as error:
        what = f"{path} is not audio, or is damaged at its beginning"
        raise AudioError(what, expected=AUDIO) from error
    decoded_s = len(samples) / SAMPLE_RATE
    missing_s = declared_s - decoded_s
    cut = _wav_is_cut(path) or _ogg_is_cut(path)
    if cut or missing_s > max(TOLERANCE_S, TOLERANCE_SHARE * declared_s):
        raise AudioError(
            f"{path} is truncated: its sound stops at {decoded_s:.1f} s", expected=AUDIO
        )
    if not len(samples):
        raise AudioError(f"{path} is empty: it holds no samples", expected=AUDIO)
    return samples


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb") as file:
            first = file.read(1)
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror}", expected=AUDIO) from None
    if not first:
        raise AudioError(f"{path} is empty: it has 0 bytes", expected=AUDIO)


def _declared_seconds(path: Path) -> float:
    """How long the container says its sound is; 0 where it does not say."""
    with av.open(str(path), metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise AudioError(f"{path} holds no sound", expected=AUDIO)
        stream = container.streams.audio[0]
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        alone = len(container.streams) == 1  # else the picture may be what lasts so long
        return (container.duration or 0) / av.time_base if alone else 0.0


def _wav_is_cut(path: Path) -> bool:
    """Whether a RIFF file's data chunk says it is longer than the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            return False
        file.seek(12)
        while len(head := file.read(8)) == 8:
            kind, nbytes = struct.unpack("<4sI", head)
            if kind == b"data":
                return nbytes not in STREAMED and file.tell() + nbytes > size
            file.seek(nbytes + nbytes % 2, 1)
    return True  # no data chunk at all


def _ogg_is_cut(path: Path) -> bool:
    """Whether an Ogg file's last page is longer than the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"OggS":
            return False
        file.seek(max(0, size - OGG_PAGE_MAX))
        tail = file.read()
    page = tail[tail.rfind(b"OggS\0") :]
    segments = page[26] if len(page) > 26 else 255
    return len(page) < 27 + segments + sum(page[27 : 27 + segments])
