"""A clip for WhisperX's script."""

import importlib.resources
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def clip():
    """A short English clip of pytest-audioeval."""
    samples = Path(str(importlib.resources.files("pytest_audioeval") / "samples/audio"))
    return samples / "en/hello_world.wav"
