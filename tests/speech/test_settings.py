"""Settings at their door, languages, VAD's merging, and the folder that takes the output."""

import math
from pathlib import Path

import pytest

from aiec.ir.errors import OptionError, OutputError
from aiec.speech.formats import Layout
from aiec.speech.languages import LANGUAGES, language_code
from aiec.speech.output import Output
from aiec.speech.sentences import split_sentences
from aiec.speech.settings import Decoding, Vad, temperatures
from aiec.speech.sources import Source
from aiec.speech.transcript import Segment, Transcript, Word


@pytest.mark.parametrize(
    ("setting", "values", "message"),
    [
        (Vad, {"method": "silerro"}, "unknown VAD method 'silerro'; expected 'silero'?"),
        (Vad, {"onset": 1.5}, "vad_onset cannot be 1.5; expected a probability"),
        (Vad, {"offset": 0.0}, "vad_offset cannot be 0.0"),
        (Vad, {"chunk_size": 31}, "chunk_size cannot be 31; expected 1 to 30 seconds"),
        (Decoding, {"task": "translat"}, "unknown task 'translat'; expected 'translate'?"),
        (Decoding, {"language": "xx"}, "unknown language 'xx'; expected one of af"),
        (Decoding, {"batch_size": 0}, "batch_size cannot be 0; expected 1 or more"),
        (Decoding, {"beam_size": 0}, "beam_size cannot be 0"),
        (Decoding, {"patience": 0.0}, "patience cannot be 0.0; expected beam_size times"),
        (Decoding, {"temperatures": (2.0,)}, "temperature cannot be 2.0; expected 0 to 1"),
        (
            Decoding,
            {"condition_on_previous_text": True},
            "condition_on_previous_text cannot be had with batch_size above 1; expected batch_s",
        ),
    ],
)
def test_impossible_settings(setting, values, message):
    with pytest.raises(OptionError) as error:
        setting(**values)
    assert message in str(error.value)


def test_temperatures_are_spaced_as_in_openai_whisper():
    assert temperatures(0.0, 0.2) == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert temperatures(0.5, 0.3) == (0.5, 0.8)
    assert temperatures(0.3, None) == (0.3,)


@pytest.mark.parametrize("increment", [0.0, 1e-9, 1.5, math.inf, math.nan])
def test_increments_that_lead_nowhere(increment):
    with pytest.raises(
        OptionError, match=r"temperature_increment_on_fallback cannot be .* or None"
    ):
        temperatures(0.0, increment)


@pytest.mark.parametrize("first", [1.5, -0.1, math.nan, math.inf])
def test_temperatures_that_cannot_be(first):
    with pytest.raises(OptionError, match=r"temperature cannot be \S+; expected 0 to 1"):
        temperatures(first, 0.2)


@pytest.mark.parametrize("name", ["nl", "NL", "Dutch", "dutch", "Flemish"])
def test_language_names(name):
    assert language_code(name) == "nl"


def test_languages_are_those_of_the_tokenizer():
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(LANGUAGES) == set(_LANGUAGE_CODES)


def test_unknown_language():
    with pytest.raises(OptionError, match="unknown language 'Germann'; expected 'german'"):
        language_code("Germann")


def names(output, *audio):
    return output.names([Source(Path(path)) for path in audio])


def test_output_names_are_never_shared(tmp_path):
    found = names(Output(tmp_path, ("txt",), Layout()), "a/x.wav", "a/x.flac", "b/x.wav", "y.wav",
                  "x.wav-2.mp3", "-")  # fmt: skip
    assert found == ("x.wav", "x.flac", "x.wav-2", "y", "x.wav-2-2", "stdin")


def test_no_input_is_written_over(tmp_path):
    output = Output(tmp_path, ("txt", "json"), Layout())
    assert names(output, tmp_path / "x.json", tmp_path / "y.wav") == ("x.json", "y")
    both = tmp_path / "x.json", tmp_path / "x.json.txt"
    assert names(output, *both) == ("x.json-2", "x.json.txt")


def test_output_is_written_whole_and_readable(tmp_path):
    output = Output(tmp_path / "new" / "folder", ("txt", "json"), Layout())
    output.check()
    paths = output.write("talk", Transcript("en", (Segment(1, 0.0, 1.0, " Hé."),)))
    assert [path.name for path in paths] == ["talk.txt", "talk.json"]
    assert paths[0].read_text(encoding="utf-8") == "Hé.\n"
    assert sorted(path.name for path in paths[0].parent.iterdir()) == ["talk.json", "talk.txt"]
    probe = tmp_path / "probe"
    probe.touch()
    assert paths[0].stat().st_mode == probe.stat().st_mode


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere"])
def test_folder_that_cannot_be_written(place, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write \S+: .*; expected a writable folder"):
        Output(tmp_path / place, ("txt",), Layout()).check()


def test_file_that_cannot_be_written(tmp_path):
    (tmp_path / "talk.txt").mkdir()
    with pytest.raises(OutputError, match=r"cannot write \S+talk\.txt: Is a directory"):
        Output(tmp_path, ("txt",), Layout()).write("talk", Transcript("en", ()))
    assert [path.name for path in tmp_path.iterdir()] == ["talk.txt"]


def sentences(*words):
    """Sentences of words given as (start, end, word)."""
    spoken = tuple(Word(start, end, word, 1.0) for start, end, word in words)
    chunk = Segment(1, 0.0, 30.0, "", words=spoken)
    return [(part.start, part.end, part.text) for part in split_sentences(chunk)]


def test_sentences_end_at_marks_and_pauses():
    assert sentences(
        (0, 1, " Mrs."), (1, 2, " J."), (2, 3, " Dash."), (3, 4, ' "So?"'), (4, 5, " I")
    ) == [
        (0, 3, " Mrs. J. Dash."),
        (3, 4, ' "So?"'),
        (4, 5, " I"),
    ]
    assert sentences((0, 1, "你好。"), (1, 2, "世界")) == [(0, 1, "你好。"), (1, 2, "世界")]
    assert sentences((0, 1, " one"), (1.9, 2, " two"), (3.5, 4, " three")) == [
        (0, 2, " one two"),
        (3.5, 4, " three"),
    ]


def test_a_chunk_without_words_is_kept_if_it_has_text():
    chunk = Segment(1, 0.0, 30.0, " Hm.")
    assert list(split_sentences(chunk)) == [chunk]
    assert list(split_sentences(Segment(1, 0.0, 30.0, " "))) == []
