"""`import aiec.whisperx as whisperx`: WhisperX's Python calls, without WhisperX.

Where it stands: on top of `aiec.speech`, which does the work; here are only WhisperX's names,
defaults and forms (dictionaries for segments and words). The submodules have its names, too. Where
the real package is not installed, `whisperx` and its submodules are these once this is imported, so
that a script's `from whisperx.utils import get_writer` works as it stands.
"""

from __future__ import annotations

import importlib.util
import logging
import sys

from aiec.whisperx import alignment, asr, audio, diarize, utils
from aiec.whisperx.alignment import align, load_align_model
from aiec.whisperx.asr import load_model
from aiec.whisperx.audio import load_audio
from aiec.whisperx.diarize import assign_word_speakers

__all__ = [
    "align",
    "alignment",
    "asr",
    "assign_word_speakers",
    "audio",
    "diarize",
    "get_logger",
    "load_align_model",
    "load_audio",
    "load_model",
    "setup_logging",
    "utils",
]
LOGGER = "aiec"


def setup_logging(level: str = "info", log_file: str | None = None) -> None:
    """Print messages of `level` and above, and write them to `log_file` as well."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    if log_file:
        handlers.append(logging.FileHandler(log_file))
    logger = logging.getLogger(LOGGER)
    logger.handlers = handlers
    logger.setLevel(level.upper())


def get_logger(name: str) -> logging.Logger:
    """A logger that `setup_logging` sets."""
    return logging.getLogger(f"{LOGGER}.{name}")


if importlib.util.find_spec("whisperx") is None:
    sys.modules["whisperx"] = sys.modules[__name__]
    for _submodule in (alignment, asr, audio, diarize, utils):
        sys.modules[f"whisperx.{_submodule.__name__.rpartition('.')[2]}"] = _submodule
