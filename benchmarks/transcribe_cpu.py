"""`aiec transcribe --device cpu` against plain faster-whisper: seconds of work a second of audio.

All in this process, float32, beam 5, VAD on, model loading included; run in turns, and the best of
the rounds counts. Without files it takes pytest-audioeval's English clips, once each: sound that is
repeated to make it longer fails Whisper's threshold against repetitive text.

    python benchmarks/transcribe_cpu.py --model tiny.en --rounds 5 talk.flac meeting.wav
"""

import argparse
import importlib.resources
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import faster_whisper

from aiec.speech.audio import SAMPLE_RATE, load_audio
from aiec.speech.find_model import find_model
from aiec.speech.formats import Layout
from aiec.speech.output import Output
from aiec.speech.settings import Decoding
from aiec.speech.transcribe import Job, run


def main() -> None:
    """Print the real-time factor of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("audio", nargs="*", type=Path, default=packaged_clips())
    parser.add_argument("--model", default="tiny.en")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    seconds = sum(len(load_audio(path)) for path in asked.audio) / SAMPLE_RATE
    contenders = {
        "faster-whisper, sequential": lambda: plain(asked.model, asked.audio, batched=False),
        "faster-whisper, batched": lambda: plain(asked.model, asked.audio, batched=True),
        "aiec transcribe": lambda: ours(asked.model, asked.audio, 8),
        "aiec transcribe, batch 1": lambda: ours(asked.model, asked.audio, 1),
    }
    for what, best in interleaved(contenders, asked.rounds).items():
        print(f"{what:28} {best:7.2f} s, real-time factor {best / seconds:.4f}")


def interleaved(contenders: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Best seconds of each, run in turns."""
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for what, work in contenders.items():
            start = time.perf_counter()
            work()
            best[what] = min(best[what], time.perf_counter() - start)
    return best


def plain(model: str, audio: Sequence[Path], *, batched: bool) -> None:
    """Load and transcribe as faster-whisper's README does."""
    folder = str(find_model(model))
    loaded = faster_whisper.WhisperModel(folder, device="cpu", compute_type="float32")
    for path in audio:
        if batched:
            pipeline = faster_whisper.BatchedInferencePipeline(loaded)
            found, _ = pipeline.transcribe(str(path), batch_size=8)
        else:
            found, _ = loaded.transcribe(str(path), vad_filter=True)
        list(found)


def ours(model: str, audio: Sequence[Path], batch_size: int) -> None:
    """Load and transcribe as the command does with its defaults."""
    with tempfile.TemporaryDirectory() as folder:
        output = Output(Path(folder), ("txt",), Layout())
        decoding = Decoding(batch_size=batch_size)
        job = Job(tuple(audio), model, output, decoding, backend={"device": "cpu"}, verbose=False)
        assert run(job) == 0


def packaged_clips() -> list[Path]:
    """The English clips of pytest-audioeval."""
    folder = Path(str(importlib.resources.files("pytest_audioeval") / "samples/audio/en"))
    return sorted(folder.glob("*.wav"))


if __name__ == "__main__":
    main()
