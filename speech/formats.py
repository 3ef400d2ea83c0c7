"""Transcripts as txt, srt, vtt, tsv and json, as openai-whisper and WhisperX write them; and RTTM.

Where it stands: the last step of `aiec transcribe`; text in, text out, no files touched here.
Refuses unknown format names.

Sources: the writers in whisper/utils.py (release 20250625) and whisperx/utils.py (version 3),
whose output for the same segments is the same but for one thing: JSON has the keys of both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from aiec.ir.errors import OptionError, nearest
from aiec.speech.transcript import Segment, Transcript, Word
from aiec.speech.turns import rttm

PAUSE_S = 3.0  # a longer silence starts a new cue where cues are refilled; whisper/utils.py
RTTM = "rttm"
UNLIMITED = 1000  # line width in characters when none is asked for; whisper/utils.py


@dataclass(frozen=True, slots=True)
class Layout:
    """How subtitles are broken into lines; needs word times, and does nothing without them."""

    max_line_width: int | None = None  # characters
    max_line_count: int | None = None  # lines of one cue; needs max_line_width
    highlight_words: bool = False

    @property
    def needs_words(self) -> bool:
        """Whether anything here asks for word times."""
        return bool(self.max_line_width or self.max_line_count or self.highlight_words)


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle."""

    start: float
    end: float
    text: str


def timestamp(seconds: float, *, hours: bool, marker: str) -> str:
    """`00:01:02,345` with marker `,`; hours are left out below one hour unless `hours`."""
    whole, ms = divmod(round(seconds * 1000), 1000)
    minutes, s = divmod(whole, 60)
    h, m = divmod(minutes, 60)
    return f"{h:02d}:" * (hours or h > 0) + f"{m:02d}:{s:02d}{marker}{ms:03d}"


def to_txt(transcript: Transcript, layout: Layout) -> str:
    """One line a segment, after its speaker if that is known."""
    return "".join(f"{_told(s.speaker)}{s.text.strip()}\n" for s in transcript.segments)


def to_srt(transcript: Transcript, layout: Layout) -> str:
    """SubRip: numbered cues, hours always, comma before the milliseconds."""
    return "".join(
        f"{number}\n{_span(cue, hours=True, marker=',')}\n{cue.text}\n\n"
        for number, cue in enumerate(cues(transcript, layout), start=1)
    )


def to_vtt(transcript: Transcript, layout: Layout) -> str:
    """WebVTT: hours only where there are any, point before the milliseconds."""
    blocks = (
        f"{_span(cue, hours=False, marker='.')}\n{cue.text}\n\n" for cue in cues(transcript, layout)
    )
    return "WEBVTT\n\n" + "".join(blocks)


def to_tsv(transcript: Transcript, layout: Layout) -> str:
    """Start and end in integer milliseconds and the text, with a header line."""
    lines = (
        f"{round(1000 * s.start)}\t{round(1000 * s.end)}\t{s.text.strip().replace(chr(9), ' ')}\n"
        for s in transcript.segments
    )
    return "start\tend\ttext\n" + "".join(lines)


def to_aud(transcript: Transcript, layout: Layout) -> str:
    """Labels for Audacity: start and end in seconds, speaker and text, with tabs between them."""
    return "".join(
        f"{s.start}\t{s.end}\t{f'[[{s.speaker}]]' if s.speaker else ''}"
        f"{s.text.strip().replace(chr(9), ' ')}\n"
        for s in transcript.segments
    )


def to_json(transcript: Transcript, layout: Layout) -> str:
    """Segments with everything known about them.

    A word's probability stands under `probability` and, as in WhisperX, under `score`; as there,
    `word_segments` has all words in one list.
    """
    segments = [_segment_json(segment) for segment in transcript.segments]
    content: dict[str, Any] = {"text": transcript.text, "segments": segments}
    content["language"] = transcript.language
    if transcript.speaker_embeddings is not None:
        content["speaker_embeddings"] = dict(transcript.speaker_embeddings)
    if any(segment.words is not None for segment in transcript.segments):
        content["word_segments"] = [word for entry in segments for word in entry["words"]]
    return json.dumps(content, ensure_ascii=False)


def _segment_json(segment: Segment) -> dict[str, Any]:
    entry = _known(asdict(replace(segment, words=None, chars=None)))
    if segment.words is not None:
        words = [_known(asdict(word)) for word in segment.words]
        entry["words"] = [word | {"score": word["probability"]} for word in words]
    if segment.chars is not None:
        entry["chars"] = [_known(asdict(char)) for char in segment.chars]
    return entry


def _known(entry: dict[str, Any]) -> dict[str, Any]:
    """`entry` without what is not known."""
    return {key: value for key, value in entry.items() if value is not None}


def to_rttm(transcript: Transcript, layout: Layout) -> str:
    """Who spoke when, without the text."""
    return rttm(transcript.turns, transcript.recording)


def _told(speaker: str | None) -> str:
    """What WhisperX writes before the words of a speaker."""
    return f"[{speaker}]: " if speaker else ""


WRITERS: dict[str, Callable[[Transcript, Layout], str]] = {
    "txt": to_txt,
    "vtt": to_vtt,
    "srt": to_srt,
    "tsv": to_tsv,
    "json": to_json,
    "aud": to_aud,
    RTTM: to_rttm,
}
ONLY_BY_NAME = ("aud",)  # not among "all"; whisperx/utils.py, get_writer
FORMATS = ("all", *WRITERS)


def formats_of(name: str, *, speakers: bool = False) -> tuple[str, ...]:
    """The formats that `--output_format` names: itself, or all of them; RTTM only with `speakers`.

    Raises:
        OptionError: an unknown format, or RTTM without speakers.
    """
    if name not in FORMATS:
        raise OptionError(f"unknown output format {name!r}", expected=nearest(name, FORMATS))
    if name == RTTM and not speakers:
        raise OptionError("rttm says who spoke when", todo="ask for speakers with --diarize")
    left_out = ONLY_BY_NAME if speakers else (*ONLY_BY_NAME, RTTM)
    return tuple(kind for kind in WRITERS if kind not in left_out) if name == "all" else (name,)


def cues(transcript: Transcript, layout: Layout) -> Iterator[Cue]:
    """The subtitles: by segment, or laid out by word where word times are known."""
    if any(segment.words for segment in transcript.segments):
        for line in _lines_of_words(transcript, layout):
            yield from _highlighted(line) if layout.highlight_words else (_cue(line),)
    else:
        for segment in transcript.segments:
            text = _told(segment.speaker) + _arrowless(segment.text.strip())
            yield Cue(segment.start, segment.end, text)


def _lines_of_words(transcript: Transcript, layout: Layout) -> Iterator[list[Word]]:
    """Group words into cues; a word that begins a later line of its cue begins with a newline.

    A cue's first word has its segment's speaker, as cues in WhisperX have.

    With both limits given, cues are refilled across segments and broken at pauses; else each
    segment is a cue of its own, however many lines it takes.
    """
    refill = bool(layout.max_line_width and layout.max_line_count)
    cue: list[Word] = []
    length, lines = 0, 1  # characters of the current line, lines of the current cue
    for segment in transcript.segments:
        for i, word in enumerate(segment.words or ()):
            pause = refill and bool(cue) and word.start - cue[-1].start > PAUSE_S
            new_segment = i == 0 and not refill
            fits = length + len(word.word) <= (layout.max_line_width or UNLIMITED)
            if cue and fits and not pause and not new_segment:
                length += len(word.word)
                cue.append(word)
                continue
            full = refill and lines >= (layout.max_line_count or 0)
            first = replace(word, word=word.word.strip(), speaker=segment.speaker)
            length = len(first.word)
            if cue and (pause or full or new_segment):
                yield cue
                cue, lines = [first], 1
            elif cue:
                cue.append(replace(first, word="\n" + first.word))
                lines += 1
            else:
                cue = [first]
    if cue:
        yield cue


def _cue(words: list[Word]) -> Cue:
    text = _told(words[0].speaker) + _arrowless("".join(word.word for word in words))
    return Cue(words[0].start, words[-1].end, text)


def _highlighted(words: list[Word]) -> Iterator[Cue]:
    """The cue once for each word with that word underlined, and plain in the gaps between."""
    texts = [_arrowless(word.word) for word in words]
    who = _told(words[0].speaker)
    last = words[0].start
    for i, word in enumerate(words):
        if _differs(last, word.start):
            yield Cue(last, word.start, who + "".join(texts))
        marked = re.sub(r"^(\s*)(.*)$", r"\1<u>\2</u>", texts[i])
        yield Cue(word.start, word.end, who + "".join([*texts[:i], marked, *texts[i + 1 :]]))
        last = word.end


def _differs(a: float, b: float) -> bool:
    return round(a * 1000) != round(b * 1000)


def _arrowless(text: str) -> str:
    return text.replace("-->", "->")


def _span(cue: Cue, *, hours: bool, marker: str) -> str:
    start, end = (timestamp(t, hours=hours, marker=marker) for t in (cue.start, cue.end))
    return f"{start} --> {end}"
