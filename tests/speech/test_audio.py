"""Audio files that are whole in any way, and those in which there is nothing to hear."""

import io
import os
import struct
import threading
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from recordings import RATE, cut, encode, heard_ticks, ticks, wav

from aiec.ir.errors import AudioError
from aiec.speech.audio import SAMPLE_RATE, STDIN, load_audio, read_sound

FILE_RATE = 44100
SECONDS = 3
# A tone, and noise so that no codec makes next to nothing of it.
TONE = 0.4 * np.sin(2 * np.pi * 440 * np.arange(SECONDS * FILE_RATE) / FILE_RATE)
TONE += 0.1 * np.random.default_rng(0).uniform(-1, 1, len(TONE))
TIMES = [1.0, 2.0, 3.0]  # of the ticks in four seconds


@pytest.fixture(params=["wav", "flac", "ogg", "mp3"])
def audio(request, tmp_path):
    path = tmp_path / f"tone.{request.param}"
    soundfile.write(path, TONE, FILE_RATE)
    return path


def test_whole_file(audio):
    sound = read_sound(audio)
    assert sound.samples.dtype == np.float32
    assert sound.seconds == pytest.approx(SECONDS, abs=0.05)
    assert 0.3 < np.abs(sound.samples).max() < 0.6
    assert (sound.holes, sound.remarks) == ((), ())


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        *(("x.m4a", "aac", 44100), ("x.aac", "aac", RATE), ("x.mkv", "aac", 48000)),
        *(("x.ts", "mp2", 44100), ("x.webm", "libopus", 48000), ("x.flv", "mp3", 44100)),
        *(("x.ac3", "ac3", 48000), ("x.avi", "mp3", RATE), ("x.3gp", "aac", RATE)),
        *(("x.caf", "alac", RATE), ("x.aiff", "pcm_s16be", 8000), ("x.wv", "wavpack", RATE)),
    ],
)
def test_containers_and_codecs(name, codec, rate, tmp_path):
    """Nothing is said of a healthy file, and its ticks are where they were."""
    sound = read_sound(encode(tmp_path / name, ticks(4), codec=codec, rate=rate, layout="stereo"))
    assert heard_ticks(sound.samples) == pytest.approx(TIMES, abs=0.07)  # encoders' delays
    assert (sound.holes, sound.remarks) == ((), ())


def test_estimated_length_is_not_believed(tmp_path):
    """Bare AAC whose quiet beginning takes few bytes: its bit rate makes it out as far longer."""
    samples = np.concatenate([np.zeros(20 * RATE, np.float32), ticks(4)])
    sound = read_sound(encode(tmp_path / "quiet.aac", samples, codec="aac"))
    assert sound.seconds == pytest.approx(24, abs=0.1)
    assert sound.remarks == ()


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0x7FFFFFFF - 36, 0x80000000, 0xFFFFFFFF])
def test_wav_of_a_program_that_could_not_seek_back(size, tmp_path):
    sound = read_sound(wav(tmp_path / "streamed.wav", [ticks(2)], size=size))
    assert sound.seconds == 2
    (remark,) = sound.remarks
    assert "streamed.wav does not say how long it is" in remark


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_f32le", "pcm_u8"])
@pytest.mark.parametrize("channels", [2, 4])
def test_channels_that_cancel_each_other(codec, channels, tmp_path):
    """Of two voices, one comes with a turned wire; both are heard, at full strength."""
    first, second = ticks(9, [1, 2]), ticks(9, [3, 4, 5, 6, 7])
    left, right = first + second, first - second
    path = wav(tmp_path / "turned.wav", [left, right] * (channels // 2))
    with av.open(str(path)) as given, av.open(str(tmp_path / "x.wav"), "w") as made:
        stream = made.add_stream(codec, rate=RATE, layout=given.streams.audio[0].layout)
        for frame in given.decode(audio=0):
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    sound = read_sound(tmp_path / "x.wav")
    assert heard_ticks(sound.samples) == pytest.approx([1, 2, 3, 4, 5, 6, 7], abs=0.02)
    assert [remark.partition("x.wav ")[2] for remark in sound.remarks] == [
        "cancel each other; the loudest one is heard"
    ]


def test_channels_that_do_not_cancel_are_mixed_as_ffmpeg_does(tmp_path):
    x, y = ticks(3, [1]), ticks(3, [2])
    sound = read_sound(wav(tmp_path / "x.wav", [x, y]))
    assert np.abs(sound.samples - (x + y) / 2).max() < 1e-3
    assert sound.remarks == ()


def test_more_channels_than_ffmpeg_can_mix(tmp_path):
    sound = read_sound(wav(tmp_path / "x.wav", [ticks(4)] * 9))
    assert heard_ticks(sound.samples) == pytest.approx(TIMES, abs=0.02)


@pytest.fixture
def film(tmp_path):
    """A film with two audio tracks, of which the second is its default."""
    tracks = ticks(4, [1]), ticks(4, [2])
    return encode(tmp_path / "film.mkv", *tracks, codec="aac", default=1, picture_s=4)


def test_default_track(film):
    sound = read_sound(film)
    assert heard_ticks(sound.samples) == pytest.approx([2], abs=0.07)
    (remark,) = sound.remarks
    assert "2 audio tracks (1 eng, 2 fre); 2 is heard, --audio-track N takes another" in remark


def test_track_that_is_asked_for(film):
    sound = read_sound(film, track=1)
    assert heard_ticks(sound.samples) == pytest.approx([1], abs=0.07)
    assert sound.remarks == ()


@pytest.mark.parametrize("track", [0, 3])
def test_track_that_is_not_there(film, track):
    with pytest.raises(AudioError, match=rf"has no audio track {track}; expected 1 to 2"):
        read_sound(film, track)


def test_track_without_a_decoder(tmp_path):
    """As of films with a track in a new format beside one that everybody reads."""
    path = encode(tmp_path / "x.mkv", ticks(2, [1]), ticks(2, [1]), codec="pcm_s16le", default=0)
    path.write_bytes(path.read_bytes().replace(b"A_PCM/INT/LIT", b"A_NEW/INT/LIT", 1))
    assert "2 is heard" in read_sound(path).remarks[0]
    with pytest.raises(AudioError, match=r"x\.mkv is in a format that no decoder here reads"):
        read_sound(path, track=1)


def test_track_that_begins_late(tmp_path):
    path = encode(tmp_path / "late.mkv", ticks(4), codec="aac", late_s=3, picture_s=8)
    sound = read_sound(path)
    assert heard_ticks(sound.samples) == pytest.approx([4, 5, 6], abs=0.07)
    assert sound.holes == ()
    assert "late.mkv begins at 3.0" in sound.remarks[0]


@pytest.mark.parametrize("name", ["10:30 talk.wav", "http:x.wav", "100% ?#.wav", "-x.wav", "ü.wav"])
def test_names_that_look_like_something_else(name, tmp_path):
    assert read_sound(wav(tmp_path / name, [ticks(1)])).seconds == 1


def test_name_that_is_no_text(tmp_path):
    path = wav(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav")), [ticks(1)])
    assert read_sound(path).seconds == 1


def test_pipe(tmp_path):
    data = encode(tmp_path / "x.m4a", ticks(4), codec="aac").read_bytes()  # its index comes last
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    assert heard_ticks(load_audio(tmp_path / "pipe")) == pytest.approx(TIMES, abs=0.07)
    writer.join()


class Stdin(io.TextIOWrapper):
    terminal = False

    def isatty(self):
        return self.terminal


def test_standard_input(tmp_path, monkeypatch):
    data = wav(tmp_path / "x.wav", [ticks(2)]).read_bytes()
    monkeypatch.setattr("sys.stdin", Stdin(io.BytesIO(data)))
    assert read_sound(STDIN).seconds == 2
    with pytest.raises(AudioError, match="standard input is empty: it has 0 bytes"):
        read_sound(STDIN)
    monkeypatch.setattr(Stdin, "terminal", True)
    with pytest.raises(AudioError, match=r"standard input is a terminal; .*; pipe one into"):
        read_sound(STDIN)


def test_wav_without_samples(tmp_path):
    path = tmp_path / "none.wav"
    soundfile.write(path, TONE[:0], FILE_RATE)
    with pytest.raises(AudioError, match=r"none\.wav is empty: it holds no samples"):
        load_audio(path)


def test_wav_without_a_data_chunk(tmp_path):
    path = tmp_path / "cut.wav"
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    path.write_bytes(b"RIFF" + struct.pack("<I", 1000) + head)
    with pytest.raises(AudioError, match=r"is not audio"):
        load_audio(path)


def test_film_without_sound(tmp_path):
    path = encode(tmp_path / "film.mp4", codec="aac", picture_s=1)
    with pytest.raises(AudioError, match=r"film\.mp4 holds no sound"):
        load_audio(path)


def test_recording_without_its_index(tmp_path):
    path = cut(encode(tmp_path / "x.m4a", ticks(4), codec="aac"), 0.6)
    with pytest.raises(
        AudioError, match=r"x\.m4a was cut off while .* its index \(moov\) is missi"
    ):
        load_audio(path)


def test_nothing_can_be_decoded(tmp_path):
    path = encode(tmp_path / "x.mkv", ticks(2), codec="aac")
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    data = path.read_bytes()
    for packet in packets:
        data = data.replace(packet, b"\xff" * len(packet))
    path.write_bytes(data)
    with pytest.raises(AudioError, match=r"x\.mkv is damaged: none of its sound can be decoded"):
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
    message = r"cannot read \S+: Is a directory; .*; --recursive takes the files in it"
    with pytest.raises(AudioError, match=message):
        load_audio(tmp_path)


def test_sampling_rate_is_whispers():
    assert SAMPLE_RATE == RATE
