"""What `make demo` prints of the JSON that `aiec transcribe` wrote."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

DEMO = Path(__file__).parents[1] / "examples/demo.py"


@pytest.fixture
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo", DEMO)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_words_and_speakers(
    demo: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        {"word": "Hello", "start": 0.07, "end": 0.31, "speaker": "SPEAKER_01"},
        {"word": "42"},  # a word without a time has no speaker either
    ]
    result = tmp_path / "talk.json"
    result.write_text(json.dumps({"segments": [{"words": words}, {"words": []}]}))
    demo.show_words(result)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["0.07", "0.31", "SPEAKER_01", "Hello"],
        ["-", "-", "-", "42"],
    ]
