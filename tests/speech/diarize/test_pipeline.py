"""The pipeline's calls: counts, progress, embeddings, and which backend is chosen."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from aiec.ir.errors import AudioError, ModelError, OptionError
from aiec.speech.diarize import DiarizationPipeline, Turn, pipeline, pyannote_pipeline
from aiec.speech.diarize.cluster import Count
from aiec.speech.turns import Diarization, Turns

FOUND = Diarization(Turns([Turn(0.0, 1.0, "SPEAKER_00")]), {"SPEAKER_00": [1.0, 0.0]})


class Backend:
    """Says how it was called, and tells progress that falls back between steps."""

    def __init__(self, **options):
        self.options = options

    def __call__(self, samples, count, tell):
        self.samples, self.count = samples, count
        for share in (0.25, 0.5, 0.25, 0.75):
            tell(share)
        return FOUND


@pytest.fixture
def packaged(monkeypatch):
    monkeypatch.setattr(pipeline, "PackagedPipeline", Backend)
    return DiarizationPipeline("campplus", cache_only=True)


def test_turns_and_embeddings(packaged, clip):
    assert packaged(str(clip)) == FOUND.turns
    assert packaged(clip, return_embeddings=True) == (FOUND.turns, FOUND.embeddings)
    assert packaged.backend.samples.dtype == np.float32 and len(packaged.backend.samples) > 8000
    assert packaged.backend.options == {"cache_only": True}
    assert (packaged.name, packaged.note) == ("campplus", None)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, Count(1, None)),
        ({"num_speakers": 3, "min_speakers": 1}, Count(3, 3)),
        ({"min_speakers": 2}, Count(2, None)),
        ({"max_speakers": 4}, Count(1, 4)),
    ],
)
def test_counts(packaged, asked, count):
    packaged(np.zeros(100), **asked)
    assert packaged.backend.count == count


def test_impossible_count(packaged):
    with pytest.raises(OptionError, match="speakers cannot be at least 0 and at most 0"):
        packaged(np.zeros(100), num_speakers=0)


def test_progress_rises_to_a_hundred(packaged):
    told = []
    packaged(np.zeros(100), progress_callback=told.append)
    assert told == [25, 50, 75, 100]


def test_two_channels(packaged):
    with pytest.raises(AudioError, match=r"samples of shape \(2, 100\) are not one channel"):
        packaged(np.zeros((2, 100)))


class Annotation:
    """As pyannote.core's."""

    def itertracks(self, yield_label):
        yield SimpleNamespace(start=0.0, end=1.0), "A", "SPEAKER_00"

    def labels(self):
        return ["SPEAKER_00"]


class PyannotesPipeline:
    """As pyannote.audio's of version 4; `name` decides what goes wrong."""

    @classmethod
    def from_pretrained(cls, name, token=None, cache_dir=None):
        if name == "broken":
            raise OSError("401 Client Error\nand more")
        if name == "gated":
            return None
        assert (token, cache_dir) == ("secret", None)
        return cls()

    def to(self, device):
        assert device.type == "cpu"
        return self

    def __call__(self, sound, hook, min_speakers, max_speakers):
        assert sound["waveform"].shape == (1, 100) and sound["sample_rate"] == 16000
        assert (min_speakers, max_speakers) == (2, 5)
        hook("segmentation", None, total=4, completed=4)
        hook("speaker_counting", None)
        hook("embeddings", None, total=2, completed=1)
        vectors = np.array([[1.0, 0.0]])
        return SimpleNamespace(speaker_diarization=Annotation(), speaker_embeddings=vectors)


@pytest.fixture
def pyannote(monkeypatch):
    """pyannote.audio is installed."""
    module = ModuleType("pyannote.audio")
    module.Pipeline = PyannotesPipeline  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyannote.audio", module)
    for place in (pipeline, pyannote_pipeline):
        monkeypatch.setattr(place, "is_installed", lambda: True)


@pytest.mark.usefixtures("pyannote")
def test_pyannote():
    told = []
    found = DiarizationPipeline("a/folder", token="secret")
    result = found(
        np.zeros(100),
        min_speakers=2,
        max_speakers=5,
        return_embeddings=True,
        progress_callback=told.append,
    )
    assert result == (FOUND.turns, FOUND.embeddings)
    assert told == pytest.approx([50, 74.5, 100])


@pytest.mark.usefixtures("pyannote")
@pytest.mark.parametrize(("name", "why"), [("broken", "401 Client Error"), ("gated", "gated")])
def test_pyannote_cannot_load(name, why):
    with pytest.raises(
        ModelError, match=rf"pyannote cannot load the speaker model {name}: .*{why}"
    ):
        DiarizationPipeline(name)


@pytest.mark.usefixtures("pyannote")
def test_pyannotes_default_is_not_at_hand(monkeypatch):
    monkeypatch.setattr(pipeline, "DEFAULT", "broken")
    monkeypatch.setattr(pipeline, "PackagedPipeline", Backend)
    found = DiarizationPipeline()
    assert found.name == "campplus" and found.note is not None
    assert "pyannote cannot load" in found.note and found.note.endswith(
        "campplus finds the speakers"
    )


def test_pyannote_is_not_installed(monkeypatch):
    monkeypatch.setattr(pyannote_pipeline, "is_installed", lambda: False)
    with pytest.raises(
        ModelError, match=r"needs pyannote\.audio, which is not installed; `pip install"
    ):
        DiarizationPipeline("pyannote/speaker-diarization-3.1")
