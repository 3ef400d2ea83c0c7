"""Aligner: what `alignment.py` needs of an acoustic model, whatever it is.

Three are known: our wav2vec2 and hama, which compute emissions in batches, and modules of
torchaudio or transformers that the caller brings, which are called as WhisperX calls them. Refuses
other types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as nnf

from aiec.ir.errors import ModelError
from aiec.speech.align.spelling import WITHOUT_SPACES, Token, spell_characters

PADS = ("[pad]", "<pad>")  # CTC's blank in vocabularies of Hugging Face; else it is the first
SHORTEST = 400  # samples that wav2vec2's convolutions need for one frame


class Aligner(Protocol):
    """An acoustic model and its alphabet.

    Attributes:
        blank: the column of CTC's blank.
        lag_s: seconds by which its frames come late on average; taken off all times.
        longest_s: seconds after its start at which a character ends at the latest.
    """

    blank: int
    lag_s: float
    longest_s: float

    def spell(self, texts: Sequence[str]) -> list[tuple[Token, ...]]:
        """The tokens of each text."""
        ...

    def emissions(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log probabilities (frames, vocabulary) of each of `sounds` (n,) at 16 kHz."""
        ...


class CharacterAligner:
    """A model of characters behind `compute`; `metadata` is WhisperX's."""

    lag_s, longest_s = 0.0, float("inf")  # WhisperX takes the frames of such models as they are

    def __init__(self, compute: Any, metadata: Mapping[str, Any]) -> None:
        self.compute = compute
        self.dictionary: Mapping[str, int] = metadata["dictionary"]
        self.spaced = metadata["language"] not in WITHOUT_SPACES
        blanks = [id for char, id in self.dictionary.items() if char in PADS]
        self.blank = blanks[-1] if blanks else 0

    def spell(self, texts: Sequence[str]) -> list[tuple[Token, ...]]:
        """Character by character."""
        return [spell_characters(text, self.dictionary, spaced=self.spaced) for text in texts]

    def emissions(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log probabilities (frames, vocabulary) of each of `sounds`."""
        return self.compute(sounds)


def aligner_of(model: Any, metadata: Mapping[str, Any], device: str) -> Aligner:
    """The Aligner that `model` is, or that stands before it.

    Raises:
        ModelError: a type of model that is not known.
    """
    kind = metadata["type"]
    if hasattr(model, "spell"):
        return model
    if hasattr(model, "emissions"):
        return CharacterAligner(model.emissions, metadata)
    if kind not in ("torchaudio", "huggingface"):
        what = f"align model of type {kind!r} is not supported"
        raise ModelError(what, expected="torchaudio, huggingface, or what load_align_model returns")
    return CharacterAligner(
        lambda sounds: [_call(model, kind, s, device) for s in sounds], metadata
    )


@torch.inference_mode()
def _call(model: Any, kind: str, sound: np.ndarray, device: str) -> np.ndarray:
    """The emission of a foreign module, one sound at a time."""
    wave = torch.from_numpy(sound)[None].to(device)
    lengths = None
    if len(sound) < SHORTEST:
        lengths = torch.tensor([len(sound)], device=device)
        wave = nnf.pad(wave, (0, SHORTEST - len(sound)))
    logits = model(wave, lengths=lengths)[0] if kind == "torchaudio" else model(wave).logits
    return logits.log_softmax(dim=-1)[0].cpu().numpy()
