"""The manifest: what is written is kept, what was cut off is not there, other files are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aiec.ir.errors import OutputError
from aiec.speech.manifest import Manifest, Record

ONE = Record("/in/one.wav", "one", None, 10, 20)
TWO = Record("/in/two.wav", "two", "it is empty", 0, 20)


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return Manifest(tmp_path / "below" / "done.jsonl")


def test_records_come_back_as_written(manifest: Manifest) -> None:
    assert manifest.records() == ()
    manifest.append(ONE)
    manifest.append(TWO)
    assert manifest.records() == (ONE, TWO)
    assert manifest.done() == {"/in/one.wav": ONE}
    assert manifest.path.read_text().startswith('{"state": "done", "path": "/in/one.wav"')


def test_a_later_record_stands_for_the_earlier(manifest: Manifest) -> None:
    for record in (TWO, ONE, Record(TWO.path, TWO.name)):
        manifest.append(record)
    assert set(manifest.done()) == {ONE.path, TWO.path}
    manifest.append(Record("/in/other.wav", "one"))  # has written over one's transcript
    assert set(manifest.done()) == {"/in/other.wav", TWO.path}


@pytest.mark.parametrize("length", [1, 30, 9000])
def test_a_line_that_was_cut_off_gives_way(manifest: Manifest, length: int) -> None:
    manifest.append(ONE)
    with manifest.path.open("a") as file:
        file.write(Record("/" + "long" * 4000, "cut").line[:length])
    assert manifest.records() == (ONE,)
    manifest.append(TWO)
    assert manifest.records() == (ONE, TWO)
    assert manifest.path.read_text() == ONE.line + TWO.line


def test_writers_at_the_same_time_lose_nothing(manifest: Manifest) -> None:
    records = [Record(f"/in/{i}.wav", str(i)) for i in range(200)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(manifest.append, records))
    assert sorted(manifest.records(), key=lambda record: int(record.name)) == records


def test_nothing_but_a_line_that_was_cut_off(manifest: Manifest) -> None:
    manifest.check()
    manifest.path.write_text('{"state": "do')
    manifest.append(ONE)
    assert manifest.records() == (ONE,)


@pytest.mark.parametrize("line", ["hello", "[1]", "{}", '{"state": "done", "size": 1}', ""])
def test_a_line_that_is_no_record(manifest: Manifest, line: str) -> None:
    manifest.append(ONE)
    with manifest.path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(OutputError, match=r"line 2 of \S+ is no record of a manifest; expected {"):
        manifest.records()


def test_places_that_are_no_file(tmp_path: Path) -> None:
    folder = Manifest(tmp_path)
    with pytest.raises(OutputError, match=r"cannot write manifest \S+: Is a directory; expected a"):
        folder.check()
    with pytest.raises(OutputError, match=r"cannot read manifest \S+: Is a directory; expected a"):
        folder.records()


def test_a_disk_that_is_full() -> None:
    full = Manifest(Path("/dev/full"))
    with pytest.raises(OutputError, match="cannot write manifest /dev/full: "):
        full.append(ONE)
