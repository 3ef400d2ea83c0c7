"""Audio files as 16 kHz mono samples, or a clear word on what is wrong with them.

Where it stands: before `asr.py`; `decode.py` does the decoding, `declared.py` knows what files say
of themselves. What a healthy file gives is what ffmpeg gives. Whatever can be heard of a damaged or
cut-off file is heard, with a remark; refused is what is missing, empty or not audio at all.
"""

from __future__ import annotations

import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from aiec.ir.errors import AudioError
from aiec.speech.reading.declared import is_cut, is_open_ended
from aiec.speech.reading.decode import Track, decode
from aiec.speech.reading.joined import recordings
from aiec.speech.reading.sound import FRAME, SAMPLE_RATE, Hole, Sound, join

__all__ = ["FRAME", "SAMPLE_RATE", "STDIN", "Sound", "load_audio", "read_sound"]

STDIN = Path("-")
AUDIO = "an audio or video file with sound"
# Decoded may be shorter than declared by an encoder's delay (two 2048-sample AAC frames at 22 kHz
# are 0.19 s) and by the rounding of containers' time bases; more is missing sound.
TOLERANCE_S, TOLERANCE_SHARE = 0.25, 0.01
TOLD_HOLES = 3  # of many, the first ones are named
LATE_S = 0.5  # a start later than that is told
CANCELLED_S = 1.0  # of cancelled channels; less is chance


def load_audio(path: Path, track: int | None = None) -> np.ndarray:
    """The sound of `path` as float32 samples in [-1, 1), mono, 16 kHz, (samples,).

    Raises:
        AudioError: the file is missing, unreadable, empty, or holds no sound that can be decoded.
    """
    return read_sound(path, track).samples


def read_sound(path: Path, track: int | None = None) -> Sound:
    """The sound of `path`, a file or pipe or `-` for standard input, with what is wrong with it.

    Args:
        track: which of its audio tracks, from 1; None takes its default.

    Raises:
        AudioError: the file is missing, unreadable, empty, or holds no sound that can be decoded.
    """
    name = "standard input" if path == STDIN else str(path)
    sounds: list[Sound] = []
    refused: list[AudioError] = []
    with _regular(path, name) as whole:
        for file in recordings(whole):
            try:
                sounds.append(_read_one(file, name, track))
            except AudioError as error:
                refused.append(error)
    if not sounds:
        raise refused[0]
    if len(sounds) + len(refused) == 1:
        return sounds[0]
    remark = f"{name} is {len(sounds) + len(refused)} recordings joined: one is heard after another"
    return join(sounds, (remark, *(error.what for error in refused)))


def _read_one(file: Path, name: str, track: int | None) -> Sound:
    found = decode(file, name, track)
    if not len(found.samples):
        what = "none of its sound can be decoded" if found.damaged else "it holds no samples"
        state = "damaged" if found.damaged else "empty"
        raise AudioError(f"{name} is {state}: {what}", expected=AUDIO)
    return Sound(found.samples, found.holes, (*found.remarks, *_remarks(name, found, file)))


def _remarks(name: str, found: Track, file: Path) -> Iterator[str]:
    decoded_s = len(found.samples) / SAMPLE_RATE
    missing_s = found.declared_s - decoded_s
    cut = is_cut(file) or missing_s > max(TOLERANCE_S, TOLERANCE_SHARE * found.declared_s)
    if cut:
        whole = f" of {found.declared_s:.1f} s" if missing_s > TOLERANCE_S else ""
        yield f"{name} is truncated: its sound stops at {decoded_s:.1f} s{whole}"
    elif is_open_ended(file):
        yield f"{name} does not say how long it is, as if written to a pipe; it is read to its end"
    if found.holes:
        yield f"{name} is damaged or has gaps: silence stands in for {_listed(found.holes)}"
    elif found.ends_damaged and not cut:
        yield f"{name} ends in damage or within a packet: its sound stops at {decoded_s:.1f} s"
    elif found.damaged and not cut:
        yield f"{name} is damaged: some of its sound could not be decoded"
    if found.starts_s > LATE_S:
        yield f"the sound of {name} begins at {found.starts_s:.2f} s; times are those of the whole"
    for first_s, *others in (found.jumps_s,) if found.jumps_s else ():
        times = f"{first_s:.1f} s" + (f" and {len(others)} times more" if others else "")
        yield f"the clock of {name} jumps at {times}; what comes after is taken to follow at once"
    if found.cancelled_s > CANCELLED_S:
        yield f"the channels of {name} cancel each other; the loudest one is heard"


def _listed(holes: Sequence[Hole]) -> str:
    named = ", ".join(f"{hole.start:.2f} to {hole.end:.2f} s" for hole in holes[:TOLD_HOLES])
    if len(holes) <= TOLD_HOLES:
        return named
    seconds = sum(hole.end - hole.start for hole in holes)
    return f"{len(holes)} stretches, {seconds:.1f} s in all, the first at {named}"


@contextmanager
def _regular(path: Path, name: str) -> Iterator[Path]:
    """A file that can be read twice and from any place: `path`, or a copy of what it gives."""
    if path != STDIN and not _is_pipe(path):
        with _opened(path) as opened:
            _check_not_empty(name, len(opened.read(1)))
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="aiec-", suffix=path.suffix) as copy:
        if path == STDIN:
            shutil.copyfileobj(_stdin(), copy)
        else:
            with _opened(path) as opened:
                shutil.copyfileobj(opened, copy)
        copy.flush()
        _check_not_empty(name, copy.tell())
        yield Path(copy.name)


def _is_pipe(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _cannot_read(path, error) from None
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _stdin() -> BinaryIO:
    if sys.stdin.isatty():
        what = "standard input is a terminal"
        raise AudioError(what, expected=AUDIO, todo="pipe one into this command")
    return sys.stdin.buffer


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise _cannot_read(path, error) from None


def _check_not_empty(name: str, nbytes: int) -> None:
    if not nbytes:
        raise AudioError(f"{name} is empty: it has 0 bytes", expected=AUDIO)


def _cannot_read(path: Path, error: OSError) -> AudioError:
    todo = "--recursive takes the files in it" if isinstance(error, IsADirectoryError) else None
    return AudioError(f"cannot read {path}: {error.strerror}", expected=AUDIO, todo=todo)
