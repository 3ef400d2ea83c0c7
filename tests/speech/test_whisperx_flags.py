"""Every flag of WhisperX 3.8 is taken, in both spellings, with its default and its choices.

The list is WhisperX's own parser's, printed by `benchmarks/whisperx_flags.py`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from aiec.ir.errors import OptionError
from aiec.speech.command import register
from aiec.speech.formats import Layout, formats_of, to_aud
from aiec.speech.transcript import Segment, Transcript
from aiec.speech.whisperx_flags import UNUSED, notes, set_log_level

FLAGS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "whisperx_flags.json").read_text()
)
# Here None stands for "not given", so that a note is only told where one was; and for the speaker
# model that is at hand, which is WhisperX's where pyannote.audio is installed.
OURS = {*(f"--{name}" for name in UNUSED), "--diarize_model"}


@pytest.fixture(scope="module")
def options() -> dict[str, Any]:
    """Our options by each of their names."""
    app = typer.Typer()
    register(app)
    return {name: option for option in get_command(app).params for name in option.opts}


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: flag["names"][0])
def test_name_and_default(flag: dict[str, Any], options: dict[str, Any]) -> None:
    for name in flag["names"]:
        dashed = name.replace("_", "-") if name.startswith("--") else name
        assert dashed in options, f"{name} is missing"
        option = options[dashed]
        assert option.is_flag != flag["takes_value"]
        if name not in OURS:
            assert str(option.default or "") == str(flag["default"] or "")


def test_notes_are_told_only_for_what_was_given() -> None:
    assert list(notes(dict.fromkeys(UNUSED))) == []
    told = list(notes({"fp16": False, "device_index": 0, "segment_resolution": "chunk"}))
    assert [line.split(" changes nothing")[0] for line in told] == [
        "note: --fp16", "note: --device_index", "note: --segment_resolution",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"device_index": 1}, "there is no device 1; expected device_index 0"),
        ({"segment_resolution": "chunks"}, "unknown segment_resolution 'chunks'; expected 'chunk'"),
    ],
)
def test_values_that_there_are_not(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        list(notes(given))


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield root
    root.setLevel(level)
    root.handlers = handlers


def test_log_level(root_logger: logging.Logger) -> None:
    before = root_logger.level
    set_log_level(None)
    assert root_logger.level == before
    set_log_level("info")
    assert root_logger.level == logging.INFO
    with pytest.raises(OptionError, match=r"unknown log level 'loud'"):
        set_log_level("loud")


@pytest.mark.parametrize(("flag", "said"), [("--version", "aiec "), ("-P", "Python 3.")])
def test_versions(aiec: Callable[..., tuple[int, str, list[str]]], flag: str, said: str) -> None:
    status, out, err = aiec("transcribe", flag)
    assert (status, err) == (0, [])
    assert out.startswith(said)


def test_labels_for_audacity_are_written_only_by_name() -> None:
    said = (Segment(1, 0.5, 2.0, " Hello\tworld."), Segment(2, 3.25, 4.0, " Again."))
    assert to_aud(Transcript("en", said), Layout()) == (
        "0.5\t2.0\tHello world.\n3.25\t4.0\tAgain.\n"
    )
    assert formats_of("aud") == ("aud",)
    assert "aud" not in formats_of("all")
