"""Speakers of words are those that WhisperX gives."""

import json
from pathlib import Path

import pytest

from aiec.speech.diarize import Turn, Turns, assign_word_speakers
from aiec.speech.diarize.assign import with_speakers
from aiec.speech.transcript import Segment, Transcript, Word

RECORDED = json.loads((Path(__file__).parent / "whisperx_speakers.json").read_text())
TURNS = Turns((Turn(0, 2, "A"), Turn(1.5, 4, "B")))


@pytest.mark.parametrize("case", RECORDED)
def test_as_recorded_from_whisperx(case):
    given = {"segments": case["segments"]}
    turns = Turns(Turn(*turn) for turn in case["turns"])
    result = assign_word_speakers(turns, given, fill_nearest=case["fill_nearest"])
    assert result["segments"] == case["result"]


class Frame:
    """A pandas DataFrame, as far as WhisperX uses it."""

    def __len__(self):
        return 1

    def iterrows(self):
        yield 0, {"segment": None, "label": "A", "speaker": "X", "start": 0.0, "end": 9.0}


def test_takes_a_data_frame():
    result = assign_word_speakers(Frame(), {"segments": [{"start": 1.0, "end": 2.0}]})
    assert result["segments"] == [{"start": 1.0, "end": 2.0, "speaker": "X"}]


@pytest.mark.parametrize("turns", [None, Turns()])
def test_without_turns_nothing_changes(turns):
    result = assign_word_speakers(turns, {"segments": [{"start": 1.0, "end": 2.0}]}, {"A": [1.0]})
    assert result == {"segments": [{"start": 1.0, "end": 2.0}]}


def test_embeddings_are_put_into_the_result():
    result = assign_word_speakers(TURNS, {"segments": [{"start": 0, "end": 1}]}, {"A": [1.0]})
    assert result["speaker_embeddings"] == {"A": [1.0]}


def test_speakers_of_a_transcript():
    words = (Word(0, 1, " a", 1.0), Word(3, 3.5, " b", 1.0), Word(7, 8, " c", 1.0))
    transcript = Transcript("en", (Segment(0, 0, 8, " a b c", words=words), Segment(1, 5, 6, "")))
    told = with_speakers(transcript, TURNS)
    first, second = told.segments
    assert first.words is not None
    assert [word.speaker for word in first.words] == ["A", "B", None]
    assert (first.speaker, second.speaker, second.words) == ("B", None, None)
    assert told.turns == TURNS and with_speakers(transcript, Turns()) == transcript
