"""`aiec transcribe` aligned: exact times by default, its flags, and what cannot be aligned."""

import json
from dataclasses import replace

import numpy as np
import pytest

from aiec.ir.errors import OptionError
from aiec.speech.align.alignment import Rules
from aiec.speech.align.transcripts import Alignment, TranscriptAligner
from aiec.speech.audio import load_audio
from aiec.speech.transcript import Segment, Transcript
from aiec.speech.vad import Chunk

TEXT = (Segment(1, 0.1, 0.2, " Hello,"), Segment(2, 0.2, 0.3, " world. Who?"))


def transcribed(aiec, clip, folder, *more):
    base = ("--model", "tiny.en", "--device", "cpu", "-f", "json", "--verbose", "False")
    status, _, err = aiec("transcribe", clip, *base, "-o", folder, *more)
    assert (status, err) == (0, [])
    return json.loads((folder / f"{clip.stem}.json").read_text())


def test_aligned_by_default(aiec, clip, tmp_path):
    found = transcribed(aiec, clip, tmp_path, "--return_char_alignments")
    [segment] = found["segments"]
    assert [word["word"] for word in segment["words"]] == segment["text"].replace(" ", "\0 ").split(
        "\0"
    )[1:]
    first, last = segment["words"][0], segment["words"][-1]
    assert (segment["start"], segment["end"]) == (first["start"], last["end"])
    sound = np.abs(load_audio(clip))
    loud = np.flatnonzero(sound > 0.1 * sound.max()) / 16000
    assert first["start"] == pytest.approx(loud[0], abs=0.1)  # where it is heard to begin
    assert last["end"] == pytest.approx(loud[-1], abs=0.15)
    assert "".join(c["char"] for c in segment["chars"]) == segment["text"]
    assert {"char", "start", "end", "score"} == set(segment["chars"][1])


def test_no_align(aiec, clip, tmp_path):
    assert "word_segments" not in transcribed(aiec, clip, tmp_path, "--no_align")


def test_chosen_model(aiec, clip, tmp_path):
    chosen = (
        "--align_model",
        "hama",
        "--interpolate-method",
        "linear",
        "--model_cache_only",
        "True",
    )
    default = transcribed(aiec, clip, tmp_path / "default")
    assert transcribed(aiec, clip, tmp_path / "chosen", *chosen) == default


def test_chunks_are_aligned_whole(clip):
    """Whisper's own times, wrong here, cut nothing off."""
    sound = load_audio(clip)
    align = TranscriptAligner(Alignment(rules=Rules(method="linear")))
    whole = (Chunk(0, len(sound) / 16000),)
    found = align(Transcript("en", TEXT), sound, whole)
    assert [segment.text for segment in found.segments] == [" Hello, world.", " Who?"]
    assert [segment.id for segment in found.segments] == [1, 2]
    hello = next(iter(found.segments[0].words or []))
    assert hello.word == " Hello," and hello.end - hello.start > 0.15


def test_without_a_model(capsys):
    align = TranscriptAligner(Alignment())
    transcript = Transcript("la", TEXT)
    for _ in range(2):
        assert align(transcript, np.zeros(16000, np.float32), ()) is transcript
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "aiec: note: words are not aligned: No default align-model for language: la; "
        "give a wav2vec2 of that language as align_model"
    ]
    chosen = TranscriptAligner(Alignment(model="nobody/nothing", cache_only=True))
    with pytest.raises(OptionError):
        chosen(transcript, np.zeros(16000, np.float32), ())


def test_what_cannot_be_aligned_stays():
    align = TranscriptAligner(Alignment())
    late = tuple(replace(s, start=s.start + 9, end=s.end + 9) for s in TEXT)
    found = align(Transcript("en", late), np.zeros(16000, np.float32), ())
    assert found.segments == late


def test_off():
    transcript = Transcript("en", TEXT)
    assert TranscriptAligner(Alignment(wanted=False))(transcript, np.zeros(9), ()) is transcript
