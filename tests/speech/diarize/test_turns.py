"""RTTM there and back, and the error rate on cases that can be done by hand."""

import pytest

from aiec.speech.diarize import Turn, Turns, read_rttm, rttm
from aiec.speech.diarize.der import diarization_errors
from aiec.speech.turns import RttmError

TURNS = Turns((Turn(0.5, 2.25, "SPEAKER_00"), Turn(2.0, 3.0, "SPEAKER_01")))


def test_rttm(tmp_path):
    text = rttm(TURNS, "a talk")
    assert text.splitlines() == [
        "SPEAKER a_talk 1 0.500 1.750 <NA> <NA> SPEAKER_00 <NA> <NA>",
        "SPEAKER a_talk 1 2.000 1.000 <NA> <NA> SPEAKER_01 <NA> <NA>",
    ]
    (tmp_path / "talk.rttm").write_text("SPKR-INFO talk 1\n\n" + text)
    assert read_rttm(tmp_path / "talk.rttm") == TURNS


@pytest.mark.parametrize("line", ["SPEAKER talk 1 0.5", "SPEAKER talk 1 x 1 <NA> <NA> A <NA> <NA>"])
def test_damaged_rttm(tmp_path, line):
    (tmp_path / "talk.rttm").write_text(line)
    with pytest.raises(RttmError, match=r"RTTM line is damaged; at line 1 of .*talk\.rttm"):
        read_rttm(tmp_path / "talk.rttm")


def test_missing_rttm(tmp_path):
    with pytest.raises(RttmError, match=r"cannot read .*none\.rttm"):
        read_rttm(tmp_path / "none.rttm")


def test_rows_are_those_of_a_data_frame():
    rows = [row for _, row in TURNS.iterrows()]
    assert rows[0] == {"start": 0.5, "end": 2.25, "speaker": "SPEAKER_00"}


def rates(reference, found):
    errors = diarization_errors(
        [Turn(*turn) for turn in reference], [Turn(*turn) for turn in found]
    )
    seconds = (errors.speech, errors.missed, errors.false_alarm, errors.confused)
    return tuple(round(s, 6) for s in seconds), round(errors.rate, 6)


def test_names_do_not_matter():
    assert rates([(0, 2, "a"), (3, 4, "b")], [(0, 2, "1"), (3, 4, "0")]) == ((3, 0, 0, 0), 0.0)


def test_each_kind_of_error():
    reference = [(0, 4, "a"), (4, 6, "b"), (5, 6, "a")]  # 7 s, the last one with both
    found = [(0, 3, "x"), (3, 6, "y"), (6, 6.5, "y")]
    assert rates(reference, found) == ((7, 1, 0.5, 1), round(2.5 / 7, 6))


def test_one_speaker_pairs_with_one():
    assert rates([(0, 2, "a"), (2, 3, "b")], [(0, 3, "x")]) == ((3, 0, 0, 1), round(1 / 3, 6))


def test_overlapping_turns_of_one_speaker_count_once():
    assert rates([(0, 2, "a"), (1, 3, "a")], [(0, 3, "x")]) == ((3, 0, 0, 0), 0.0)


@pytest.mark.parametrize(("found", "rate"), [([], 0.0), ([(0, 1, "x")], 1.0)])
def test_nobody_speaks(found, rate):
    assert rates([], found)[1] == rate
