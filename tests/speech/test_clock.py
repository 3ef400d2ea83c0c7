"""Times of frames from stamps that are right, that jump, and that are wrong for a while."""

import pytest

from aiec.speech.reading.clock import Clock, Leap

NONE, GAP, OVERLAP, BACK, JUMP = Leap


def follow(clock, *stamps, seconds=1.0, after_loss=False):
    """The leaps of frames of one second each, and where they begin."""
    found = []
    for stamp in stamps:
        leap, _ = clock.follow(stamp, after_loss=after_loss)
        found.append((leap, round(clock.end_s, 2)))
        clock.end_s += seconds
    return found


def test_frames_that_follow_each_other():
    assert follow(Clock(9, 9), 0, 1.05, 1.95) == [(NONE, 0), (NONE, 1), (NONE, 2)]


def test_gap():
    assert follow(Clock(9, 9), 0, 3, 4) == [(NONE, 0), (GAP, 3), (NONE, 4)]


def test_after_a_loss_small_gaps_count():
    assert follow(Clock(9, 9), 0, 1.05, after_loss=True) == [(NONE, 0), (GAP, 1.05)]


def test_overlap():
    assert follow(Clock(9, 9), 0, 0.7, 1.7) == [(NONE, 0), (OVERLAP, 0.7), (NONE, 1.7)]


def test_another_recording_behind_the_first_may_have_gaps_too():
    found = follow(Clock(4, 4), 0, 1, 2, 0, 1, 3)
    assert found == [(NONE, 0), (NONE, 1), (NONE, 2), (JUMP, 3), (NONE, 4), (GAP, 6)]


def test_stamp_behind_the_end():
    assert follow(Clock(9, 9), 0, 99, 100) == [(NONE, 0), (JUMP, 1), (NONE, 2)]


def test_leap_that_is_longer_than_any_gap():
    assert follow(Clock(99, 10), 0, 20, 21) == [(NONE, 0), (JUMP, 1), (NONE, 2)]


@pytest.mark.parametrize("wrong", [99.0, -50.0])
def test_clock_that_jumps_and_comes_back(wrong):
    found = follow(Clock(9, 9), 0, wrong, wrong + 1, 3, 4)
    assert found == [(NONE, 0), (JUMP, 1), (NONE, 2), (JUMP, 3), (NONE, 4)]


def test_gap_that_was_none():
    found = follow(Clock(9, 9), 0, 6, 2, 3)
    assert found == [(NONE, 0), (GAP, 6), (BACK, 2), (NONE, 3)]
