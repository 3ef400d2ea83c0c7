"""Writers beside what the real WhisperX's wrote of the same results."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from aiec.ir.errors import OptionError
from aiec.whisperx.utils import ResultWriter, get_writer

ROOT = Path(__file__).parents[2]


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle: Any = _load(ROOT / "benchmarks/record_writers.py")
RECORDED = json.loads(oracle.RECORDED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", oracle.CASES)
def test_as_whisperx(case):
    assert oracle.written(get_writer, case) == RECORDED[case]


def test_all_formats(tmp_path):
    get_writer("all", str(tmp_path))(oracle.CASES["words"](), "talk.mp3", oracle.OPTIONS[0])
    assert {path.suffix for path in tmp_path.iterdir()} == {".txt", ".vtt", ".srt", ".tsv", ".json"}


def test_what_is_refused(tmp_path):
    with pytest.raises(OptionError, match="unknown output format 'str'; expected 'srt'"):
        get_writer("str", str(tmp_path))
    with pytest.raises(NotImplementedError, match="ResultWriter"):
        next(iter(ResultWriter(str(tmp_path)).parts({}, {})))
