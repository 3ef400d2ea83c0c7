"""Speakers by pyannote.audio, where it is installed and its model is at hand.

Where it stands: one of the two that `pipeline.py` chooses from. The model is a name on the Hugging
Face hub, from a cache or with a token, or a folder. Refuses what pyannote cannot load, with its
reason.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import torch

from aiec.ir.errors import ModelError
from aiec.speech.diarize.cluster import Count
from aiec.speech.diarize.local import RATE, Tell
from aiec.speech.turns import Diarization, Turn, Turns

DEFAULT = "pyannote/speaker-diarization-community-1"  # WhisperX's, version 3.8
# Where each of pyannote's steps begins and ends in the progress; WhisperX's.
STEPS = {"segmentation": (0.0, 0.5), "embeddings": (0.5, 0.99)}


def is_installed() -> bool:
    """Whether pyannote.audio can be imported, found without running any of its code."""
    return importlib.util.find_spec("pyannote") is not None and (
        importlib.util.find_spec("pyannote.audio") is not None
    )


class PyannotePipeline:
    """A pipeline of pyannote's.

    Raises:
        ModelError: pyannote is not installed, or cannot load the model.
    """

    def __init__(self, model: str, token: str | None, device: str, cache_dir: Path | None) -> None:
        if not is_installed():
            what = f"the speaker model {model} needs pyannote.audio, which is not installed"
            raise ModelError(what, todo="`pip install pyannote.audio`, or leave the model out")
        loader = importlib.import_module("pyannote.audio").Pipeline.from_pretrained
        try:
            loaded = loader(model, token=token, cache_dir=cache_dir)
        except Exception as error:  # the hub's and pyannote's errors have no class in common
            raise _unloadable(model, str(error).strip() or type(error).__name__) from error
        if loaded is None:  # how older releases say that the model is gated
            raise _unloadable(model, "it is gated")
        self.model: Any = loaded.to(torch.device(device))

    def __call__(self, samples: np.ndarray, count: Count, tell: Tell) -> Diarization:
        """Who spoke when in `samples`, (n,) float32, mono, 16 kHz; `tell` is told 0 to 1."""
        sound = {"waveform": torch.from_numpy(samples)[None], "sample_rate": RATE}
        bounds = {"min_speakers": count.least, "max_speakers": count.most}
        found = self.model(sound, hook=_hook(tell), **bounds)
        annotation = getattr(found, "speaker_diarization", found)
        vectors = getattr(found, "speaker_embeddings", None)
        tracks = annotation.itertracks(yield_label=True)
        turns = Turns(Turn(s.start, s.end, speaker) for s, _, speaker in tracks)
        if vectors is None:
            return Diarization(turns, {})
        names = annotation.labels()
        return Diarization(turns, {n: vectors[i].tolist() for i, n in enumerate(names)})


def _hook(tell: Tell) -> Any:
    """What pyannote calls after each piece of a step."""

    def hook(step: str, *_: Any, total: int | None = None, completed: int = 0, **__: Any) -> None:
        if total:
            begin, end = STEPS.get(step, (0.0, 0.99))
            tell(begin + (end - begin) * min(1.0, completed / total))

    return hook


def _unloadable(model: str, reason: str) -> ModelError:
    what = f"pyannote cannot load the speaker model {model}: {reason.splitlines()[0]}"
    todo = "accept its conditions on the hub and give a token, or leave the model out"
    return ModelError(what, expected="a folder, or a name on the Hugging Face hub", todo=todo)
