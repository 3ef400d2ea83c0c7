"""Recordings that are damaged, cut off or joined: what can be heard is heard, at its own time."""

import numpy as np
import pytest
from recordings import RATE, cut, encode, heard_ticks, spoil, ticks, wav

from aiec.ir.errors import AudioError
from aiec.speech.audio import read_sound

KINDS = [
    *(("x.mp3", "mp3", RATE), ("x.aac", "aac", RATE), ("x.flac", "flac", RATE)),
    *(("x.ac3", "ac3", 48000), ("x.m4a", "aac", RATE), ("x.mkv", "aac", RATE)),
    *(("x.ts", "aac", RATE), ("x.ogg", "libopus", 48000), ("x.webm", "libopus", 48000)),
    *(("x.flv", "mp3", 44100), ("x.nut", "mp2", RATE)),
]


@pytest.mark.parametrize(("name", "codec", "rate"), KINDS)
def test_damage_in_the_middle(name, codec, rate, tmp_path):
    path = encode(tmp_path / name, ticks(8), codec=codec, rate=rate)
    before = heard_ticks(read_sound(path).samples)
    sound = read_sound(spoil(path, 0.5, 0.54))
    assert sound.seconds == pytest.approx(8, abs=0.1)
    times = heard_ticks(sound.samples)
    assert [t for t in times if t < 3.5] == [t for t in before if t < 3.5]
    assert [t for t in times if t > 5.5] == pytest.approx(before[-2:], abs=0.05)
    assert all(3.7 < hole.start < hole.end < 5.1 for hole in sound.holes)
    assert sum(hole.end - hole.start for hole in sound.holes) > 0.2
    (remark,) = sound.remarks
    assert f"{name} is damaged or has gaps: silence stands in for " in remark


def test_many_holes_are_summed_up(tmp_path):
    path = encode(tmp_path / "x.mp3", ticks(12), codec="mp3")
    for start in (0.2, 0.4, 0.6, 0.8):
        spoil(path, start, start + 0.01)
    sound = read_sound(path)
    assert len(sound.holes) == 4
    assert "silence stands in for 4 stretches, 0." in sound.remarks[0]
    assert sound.remarks[0].count(" to ") == 3


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        *(("x.wav", "pcm_s16le"), ("x.flac", "flac"), ("x.mp3", "mp3"), ("x.ogg", "libopus")),
        *(("x.mkv", "aac"), ("x.aiff", "pcm_s16be"), ("x.au", "pcm_s16be")),
    ],
)
def test_cut_off(name, codec, tmp_path):
    rate = 48000 if codec == "libopus" else RATE
    sound = read_sound(cut(encode(tmp_path / name, ticks(8), codec=codec, rate=rate), 0.6))
    assert 3.9 < sound.seconds < 5.1
    assert heard_ticks(sound.samples)[:3] == pytest.approx([1, 2, 3], abs=0.07)
    assert f"{name} is truncated: its sound stops at {sound.seconds:.1f} s" in sound.remarks[0]


@pytest.mark.parametrize("name", ["x.aac", "x.ts"])
def test_cut_off_within_a_packet_of_a_file_that_tells_no_length(name, tmp_path):
    path = encode(tmp_path / name, ticks(8), codec="aac")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 - 60])
    sound = read_sound(path)
    assert f"{name} ends in damage or within a packet: its sound stops at" in sound.remarks[-1]


def test_lost_packets(tmp_path):
    """Whole transport packets that never arrived."""
    path = encode(tmp_path / "x.ts", ticks(8), codec="aac")
    data = path.read_bytes()
    at = len(data) // 188 // 2 * 188
    path.write_bytes(data[:at] + data[at + 188 * 60 :])
    sound = read_sound(path)
    times = heard_ticks(sound.samples)
    assert times == pytest.approx([round(t) for t in times], abs=0.08)
    assert times[-1] == pytest.approx(7, abs=0.08)
    assert len(times) < 7
    assert len(sound.holes) == 1


@pytest.mark.parametrize(
    ("suffix", "first", "second"),
    [
        *(("mp3", ("mp3", 44100, "mono"), ("mp3", 22050, "stereo")),),
        *(("mp3", ("mp3", 44100, "stereo"), ("mp3", 48000, "mono")),),
        *(("aac", ("aac", RATE, "mono"), ("aac", 48000, "stereo")),),
        *(("ogg", ("libopus", 48000, "mono"), ("libopus", 48000, "stereo")),),
        *(("ogg", ("flac", RATE, "mono"), ("flac", 44100, "stereo")),),
        *(("ts", ("aac", RATE, "mono"), ("aac", 44100, "stereo")),),
        *(("mkv", ("aac", RATE, "mono"), ("aac", RATE, "mono")),),
    ],
)
def test_joined_files_are_heard_whole(suffix, first, second, tmp_path):
    joined = b""
    for codec, rate, layout in (first, second):
        path = tmp_path / f"part.{suffix}"
        joined += encode(path, ticks(4), codec=codec, rate=rate, layout=layout).read_bytes()
    path = tmp_path / f"joined.{suffix}"
    path.write_bytes(joined)
    sound = read_sound(path)
    assert sound.seconds == pytest.approx(8, abs=0.25)
    assert heard_ticks(sound.samples) == pytest.approx([1, 2, 3, 5, 6, 7], abs=0.25)
    assert sound.holes == ()


def test_pictures_in_tags_of_joined_files_were_never_sound(tmp_path):
    sound = encode(tmp_path / "x.mp3", ticks(4), codec="mp3").read_bytes()
    picture = np.random.default_rng(0).bytes(60_000)
    size = bytes(len(picture) >> shift & 0x7F for shift in (21, 14, 7, 0))
    tagged = b"ID3\x03\x00\x00" + size + picture + sound
    (tmp_path / "joined.mp3").write_bytes(tagged * 2)
    heard = read_sound(tmp_path / "joined.mp3")
    assert heard.seconds == pytest.approx(8, abs=0.6)  # noise may look like frames
    assert sum(hole.end - hole.start for hole in heard.holes) < 0.1


def test_rate_that_no_speech_has(tmp_path):
    with pytest.raises(AudioError, match=r"slow\.wav is empty: it holds no samples"):
        read_sound(wav(tmp_path / "slow.wav", [ticks(2)], rate=3))


def test_samples_that_are_no_numbers(tmp_path):
    """Floats of a damaged file; no warning of NumPy's may get through."""
    path = encode(tmp_path / "x.wav", ticks(2), codec="pcm_f32le", layout="stereo")
    data = bytearray(path.read_bytes())
    data[2000:2400] = np.full(100, np.nan, np.float32).tobytes()
    data[4000:4400] = np.full(100, 3e38, np.float32).tobytes()
    path.write_bytes(data)
    assert read_sound(path).seconds == 2
