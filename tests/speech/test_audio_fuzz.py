"""Recordings of every container and codec with one byte in a hundred spoiled.

Where ffmpeg's own program is installed (Debian's package `ffmpeg`), no less is heard than by it.
"""

import itertools
import random
import shutil
import subprocess
import warnings

import numpy as np
import pytest
from recordings import RATE, encode, ticks

from aiec.ir.errors import AudioError
from aiec.speech.audio import Sound, read_sound

SECONDS = 6
KINDS = {
    **{"mp3": ("mp3", RATE), "aac": ("aac", RATE), "flac": ("flac", RATE), "ac3": ("ac3", 48000)},
    **{"m4a": ("aac", RATE), "mp4": ("mp3", 44100), "mkv": ("aac", RATE), "mka": ("flac", RATE)},
    **{"ts": ("mp2", RATE), "mpg": ("mp2", 48000), "ogg": ("libopus", 48000)},
    **{"oga": ("flac", RATE), "webm": ("libopus", 48000), "flv": ("mp3", 44100)},
    **{"avi": ("mp3", RATE), "wma": ("mp3", RATE), "nut": ("aac", RATE), "mov": ("alac", RATE)},
    **{"wav": ("pcm_s16le", RATE), "aiff": ("pcm_s16be", RATE), "caf": ("alac", RATE)},
    **{"w64": ("adpcm_ima_wav", RATE), "tta": ("tta", RATE), "wv": ("wavpack", RATE)},
    "au": ("pcm_mulaw", RATE),
}


def scattered(data, dice):
    """Single bytes anywhere."""
    for _ in range(len(data) // 100):
        data[dice.randrange(len(data))] = dice.randrange(256)


def behind_the_head(data, dice):
    """Single bytes, but none at the beginning."""
    for _ in range(len(data) // 100):
        data[dice.randrange(len(data) // 8, len(data))] = dice.randrange(256)


def in_one_place(data, dice):
    """A stretch of noise."""
    n = len(data) // 100
    at = dice.randrange(len(data) // 8, len(data) - n)
    data[at : at + n] = dice.randbytes(n)


def zeroed(data, dice):
    """A stretch that was never written."""
    n = len(data) // 100
    at = dice.randrange(len(data) // 8, len(data) - n)
    data[at : at + n] = bytes(n)


def dropped(data, dice):
    """A stretch that is not there."""
    n = len(data) // 100
    at = dice.randrange(len(data) // 8, len(data) - n)
    del data[at : at + n]


DAMAGES = (scattered, behind_the_head, in_one_place, zeroed, dropped)
MILD = (in_one_place, zeroed, dropped)  # what is left of the others is little and differs


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """The bytes of a healthy recording, by suffix."""
    folder, samples = tmp_path_factory.mktemp("healthy"), ticks(SECONDS)
    found = {}
    for suffix, (codec, rate) in KINDS.items():
        found[suffix] = encode(folder / f"x.{suffix}", samples, codec=codec, rate=rate).read_bytes()
    return found


def ffmpeg_seconds(path):
    """How much ffmpeg decodes of a file."""
    command = ["ffmpeg", "-v", "quiet", "-nostdin", "-i", f"file:{path}"]
    to_pcm = ["-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    done = subprocess.run([*command, *to_pcm], capture_output=True)
    return len(done.stdout) / 2 / RATE


def heard(path):
    """What is heard of a file; None if it is refused with a reason."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return read_sound(path)
        except AudioError:
            return None


def check(path, damage):
    """Heard, or refused with a reason; not longer than it was, nor less than ffmpeg hears."""
    sound = heard(path) or Sound(np.zeros(0, np.float32))
    assert np.isfinite(sound.samples).all()
    if damage in MILD:
        assert sound.seconds <= 1.02 * SECONDS + 0.2
        if shutil.which("ffmpeg"):
            heard_s = sound.seconds - sum(hole.end - hole.start for hole in sound.holes)
            assert heard_s >= 0.98 * ffmpeg_seconds(path) - 0.1


def spoiled(folder, data, suffix, damage, seed):
    """A file with one per cent of its bytes spoiled."""
    spoiled = bytearray(data)
    damage(spoiled, random.Random(f"{suffix} {damage.__name__} {seed}"))
    path = folder / f"{damage.__name__}-{seed}.{suffix}"
    path.write_bytes(spoiled)
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_spoiled_recordings(suffix, healthy, tmp_path):
    for damage in (scattered, in_one_place):
        check(spoiled(tmp_path, healthy[suffix], suffix, damage, 0), damage)


@pytest.mark.slow
def test_five_hundred_spoiled_recordings(healthy, tmp_path):
    files = list(itertools.product(KINDS, DAMAGES, range(1, 5)))
    assert len(files) == 500
    for suffix, damage, seed in files:
        check(spoiled(tmp_path, healthy[suffix], suffix, damage, seed), damage)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg, a Debian package, is not here")
@pytest.mark.parametrize("suffix", KINDS)
def test_healthy_recordings_are_as_long_as_to_ffmpeg(suffix, healthy, tmp_path):
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(healthy[suffix])
    assert read_sound(path).seconds == pytest.approx(ffmpeg_seconds(path), rel=0.02)
