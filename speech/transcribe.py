"""The batch: each file through decoding, VAD, the model and the writers, one after another.

With several jobs, each process has a batch of its own (`many.py`).

Where it stands: behind `command.py`; everything it calls is a module of its own. What is wrong with
one file is told and the next one is taken; what is wrong with all (device, model, output folder)
ends the batch at once.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import torch

from aiec.config import set_options
from aiec.ir.errors import AudioError, ModelError, OptionError
from aiec.ir.options import options_from
from aiec.speech import asr, console
from aiec.speech.align.transcripts import Alignment, TranscriptAligner
from aiec.speech.audio import FRAME, read_sound
from aiec.speech.diarize.transcripts import Diarize, TranscriptSpeakers
from aiec.speech.ending import exit_status, terminable
from aiec.speech.find_model import Places, find_model
from aiec.speech.many import Item, Many, Transcribe, listed
from aiec.speech.npu_encoder import NpuEncoder, wants_npu
from aiec.speech.output import Output
from aiec.speech.prompts import fit_prompts
from aiec.speech.read_ctranslate2 import open_model
from aiec.speech.settings import Decoding, Vad
from aiec.speech.sources import Source, find_sources
from aiec.speech.speech_model import SpeechModel, checked_compute_type
from aiec.speech.transcript import Segment, Transcript
from aiec.speech.vad import Chunk, check_weights, speech_chunks

FAILED_FILES = 1  # exit status
MAX_THREADS = 1024  # more take all memory before anything is computed
SEED = 0  # of sampling at temperatures above 0, so that runs and devices can be compared


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that was asked for in one call.

    Attributes:
        audio: files, folders if `recursive`, or `-` for standard input.
        audio_track: which audio track of each file, from 1; None takes the file's default.
        backend: the options of `torch.compile`'s backend that were given; others hold as there.
        verbose: print segments with their times on stdout as they are found.
        print_progress: print lines of progress on stdout, as WhisperX does.
        lists: files that name more audio, one path a line.
        many: shard, processes and manifest of this run.
    """

    audio: tuple[Path, ...]
    model: str
    output: Output
    decoding: Decoding = field(default_factory=Decoding)
    vad: Vad = field(default_factory=Vad)
    alignment: Alignment = field(default_factory=Alignment)
    speakers: Diarize = field(default_factory=Diarize)
    places: Places = field(default_factory=Places)
    backend: Mapping[str, Any] = field(default_factory=dict)
    compute_type: str = "default"
    threads: int = 0
    verbose: bool = True
    print_progress: bool = False
    recursive: bool = False
    audio_track: int | None = None
    lists: tuple[Path, ...] = ()
    many: Many = field(default_factory=Many)

    def __post_init__(self) -> None:
        if self.audio_track is not None and self.audio_track < 1:
            raise OptionError(f"audio_track cannot be {self.audio_track}", expected="1 or more")
        if not 0 <= self.threads <= MAX_THREADS:
            raise OptionError(f"threads cannot be {self.threads}", expected=f"0 to {MAX_THREADS}")


def run(job: Job) -> int:
    """Transcribe every file of `job`; the exit status: 0, 1 if files failed, 130 if interrupted.

    SIGTERM counts as an interrupt, with status 143. What was finished by then is kept.

    Raises:
        AiecError: something that concerns all files; nothing was transcribed, or no more can be.
    """
    if not (job.audio or job.lists):
        raise OptionError("nothing to transcribe", expected="audio files, or --list with a file")
    named = [*job.audio, *(path for file in job.lists for path in listed(file))]
    sources = find_sources(named, recursive=job.recursive)
    batch = _Batch(job)
    left: tuple[Item, ...] = ()
    done = 0
    try:
        with terminable(), _threads_restored():
            batch.check()
            left = _left(job, sources)
            make = _maker(batch, left, among=len(sources))
            for _, why in job.many.finish(left, make):
                done += why is None
    except KeyboardInterrupt as end:
        kept = f"{done} of {len(left)} files are transcribed, in {job.output.folder}"
        console.tell(f"interrupted: {kept}")
        return exit_status(end)
    batch.tell_facts()
    return 0 if done == len(left) else FAILED_FILES


@contextmanager
def _threads_restored() -> Iterator[None]:
    """PyTorch's number of threads is a process's: a job's is no other caller's."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _left(job: Job, sources: Sequence[Source]) -> tuple[Item, ...]:
    """What this run is to do; what its manifest says of the rest is told."""
    items = job.many.items(sources, job.output)
    left = job.many.left(items, job.output)
    if job.many.manifest and len(left) < len(items):
        before = f"{len(items) - len(left)} of {len(items)} files are done already"
        console.tell(f"note: {before}, says {job.many.manifest.path}")
    return left


def _maker(batch: _Batch, left: Sequence[Item], among: int) -> Callable[[], Transcribe]:
    """What gives each process its batch: `batch` itself where this process does the work."""
    processes = batch.job.many.processes(left)
    if processes > 1:
        threads = batch.job.threads or max(1, (os.cpu_count() or 1) // processes)
        return partial(_in_own_process, replace(batch.job, threads=threads), among)
    return lambda: partial(batch.transcribe, among=among)


def _in_own_process(job: Job, among: int) -> Transcribe:
    console.hide_bars()
    batch = _Batch(job)
    batch.check()
    return partial(batch.transcribe, among=among)


def backend_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The backend's options as set anywhere; a simulated NPU runs all that it can by default.

    Whoever asks for a simulation wants to see the NPU run; real hardware decides by cost.
    """
    options = set_options(given)
    if str(options.get("device", "")).startswith("sim"):
        options.setdefault("partition", "npu-all")
    return options


class _Batch:
    """One run: what is made once for all files, and the steps for each."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.started = time.monotonic()
        self.backend = backend_options(job.backend)
        self.options = options_from(self.backend)
        self.encoder: NpuEncoder | None = None
        self.align = TranscriptAligner(job.alignment)
        self.speakers = TranscriptSpeakers(job.speakers)

    def check(self) -> None:
        """Find out what must fail before anything slow is begun."""
        self.job.output.check()
        if self.job.many.manifest:
            self.job.many.manifest.check()
        checked_compute_type(self.job.compute_type)
        self.on_npu = wants_npu(self.options)
        if self.options.device in ("null:npu1", "null:npu2"):
            told = f"{self.options.device} computes nothing, so the text means nothing"
            console.tell(f"note: {told}; {self.options.device}+cpu gives the right one")
        self.folder = find_model(self.job.model, self.job.places)
        if not (self.folder / "model.bin").exists():
            what = f"{self.folder} cannot be transcribed with: its decoder is CTranslate2's"
            todo = "convert it with ct2-transformers-converter"
            raise ModelError(what, expected="a CTranslate2 folder with model.bin", todo=todo)
        self.speakers.check()

    @cached_property
    def model(self) -> SpeechModel:
        """The model, loaded when the first file needs it."""
        open_model(self.folder)
        if self.job.threads:
            torch.set_num_threads(self.job.threads)
        if self.on_npu:
            self.encoder = NpuEncoder(self.folder, self.backend, self.options.device)
        kind, threads = self.job.compute_type, self.job.threads
        return SpeechModel(self.folder, self.encoder, compute_type=kind, threads=threads)

    @cached_property
    def decoding(self) -> Decoding:
        """The settings that this model can follow."""
        asked, cuts = fit_prompts(self.job.decoding, self.model.hf_tokenizer)
        for cut in cuts:
            console.tell(f"note: {cut}")
        self._check_tokens(asked.suppress_tokens)
        if self.model.model.is_multilingual:
            return asked
        if asked.task == "translate":
            what = f"{self.job.model} knows only English and cannot translate"
            raise OptionError(what, expected="a multilingual model")
        if asked.language not in (None, "en"):
            unused = f"language {asked.language!r} is not used"
            console.tell(f"note: {self.job.model} knows only English; {unused}")
        return replace(asked, language="en")

    def _check_tokens(self, tokens: tuple[int, ...]) -> None:
        """Refuse ids behind the vocabulary, for which CTranslate2 writes into foreign memory."""
        size = self.model.hf_tokenizer.get_vocab_size()
        unknown = [token for token in tokens if token >= size]
        if unknown:
            what = f"suppress_tokens cannot be {unknown[0]}: {self.job.model} has {size} tokens"
            raise OptionError(what, expected=f"-1 to {size - 1}")

    @cached_property
    def vad(self) -> Vad:
        """The detector asked for, or Silero's where the weights of WhisperX's cannot be had."""
        try:
            check_weights(self.job.vad, cache_only=self.job.places.cache_only)
        except ModelError as error:
            console.tell(f"note: speech is found by Silero's detector; {error.message}")
            return replace(self.job.vad, method="silero")
        return self.job.vad

    def transcribe(self, item: Item, *, among: int) -> str | None:
        """Transcribe one file of `among`; if it cannot be, why, which is told as well."""
        source, path = item.source, item.source.path
        try:
            sound = read_sound(path, self.job.audio_track)
        except AudioError as error:
            console.tell(f"error: {error.message}")
            return error.message
        for remark in sound.remarks:
            console.tell(f"warning: {remark}")
        label = str(path) if among > 1 and not sys.stdout.isatty() else None
        with console.progress(path.name, sound.seconds, self._status) as bar:
            chunks = self._chunks(path, sound.samples)
            heard = self._heard(sound.samples, chunks)
            found = []
            for segment in heard.segments:
                found.append(segment)
                self._show(segment, label, sound.seconds)
                bar.advance_to(segment.end)
        for span in heard.unheard:
            console.tell(
                f"note: {path}: {console.stretch(span)} somebody speaks, but no words were made out"
            )
        transcript = self.align(Transcript(heard.language, tuple(found)), sound.samples, chunks)
        self._write(source, item.name, self.speakers(transcript, sound.samples, source.stem))
        return None

    def _write(self, source: Source, name: str, transcript: Transcript) -> None:
        output = self.job.output
        replaced = [str(path) for path in output.paths(name) if path.exists()]
        if replaced:
            console.tell(f"note: {', '.join(replaced)} was there and is replaced")
        if name != source.stem:
            console.tell(f"note: {source.path} is written as {name}, since its own name is taken")
        output.write(name, transcript)

    def _chunks(self, path: Path, samples: np.ndarray) -> tuple[Chunk, ...]:
        chunks = speech_chunks(samples, self.vad) if len(samples) >= FRAME else ()
        if not chunks:
            console.tell(f"note: no speech in {path}; its transcript is empty")
        return chunks

    def _heard(self, samples: np.ndarray, chunks: tuple[Chunk, ...]) -> asr.Heard:
        if not chunks:
            return asr.Heard(self.job.decoding.language or "en", iter(()), ())
        ctranslate2.set_random_seed(SEED)
        return asr.segments_of(self.model, samples, chunks, self.decoding)

    def _show(self, segment: Segment, label: str | None, total_s: float) -> None:
        if self.job.verbose:
            console.show(segment, label)
        if self.job.print_progress:
            print(f"Progress: {100 * min(1.0, segment.end / total_s):.2f}%...", flush=True)

    def tell_facts(self) -> None:
        """What ran where, if an NPU was asked to encode."""
        if self.encoder:
            for line in self.encoder.facts(time.monotonic() - self.started):
                console.tell(line)

    def _status(self) -> str:
        return self.encoder.status() if self.encoder else ""
