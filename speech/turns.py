"""Turns: who spoke from when to when, and RTTM, the plain text that scoring programs read.

Where it stands: what `pipeline.py` gives, `assign.py` and writers take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiec.ir.errors import AiecError


class RttmError(AiecError):
    """An RTTM file that is missing or damaged."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One stretch of one speaker; times in seconds. Turns may overlap."""

    start: float
    end: float
    speaker: str


class Turns(tuple[Turn, ...]):
    """Turns in order of time, which may be walked through as if they were a pandas DataFrame.

    WhisperX gives its speakers as a DataFrame with columns `start`, `end` and `speaker`, and walks
    through it by `iterrows`. `pandas.DataFrame(turns)` makes one of these.
    """

    def iterrows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number and fields by name of each turn."""
        for number, turn in enumerate(self):
            yield number, asdict(turn)


@dataclass(frozen=True, slots=True)
class Diarization:
    """Who spoke when in one file.

    Attributes:
        turns: speakers are named `SPEAKER_00` and on, in the order in which they first talk.
        embeddings: a vector for each speaker, which tells their voice from others'.
    """

    turns: Turns
    embeddings: Mapping[str, list[float]]


def rttm(turns: Iterable[Turn], name: str) -> str:
    """`turns` of the recording `name` as RTTM, one line a turn, times to the millisecond.

    Source: NIST, The 2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan, appendix
    A: type, file, channel, begin, duration, and unused fields around the speaker's name. Fields are
    divided by blanks, so that blanks in `name` become underscores.
    """
    file = "_".join(name.split()) or "audio"
    lines = (
        f"SPEAKER {file} 1 {t.start:.3f} {t.end - t.start:.3f} <NA> <NA> {t.speaker} <NA> <NA>\n"
        for t in turns
    )
    return "".join(lines)


def read_rttm(path: Path) -> tuple[Turn, ...]:
    """The turns of the RTTM file `path`, in the file's order.

    Raises:
        RttmError: the file cannot be read, or a line of it is no turn.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RttmError(f"cannot read {path}: {error}") from None
    kept = [(n, line.split()) for n, line in enumerate(lines, start=1)]
    return tuple(_turn(path, n, f) for n, f in kept if f and f[0] == "SPEAKER")


def _turn(path: Path, number: int, fields: list[str]) -> Turn:
    try:
        start, seconds, speaker = float(fields[3]), float(fields[4]), fields[7]
    except (IndexError, ValueError):
        expected = "SPEAKER file channel start seconds <NA> <NA> speaker"
        where = f"line {number} of {path}"
        raise RttmError("an RTTM line is damaged", where=where, expected=expected) from None
    return Turn(start, start + seconds, speaker)
