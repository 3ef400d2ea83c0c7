"""Many recordings: lists, shards, processes; and that a run killed anywhere loses nothing."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from aiec.ir.errors import AudioError, OptionError
from aiec.speech.formats import Layout
from aiec.speech.manifest import Manifest
from aiec.speech.many import Item, Many, Shard, listed, shard_of
from aiec.speech.output import Output
from aiec.speech.processes import in_processes
from aiec.speech.sources import Source, find_sources
from aiec.speech.transcript import Segment, Transcript

PLAIN = ("--model", "tiny.en", "--device", "cpu", "--output-format", "txt")

# A run as `aiec transcribe` makes it, with a stand-in for the model: it writes the file's own text.
RUN = """
import sys, time
from functools import partial
from pathlib import Path
from test_many import many_of, output_of, stand_in
from aiec.speech.sources import find_sources

if __name__ == "__main__":
    folder, shard = Path(sys.argv[1]), sys.argv[2]
    many, output = many_of(folder, shard), output_of(folder)
    left = many.left(many.items(find_sources([folder / "in"], recursive=True), output), output)
    for _ in many.finish(left, partial(stand_in, folder)):
        pass
"""


def output_of(folder: Path) -> Output:
    return Output(folder / "out", ("txt", "srt"), Layout())


def many_of(folder: Path, shard: str) -> Many:
    return Many(2, shard_of(shard), Manifest(folder / "done.jsonl"))


def stand_in(folder: Path) -> Callable[[Item], str | None]:
    """Counts what it begins in `begun`, and fails where a file says so."""

    def transcribe(item: Item) -> str | None:
        with (folder / "begun").open("a") as file:
            file.write(f"{item.name}\n")
        text = item.source.path.read_text()
        time.sleep(0.01)
        if text == "bad":
            return "it is bad"
        output_of(folder).write(
            item.name, Transcript("en", (Segment(id=0, start=0.0, end=1.0, text=text),))
        )
        return None

    return transcribe


def moody(mood: str) -> str | None:
    """Work for `in_processes`, at module level for pickle."""
    if mood == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if mood == "leave":
        os._exit(3)
    if mood == "raise":
        raise OptionError("nobody can work", expected="another day")
    return None if mood == "well" else f"felt {mood}"


def make_moody() -> Callable[[str], str | None]:
    return moody


def test_each_item_comes_back_with_its_answer() -> None:
    moods = ["well", "ill", "die", "well", "leave", "ill", "well"]
    answers = Counter(in_processes(moods, make_moody, 2))
    assert answers == {
        ("well", None): 3,
        ("ill", "felt ill"): 2,
        ("die", "its process was killed by SIGKILL"): 1,
        ("leave", "its process ended with status 3"): 1,
    }


def test_what_concerns_all_ends_the_run() -> None:
    with pytest.raises(OptionError, match="nobody can work; expected another day"):
        list(in_processes(["well", "raise", "well", "well"], make_moody, 2))


# A run whose two workers take locks and never end by themselves.
ENDLESS = """
import sys
from test_many import make_endless
from aiec.speech.processes import in_processes

if __name__ == "__main__":
    list(in_processes(sys.argv[1:], make_endless, 2))
"""


def make_endless() -> Callable[[str], str | None]:
    def hold(path: str) -> None:
        with open(path, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            Path(f"{path}.held").touch()
            time.sleep(600)

    return hold


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(ENDLESS)
    locks = [tmp_path / "first", tmp_path / "second"]
    parent = _start(tmp_path, *map(str, locks))
    while not all(Path(f"{lock}.held").exists() for lock in locks):
        assert parent.poll() is None, (tmp_path / "err").read_text()
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    assert [_is_free_soon(lock) for lock in locks] == [True, True]


def _is_free_soon(lock: Path) -> bool:
    with lock.open() as file:
        for _ in range(1000):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.02)
            else:
                return True
    return False


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments(tmp_path: Path, kills: int) -> None:
    """Two shards of two processes each share a folder and a manifest."""
    (tmp_path / "in").mkdir()
    files = 20 * kills
    for number in range(files):
        (tmp_path / "in" / f"{number}.wav").write_text(f"text {number}" if number else "bad")
    (tmp_path / "run.py").write_text(RUN)
    moments = random.Random(kills)
    for kill in range(kills):
        shards = [_start(tmp_path, str(tmp_path), shard) for shard in ("1/2", "2/2")]
        if kill:  # the first time while they start
            _wait_for_more(tmp_path / "begun", shards)
        for shard in shards:
            time.sleep(moments.uniform(0.0, 0.1))
            shard.kill()
            shard.wait()
    for shard in ("1/2", "2/2"):
        assert _start(tmp_path, str(tmp_path), shard).wait(timeout=120) == 0, (
            tmp_path / "err"
        ).read_text()
    _check_all_is_there(tmp_path, files)
    begun = [name for name in (tmp_path / "begun").read_text().split() if name != "0"]
    assert {*begun, "0"} == {str(number) for number in range(files)}
    again_at_most = kills * 4  # what each process had when it was killed
    assert len(begun) < files + again_at_most


def _wait_for_more(begun: Path, shards: list[subprocess.Popen[bytes]]) -> None:
    before = begun.stat().st_size if begun.exists() else 0
    while any(shard.poll() is None for shard in shards):
        if begun.exists() and begun.stat().st_size > before:
            return
        time.sleep(0.005)


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, str(folder / "run.py"), *arguments]
    with (folder / "err").open("ab") as errors:
        return subprocess.Popen(command, env=environment, stderr=errors)


def _check_all_is_there(folder: Path, files: int) -> None:
    records = Manifest(folder / "done.jsonl").records()
    done = Counter(record.name for record in records if record.why is None)
    assert done == {str(number): 1 for number in range(1, files)}
    assert {record.why for record in records if record.name == "0"} == {"it is bad"}
    texts = {path.stem: path.read_text() for path in (folder / "out").glob("*.txt")}
    assert texts == {str(number): f"text {number}\n" for number in range(1, files)}
    assert {path.stem for path in (folder / "out").glob("*.srt")} == set(texts)


@pytest.fixture
def finished(tmp_path: Path) -> tuple[Many, Item, Output]:
    """One recording that is done."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.wav").write_text("hello")
    many, output = Many(manifest=Manifest(tmp_path / "done.jsonl")), output_of(tmp_path)
    [item] = many.items(find_sources([tmp_path / "in"], recursive=True), output)
    assert many.left([item], output) == (item,)
    assert list(many.finish([item], lambda: stand_in(tmp_path))) == [(item, None)]
    assert many.left([item], output) == ()
    return many, item, output


def test_a_recording_that_changed_is_to_be_done(finished: tuple[Many, Item, Output]) -> None:
    many, item, output = finished
    item.source.path.write_text("hello again")
    assert many.left([item], output) == (item,)


def test_a_transcript_that_is_gone_is_to_be_done(finished: tuple[Many, Item, Output]) -> None:
    many, item, output = finished
    output.paths(item.name)[1].unlink()
    assert many.left([item], output) == (item,)


def test_standard_input_is_never_done(finished: tuple[Many, Item, Output]) -> None:
    many, _, output = finished
    items = many.items([Source(Path("-"))], output)
    assert many.left(items, output) == items


def test_shards_share_out_names_and_all_files(tmp_path: Path) -> None:
    sources = [Source(Path(folder, "talk.wav")) for folder in "abcde"]
    shards = [Many(shard=Shard(i, 3)).items(sources, output_of(tmp_path)) for i in (1, 2, 3)]
    assert [len(shard) for shard in shards] == [2, 2, 1]
    assert len({item.name for shard in shards for item in shard}) == len(sources)


@pytest.mark.parametrize("text", ["2", "0/2", "3/2", "a/b", "1/", "-1/2", "1/0"])
def test_shards_that_there_are_not(text: str) -> None:
    with pytest.raises(OptionError, match=r"shard .*; expected 1/n to n/n, as 2/4"):
        shard_of(text)


def test_jobs_that_there_are_not() -> None:
    with pytest.raises(OptionError, match="jobs cannot be 0; expected 1 to 1024"):
        Many(jobs=0)


def test_lists(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"one talk.wav\n\n/in/caf\xe9.wav\r\nlast.wav")
    named = [Path("one talk.wav"), Path(os.fsdecode(b"/in/caf\xe9.wav")), Path("last.wav")]
    assert listed(tmp_path / "list") == tuple(named)


def test_lists_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"cannot read list \S+: No such file .*; expected a file"):
        listed(tmp_path / "list")
    (tmp_path / "list").write_text("\n \n")
    with pytest.raises(AudioError, match=r"list \S+ names no recordings; expected a path on each"):
        listed(tmp_path / "list")


def test_nothing_to_transcribe(aiec: Callable[..., tuple[int, str, list[str]]]) -> None:
    status, _, err = aiec("transcribe", *PLAIN)
    assert status == 2
    assert err == [
        "aiec: error: nothing to transcribe; expected audio files, or --list with a file"
    ]


def test_two_jobs_from_a_list_and_again(
    aiec: Callable[..., tuple[int, str, list[str]]], clip: Path, tmp_path: Path
) -> None:
    """The real model: texts as in one process, a bad file costs itself, the second run is short."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.wav").write_bytes(clip.read_bytes())
    (tmp_path / "bad.wav").touch()
    names = ("one", "bad", "two")
    (tmp_path / "list").write_text("".join(f"{tmp_path}/{name}.wav\n" for name in names))
    out, manifest = tmp_path / "out", tmp_path / "done.jsonl"
    asked = ("transcribe", "--list", tmp_path / "list", *PLAIN, "-o", out, "--manifest", manifest)
    assert aiec(*asked, "--jobs", 2, "--no-align")[0] == 1
    assert aiec("transcribe", clip, *PLAIN, "-o", tmp_path, "--no-align")[0] == 0
    text = (tmp_path / f"{clip.stem}.txt").read_text()
    assert {path.name: path.read_text() for path in out.iterdir()} == {
        "one.txt": text,
        "two.txt": text,
    }
    status, printed, err = aiec(*asked)
    assert (status, printed) == (1, "")
    assert err[0] == f"aiec: note: 2 of 3 files are done already, says {manifest}"
    assert f"{tmp_path}/bad.wav is empty" in err[1]
