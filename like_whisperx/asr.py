"""WhisperX's `whisperx.asr`: `load_model`, and the pipeline it returns.

Where it stands: between a WhisperX script and `aiec.speech`. A segment is a chunk of speech, as
WhisperX has it, ready for `align`. Devices are ours: `cuda` means the best there is here, and says
so; options that nothing here could follow are refused by name.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

from aiec.ir.errors import OptionError, nearest
from aiec.ir.options import options_from
from aiec.speech import asr
from aiec.speech.align.transcripts import by_chunk, chunk_of
from aiec.speech.audio import FRAME, load_audio
from aiec.speech.find_model import Places, find_model
from aiec.speech.npu_encoder import NpuEncoder, wants_npu
from aiec.speech.read_ctranslate2 import open_model
from aiec.speech.settings import Decoding, Vad
from aiec.speech.speech_model import SpeechModel, checked_compute_type
from aiec.speech.transcribe import SEED, backend_options
from aiec.speech.transcript import Segment
from aiec.speech.vad import Chunk, speech_chunks

LOGGER = logging.getLogger(__name__)
RENAMED = {"log_prob_threshold": "logprob_threshold"}  # faster-whisper's name and ours
# Options of whisperx/asr.py 3.8.6 that only have this value here.
FIXED: Mapping[str, Any] = {
    "repetition_penalty": 1,
    "no_repeat_ngram_size": 0,
    "prompt_reset_on_temperature": 0.5,
    "prefix": None,
    "suppress_blank": True,
    "without_timestamps": True,
    "max_initial_timestamp": 0.0,
    "word_timestamps": False,
    "max_new_tokens": None,
    "clip_timestamps": None,
    "hallucination_silence_threshold": None,
}


def load_model(
    whisper_arch: str,
    device: str = "auto",
    device_index: int = 0,
    compute_type: str = "default",
    asr_options: Mapping[str, Any] | None = None,
    language: str | None = None,
    vad_model: Callable[[np.ndarray], Sequence[tuple[float, float]]] | None = None,
    vad_method: str = "pyannote",
    vad_options: Mapping[str, Any] | None = None,
    model: SpeechModel | None = None,
    task: str = "transcribe",
    download_root: str | Path | None = None,
    local_files_only: bool = False,
    threads: int = 4,
    use_auth_token: str | bool | None = None,
) -> Pipeline:
    """Whisper `whisper_arch`, a name or a CTranslate2 folder, and a detector of speech.

    Args:
        device: `auto`, `cpu`, `sim:npu1`, `sim:npu2`, `npu`, `npu1` or `npu2`; `cuda` is `auto`.
        device_index, use_auth_token: taken and of no effect; there is one device and no gate.
        compute_type: CTranslate2's; one that this CPU does not have is `default`, and told.
        asr_options: `beam_size`, `temperatures`, `initial_prompt` and so on, by WhisperX's names.
        vad_model: in place of a method: from samples to stretches of speech in seconds.
        vad_options: `chunk_size`, `vad_onset`, `vad_offset`.
        model: a loaded model, in place of `whisper_arch`.
        threads: of CTranslate2.

    Raises:
        OptionError: an option that does not exist, or a value that cannot be had here.
        ModelError: the model is not here, and not to be had.
    """
    found = model
    if found is None:
        places = Places(
            Path(download_root) if download_root else None, local_files_only, ctranslate2_only=True
        )
        found = _load(find_model(whisper_arch, places), _device(device), compute_type, threads)
    decoding = _decoding(asr_options or {}, task, "en" if _is_english(found) else language)
    options = {"vad_onset": 0.5, "vad_offset": 0.363, "chunk_size": 30} | dict(vad_options or {})
    vad = Vad(options["vad_onset"], options["vad_offset"], options["chunk_size"], vad_method)
    return Pipeline(found, decoding, vad, vad_model)


def _is_english(model: SpeechModel) -> bool:
    return not model.model.is_multilingual


def _device(name: str) -> str:
    if name.partition(":")[0] != "cuda":
        return name
    LOGGER.warning("device %r is not one of this package's: auto is used", name)
    return "auto"


def _load(folder: Path, device: str, compute_type: str, threads: int) -> SpeechModel:
    try:
        checked_compute_type(compute_type)
    except OptionError as error:
        LOGGER.warning("%s; default is used", error.what)
        compute_type = "default"
    backend = backend_options({"device": device})
    options = options_from(backend)
    open_model(folder)
    encoder = NpuEncoder(folder, backend, options.device) if wants_npu(options) else None
    return SpeechModel(folder, encoder, compute_type=compute_type, threads=threads)


def _decoding(asr_options: Mapping[str, Any], task: str, language: str | None) -> Decoding:
    known = {field.name for field in fields(Decoding)} - {"task", "language", "batch_size"}
    given: dict[str, Any] = {}
    for name, value in asr_options.items():
        ours = RENAMED.get(name, name)
        if ours in known and ours not in FIXED:
            given[ours] = tuple(value) if isinstance(value, list) else value
        elif name not in (*FIXED, "multilingual"):
            raise OptionError(f"unknown option {name!r}", expected=nearest(name, (*known, *FIXED)))
        elif name in FIXED and value != FIXED[name]:
            raise OptionError(f"{name} cannot be {value!r} here", expected=repr(FIXED[name]))
    return Decoding(task=task, language=language, **given)


@dataclass
class Pipeline:
    """What `load_model` returns: transcribes sound into WhisperX's segments."""

    model: SpeechModel
    decoding: Decoding
    vad: Vad
    vad_model: Callable[[np.ndarray], Sequence[tuple[float, float]]] | None = None

    def transcribe(
        self,
        audio: str | Path | np.ndarray,
        batch_size: int | None = None,
        num_workers: int = 0,
        language: str | None = None,
        task: str | None = None,
        chunk_size: int = 30,
        print_progress: bool = False,
        combined_progress: bool = False,
        verbose: bool = False,
        progress_callback: Callable[[float], None] | None = None,
    ) -> dict[str, Any]:
        """The text of `audio`, a file or samples at 16 kHz.

        Args:
            batch_size: chunks that are decoded together; None is 8.
            num_workers: taken and of no effect; features are computed in this process.
            combined_progress: printed progress ends at 50 %, as aligning is the other half.

        Returns:
            `segments`, one a chunk of speech, with `text`, `start`, `end`, `avg_logprob`, and
            `language`.

        Raises:
            AudioError: a file that cannot be heard.
            OptionError: a value that nothing could mean.
        """
        samples = audio if isinstance(audio, np.ndarray) else load_audio(Path(audio))
        asked = {"batch_size": batch_size, "language": language, "task": task}
        decoding = replace(self.decoding, **{k: v for k, v in asked.items() if v})
        vad = self.vad if chunk_size == 30 else replace(self.vad, chunk_size=chunk_size)
        chunks = self._chunks(samples, vad)
        if not chunks:
            LOGGER.warning("No active speech found in audio")
            return {"segments": [], "language": decoding.language or "en"}
        ctranslate2.set_random_seed(SEED)
        heard = asr.segments_of(self.model, samples, chunks, decoding)
        found = []
        for group in by_chunk(heard.segments, chunks):
            span = chunk_of(group[0], chunks) or Chunk(group[0].start, group[-1].end)
            segment = _segment(group, span)
            found.append(segment)
            done = min(100.0, 100 * span.end / chunks[-1].end)
            if print_progress:
                print(f"Progress: {done / 2 if combined_progress else done:.2f}%...", flush=True)
            if verbose:
                span = f"[{segment['start']} --> {segment['end']}]"
                print(f"Transcript: {span} {segment['text']}", flush=True)
            if progress_callback:
                progress_callback(done)
        return {"segments": found, "language": heard.language}

    def _chunks(self, samples: np.ndarray, vad: Vad) -> Sequence[Chunk]:
        if len(samples) < FRAME:
            return ()
        if self.vad_model is None:
            return speech_chunks(samples, vad)
        return tuple(Chunk(start, end) for start, end in self.vad_model(samples))


def _segment(group: Sequence[Segment], span: Chunk) -> dict[str, Any]:
    """The segments of one chunk as WhisperX's one."""
    return {
        "text": "".join(segment.text for segment in group),
        "start": round(span.start, 3),
        "end": round(span.end, 3),
        "avg_logprob": group[0].avg_logprob,
    }
