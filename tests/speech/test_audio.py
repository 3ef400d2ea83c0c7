"""Audio files that are whole, and each way in which they are not."""

import struct

import av
import numpy as np
import pytest
import soundfile

from aiec.ir.errors import AudioError
from aiec.speech.audio import SAMPLE_RATE, load_audio

RATE = 44100
SECONDS = 3
# A tone, and noise so that no codec makes next to nothing of it.
TONE = 0.4 * np.sin(2 * np.pi * 440 * np.arange(SECONDS * RATE) / RATE)
TONE += 0.1 * np.random.default_rng(0).uniform(-1, 1, len(TONE))


@pytest.fixture(params=["wav", "flac", "ogg", "mp3"])
def audio(request, tmp_path):
    path = tmp_path / f"tone.{request.param}"
    soundfile.write(path, TONE, RATE)
    return path


def cut(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def test_whole_file(audio):
    samples = load_audio(audio)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(SECONDS * SAMPLE_RATE, abs=SAMPLE_RATE // 20)
    assert 0.3 < np.abs(samples).max() < 0.6


def test_truncated(audio):
    with pytest.raises(AudioError, match=r"tone\.\w+ is truncated: its sound stops at 1\.\d s"):
        load_audio(cut(audio, 0.55))


def test_damaged_header(audio):
    with pytest.raises(AudioError, match=r"is (not audio|truncated)"):
        load_audio(cut(audio, 0.0005))


def test_wav_of_a_program_that_could_not_seek_back(tmp_path):
    path = tmp_path / "streamed.wav"
    soundfile.write(path, TONE, RATE)
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = b"\xff" * 4
    path.write_bytes(data)
    assert len(load_audio(path)) == SECONDS * SAMPLE_RATE


def test_wav_without_samples(tmp_path):
    path = tmp_path / "none.wav"
    soundfile.write(path, TONE[:0], RATE)
    with pytest.raises(AudioError, match=r"none\.wav is empty: it holds no samples"):
        load_audio(path)


def test_wav_without_a_data_chunk(tmp_path):
    path = tmp_path / "cut.wav"
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    path.write_bytes(b"RIFF" + struct.pack("<I", 1000) + head)
    with pytest.raises(AudioError, match=r"is (not audio|truncated)"):
        load_audio(path)


def test_film_without_sound(tmp_path):
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(AudioError, match=r"film\.mp4 holds no sound"):
        load_audio(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"cannot read \S+x\.wav: No such file or directory; expected an audio or video"),
        (b"", r"x\.wav is empty: it has 0 bytes"),
        (b"just words, no sound\n" * 99, r"x\.wav is not audio, or is damaged at its beginning"),
    ],
)
def test_not_audio(content, message, tmp_path):
    path = tmp_path / "x.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError, match=message):
        load_audio(path)


def test_a_folder(tmp_path):
    with pytest.raises(AudioError, match=r"cannot read \S+: Is a directory"):
        load_audio(tmp_path)
