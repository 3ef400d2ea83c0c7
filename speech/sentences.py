"""A chunk's words grouped into sentences, so that times and subtitles are of use.

Where it stands: behind `asr.py`, for chunks whose words were aligned, and in `align/`, for texts. A
sentence ends at a mark of its end, unless that belongs to an abbreviation, or before a long pause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from aiec.speech.transcript import Segment, Word

PAUSE_S = 1.0  # seconds without a word that separate what no mark does
END = re.compile(r"""[.?!\u2026\u3002\uff01\uff1f\u0964]["'\u201d\u2019)\]\u300d]*$""")
# Written with a point in the languages Whisper writes them in; initials are matched by their shape.
ABBREVIATIONS = frozenset(
    {
        *("mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "sr.", "jr.", "vs.", "no.", "e.g.", "i.e."),
        *("fig.", "vol.", "hr.", "fr.", "nr.", "bzw.", "z.b.", "ca.", "d.h.", "mme.", "mlle."),
        *("m.", "sra.", "dra.", "p.m.", "a.m."),
    }
)
IDEOGRAPHIC_END = re.compile(
    r"""[\u3002\uff01\uff1f]["'\u201d\u2019)\]\u300d]*"""
)  # no space follows
INITIAL = re.compile(r"^[^\W\d_]\.$")


def split_sentences(chunk: Segment) -> Iterator[Segment]:
    """The sentences of `chunk`, with the times of their words; the chunk itself if it has none.

    Nothing at all where the chunk has no text.
    """
    if not chunk.words:
        if chunk.text.strip():
            yield chunk
        return
    for words in _sentences(chunk.words):
        text = "".join(word.word for word in words)
        yield replace(chunk, start=words[0].start, end=words[-1].end, text=text, words=tuple(words))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence in `text`, without the white space between two.

    The first begins at 0, with whatever blanks are there: `" Hi. Who?"` gives (0, 4), (5, 9).
    """
    ends = [m.end() for m in re.finditer(r"\S+", text) if _ends(m.group())]
    ends += [m.end() for m in IDEOGRAPHIC_END.finditer(text)]
    cuts = sorted({*ends, len(text.rstrip())} - {0})
    starts = [0] + [cut + len(text[cut:]) - len(text[cut:].lstrip()) for cut in cuts[:-1]]
    return list(zip(starts, cuts, strict=True)) if cuts else []


def _sentences(words: tuple[Word, ...]) -> Iterator[list[Word]]:
    sentence: list[Word] = []
    for word in words:
        if sentence and (_ends(sentence[-1].word) or word.start - sentence[-1].end > PAUSE_S):
            yield sentence
            sentence = []
        sentence.append(word)
    yield sentence


def _ends(word: str) -> bool:
    bare = word.strip().lower()
    is_short = bare in ABBREVIATIONS or bool(INITIAL.match(bare))
    return bool(END.search(bare)) and not is_short
