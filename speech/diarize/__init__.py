"""Who speaks when: speakers found in sound, turns, and speakers given to words, after WhisperX."""

from aiec.speech.diarize.assign import assign_word_speakers
from aiec.speech.diarize.pipeline import DiarizationPipeline
from aiec.speech.turns import Diarization, Turn, Turns, read_rttm, rttm

__all__ = [
    "Diarization",
    "DiarizationPipeline",
    "Turn",
    "Turns",
    "assign_word_speakers",
    "read_rttm",
    "rttm",
]
