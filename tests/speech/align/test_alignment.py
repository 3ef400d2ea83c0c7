"""`align` beside what the real WhisperX made of the same emissions, and where it differs."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from aiec.ir.errors import ModelError, OptionError
from aiec.speech.align import alignment
from aiec.speech.align.alignment import align
from aiec.speech.align.load import load_align_model
from aiec.speech.audio import load_audio
from aiec.speech.sentences import sentence_spans

ROOT = Path(__file__).parents[3]


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle: Any = _load(ROOT / "benchmarks/record_alignment.py")
CASES = oracle.cases()
RECORDED = json.loads(oracle.RECORDED.read_text())


def test_every_case_is_recorded():
    assert list(CASES) == list(RECORDED)


@pytest.mark.parametrize("name", CASES)
def test_as_whisperx(name, monkeypatch):
    monkeypatch.setattr(alignment, "sentence_spans", oracle.Splitter().span_tokenize)
    given, more = oracle.arguments(CASES[name])
    found = align(*given, **more)
    assert json.dumps(found) == json.dumps(RECORDED[name])  # keys, their order, every digit


def test_ignore_drops_no_sentence():
    """WhisperX loses `| |` here, as no time is known for it."""
    given, _ = oracle.arguments(CASES["merged"])
    [segment] = align(*given, interpolate_method="ignore")["segments"]
    assert segment["text"] == "Hi. | |"


def test_two_in_lower_case_shift_nothing():
    """`İ` is two characters in lower case; WhisperX shifts those behind it."""
    given, _ = oracle.arguments(CASES["plain"] | {"segments": [(0.0, 2.0, "İ so")]})
    plain, _ = oracle.arguments(CASES["plain"] | {"segments": [(0.0, 2.0, "é so")]})
    assert align(*given)["word_segments"][1] == align(*plain)["word_segments"][1]


def test_progress(capsys):
    given, _ = oracle.arguments(CASES["no path"])
    done = []
    align(*given, print_progress=True, combined_progress=True, progress_callback=done.append)
    percent = [66.67, 83.33, 100.0]
    assert capsys.readouterr().out == "".join(f"Progress: {p:.2f}%...\n" for p in percent)
    assert done == pytest.approx([200 / 3, 100])  # as in WhisperX, only what was aligned


def test_refused_segments_are_told(caplog):
    for name, why in (
        ("empty", "has no character"),
        ("beyond", "starts behind the end"),
        ("no path", "no room for its text; it stays as it is"),
    ):
        given, _ = oracle.arguments(CASES[name])
        align(*given)
        assert why in caplog.text


def test_files_and_tensors(clip):
    given, _ = oracle.arguments(CASES["plain"] | {"segments": [(0.0, 1.0, "hello")]})
    samples = load_audio(clip)
    found = [
        align(given[0], given[1], given[2], audio)
        for audio in (str(clip), samples, torch.from_numpy(samples)[None])
    ]
    assert found[0] == found[1] == found[2]


def test_what_is_refused():
    given, _ = oracle.arguments(CASES["plain"])
    with pytest.raises(OptionError, match="unknown interpolation 'nearer'; expected 'nearest'"):
        align(*given, interpolate_method="nearer")
    given[2]["type"] = "kaldi"
    with pytest.raises(ModelError, match="align model of type 'kaldi' is not supported; expected"):
        align(*given)
    with pytest.raises(OptionError, match="No default align-model for language: la; give"):
        load_align_model("la")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Hi. Who? ", [" Hi.", "Who?"]),
        ('Mr. J. Smith "left."  Why', ['Mr. J. Smith "left."', "Why"]),
        ("はい。私は「いい。」と", ["はい。", "私は「いい。」", "と"]),
        ("  ", []),
        ("3.5 is 3.5...  yes", ["3.5 is 3.5...", "yes"]),
    ],
)
def test_sentence_spans(text, expected):
    assert [text[start:end] for start, end in sentence_spans(text)] == expected
