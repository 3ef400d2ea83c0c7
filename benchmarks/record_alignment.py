"""What WhisperX's own `align` makes of fixed, made-up emissions: the oracle of tests/speech/align.

Run it where WhisperX 3.8.6 is installed, in an environment of its own (it pins torch 2.8):

    python3 -m venv build/whisperx
    build/whisperx/bin/pip install whisperx==3.8.6
    build/whisperx/bin/python benchmarks/record_alignment.py

It writes tests/speech/align/whisperx.json. The tests import `cases` and `FixedModel` from here and
compare. Sentences are given with the text, since NLTK's data is not on PyPI.
"""

from __future__ import annotations

import json
import re
import string
from pathlib import Path
from typing import Any

import numpy as np
import torch

RECORDED = Path(__file__).parents[1] / "tests/speech/align/whisperx.json"
RATE = 16000
LETTERS = "etaonihsrdlumwcfgypbvk'xjqz"  # as torchaudio's English labels, in lower case
ENGLISH = {char: i for i, char in enumerate("-|" + LETTERS)}
NO_SPACE = {char: i for i, char in enumerate("-" + LETTERS)}  # words that are "|" have no token
JAPANESE = {
    char: i for i, char in enumerate(["か", "な", "は", "い", "[pad]", "[unk]", "。", "私"])
}
CHINESE = {char: i for i, char in enumerate(["<pad>", "|", "你", "好", "世", "界"])}
KINDS = {"en": "torchaudio", "ja": "huggingface", "zh": "huggingface"}
RANDOM_CASES = 36


class FixedModel(torch.nn.Module):
    """A wav2vec2 whose answer depends only on how many samples it is given."""

    def __init__(self, vocabulary: int, kind: str) -> None:
        super().__init__()
        self.vocabulary, self.kind = vocabulary, kind

    def forward(self, wave: torch.Tensor, lengths: torch.Tensor | None = None) -> Any:
        """Logits (1, samples // 320, vocabulary) in steps of 0.01, equal on every machine."""
        samples = wave.shape[-1]
        shape = (1, samples // 320, self.vocabulary)
        drawn = np.random.default_rng(samples).integers(0, 800, shape)
        self.logits = torch.from_numpy(drawn.astype(np.float32) / 100)
        return (self.logits, lengths) if self.kind == "torchaudio" else self


def cases() -> dict[str, dict[str, Any]]:
    """Arguments by a name that says what each is for."""
    two = [(0.5, 3.1, " Hello there."), (3.4, 7.02, " We shall go. Why not? Well, because!")]
    bars = [(0.2, 4.0, " | one | | two |")]
    digits = " It's 27% off, na\u00efve No\t5!"
    english = {
        "plain": {"segments": two},
        "characters": {"segments": two, "chars": True},
        "wildcards": {"segments": [(0.0, 4.5, digits)], "chars": True},
        "blanks": {"segments": [(0.0, 4.5, "  two  blanks.  And more   ")], "chars": True},
        "short": {"segments": [(1.0, 1.02, "a"), (2.0, 2.8, "be it.")]},
        "no path": {"segments": [(1.0, 1.2, "far too long for so little"), *two]},
        "beyond": {"segments": [*two, (20.0, 22.0, "late.")], "chars": True},
        "cut off": {"segments": [(8.0, 14.0, "it ends behind the sound.")]},
        "empty": {"segments": [(0.0, 1.0, ""), (1.0, 2.0, "   "), (2.0, 4.0, "so.")]},
        "nothing": {"segments": []},
    }
    bare = {
        "nearest": {"segments": bars},
        "linear": {"segments": bars, "method": "linear"},
        "ignore": {"segments": bars, "method": "ignore"},
        "merged": {"segments": [(0.0, 3.0, "Hi. | |")], "chars": True},
        "only bars": {"segments": [(0.0, 3.0, "| |")]},
    }
    found = {name: case | {"dictionary": ENGLISH} for name, case in english.items()}
    found |= {name: case | {"dictionary": NO_SPACE} for name, case in bare.items()}
    ja = [(0.3, 3.0, "\u79c1\u306f42\u306a \u3044\u304b"), (3.0, 5.0, "\u306f\u3044\u3044")]
    zh = [(0.3, 3.0, "\u4f60\u597d\u4e16\u754c|\u597d"), (4.0, 6.0, " \u4e16\u754c ok ")]
    found["ja"] = {"language": "ja", "dictionary": JAPANESE, "segments": ja, "chars": True}
    found["zh"] = {"language": "zh", "dictionary": CHINESE, "segments": zh, "chars": True}
    return found | {f"random {seed}": _random_case(seed) for seed in range(RANDOM_CASES)}


def _random_case(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    alphabet = list(string.ascii_letters * 3 + " " * 30 + ".,?!'-0123456789|\u00e9\u4f60\t")
    segments, start = [], 0.0
    for _ in range(draw.integers(1, 4)):
        start = round(start + float(draw.uniform(0, 1)), 3)
        end = round(start + float(draw.uniform(0.3, 4)), 3)
        text = "".join(draw.choice(alphabet, draw.integers(1, 50)))
        segments.append((start, end, text))
        start = end
    dictionary = ENGLISH if draw.random() < 0.5 else NO_SPACE
    method = str(draw.choice(["nearest", "linear"]))
    chars = bool(draw.random() < 0.5)
    return {"dictionary": dictionary, "segments": segments, "method": method, "chars": chars}


def arguments(case: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """`align`'s arguments for `case`."""
    language = case.get("language", "en")
    dictionary, kind = case["dictionary"], KINDS[language]
    metadata = {"language": language, "dictionary": dictionary, "type": kind}
    segments = [{"start": start, "end": end, "text": text} for start, end, text in case["segments"]]
    for segment in segments[1:]:
        segment["avg_logprob"] = -0.25
    audio = np.zeros(12 * RATE, dtype=np.float32)
    more = {
        "interpolate_method": case.get("method", "nearest"),
        "return_char_alignments": case.get("chars", False),
    }
    return [segments, FixedModel(len(dictionary), kind), metadata, audio, "cpu"], more


class Splitter:
    """In the place of NLTK's: a sentence ends with `.`, `?` or `!` before white space."""

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each sentence, without the white space between two."""
        cuts = [m.end() for m in re.finditer(r"\S*[.?!](?=\s)", text.rstrip())]
        spans, start = [], 0
        for cut in [*cuts, len(text.rstrip())]:
            spans.append((start, cut))
            start = cut + len(text[cut:]) - len(text[cut:].lstrip())
        return spans


def main() -> None:
    """Record every case."""
    from whisperx import alignment

    alignment.nltk_load = lambda name: Splitter()
    found = {}
    for name, case in cases().items():
        given, more = arguments(case)
        found[name] = alignment.align(*given, **more)
    lines = [f"{json.dumps(name)}: {json.dumps(result)}" for name, result in found.items()]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(found)} cases, {RECORDED.stat().st_size} bytes")


if __name__ == "__main__":
    main()
