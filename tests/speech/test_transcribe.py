"""`aiec transcribe` on the CPU, on real speech: texts, broken files, interrupts, every flag."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch

from aiec.speech.asr import segments_of
from aiec.speech.audio import load_audio
from aiec.speech.settings import Decoding
from aiec.speech.speech_model import SpeechModel
from aiec.speech.vad import Chunk

RATE = 16000
DIGITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
PLAIN = ("--model", "tiny.en", "--device", "cpu", "--output-format", "txt")


def words(text):
    return re.sub(r"[^a-z ]", "", text.lower().replace("-", " ")).split()


@pytest.mark.parametrize("batch_size", [1, 8])
def test_texts(aiec, clips, tmp_path, batch_size):
    status, out, err = aiec(
        "transcribe", *clips, *PLAIN, "-o", tmp_path, "--batch_size", batch_size
    )
    assert (status, err) == (0, [])
    for path, said in clips.items():
        text = (tmp_path / f"{path.stem}.txt").read_text()
        for number in range(10, 0, -1):
            text = text.replace(str(number), DIGITS[number - 1])
        assert words(text) == words(said)
        line = re.escape(str(path)) + r": \[00:00\.\d{3} --> 00:0\d\.\d{3}\]  \w"
        assert re.search(f"^{line}", out, re.MULTILINE)


def test_all_formats_and_word_times(aiec, clip, tmp_path):
    status, _, _ = aiec(
        "transcribe", clip, "--model", "tiny.en", "-o", tmp_path, "--word_timestamps", "True"
    )
    assert status == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {".txt", ".vtt", ".srt", ".tsv", ".json"}
    content = json.loads((tmp_path / f"{clip.stem}.json").read_text())
    assert [word["word"].strip(" ,.!") for word in content["word_segments"]] == ["Hello", "world"]
    assert content["language"] == "en"


def test_subtitle_options_turn_word_times_on(aiec, clip, tmp_path):
    arguments = ("--model", "tiny.en", "-o", tmp_path, "-f", "srt", "--highlight_words", "True")
    assert aiec("transcribe", clip, *arguments)[0] == 0
    assert "<u>Hello" in (tmp_path / f"{clip.stem}.srt").read_text()


def test_segments_of_one_file_have_no_name_before_them(aiec, clip, tmp_path):
    _, out, _ = aiec("transcribe", clip, *PLAIN, "-o", tmp_path)
    assert out.startswith("[00:00.")


def test_threads_are_the_commands_own(aiec, clip, tmp_path):
    before = torch.get_num_threads()
    assert aiec("transcribe", clip, *PLAIN, "-o", tmp_path, "--threads", before + 1)[0] == 0
    assert torch.get_num_threads() == before


def test_quiet_and_progress(aiec, clip, tmp_path):
    quiet = ("--verbose", "False", "--print-progress=True")
    status, out, err = aiec("transcribe", clip, *PLAIN, "-o", tmp_path, *quiet)
    assert (status, err) == (0, [])
    assert re.fullmatch(r"(Progress: \d+\.\d\d%\.\.\.\n)+", out)


def test_broken_files_in_the_middle(aiec, clip, tmp_path):
    (tmp_path / "empty.wav").touch()
    (tmp_path / "words.wav").write_text("no sound at all\n" * 99)
    (tmp_path / "cut.wav").write_bytes(clip.read_bytes()[:20000])
    broken = [tmp_path / f"{name}.wav" for name in ("missing", "empty", "words")]
    cut = tmp_path / "cut.wav"
    last = tmp_path / "last.wav"
    last.write_bytes(clip.read_bytes())
    status, _, err = aiec("transcribe", clip, *broken, cut, last, *PLAIN, "-o", tmp_path / "out")
    assert status == 1
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == [
        "cut.txt",
        "hello_world.txt",
        "last.txt",
    ]
    assert err.pop() == f"aiec: warning: {cut} is truncated: its sound stops at 0.3 s of 1.1 s"
    for path, line, what in zip(
        broken, err, ("cannot read", "is empty", "is not audio"), strict=True
    ):
        assert line.startswith("aiec: error: ")
        assert str(path) in line
        assert what in line


def test_nobody_speaks(aiec, silence, write_wav, tmp_path):
    shorter_than_a_frame = write_wav("short", torch.zeros(100))
    files = (silence, shorter_than_a_frame)
    status, out, err = aiec("transcribe", *files, *PLAIN, "-o", tmp_path, "--model", "base")
    assert (status, out) == (0, "")
    assert [line.endswith("its transcript is empty") for line in err] == [True, True]
    assert (tmp_path / "silence.txt").read_text() == (tmp_path / "short.txt").read_text() == ""


def test_same_stem_twice(aiec, clip, tmp_path):
    other = tmp_path / "elsewhere" / clip.name
    other.parent.mkdir()
    other.write_bytes(clip.read_bytes())
    status, _, err = aiec("transcribe", clip, other, *PLAIN, "-o", tmp_path / "out")
    assert status == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"hello_world.wav.txt", "hello_world.wav-2.txt"}
    assert [line.endswith("since its own name is taken") for line in err] == [True, True]


def test_folder_is_tried_before_anything_else(aiec, tmp_path):
    (tmp_path / "file").touch()
    status, out, err = aiec("transcribe", "missing.wav", *PLAIN, "-o", tmp_path / "file")
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].startswith(f"aiec: error: cannot write {tmp_path}/file: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--device", "npu2"), "device 'npu2' cannot be used"),
        (("--device", "npu3"), "unknown device 'npu3'; expected 'npu'?"),
        (
            ("--device", "cpu", "--require-npu"),
            "require_npu: device 'cpu' has no NPU on this m",
        ),
        (("--compute_type", "float8"), "compute type 'float8' does not run on this CPU; expected"),
        (("--output_format", "audi"), "unknown output format 'audi'; expected 'aud'?"),
        (("--partition", "npu"), "unknown partition 'npu'; expected 'npu-all'?"),
        (("--language", "Klingon"), "unknown language 'Klingon'"),
        (("--task", "translate"), "tiny.en knows only English and cannot translate"),
        (("--vad_method", "pyanote"), "unknown VAD method 'pyanote'; expected 'pyannote'?"),
        (("--modle", "x"), "No such option: --modle"),
        (("--verbose", "maybe"), "Invalid value for '--verbose': 'maybe' is not True or False"),
        (("--beam-size", "many"), "Invalid value for '--beam-size'"),
        (("--suppress_tokens", "1,b"), "'b' is not token ids with commas"),
        (("--logprob_threshold", "low"), "'low' is not a number or None"),
        (("--max_line_width", "w"), "'w' is not a whole number or None"),
        (("--temperature", "1.5"), "temperature cannot be 1.5; expected 0 to 1"),
        (("--temperature", "nan"), "temperature cannot be nan; expected 0 to 1"),
        (("--patience", "inf"), "patience cannot be inf; expected beam_size times patience to be"),
        (("--patience", "nan"), "patience cannot be nan; expected beam_size times patience to be"),
        (("--length-penalty", "nan"), "length_penalty cannot be nan; expected -100 to 100"),
        (
            ("--logprob-threshold", "nan"),
            "logprob_threshold cannot be NaN; expected a number, or None",
        ),
        (("--suppress_tokens", "-7"), "suppress_tokens cannot be -7; expected token ids, or -1"),
        (
            ("--suppress_tokens", "999999"),
            "suppress_tokens cannot be 999999: tiny.en has 50363 tok",
        ),
        (("--initial_prompt", "caf\udce9"), "initial_prompt is not text; expected bytes of UTF-8"),
        (("--threads", "-1"), "threads cannot be -1; expected 0 to 1024"),
        (("--audio-track", "0"), "audio_track cannot be 0; expected 1 or more"),
    ],
)
def test_errors_are_one_line(aiec, clip, tmp_path, arguments, message):
    status, out, err = aiec("transcribe", clip, "--model", "tiny.en", "-o", tmp_path, *arguments)
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].startswith("aiec: error: ")
    assert message in err[0]
    assert list(tmp_path.iterdir()) == []


def test_language_of_an_english_model(aiec, clip, tmp_path):
    status, _, err = aiec("transcribe", clip, *PLAIN, "-o", tmp_path, "--language", "German")
    assert status == 0
    assert err == ["aiec: note: tiny.en knows only English; language 'de' is not used"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("config.json", None, "cannot read {}: No such file or directory"),
        ("config.json", "{", "{} is damaged: Expecting property name"),
        ("tokenizer.json", "{", "{} is damaged: Expecting property name"),
    ],
)
def test_model_with_a_damaged_part(aiec, clip, tiny_en, tmp_path, name, text, message):
    folder = tmp_path / "model"
    folder.mkdir()
    for file in tiny_en.iterdir():
        if file.name != name:
            (folder / file.name).symlink_to(file)
    if text:
        (folder / name).write_text(text)
    status, _, err = aiec("transcribe", clip, "--model", folder, "-o", tmp_path / "out")
    assert status == 2
    assert len(err) == 1
    assert message.format(folder / name) in err[0]


def test_damaged_model(aiec, clip, tiny_en, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in tiny_en.iterdir():
        (folder / path.name).write_bytes(path.read_bytes()[:1_000_000])
    status, _, err = aiec("transcribe", clip, "--model", folder, "-o", tmp_path)
    assert (status, len(err)) == (2, 1)
    assert "model.bin is damaged: it ends after 1000000 bytes" in err[0]


def test_model_without_a_decoder_for_ctranslate2(aiec, clip, openai_file, tmp_path):
    status, _, err = aiec("transcribe", clip, "--model", openai_file, "-o", tmp_path / "out")
    assert (status, len(err)) == (2, 1)
    assert "small.pt cannot be transcribed with: its decoder is CTranslate2's; expected" in err[0]


def test_loud_noise_is_not_speech_to_a_batch(write_wav, tiny_en):
    """A chunk that is taken for silence comes out empty, though words are to be aligned."""
    noise = torch.rand(2 * RATE, generator=torch.Generator().manual_seed(0)) - 0.5
    model = SpeechModel(tiny_en)
    chunks, never = (Chunk(0, 1), Chunk(1, 2)), Decoding(no_speech_threshold=0.0, language="en")
    never = replace(never, logprob_threshold=None, initial_prompt="Hello", hotwords="world")
    assert list(segments_of(model, noise.numpy(), chunks, never).segments) == []


def test_fallback_decodes_a_failed_chunk_again(clip, tiny_en, monkeypatch):
    model, again = SpeechModel(tiny_en), []
    decode = model.generate_with_fallback
    monkeypatch.setattr(
        model, "generate_with_fallback", lambda *a: again.append(a[3].temperatures) or decode(*a)
    )
    chunks = (Chunk(0, 1),)
    asked = Decoding(language="en", logprob_threshold=0.0, temperatures=(0.0, 0.2))
    found = list(segments_of(model, load_audio(clip), chunks, asked).segments)
    assert again == [[0.0, 0.2]]
    assert "hello" in found[0].text.lower()
    sure = replace(asked, logprob_threshold=-1.0)
    list(segments_of(model, load_audio(clip), chunks, sure).segments)
    assert len(again) == 1


def test_suppress_numerals(aiec, clips, tmp_path):
    counting = next(path for path in clips if path.stem == "counting")
    assert aiec("transcribe", counting, *PLAIN, "-o", tmp_path, "--suppress_numerals")[0] == 0
    assert not re.search(r"\d", (tmp_path / "counting.txt").read_text())


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt_keeps_finished_transcripts(clips, tmp_path, number, status):
    files = [path for path in clips for _ in range(40)]
    # A suite that runs in a shell's background ignores SIGINT, and so would its children.
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{heed}; from aiec.cli import main; main()"]
    process = subprocess.Popen(
        [*command, "transcribe", *files, *PLAIN, "-o", tmp_path],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("*.txt")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    err = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == status
    done = len(list(tmp_path.glob("*.txt")))
    assert 0 < done < len(files)
    assert err[-1] == f"aiec: interrupted: {done} of 120 files are transcribed, in {tmp_path}"
    assert not list(tmp_path.glob(".*"))


def test_long_audio_is_cut_at_silences(aiec, clips, write_wav, tmp_path):
    parts = []
    for path in clips:
        parts += [torch.from_numpy(load_audio(path)), torch.zeros(4 * RATE)]
    long = write_wav("long", torch.cat(parts * 2))
    status, _, _ = aiec("transcribe", long, *PLAIN[:4], "-o", tmp_path, "-f", "json")
    assert status == 0
    content = json.loads((tmp_path / "long.json").read_text())
    assert content["text"].lower().count("lazy dog") == 2
    times = [time for segment in content["segments"] for time in (segment["start"], segment["end"])]
    assert times == sorted(times)
    assert times[-1] <= len(torch.cat(parts * 2)) / RATE
