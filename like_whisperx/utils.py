"""WhisperX's `whisperx.utils`: writers of its results, byte for byte as it writes them.

Where it stands: after `align` and `assign_word_speakers`, on their dictionaries; the command writes
transcripts by `aiec.speech.formats`. Words may lack a time, segments a speaker.

Source of the layout: whisperx/utils.py, version 3.8.6; `benchmarks/record_writers.py` records it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from aiec.ir.errors import OptionError, nearest
from aiec.speech.formats import timestamp
from aiec.speech.languages import LANGUAGES

LANGUAGES_WITHOUT_SPACES = ("ja", "zh")
PAUSE_S, UNLIMITED = 3.0, 1000  # a silence that starts a new cue; characters of a line
Result = Mapping[str, Any]
Entry = dict[str, Any]

__all__ = ["LANGUAGES", "get_writer"]


class ResultWriter:
    """Writes a result beside others in a folder, named after the sound."""

    extension = ""

    def __init__(self, output_dir: str) -> None:
        self.output_dir = output_dir

    def __call__(self, result: Result, audio_path: str, options: Mapping[str, Any]) -> None:
        """Write `result` of the file `audio_path`."""
        path = Path(self.output_dir) / f"{Path(audio_path).stem}.{self.extension}"
        with path.open("w", encoding="utf-8") as file:
            self.write_result(result, file, options)

    def write_result(self, result: Result, file: TextIO, options: Mapping[str, Any]) -> None:
        """Write `result` into `file`."""
        file.write("".join(self.parts(result, options)))

    def parts(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """The text piece by piece."""
        raise NotImplementedError(type(self).__name__)


class WriteTXT(ResultWriter):
    """One line a segment."""

    extension = "txt"

    def parts(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """Lines, with the speaker before the text."""
        for segment in result["segments"]:
            yield f"{_prefix(segment.get('speaker'))}{segment['text'].strip()}\n"


class WriteTSV(ResultWriter):
    """Times in integer milliseconds and the text."""

    extension = "tsv"

    def parts(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """A header and a line a segment."""
        yield "start\tend\ttext\n"
        for segment in result["segments"]:
            times = (f"{round(1000 * segment[key])}\t" for key in ("start", "end"))
            yield "".join(times) + _tabless(segment) + "\n"


class WriteAudacity(ResultWriter):
    """Labels for Audacity, times in seconds."""

    extension = "aud"

    def parts(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """A line a segment, the speaker in double brackets."""
        for segment in result["segments"]:
            speaker = f"[[{segment['speaker']}]]" if "speaker" in segment else ""
            yield f"{segment['start']}\t{segment['end']}\t{speaker}{_tabless(segment)}\n"


class WriteJSON(ResultWriter):
    """The result as it is."""

    extension = "json"

    def parts(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """One piece."""
        yield json.dumps(result, ensure_ascii=False)


class SubtitlesWriter(ResultWriter):
    """Cues laid out by word where words are known, else by segment."""

    hours, marker = False, "."

    def format_timestamp(self, seconds: float) -> str:
        """As this format has times."""
        return timestamp(seconds, hours=self.hours, marker=self.marker)

    def cues(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """Each cue's line of times and its text."""
        segments = result["segments"]
        if segments and "words" in segments[0]:
            for words, segment in _subtitles(segments, options):
                yield from self._of_words(words, segment, result, options)
        else:
            for segment in segments:
                text = segment["text"].strip().replace("-->", "->")
                text = _prefix(segment.get("speaker")) + text
                start, end = map(self.format_timestamp, _span(segment))
                yield self._cue(start, end, text)

    def _of_words(
        self, words: list[Entry], segment: Entry, result: Result, options: Mapping[str, Any]
    ) -> Iterator[str]:
        """One cue, or with `highlight_words` one a word and one a gap."""
        starts, ends = ([w[key] for w in words if key in w] for key in ("start", "end"))
        times = (min(starts), max(ends)) if starts and ends else _span(segment)
        start, end = map(self.format_timestamp, times)
        prefix = _prefix(segment.get("speaker"))
        blank = "" if result["language"] in LANGUAGES_WITHOUT_SPACES else " "
        text = prefix + blank.join(word["word"] for word in words)
        if not (options["highlight_words"] and starts):
            yield self._cue(start, end, text)
            return
        last = start
        for i, word in enumerate(words):
            if "start" in word:
                begin, until = (
                    self.format_timestamp(word["start"]),
                    self.format_timestamp(word["end"]),
                )
                if last != begin:
                    yield self._cue(last, begin, text)
                yield self._cue(begin, until, prefix + _underlined(words, i))
                last = until

    def _cue(self, start: str, end: str, text: str) -> str:
        return f"{start} --> {end}\n{text}\n\n"


class WriteVTT(SubtitlesWriter):
    """WebVTT."""

    extension = "vtt"

    def parts(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """A header and the cues."""
        yield "WEBVTT\n\n"
        yield from self.cues(result, options)


class WriteSRT(SubtitlesWriter):
    """SubRip."""

    extension = "srt"
    hours, marker = True, ","

    def parts(self, result: Result, options: Mapping[str, Any]) -> Iterator[str]:
        """The cues with their numbers."""
        for number, cue in enumerate(self.cues(result, options), start=1):
            yield f"{number}\n{cue}"


WRITERS = (WriteTXT, WriteVTT, WriteSRT, WriteTSV, WriteJSON)  # which `all` stands for
BY_NAME = {writer.extension: writer for writer in (*WRITERS, WriteAudacity)}


def get_writer(
    output_format: str, output_dir: str
) -> Callable[[Result, str, Mapping[str, Any]], None]:
    """A writer of results into `output_dir`: called with result, path of the sound, options.

    Args:
        output_format: `txt`, `vtt`, `srt`, `tsv`, `json`, `aud`, or `all` of them but `aud`.

    Raises:
        OptionError: an unknown format.
    """
    if output_format not in (*BY_NAME, "all"):
        known = nearest(output_format, (*BY_NAME, "all"))
        raise OptionError(f"unknown output format {output_format!r}", expected=known)
    if output_format != "all":
        return BY_NAME[output_format](output_dir)
    writers = [writer(output_dir) for writer in WRITERS]

    def write_all(result: Result, file: str, options: Mapping[str, Any]) -> None:
        for writer in writers:
            writer(result, file, options)

    return write_all


def _prefix(speaker: str | None) -> str:
    return "" if speaker is None else f"[{speaker}]: "


def _tabless(segment: Entry) -> str:
    return segment["text"].strip().replace("\t", " ")


def _span(segment: Entry) -> tuple[float, float]:
    return segment["start"], segment["end"]


def _underlined(words: list[Entry], at: int) -> str:
    shown = [word["word"] for word in words]
    shown[at] = re.sub(r"^(\s*)(.*)$", r"\1<u>\2</u>", shown[at])
    return " ".join(shown)


def _subtitles(
    segments: list[Entry], options: Mapping[str, Any]
) -> Iterator[tuple[list[Entry], Entry]]:
    """Words of a cue, later lines of which begin with a newline, and the segment it begins in.

    With both limits given, cues are refilled across segments and broken at pauses.
    """
    width, count = options["max_line_width"] or UNLIMITED, options["max_line_count"]
    if options["max_line_width"] == 0:
        width = 0
    refill = count is not None and options["max_line_width"] is not None
    cue: list[Entry] = []
    first: Entry = segments[0]
    length, lines, last = 0, 1, segments[0]["start"]
    for segment in segments:
        for i, timed in enumerate(segment["words"]):
            word = dict(timed)
            pause = refill and "start" in word and word["start"] - last > PAUSE_S
            new_segment = i == 0 and bool(cue) and not refill
            if length > 0 and length + len(word["word"]) <= width and not (pause or new_segment):
                length += len(word["word"])
            else:
                word["word"] = word["word"].strip()
                full = count is not None and (pause or lines >= count)
                if (cue and full) or new_segment:
                    yield cue, first
                    cue, lines = [], 1
                elif length > 0:
                    lines += 1
                    word["word"] = "\n" + word["word"]
                length = len(word["word"].strip())
            if not cue:
                first = segment
            cue.append(word)
            last = word.get("start", last)
    if cue:
        yield cue, first
