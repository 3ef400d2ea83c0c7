"""Windows, clusters and stitching on made-up voices, without weights."""

from dataclasses import replace
from itertools import pairwise
from typing import cast

import numpy as np
import pytest
import torch
from torch import nn

from aiec.ir.errors import OptionError
from aiec.speech.diarize.campplus import SIZE, CamPlus
from aiec.speech.diarize.cluster import Count, Speakers, group
from aiec.speech.diarize.embed import Stretch, Voices, embed, runs
from aiec.speech.diarize.local import HOP, Local, listen, window_starts
from aiec.speech.diarize.stitch import stitch
from aiec.speech.pyannet import FRAME_SIZE, FRAME_STEP, Classes, PyanNet

WINDOW = 160000
FRAMES = 1 + (WINDOW - FRAME_SIZE) // FRAME_STEP


def ignore(share):
    """Nobody is told."""


@pytest.mark.parametrize("samples", [1, WINDOW - 1, WINDOW, WINDOW + 1, 3 * WINDOW + 77])
def test_windows_cover_the_file(samples):
    window = min(samples, WINDOW)
    starts = window_starts(samples, window)
    assert starts[0] == 0 and all(0 < b - a <= HOP for a, b in pairwise(starts))
    assert 0 <= starts[-1] * FRAME_STEP + window - samples < FRAME_STEP


class Loudness(nn.Module):
    """Stands for PyanNet: speaker 0 talks where the sound is positive, 1 where it is negative."""

    classes = Classes(3, 2, 10.0)

    def forward(self, samples):
        middles = torch.arange(1 + (samples.shape[-1] - FRAME_SIZE) // FRAME_STEP) * FRAME_STEP
        sign = samples[:, 0, middles + FRAME_SIZE // 2].sign().long()
        return nn.functional.one_hot(sign % 3, 7).float().log_softmax(-1)


@pytest.mark.parametrize("seconds", [0.01, 1, 10, 23.4])
def test_listen(seconds):
    samples = np.zeros(int(seconds * 16000), np.float32)
    samples[len(samples) // 2 :] = 0.5
    shares = []
    local = listen(cast(PyanNet, Loudness()), samples, shares.append)
    assert shares[-1] == 1.0 and local.active.shape[2] == 3
    for start, active in zip(local.starts, local.active, strict=True):
        middles = (start + np.arange(len(active))) * FRAME_STEP + FRAME_SIZE // 2
        heard = middles < len(samples)
        assert (active[heard, 0] == (samples[middles[heard]] > 0)).all()
        assert not active[:, 1:].any()


class Means(nn.Module):
    """Stands for CAM++: a vector that says how many frames were given."""

    def forward(self, mels):
        assert mels.mean(1).abs().max() < 1e-4
        return torch.cat((torch.full((1, 1), mels.shape[1]), torch.ones(1, SIZE - 1)), 1)


def test_embed_takes_what_is_said_alone():
    active = np.zeros((1, FRAMES, 3), bool)
    active[0, :170, 0] = True  # 2.9 s, of which 1.2 s with the next
    active[0, 100:200, 1] = True
    active[0, 210:220, 1] = True  # after a pause that divides nothing
    active[0, 500:510, 2] = True  # 0.17 s: too little
    sound = np.random.default_rng(0).normal(size=WINDOW).astype(np.float32)
    voices = embed(cast(CamPlus, Means()), sound, Local((0,), active), ignore)
    stretches = [(s.speaker, s.begin, s.end, s.alone, s.sound) for s in voices.stretches]
    assert stretches == [(0, 0, 170, 100, 0), (1, 100, 220, 40, 1), (2, 500, 510, 10, None)]
    np.testing.assert_allclose(voices.seconds, [100 * 0.016875, 40 * 0.016875])
    counts = voices.vectors[:, 0] / voices.vectors[:, 1]
    np.testing.assert_allclose(counts, [100 * 1.6875, 40 * 1.6875], atol=2.5)
    np.testing.assert_allclose(np.linalg.norm(voices.vectors, axis=1), 1, atol=1e-6)


def test_embed_cuts_long_stretches_and_hears_the_same_sound_once():
    active = np.zeros((2, FRAMES, 3), bool)
    active[0, 102:500, 0] = True
    active[1, 44:441, 1] = True  # the same 59 frames later, a frame shorter
    sound = np.random.default_rng(0).normal(size=2 * WINDOW).astype(np.float32)
    voices = embed(cast(CamPlus, Means()), sound, Local((0, HOP), active), ignore)
    spans = [(s.begin, s.end, s.sound) for s in voices.stretches if s.window == 0]
    assert spans == [(102, 240, 0), (240, 360, 1), (360, 500, 2)]
    again = [(HOP + s.begin, HOP + s.end, s.sound) for s in voices.stretches if s.window]
    assert again == [(103, 240, 0), (240, 360, 1), (360, 500, 2)]


def test_runs():
    active = np.array([1, 1, 0, 1, 0, 0, 1], bool)
    assert runs(active) == [(0, 2), (3, 4), (6, 7)]
    assert runs(active, 2) == [(0, 4), (6, 7)]
    assert runs(np.zeros(3, bool)) == []


def voices_of(people, seconds=5.0, noise=0.3):
    """A stretch for each number in `people`, each in its window: that person's axis, and noise."""
    draw = np.random.default_rng(1)
    vectors = np.eye(16)[people] + noise / 4 * draw.normal(size=(len(people), 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    stretches = tuple(Stretch(i, 0, 0, 100, 100, i) for i in range(len(people)))
    return Voices(stretches, vectors.astype(np.float32), np.full(len(people), seconds))


@pytest.mark.parametrize("people", [[0], [0, 0, 0], [0, 1, 0, 1], [0, 1, 2, 3, 3, 2, 1, 0]])
def test_group_finds_the_people(people):
    found = group(voices_of(people), Count())
    assert len(found.vectors) == len(set(people))
    assert len(set(zip(people, found.of_stretch, strict=True))) == len(set(people))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_group_finds_as_many_as_are_wanted(number):
    people = [0] * 9 + [1] * 9 + [2] * 9
    assert len(group(voices_of(people), Count(number, number)).vectors) == number
    assert len(group(voices_of(people), Count(most=number)).vectors) == min(3, number)
    assert len(group(voices_of(people), Count(least=number)).vectors) == max(3, number)


def test_more_speakers_than_sounds_are_as_many_as_there_are():
    assert len(group(voices_of([0, 1]), Count(5, 5)).vectors) == 2


def test_a_stray_sound_founds_no_speaker():
    found = group(voices_of([0] * 20 + [1] * 20 + [2], seconds=2.0), Count())
    assert len(found.vectors) == 2 and found.of_stretch[-1] in (0, 1)


def test_a_short_stretch_goes_with_what_its_windows_speaker_says():
    voices = voices_of([0, 0, 1, 1, 1])
    voices.seconds[4] = 0.5  # sounds like the second person, beside five seconds of the first
    stretches = (*voices.stretches[:4], replace(voices.stretches[4], window=0))
    found = group(replace(voices, stretches=stretches), Count())
    assert found.of_stretch[4] == found.of_stretch[0]
    alone = replace(voices.stretches[4], sound=None)  # nothing was heard of this one
    assert group(replace(voices, stretches=(alone,)), Count()).of_stretch == (None,)


def test_sounds_that_are_all_short_are_taken_all_the_same():
    assert len(group(voices_of([0, 1] * 5, seconds=0.9), Count()).vectors) == 2


def test_nobody_is_heard():
    nobody = Voices((Stretch(0, 0, 0, 5, 5, None),), np.zeros((0, 16)), np.zeros(0))
    assert group(nobody, Count(2, 2)).of_stretch == (None,)


@pytest.mark.parametrize(("least", "most"), [(0, None), (3, 2), (1, 0)])
def test_impossible_counts(least, most):
    with pytest.raises(OptionError, match=rf"speakers cannot be at least {least} and at most"):
        Count(least, most)


def test_stitch_keeps_overlap_and_takes_the_majority():
    active = np.zeros((3, 100, 2), bool)
    active[0, 20:60, 0] = active[0, 50:90, 1] = True
    active[1, :20, 0] = True  # the same people under other numbers, 40 frames later
    active[1, 10:50, 1] = True
    active[2, 90:, 0] = True  # heard by nobody else, but alone there
    local = Local((0, 40, 80), active)
    spans = ((0, 0, 20, 60), (0, 1, 50, 90), (1, 0, 0, 20), (1, 1, 10, 50), (2, 0, 90, 100))
    stretches = tuple(Stretch(*span, 1, None) for span in spans)
    speakers = Speakers((1, 0, 1, 0, None), np.eye(2))
    found = stitch(local, Voices(stretches, np.eye(2), np.ones(2)), speakers, 60.0)
    frames = [
        (turn.speaker, *(round((t * 16000 - 360.5) / 270, 3) for t in (turn.start, turn.end)))
        for turn in found.turns
    ]
    assert frames == [("SPEAKER_00", 20, 60), ("SPEAKER_01", 50, 90)]
    assert found.embeddings == {"SPEAKER_00": [0.0, 1.0], "SPEAKER_01": [1.0, 0.0]}


def test_turns_reach_both_ends_of_the_file():
    local = Local((0,), np.ones((1, 58, 1), bool))
    voices = Voices((Stretch(0, 0, 0, 58, 58, 0),), np.eye(1), np.ones(1))
    [turn] = stitch(local, voices, Speakers((0,), np.eye(1)), 1.0).turns
    assert (turn.start, turn.end) == (0.0, 1.0)
