"""Where recordings come from and transcripts go: folders, standard input, consoles, old files."""

import io
import os
import subprocess
import sys

import pytest
from recordings import encode, ticks

from aiec.ir.errors import AudioError
from aiec.speech.sources import find_sources

MODEL = ("--model", "tiny.en", "--device", "cpu", "-f", "txt")


@pytest.fixture
def folder(clip, tmp_path):
    """Recordings in a tree, among other things."""
    data = clip.read_bytes()
    for name in ("b.wav", "a/talk.WAV", "a/b/talk.wav", ".trash/x.wav", "a/._talk.wav", "a/notes"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    return tmp_path / "in"


def test_folders_are_searched(folder, clip):
    found = find_sources([clip, folder], recursive=True)
    assert [source.stem for source in found] == [clip.stem, "b", "a/talk", "a/b/talk"]
    assert [source.path for source in found[:2]] == [clip, folder / "b.wav"]


def test_without_recursive_a_folder_is_a_path_like_any_other(folder):
    assert [source.path for source in find_sources([folder], recursive=False)] == [folder]


def test_folder_without_recordings(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(AudioError, match=r"holds no recordings; expected audio or video files"):
        find_sources([tmp_path], recursive=True)


def test_folder_that_cannot_be_read(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(AudioError, match=r"cannot read folder \S+: Permission denied"):
        find_sources([tmp_path], recursive=True)


def test_recursive(aiec, folder, tmp_path):
    out = tmp_path / "out"
    status, printed, err = aiec("transcribe", folder, *MODEL, "-o", out, "--recursive")
    assert (status, err) == (0, [])
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*.txt"))
    assert written == ["a/b/talk.txt", "a/talk.txt", "b.txt"]
    assert [line.partition(": [")[0] for line in printed.splitlines()] == [
        *(f"{folder}/b.wav", f"{folder}/a/talk.WAV", f"{folder}/a/b/talk.wav")
    ]


def test_folder_without_recursive(aiec, folder, tmp_path):
    status, _, err = aiec("transcribe", folder, *MODEL, "-o", tmp_path / "out")
    assert status == 1
    assert err[0].endswith("Is a directory; expected an audio or video file with sound; "
                           "--recursive takes the files in it")  # fmt: skip


def test_what_is_replaced_is_told(aiec, clip, tmp_path):
    (tmp_path / "hello_world.txt").write_text("notes of mine")
    _, _, err = aiec("transcribe", clip, *MODEL, "-o", tmp_path)
    assert err == [f"aiec: note: {tmp_path}/hello_world.txt was there and is replaced"]


def test_audio_track(aiec, tmp_path):
    film = encode(tmp_path / "film.mkv", ticks(2, [1]), ticks(2, [1]), codec="aac")
    arguments = ("transcribe", film, *MODEL, "-o", tmp_path)
    assert any("film.mkv has 2 audio tracks" in line for line in aiec(*arguments)[2])
    status, _, err = aiec(*arguments, "--audio_track", 3)
    assert (status, len(err)) == (1, 1)
    assert "film.mkv has no audio track 3; expected 1 to 2" in err[0]


def test_standard_input(aiec, clip, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(clip.read_bytes())))
    status, _, err = aiec("transcribe", "-", *MODEL, "-o", tmp_path)
    assert (status, err) == (0, [])
    assert "hello" in (tmp_path / "stdin.txt").read_text().lower()


def test_console_that_lacks_the_letters(clip, tmp_path):
    """A file name that is no text in any encoding, and one that this console does not have."""
    bad = os.path.join(os.fsencode(tmp_path), b"caf\xe9 \xe6\x97\xa5.wav")
    with open(bad, "wb") as file:
        file.write(clip.read_bytes())
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-c", "from aiec.cli import main; main()", "transcribe"]
    asked = (os.fsdecode(bad), clip, *MODEL, "-o", tmp_path)
    done = subprocess.run([*command, *asked], capture_output=True, check=True, env=environment)
    assert done.stdout.decode("cp1252").count("Hello") == 2
    assert b"caf? ?.wav: [" in done.stdout
