"""Words lost when clips are joined: word errors of long speech made of short clips with pauses.

Clips of a folder (each with a .txt of what is said) are joined in a random order with pauses of 0.3
to 2 s until a length is reached, transcribed with default flags, and compared word by word.
Deletions are counted apart: they are what a listener would miss.

    python benchmarks/joined_clips.py FOLDER --model tiny.en --orders 10 --minutes 4
    python benchmarks/joined_clips.py FOLDER --vad-method silero --batch-size 1
"""

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from transcribe_cpu import packaged_clips

from aiec.speech.asr import segments_of
from aiec.speech.audio import SAMPLE_RATE, load_audio
from aiec.speech.find_model import find_model
from aiec.speech.settings import Decoding, Vad
from aiec.speech.speech_model import SpeechModel
from aiec.speech.vad import speech_chunks

Samples = npt.NDArray[np.float32]
PAUSES_S = (0.3, 2.0)
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


@dataclass(frozen=True, slots=True)
class Errors:
    """What it takes to make the reference of the text that was found, in words."""

    substituted: int
    deleted: int
    inserted: int
    words: int

    def __str__(self) -> str:
        wrong = self.substituted + self.deleted + self.inserted
        return (
            f"word errors {wrong / self.words:6.2%}, deleted {self.deleted / self.words:6.2%} "
            f"({self.deleted} of {self.words}), inserted {self.inserted}"
        )


def main() -> None:
    """Print the errors of each order, and the worst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=packaged_clips()[0].parent)
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--orders", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--batch-size", type=int, default=Decoding().batch_size)
    parser.add_argument("--vad-method", default=Vad().method)
    parser.add_argument("--show", action="store_true", help="print each difference")
    asked = parser.parse_args()
    model = SpeechModel(find_model(asked.model))
    decoding = Decoding(language="en", batch_size=asked.batch_size)
    vad = Vad(method=asked.vad_method)
    for seed in range(asked.first_seed, asked.first_seed + asked.orders):
        samples, reference = joined(clips_of(asked.folder), asked.minutes * 60, seed)
        found = segments_of(model, samples, speech_chunks(samples, vad), decoding)
        text = "".join(segment.text for segment in found.segments)
        alignment = list(differences(words_of(reference), words_of(text)))
        print(f"order {seed}: {errors(alignment)}; told {len(found.unheard)}", flush=True)
        if asked.show:
            print("   ", *(f"{a or '+'}>{b or '-'}" for a, b in alignment if a != b))


def clips_of(folder: Path) -> list[tuple[Samples, str]]:
    """Each clip of `folder` that has a transcript: samples and what is said."""
    paths = sorted(p for p in folder.iterdir() if p.suffix in (".wav", ".flac", ".mp3"))
    return [(load_audio(p), p.with_suffix(".txt").read_text().strip()) for p in paths]


def joined(clips: Sequence[tuple[Samples, str]], seconds: float, seed: int) -> tuple[Samples, str]:
    """Clips in random order, no two of a kind in a row, with pauses, and all that is said."""
    chance = random.Random(seed)
    parts, texts, length = [], [], 0
    last = None
    while length < seconds * SAMPLE_RATE:
        samples, text = chance.choice([c for c in clips if c[1] != last])
        pause = np.zeros(int(chance.uniform(*PAUSES_S) * SAMPLE_RATE), np.float32)
        parts += [samples, pause]
        texts.append(last := text)
        length += len(samples) + len(pause)
    return np.concatenate(parts), " ".join(texts)


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation; "Mr" and digits as words, hyphens as blanks."""
    text = re.sub(r"\bmr\b\.?", "mister", text.lower().replace("-", " "))
    text = re.sub(r"\b(10|\d)\b", lambda found: NUMBERS[int(found[0])], text)
    return re.sub(r"[^\w\s']", " ", text).split()


def differences(reference: list[str], found: list[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a cheapest alignment of words, "" where one side has none."""
    cost = np.zeros((len(reference) + 1, len(found) + 1), int)
    cost[:, 0], cost[0, :] = range(len(reference) + 1), range(len(found) + 1)
    for i, word in enumerate(reference, 1):
        for j, other in enumerate(found, 1):
            apart = cost[i - 1, j - 1] + (word != other)
            cost[i, j] = min(apart, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    i, j = len(reference), len(found)
    while i or j:
        if i and j and cost[i, j] == cost[i - 1, j - 1] + (reference[i - 1] != found[j - 1]):
            i, j = i - 1, j - 1
            yield reference[i], found[j]
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            yield reference[i], ""
        else:
            j -= 1
            yield "", found[j]


def errors(alignment: Sequence[tuple[str, str]]) -> Errors:
    """The counts of an alignment."""
    return Errors(
        sum(a != b and bool(a) and bool(b) for a, b in alignment),
        sum(not b for _, b in alignment),
        sum(not a for a, _ in alignment),
        sum(bool(a) for a, _ in alignment),
    )


if __name__ == "__main__":
    main()
