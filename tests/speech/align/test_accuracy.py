"""Word starts against known ones: the bars that alignment must keep, in seconds."""

import ctypes.util
import importlib.util
import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
MEAN, NEAR, SHARE = 0.05, 0.1, 0.9  # mean error; so many words are so near


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


accuracy: Any = _load(ROOT / "benchmarks/alignment_accuracy.py")
espeak = pytest.mark.skipif(
    ctypes.util.find_library("espeak-ng") is None, reason="needs `apt install espeak-ng`"
)


def held(clips):
    """Every word is aligned, and near enough to where it starts."""
    starts = []
    for clip in clips:
        found = accuracy.aligned(clip)
        assert [word for _, _, word in found] == [word for _, _, word in clip.words]
        assert all(before[0] < after[0] for before, after in itertools.pairwise(found))
        starts.append(accuracy.errors(clip, found)[0])
    off = np.abs(np.concatenate(starts))
    return off.mean() <= MEAN and np.mean(off <= NEAR) >= SHARE


@espeak
def test_spoken_and_joined_sentences():
    clips = [accuracy.spoken(text) for text in accuracy.SENTENCES]
    assert held(clips)
    assert held([accuracy.joined(clips)])


@pytest.mark.slow
def test_real_speech():
    clip = accuracy.acoustic_corpus()
    assert held([clip])
    _, ends = accuracy.errors(clip, accuracy.aligned(clip))
    assert np.abs(ends).mean() <= MEAN


@pytest.mark.slow
def test_cross_attention_is_farther_off():
    clip = accuracy.acoustic_corpus()
    ours, theirs = (
        accuracy.errors(clip, by(clip))[0] for by in (accuracy.aligned, accuracy.attended)
    )
    assert np.abs(ours).mean() < np.abs(theirs).mean() / 2
