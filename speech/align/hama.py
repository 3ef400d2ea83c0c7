"""HamaAligner: hama's two models as one aligner of English.

Where it stands: made by `load.py`, called by `alignment.py`. Both models come from the wheel of
`hama` on PyPI; its own code and engine are not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aiec.speech.align.hama_acoustic import FRAME_S, PHONES, load_acoustic
from aiec.speech.align.hama_g2p import HamaG2P
from aiec.speech.align.spelling import Token, spell_phones

LANGUAGES = ("en",)  # it was trained on Korean too, which nothing here has measured
BOUNDARY, BLANK = PHONES - 2, PHONES - 1  # hama/asr.py, decoder_tokens
# Its frames come late by 81 ms on real speech (the median over the 58 words of the Montreal Forced
# Aligner's acoustic_corpus) and by 35 ms on Piper's; three frames lie between.
LAG_S = 3 * FRAME_S
# A boundary may come long after the word before it, so the last phone may not fill a pause.
# 0.2 s make the mean error of word ends on acoustic_corpus least: 0.04 s, and 0.11 s without.
LONGEST_PHONE_S = 0.2


class HamaAligner:
    """Aligns words by the phones they should be made of.

    Args:
        folder: the assets of the package.

    Raises:
        ModelError: a file is missing or damaged.
    """

    blank, lag_s, longest_s = BLANK, LAG_S, LONGEST_PHONE_S

    def __init__(self, folder: Path) -> None:
        self.acoustic = load_acoustic(folder / "asr_waveform.hama")
        self.pronounce = HamaG2P(folder)

    def spell(self, texts: Sequence[str]) -> list[tuple[Token, ...]]:
        """Phones of all words, with boundaries between them."""
        return spell_phones(texts, self.pronounce, BOUNDARY)

    def emissions(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Log probabilities (frames, 191) of each of `sounds`."""
        return self.acoustic.emissions(sounds)
