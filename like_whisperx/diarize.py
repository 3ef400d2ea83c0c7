"""WhisperX's `diarize`: who speaks when, and speakers for segments and words."""

from aiec.speech.diarize import DiarizationPipeline, assign_word_speakers

__all__ = ["DiarizationPipeline", "assign_word_speakers"]
