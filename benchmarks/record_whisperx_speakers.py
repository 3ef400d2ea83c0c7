"""Record what WhisperX's `assign_word_speakers` makes of random turns and words.

Run in an environment of its own with WhisperX (`pip install whisperx==3.8.6`), which does not go
with this project's PyTorch:

    python benchmarks/record_whisperx_speakers.py tests/speech/diarize/whisperx_speakers.json

Each case is `turns` (start, end, speaker), `segments` as given, `fill_nearest`, and `result`, the
segments as WhisperX left them. Times have one digit after the point, so that they often coincide.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

CASES = 40
LONG = 12.0  # seconds


def main(path: Path) -> None:
    """Write all cases to `path`."""
    import pandas
    from whisperx.diarize import assign_word_speakers

    cases = []
    for seed in range(CASES):
        case = case_of(random.Random(seed))
        frame = pandas.DataFrame(case["turns"], columns=["start", "end", "speaker"])
        given = {"segments": copy.deepcopy(case["segments"])}
        result = assign_word_speakers(frame, given, fill_nearest=case["fill_nearest"])
        cases.append(case | {"result": result["segments"]})
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")


def case_of(draw: random.Random) -> dict[str, Any]:
    """Up to eight turns of up to four speakers, up to three segments with words."""
    turns = []
    for _ in range(draw.randint(0, 8)):
        start, end = span(draw)
        turns.append([start, end, f"SPEAKER_{draw.randrange(4):02d}"])
    segments = [segment_of(draw) for _ in range(draw.randint(1, 3))]
    return {"turns": turns, "segments": segments, "fill_nearest": draw.random() < 0.5}


def span(draw: random.Random) -> tuple[float, float]:
    """Start and end, now and then the same."""
    start = round(draw.uniform(0, LONG), 1)
    return start, round(start + draw.choice((0, 0.2, 1, 3)) * draw.random(), 1)


def segment_of(draw: random.Random) -> dict[str, Any]:
    """A segment, with words or without; some words have no end, or no time at all."""
    start, end = span(draw)
    segment: dict[str, Any] = {"start": start, "end": end, "text": "x"}
    if draw.random() < 0.8:
        segment["words"] = [word_of(draw) for _ in range(draw.randint(0, 4))]
    return segment


def word_of(draw: random.Random) -> dict[str, Any]:
    """A word."""
    start, end = span(draw)
    known = draw.choice((("start", "end"),) * 6 + (("start",), ()))
    return {"word": "x"} | {k: v for k, v in (("start", start), ("end", end)) if k in known}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
