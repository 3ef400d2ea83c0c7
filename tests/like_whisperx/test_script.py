"""WhisperX's own README script, with one import changed, and the calls behind it."""

import importlib.metadata
import logging
import subprocess
import sys

import numpy as np
import pytest

import aiec.whisperx as whisperx
from aiec.ir.errors import OptionError
from aiec.speech.settings import Vad

# Of the README of WhisperX 3.8.6, "Python usage"; only names of files and models are filled in.
SCRIPT = """
import aiec.whisperx as whisperx
import gc
from whisperx.diarize import DiarizationPipeline
from whisperx.utils import get_writer

device = "cuda"
audio_file = {clip!r}
batch_size = 16 # reduce if low on GPU mem
compute_type = "float16" # change to "int8" if low on GPU mem (may reduce accuracy)

# 1. Transcribe with original whisper (batched)
model = whisperx.load_model("tiny.en", device, compute_type=compute_type)

audio = whisperx.load_audio(audio_file)
result = model.transcribe(audio, batch_size=batch_size)
print(result["segments"]) # before alignment

# 2. Align whisper output
model_a, metadata = whisperx.load_align_model(language_code=result["language"], device=device)
{align}

print(result["segments"]) # after alignment

# 3. Assign speaker labels
diarize_model = DiarizationPipeline(token=None, device=device)

# add min/max number of speakers if known
diarize_segments = diarize_model(audio)
# diarize_model(audio, min_speakers=min_speakers, max_speakers=max_speakers)

result = whisperx.assign_word_speakers(diarize_segments, result)
print(diarize_segments)
print(result["segments"]) # segments are now assigned speaker IDs
"""


ALIGN = (
    'result = whisperx.align(result["segments"], model_a, metadata, audio, device, '
    "return_char_alignments=False)"
)


def is_installed(package):
    try:
        return bool(importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.fixture(scope="module")
def model():
    return whisperx.load_model("tiny.en", "cpu", vad_method="silero")


@pytest.mark.skipif(is_installed("whisperx"), reason="the real WhisperX is installed")
def test_readme_script(clip, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(clip=str(clip), align=ALIGN), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    before, after, *_, last = done.stdout.splitlines()
    assert "Hello" in before and "avg_logprob" in before
    assert "'words': [{'word': 'Hello" in after and "'score'" in after
    assert "'speaker': 'SPEAKER_00'" in last
    assert "device 'cuda' is not" in done.stderr


def test_transcribe(model, clip, capsys):
    done = []
    result = model.transcribe(
        str(clip),
        print_progress=True,
        combined_progress=True,
        verbose=True,
        progress_callback=done.append,
    )
    assert result["language"] == "en"
    assert [list(s) for s in result["segments"]] == [["text", "start", "end", "avg_logprob"]]
    out = capsys.readouterr().out.splitlines()
    assert (
        out[0] == "Progress: 50.00%..." and out[1].startswith("Transcript: [0.") and done == [100.0]
    )


def test_silence_and_a_detector_of_ones_own(model, clip, caplog):
    silent = model.transcribe(np.zeros(16000, np.float32))
    assert silent == {"segments": [], "language": "en"}
    assert model.transcribe(np.zeros(10, np.float32))["segments"] == []
    assert "No active speech found in audio" in caplog.text
    own = whisperx.load_model("", model=model.model, vad_model=lambda samples: [(0.25, 1.5)])
    [segment] = own.transcribe(whisperx.load_audio(clip))["segments"]
    assert (segment["start"], segment["end"]) == (0.25, 1.5)


def test_options(model):
    options = {"beam_size": 1, "temperatures": [0.0], "log_prob_threshold": None, "prefix": None}
    vad = {"vad_onset": 0.4, "chunk_size": 20}
    made = whisperx.load_model(
        "",
        asr_options=options,
        language="de",
        vad_method="silero",
        vad_options=vad,
        model=model.model,
    )
    assert made.decoding.beam_size == 1 and made.decoding.temperatures == (0.0,)
    assert made.decoding.logprob_threshold is None and made.decoding.language == "en"
    assert made.vad == Vad(0.4, 0.363, 20, "silero")
    with pytest.raises(OptionError, match="unknown option 'beam_sice'; expected 'beam_size'"):
        whisperx.load_model("", asr_options={"beam_sice": 1}, model=model.model)
    with pytest.raises(OptionError, match="repetition_penalty cannot be 2 here; expected 1"):
        whisperx.load_model("", asr_options={"repetition_penalty": 2}, model=model.model)


def test_audio_of_another_rate(clip):
    with pytest.raises(OptionError, match="sr cannot be 8000; expected 16000"):
        whisperx.load_audio(clip, sr=8000)


def test_logging(tmp_path):
    logger = logging.getLogger(whisperx.LOGGER)
    kept = (list(logger.handlers), logger.level)
    try:
        whisperx.setup_logging("warning", str(tmp_path / "log"))
        whisperx.get_logger("x").warning("told")
        whisperx.get_logger("x").info("not told")
    finally:
        logger.handlers, logger.level = kept[0], kept[1]
    assert (tmp_path / "log").read_text() == "told\n"
