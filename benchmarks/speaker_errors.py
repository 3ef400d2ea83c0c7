"""Diarization error rates: of a recording with its RTTM, or of clips joined to conversations.

    python benchmarks/speaker_errors.py sample.wav --rttm sample.rttm
    python benchmarks/speaker_errors.py --join a=a1.wav,a2.wav --join b=b1.wav --seeds 5

No collar; overlap counts. Joined clips are made equally loud, with pauses of 0.2 to 1.5 s; one turn
in five begins before the one before it ends. Where somebody speaks in them is said by loudness, so
that some of the error is the ruler's.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aiec.speech.audio import load_audio
from aiec.speech.diarize import DiarizationPipeline, Turn, read_rttm
from aiec.speech.diarize.der import diarization_errors

RATE = 16000
STEP = RATE // 100
QUIET = 0.12  # of the amplitude that 95 % of the 10 ms steps stay below; less is no speech
PAUSE_S = 0.5  # shorter pauses are part of a turn
TURNS = 4  # of each speaker, in a joined conversation


def main() -> None:
    """Print one line a recording: speakers found and true, error rate and its three parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("audio", nargs="?", type=Path)
    parser.add_argument("--rttm", type=Path)
    parser.add_argument("--join", action="append", default=[], metavar="NAME=CLIP,CLIP")
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    pipeline = DiarizationPipeline("campplus")
    if asked.audio:
        report(pipeline, asked.audio.name, load_audio(asked.audio), read_rttm(asked.rttm))
    pools = [entry.partition("=") for entry in asked.join]
    clips = {name: [Path(p) for p in paths.split(",")] for name, _, paths in pools}
    for seed in range(asked.seeds if clips else 0):
        report(pipeline, f"{'+'.join(clips)}, seed {seed}", *conversation(clips, seed))


def report(
    pipeline: DiarizationPipeline, name: str, samples: np.ndarray, reference: Sequence[Turn]
) -> None:
    """Find the speakers of one recording and print the errors."""
    turns = pipeline(samples)
    found = tuple(turn for turn in turns if isinstance(turn, Turn))
    errors = diarization_errors(reference, found)
    parts = (errors.missed, errors.false_alarm, errors.confused)
    missed, false_alarm, confused = (f"{100 * part / errors.speech:.1f}" for part in parts)
    counts = [len({turn.speaker for turn in turns}) for turns in (found, reference)]
    print(
        f"{name}: {counts[0]} of {counts[1]} speakers, {100 * errors.rate:.1f} % "
        f"(missed {missed}, false alarm {false_alarm}, confused {confused})",
        flush=True,
    )


def conversation(
    clips: dict[str, list[Path]], seed: int, turns: int | None = None
) -> tuple[np.ndarray, list[Turn]]:
    """Clips in a random order in which nobody has two turns in a row."""
    draw = random.Random(seed)
    pools = {name: draw.sample(paths, len(paths)) for name, paths in clips.items()}
    names = [name for name in clips for _ in range(TURNS)]
    order: list[str] = []
    while names:
        others = [name for name in names if [name] != order[-1:]] or names
        order.append(draw.choice(others))
        names.remove(order[-1])
    parts = [(n, pools[n][order[:i].count(n) % len(pools[n])]) for i, n in enumerate(order)]
    pauses = [draw.choice([draw.uniform(0.2, 1.5)] * 4 + [-draw.uniform(0.3, 1)]) for _ in parts]
    return join(parts[:turns], pauses[:turns])


def join(
    parts: Sequence[tuple[str, Path]], pauses: Sequence[float]
) -> tuple[np.ndarray, list[Turn]]:
    """Each part (speaker, clip) after its pause in seconds; below 0 it overlaps the one before."""
    turns: list[Turn] = []
    whole = np.zeros(0, np.float32)
    for (speaker, path), pause in zip(parts, pauses, strict=True):
        sound = load_audio(path)
        sound = 0.06 * sound / np.sqrt((sound**2).mean())
        begin = max(0, len(whole) + round(pause * RATE))
        whole = np.pad(whole, (0, max(0, begin + len(sound) - len(whole))))
        whole[begin : begin + len(sound)] += sound
        turns += [Turn(begin / RATE + b, begin / RATE + e, speaker) for b, e in spoken(sound)]
    noise = np.random.default_rng(0).normal(size=len(whole))
    return (whole + 1e-4 * noise).astype(np.float32), turns


def spoken(sound: np.ndarray) -> list[tuple[float, float]]:
    """Begin and end in seconds of what is said in a clip with little noise."""
    steps = sound[: len(sound) // STEP * STEP].reshape(-1, STEP)
    loudness = np.sqrt((steps**2).mean(1))
    loud = np.flatnonzero(loudness > QUIET * np.quantile(loudness, 0.95))
    breaks = np.flatnonzero(np.diff(loud) > PAUSE_S * RATE / STEP)
    begins, ends = loud[np.r_[0, breaks + 1]], loud[np.r_[breaks, -1]] + 1
    return [(b * STEP / RATE, e * STEP / RATE) for b, e in zip(begins, ends, strict=True)]


if __name__ == "__main__":
    main()
