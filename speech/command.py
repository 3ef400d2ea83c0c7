"""`aiec transcribe`: WhisperX's flags on the compiler's devices.

Registered through the entry point `aiec.commands`. Long options may be written with dashes or, as
in WhisperX, with underscores. Everything slow is imported when the command runs.
"""

from __future__ import annotations

import importlib.metadata
import platform
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from aiec.speech.languages import language_code
from aiec.speech.settings import Decoding, Vad, temperatures
from aiec.speech.whisperx_flags import notes, set_log_level

YesNo = Any  # bool; typer would make a pair of flags of a bool, and WhisperX's take a value


class TranscribeCommand(TyperCommand):
    """Takes `--two_words` for `--two-words`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Rewrite option names, leaving values and what follows `--` alone."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*map(_dashed, args[:end]), *args[end:]])


def _dashed(argument: str) -> str:
    if not argument.startswith("--"):
        return argument
    name, equals, value = argument.partition("=")
    name = name.replace("_", "-")
    return name + equals + value


def true_or_false(text: str | bool) -> bool:
    """WhisperX's spelling of yes and no on the command line; a default comes as it is."""
    word = str(text).lower()
    if word not in ("true", "false"):
        raise typer.BadParameter(f"{text!r} is not True or False")
    return word == "true"


def int_or_none(text: str) -> int | None:
    """A whole number, or None."""
    return None if text == "None" else _number(int, text, "a whole number or None")


def float_or_none(text: str) -> float | None:
    """A number, or None."""
    return None if text == "None" else _number(float, text, "a number or None")


def token_ids(text: str) -> tuple[int, ...]:
    """Token ids with commas between them."""
    return tuple(_number(int, part, "token ids with commas") for part in text.split(",") if part)


def _number(kind: Any, text: str, expected: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not {expected}") from None


def _option(help_text: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=help_text, **more)


def _flag(help_text: str) -> Any:
    return typer.Option(help=help_text, parser=true_or_false, metavar="True|False")


def _print(ctx: typer.Context, param: typer.CallbackParam, value: bool) -> None:
    """Answer `--version` or `--python-version`, and end."""
    if value:
        python = f"Python {platform.python_version()} ({platform.python_implementation()})"
        ours = f"aiec {importlib.metadata.version('aiec')}"
        print(python if param.name == "python_version" else ours)
        raise typer.Exit


def register(app: typer.Typer) -> None:
    """Add `transcribe` to `app`."""
    app.command("transcribe", cls=TranscribeCommand)(transcribe)


def transcribe(
    audio: Annotated[
        list[Path] | None, typer.Argument(help="audio or video files; - is standard input")
    ] = None,
    model: Annotated[str, _option("a model's folder, file or name")] = "small",
    model_dir: Annotated[Path | None, _option("where downloaded models are kept")] = None,
    model_cache_only: Annotated[YesNo, _flag("do not download models")] = False,
    device: Annotated[
        str | None,
        _option(
            "auto, cpu, npu, npu1, npu2, sim:npu1, sim:npu2, null:npu1 or null:npu2 "
            " [default: auto]"
        ),
    ] = None,
    compute_type: Annotated[
        str, _option("CTranslate2's type for the decoder; default is float32")
    ] = "default",
    batch_size: Annotated[
        int, _option("chunks decoded together; 1 decodes them one after another")
    ] = 8,
    recursive: Annotated[
        bool, _option("take the audio and video files in folders", "--recursive")
    ] = False,
    lists: Annotated[
        list[Path] | None, _option("a file that names audio, one path a line", "--list")
    ] = None,
    jobs: Annotated[
        int, _option("processes that transcribe side by side, each with a model of its own")
    ] = 1,
    shard: Annotated[str, _option("i/n: every n-th of the files, from the i-th on")] = "1/1",
    manifest: Annotated[
        Path | None, _option("file that keeps what is done; a run that was ended goes on from it")
    ] = None,
    audio_track: Annotated[
        int | None, _option("which audio track of a film, from 1  [default: its own default]")
    ] = None,
    output_dir: Annotated[
        Path, _option("folder for the transcripts", "--output-dir", "-o")
    ] = Path(),
    output_format: Annotated[
        str, _option("all, srt, vtt, txt, tsv, json, aud or rttm", "--output-format", "-f")
    ] = "all",
    verbose: Annotated[YesNo, _flag("print segments with their times as they are found")] = True,
    print_progress: Annotated[YesNo, _flag("print progress in per cent")] = False,
    task: Annotated[str, _option("transcribe, or translate into English")] = "transcribe",
    language: Annotated[
        str | None, _option("code or English name of the language  [default: detect it]")
    ] = None,
    vad_method: Annotated[str, _option("pyannote or silero")] = "pyannote",
    vad_onset: Annotated[float, _option("probability at which speech begins")] = 0.5,
    vad_offset: Annotated[float, _option("probability at which speech ends")] = 0.363,
    chunk_size: Annotated[int, _option("longest merged stretch of speech, in seconds")] = 30,
    temperature: Annotated[float, _option("sampling temperature; 0 is beam search")] = 0.0,
    temperature_increment_on_fallback: Annotated[
        float | None, _option("added after each failed decoding", parser=float_or_none)
    ] = 0.2,
    best_of: Annotated[
        int | None, _option("candidates when sampling; None is 1", parser=int_or_none)
    ] = 5,
    beam_size: Annotated[
        int | None, _option("beams of the search; None is 1", parser=int_or_none)
    ] = 5,
    patience: Annotated[float, _option("how long beams are waited for (arXiv 2204.05424)")] = 1.0,
    length_penalty: Annotated[float, _option("exponent of the length in a beam's score")] = 1.0,
    suppress_tokens: Annotated[
        Any, _option("ids never written; -1 is all unspoken symbols", parser=token_ids)
    ] = "-1",
    suppress_numerals: Annotated[bool, _option("write no digits", "--suppress-numerals")] = False,
    initial_prompt: Annotated[
        str | None, _option("text the model is to continue: first window, or each chunk of a batch")
    ] = None,
    hotwords: Annotated[str | None, _option("words and names to expect")] = None,
    condition_on_previous_text: Annotated[
        YesNo, _flag("prompt each window with the text before; needs batch size 1")
    ] = False,
    compression_ratio_threshold: Annotated[
        float | None, _option("text that gzip shrinks more has failed", parser=float_or_none)
    ] = 2.4,
    logprob_threshold: Annotated[
        float | None, _option("less probable text has failed", parser=float_or_none)
    ] = -1.0,
    no_speech_threshold: Annotated[
        float | None, _option("failed text with this chance is silence", parser=float_or_none)
    ] = 0.6,
    word_timestamps: Annotated[YesNo, _flag("find a time for each word")] = False,
    no_align: Annotated[bool, _option("keep Whisper's own times", "--no-align")] = False,
    align_model: Annotated[
        str | None, _option("hama, or a wav2vec2's folder, file or name  [default: by language]")
    ] = None,
    interpolate_method: Annotated[
        str, _option("nearest, linear or ignore, for words that no sound gave a time")
    ] = "nearest",
    return_char_alignments: Annotated[
        bool, _option("write the times of characters into JSON", "--return-char-alignments")
    ] = False,
    diarize: Annotated[bool, _option("find who speaks when", "--diarize")] = False,
    min_speakers: Annotated[int | None, _option("at least so many speakers")] = None,
    max_speakers: Annotated[int | None, _option("at most so many speakers")] = None,
    diarize_model: Annotated[
        str | None, _option("campplus, or pyannote's name or folder  [default: what is at hand]")
    ] = None,
    speaker_embeddings: Annotated[
        bool, _option("write each speaker's vector into JSON", "--speaker-embeddings")
    ] = False,
    hf_token: Annotated[str | None, _option("of the Hugging Face hub, for gated models")] = None,
    max_line_width: Annotated[
        int | None, _option("characters of a subtitle's line", parser=int_or_none)
    ] = None,
    max_line_count: Annotated[
        int | None, _option("lines of a subtitle; needs a width", parser=int_or_none)
    ] = None,
    highlight_words: Annotated[YesNo, _flag("underline each word as it is spoken")] = False,
    threads: Annotated[
        int | None, _option("CPU threads; 0 is CTranslate2's choice", parser=int_or_none)
    ] = 0,
    log_level: Annotated[
        str | None, _option("debug, info, warning, error or critical: show what libraries log")
    ] = None,
    device_index: Annotated[
        int | None, _option("WhisperX's; only 0, and it changes nothing")
    ] = None,
    fp16: Annotated[YesNo | None, _flag("WhisperX's; changes nothing, see --compute-type")] = None,
    segment_resolution: Annotated[
        str | None, _option("WhisperX's: sentence or chunk; changes nothing there and here")
    ] = None,
    version: Annotated[
        bool, _option("print the version", "--version", "-V", callback=_print, is_eager=True)
    ] = False,
    python_version: Annotated[
        bool, _option("and Python's", "--python-version", "-P", callback=_print, is_eager=True)
    ] = False,
    partition: Annotated[
        str | None, _option("cost, npu-all or cpu-all  [default: cost; npu-all when simulated]")
    ] = None,
    require_npu: Annotated[
        bool, _option("fail if nothing can run on the NPU", "--require-npu")
    ] = False,
    dump_dir: Annotated[
        Path | None, _option("where the compiler's stages leave their results")
    ] = None,
) -> None:
    """Transcribe audio files, with the encoder on the NPU if there is one.

    Speech is found by WhisperX's detector, merged into chunks, encoded, and decoded by CTranslate2.
    Flags have WhisperX's names and defaults, and may be written with dashes or underscores.

    Words are then aligned with the sound by an acoustic model of their language, which gives them
    and their sentences exact times. With --no-align, and for languages without such a model, times
    are Whisper's own: of its attention, or with --batch-size 1 of its time tokens.

    Whatever can be heard of damaged or cut-off files is transcribed, with a warning that says what
    is missing; a file in which nothing can be heard is told, and the next one is taken.

    With --manifest, what is done is kept in a file, and the same command goes on from there after
    any end: files that are done, and were not changed since, are passed over; failed ones are tried
    again. Shards of one set of files may run on several machines, each with a manifest of its own.
    """
    from aiec.speech import console
    from aiec.speech.align.alignment import Rules
    from aiec.speech.align.transcripts import Alignment
    from aiec.speech.diarize.cluster import Count
    from aiec.speech.diarize.transcripts import Diarize
    from aiec.speech.find_model import Places
    from aiec.speech.formats import Layout, formats_of
    from aiec.speech.manifest import Manifest
    from aiec.speech.many import Many, shard_of
    from aiec.speech.output import Output
    from aiec.speech.transcribe import Job, run

    set_log_level(log_level)
    unused = {"fp16": fp16, "device_index": device_index, "segment_resolution": segment_resolution}
    for line in notes(unused):
        console.tell(line)
    layout = Layout(max_line_width, max_line_count, highlight_words)
    asked = {"device": device, "partition": partition, "dump_dir": dump_dir}
    job = Job(
        audio=tuple(audio or ()),
        model=model,
        output=Output(output_dir, formats_of(output_format, speakers=diarize), layout),
        decoding=Decoding(
            task=task,
            language=None if language is None else language_code(language),
            batch_size=batch_size,
            beam_size=1 if beam_size is None else beam_size,
            best_of=1 if best_of is None else best_of,
            patience=patience,
            length_penalty=length_penalty,
            temperatures=temperatures(temperature, temperature_increment_on_fallback),
            compression_ratio_threshold=compression_ratio_threshold,
            logprob_threshold=logprob_threshold,
            no_speech_threshold=no_speech_threshold,
            suppress_tokens=suppress_tokens,
            suppress_numerals=suppress_numerals,
            initial_prompt=initial_prompt,
            hotwords=hotwords,
            condition_on_previous_text=condition_on_previous_text,
            word_timestamps=word_timestamps or layout.needs_words,
        ),
        vad=Vad(vad_onset, vad_offset, chunk_size, vad_method),
        alignment=Alignment(
            wanted=not no_align and task != "translate",
            model=align_model,
            rules=Rules(method=interpolate_method, chars=return_char_alignments),
            model_dir=model_dir,
            cache_only=model_cache_only,
        ),
        speakers=Diarize(
            wanted=diarize,
            model=diarize_model,
            token=hf_token,
            count=Count(1 if min_speakers is None else min_speakers, max_speakers),
            embeddings=speaker_embeddings,
            model_dir=model_dir,
            cache_only=model_cache_only,
        ),
        places=Places(model_dir, model_cache_only, ctranslate2_only=True),
        backend={k: v for k, v in asked.items() if v is not None} | _if_set(require_npu),
        compute_type=compute_type,
        threads=threads or 0,
        verbose=verbose,
        print_progress=print_progress,
        recursive=recursive,
        audio_track=audio_track,
        lists=tuple(lists or ()),
        many=Many(jobs, shard_of(shard), Manifest(manifest) if manifest else None),
    )
    status = run(job)
    if status:
        raise typer.Exit(status)


def _if_set(require_npu: bool) -> dict[str, bool]:
    return {"require_npu": True} if require_npu else {}
