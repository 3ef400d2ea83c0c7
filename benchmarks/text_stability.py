"""How exact an encoder's features must be for a clip's text to stay as it is.

    python benchmarks/text_stability.py base clip.wav --language ja

Decodes the fp32 encoder's features with Gaussian noise of several strengths, given as 1 - cosine to
the features, and counts the texts that are character for character those without noise. Where few
are even at strengths far below bf16's own, the text is that of a tie in the beam search.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import torch
from torch import Tensor

from aiec.speech import asr, weights
from aiec.speech.audio import load_audio
from aiec.speech.find_model import find_model
from aiec.speech.settings import Decoding, Vad
from aiec.speech.speech_model import SpeechModel
from aiec.speech.vad import speech_chunks

STRENGTHS = (1e-6, 1e-5, 1e-4, 1e-3)  # 1 - cosine; bf16 encoders have 3e-4 of base, bfp16 3e-3


@dataclass
class Noisy:
    """The fp32 encoder with noise on what it gives; it encodes each window once."""

    encoder: torch.nn.Module
    strength: float
    seed: int
    encoded: dict[bytes, Tensor]

    def __call__(self, mel: Tensor) -> Tensor:
        """(1, mels, frames) to (1, frames / 2, width)."""
        key = mel.numpy().tobytes()
        if key not in self.encoded:
            self.encoded[key] = self.encoder(mel)
        exact = self.encoded[key]
        noise = torch.randn(exact.shape, generator=torch.Generator().manual_seed(self.seed))
        return exact + noise * (exact.norm() / noise.norm() * (2 * self.strength) ** 0.5)


@torch.no_grad()
def main() -> None:
    """Print a row a clip."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("model")
    parser.add_argument("audio", type=Path, nargs="+")
    parser.add_argument("--language")
    parser.add_argument("--seeds", type=int, default=6)
    args = parser.parse_args()
    folder = find_model(args.model)
    encoder = weights.load_encoder(folder)
    print(f"{'equal texts of ' + str(args.seeds):24}", *(f"{s:8.0e}" for s in STRENGTHS))
    for path in args.audio:
        encoded: dict[bytes, Tensor] = {}
        texts = [
            [
                decoded(folder, Noisy(encoder, strength, seed, encoded), path, args.language)
                for seed in range(args.seeds)
            ]
            for strength in STRENGTHS
        ]
        wanted = decoded(folder, Noisy(encoder, 0.0, 0, encoded), path, args.language)
        counts = (row.count(wanted) for row in texts)
        print(f"{path.name:24}", *(f"{count:8}" for count in counts), flush=True)


def decoded(folder: Path, encoder: Noisy, path: Path, language: str | None) -> str:
    """The text of a file, as `aiec transcribe` finds it."""
    model, samples = SpeechModel(folder, encoder, compute_type="float32"), load_audio(path)
    ctranslate2.set_random_seed(0)
    chunks = speech_chunks(samples, Vad())
    segments = asr.segments_of(model, samples, chunks, Decoding(language=language)).segments
    return "\n".join(segment.text for segment in segments)


if __name__ == "__main__":
    main()
