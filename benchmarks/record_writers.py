"""What WhisperX's own writers make of fixed results: the oracle of tests/like_whisperx.

Run it as `record_alignment.py`, in an environment with WhisperX 3.8.6. It writes
tests/like_whisperx/writers.json; the tests import `CASES` and `OPTIONS` from here and compare.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "tests/like_whisperx/writers.json"
TEXT = "So it goes on --> for ever. No, it does not."
FORMATS = ("txt", "vtt", "srt", "tsv", "json", "aud")


def _words(start: float, text: str, missing: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    words: list[dict[str, Any]] = []
    for i, word in enumerate(text.split(" ")):
        at = round(start + 0.4 * i + 0.013 * (i % 3), 3)
        times = {} if i in missing else {"start": at, "end": round(at + 0.3, 3), "score": 0.5}
        words.append({"word": word, **times})
    return words


def _result(missing: tuple[int, ...] = (), **more: Any) -> dict[str, Any]:
    segments = []
    for i, text in enumerate((f" {TEXT}", "Then\ta tab.", "A late end.")):
        start = (0.5, 9.25, 3605.1)[i]
        words = _words(start, text.strip(), missing)
        segments.append({"start": start, "end": start + 2.5, "text": text, "words": words} | more)
    return {"segments": segments, "word_segments": [], "language": "en"}


def _japanese() -> dict[str, Any]:
    words = [
        {"word": char, "start": 0.1 * i, "end": 0.1 * i + 0.1}
        for i, char in enumerate("これは本です")
    ]
    return {
        "segments": [{"start": 0.0, "end": 0.6, "text": "これは本です", "words": words}],
        "language": "ja",
    }


def _without_words() -> dict[str, Any]:
    plain = _result()
    for segment in plain["segments"]:
        del segment["words"]
    plain["segments"][1]["speaker"] = "SPEAKER_01"
    return plain


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "words": _result,
    "missing times": lambda: _result((0, 2, 3, 7)),
    "no times": lambda: _result(tuple(range(30))),
    "speakers": lambda: _result(speaker="SPEAKER_00"),
    "japanese": _japanese,
    "no words": _without_words,
    "nothing": lambda: {"segments": [], "language": "en"},
}
OPTIONS = [
    {"max_line_width": width, "max_line_count": count, "highlight_words": marked}
    for width, count in ((None, None), (20, None), (20, 1), (20, 2), (None, 2))
    for marked in (False, True)
]


def written(get_writer: Callable[..., Any], case: str) -> dict[str, list[str]]:
    """What each format's writer writes of `case` with each of OPTIONS."""
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in FORMATS:
            for options in OPTIONS if kind in ("vtt", "srt") else OPTIONS[:1]:
                get_writer(kind, folder)(CASES[case](), "some/talk.mp3", options)
                text = (Path(folder) / f"talk.{kind}").read_text(encoding="utf-8")
                found.setdefault(kind, []).append(text)
    return found


def main() -> None:
    """Record every case."""
    from whisperx.utils import get_writer

    content = {case: written(get_writer, case) for case in CASES}
    RECORDED.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n")
    print(f"{len(content)} cases, {RECORDED.stat().st_size} bytes")


if __name__ == "__main__":
    main()
