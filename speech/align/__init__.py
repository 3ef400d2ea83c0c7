"""Word times by an acoustic model and a Viterbi path, with WhisperX's two functions."""

from aiec.speech.align.alignment import align
from aiec.speech.align.load import load_align_model

__all__ = ["align", "load_align_model"]
