"""From a model's name to its partition: what `aiec partition` and `aiec compile` begin with.

Above `named_models.py` and `backend.py`. Shapes only: no weights are read, no device is opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aiec.config import load_options
from aiec.ir.errors import OptionError
from aiec.ir.options import Options
from aiec.ir.target import target_named
from aiec.progress import doing

if TYPE_CHECKING:
    from aiec.ir.partition import Partition

MAX_BATCH = 16

Model = Annotated[
    str, typer.Argument(help="whisper-tiny.en, whisper-large-v3, ... or module:function")
]
PARTS_IN_WORDS = (
    "encoder; window: the encoder and the keys and values of the decoder's cross attention; "
    "decoder: one token step with its caches"
)
BOTH = "both"
OnePart = Annotated[str, typer.Option(help=PARTS_IN_WORDS)]
Part = Annotated[str, typer.Option(help=f"{PARTS_IN_WORDS}; {BOTH}: window and decoder")]
TargetName = Annotated[str, typer.Option("--target", help="npu1 (4 columns) or npu2 (8 columns)")]
Objective = Annotated[
    str | None, typer.Option(help="what the assignment minimises: latency, throughput or energy")
]
Policy = Annotated[
    str | None, typer.Option("--partition", help="cost (by predicted time), npu-all or cpu-all")
]
ForceNpu = Annotated[
    list[str] | None, typer.Option(help="glob over op names, kinds and module paths; repeatable")
]
ForceCpu = Annotated[list[str] | None, typer.Option(help="as --force-npu")]
Cpu = Annotated[
    str | None, typer.Option(help="the CPU to decide for: auto, measured, or a part such as 8845HS")
]
Dtype = Annotated[
    str | None, typer.Option(help="what an encoder's products keep of activations: bf16 or bfp16")
]
MemoryMb = Annotated[int | None, typer.Option(help="MiB that the device's buffers may take")]
Batch = Annotated[
    int, typer.Option(help=f"windows that one pass encodes or decodes, 1 to {MAX_BATCH}")
]


def parts_of(part: str) -> tuple[str, ...]:
    """The parts that a command goes through, one after the other."""
    return ("window", "decoder") if part == BOTH else (part,)


def options_of(**given: Any) -> Options:
    """The options of a command, those not given from environment, file and defaults."""
    return load_options({key: value for key, value in given.items() if value is not None})


def decide_named(
    model: str, part: str, target: str, options: Options, directory: Path | None, batch: int = 1
) -> Partition:
    """Trace the model called `model` with `batch` windows, and decide; report into `directory`.

    Raises:
        OptionError: an unknown model, part or target, or a batch that cannot be.
        PartitionError: demands that cannot be met.
    """
    chosen = target_named(target)
    if not 1 <= batch <= MAX_BATCH:
        raise OptionError(f"a batch cannot be {batch}", expected=f"1 to {MAX_BATCH} windows")
    with doing(f"loading the compiler for {model}"):
        from aiec.backend import decide
        from aiec.capture import capture_shapes
        from aiec.named_models import named_model

        named = named_model(model, part, batch)
    with doing(f"tracing {model} {part}"):
        captured = capture_shapes(named.build, f"{model}-{part}".replace(":", "-"))
    with doing(f"deciding for {target}"):
        return decide(captured, options, chosen, directory, windows=batch, audio_s=named.audio_s)
