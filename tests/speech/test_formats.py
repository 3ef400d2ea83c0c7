"""Golden texts of each format on two small segments."""

import json

import pytest

from aiec.ir.errors import OptionError
from aiec.speech.formats import FORMATS, WRITERS, Layout, formats_of, timestamp
from aiec.speech.transcript import Segment, Transcript, Word

HELLO = (
    Word(0.0, 0.5, " Hello", 0.9),
    Word(0.5, 1.0, " big", 0.8),
    Word(1.25, 2.0, " world.", 0.7),
)
BYE = (Word(61.0, 61.5, " Good", 0.6), Word(61.5, 62.0, " bye.", 0.5))
PLAIN = Transcript(
    "en", (Segment(1, 0.0, 2.0, " Hello --> world."), Segment(2, 3661.5, 3662.0, " A\tb"))
)
WORDS = Transcript(
    "en",
    (
        Segment(1, 0.0, 2.0, " Hello big world.", words=HELLO),
        Segment(2, 61.0, 62.0, " Good bye.", words=BYE),
    ),
)


def write(name, transcript, **layout):
    return WRITERS[name](transcript, Layout(**layout))


def test_txt():
    assert write("txt", PLAIN) == "Hello --> world.\nA\tb\n"


def test_srt():
    assert write("srt", PLAIN) == (
        "1\n00:00:00,000 --> 00:00:02,000\nHello -> world.\n\n"
        "2\n01:01:01,500 --> 01:01:02,000\nA\tb\n\n"
    )


def test_vtt():
    assert write("vtt", PLAIN) == (
        "WEBVTT\n\n00:00.000 --> 00:02.000\nHello -> world.\n\n"
        "01:01:01.500 --> 01:01:02.000\nA\tb\n\n"
    )


def test_tsv():
    assert write("tsv", PLAIN) == (
        "start\tend\ttext\n0\t2000\tHello --> world.\n3661500\t3662000\tA b\n"
    )


def test_json_has_the_keys_of_openai_and_whisperx():
    content = json.loads(write("json", WORDS))
    assert content["text"] == "Hello big world. Good bye."
    assert content["language"] == "en"
    assert content["segments"][0]["words"][1] == {
        "start": 0.5, "end": 1.0, "word": " big", "probability": 0.8, "score": 0.8
    }  # fmt: skip
    assert [w["word"] for w in content["word_segments"]] == [w.word for w in HELLO + BYE]
    assert "words" not in json.loads(write("json", PLAIN))["segments"][0]


def test_no_speech_is_an_empty_document_in_every_format():
    empty = Transcript("en", ())
    documents = {name: write(name, empty) for name in WRITERS}
    assert documents["txt"] == documents["srt"] == ""
    assert documents["vtt"] == "WEBVTT\n\n"
    assert documents["tsv"] == "start\tend\ttext\n"
    assert json.loads(documents["json"]) == {"text": "", "segments": [], "language": "en"}


def test_line_width_breaks_lines_within_a_segment():
    assert write("vtt", WORDS, max_line_width=9) == (
        "WEBVTT\n\n00:00.000 --> 00:02.000\nHello big\nworld.\n\n"
        "01:01.000 --> 01:02.000\nGood bye.\n\n"
    )


def test_line_count_breaks_cues_and_pauses_too():
    assert write("vtt", WORDS, max_line_width=6, max_line_count=1) == (
        "WEBVTT\n\n00:00.000 --> 00:00.500\nHello\n\n00:00.500 --> 00:01.000\nbig\n\n"
        "00:01.250 --> 00:02.000\nworld.\n\n01:01.000 --> 01:01.500\nGood\n\n"
        "01:01.500 --> 01:02.000\nbye.\n\n"
    )


def test_highlight_underlines_each_word_in_turn():
    assert write("srt", Transcript("en", WORDS.segments[:1]), highlight_words=True) == (
        "1\n00:00:00,000 --> 00:00:00,500\n<u>Hello</u> big world.\n\n"
        "2\n00:00:00,500 --> 00:00:01,000\nHello <u>big</u> world.\n\n"
        "3\n00:00:01,000 --> 00:00:01,250\nHello big world.\n\n"
        "4\n00:00:01,250 --> 00:00:02,000\nHello big <u>world.</u>\n\n"
    )


@pytest.mark.parametrize("layout", [{}, {"max_line_width": 9}, {"highlight_words": True},
                                    {"max_line_width": 6, "max_line_count": 2}])  # fmt: skip
@pytest.mark.parametrize("name", ["txt", "srt", "vtt", "tsv"])
@pytest.mark.parametrize("transcript", [PLAIN, WORDS])
def test_same_as_openai_whisper_writes(name, layout, transcript, tmp_path):
    utils = pytest.importorskip("whisper.utils")
    segments = [
        {"start": s.start, "end": s.end, "text": s.text}
        | ({"words": [{"word": w.word, "start": w.start, "end": w.end}
                      for w in s.words]} if s.words else {})
        for s in transcript.segments
    ]  # fmt: skip
    utils.get_writer(name, str(tmp_path))({"segments": segments, "language": "en"}, "a.wav", layout)
    assert write(name, transcript, **layout) == (tmp_path / f"a.{name}").read_text()


def test_timestamp_rounds_to_the_next_second():
    assert timestamp(59.9996, hours=False, marker=".") == "01:00.000"


def test_formats():
    assert formats_of("all") == ("txt", "vtt", "srt", "tsv", "json")
    assert formats_of("all", speakers=True) == ("txt", "vtt", "srt", "tsv", "json", "rttm")
    assert all(formats_of(name, speakers=True) for name in FORMATS)
    with pytest.raises(OptionError, match=r"unknown output format 'strt'; expected 'srt'\?"):
        formats_of("strt")
