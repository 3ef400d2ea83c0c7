"""`aiec partition`: what of a model runs on the NPU, why, and what it amounts to.

The compiler's stages on a model's shapes, up to the assignment. Torch and the stages are imported
when the command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiec.decide_named import (
    Batch,
    Cpu,
    Dtype,
    ForceCpu,
    ForceNpu,
    MemoryMb,
    Model,
    Objective,
    Part,
    Policy,
    TargetName,
    decide_named,
    options_of,
    parts_of,
)

if TYPE_CHECKING:
    from aiec.ir.partition import Partition


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(partition)


def partition(
    model: Model,
    target: TargetName,
    part: Part = "encoder",
    batch: Batch = 1,
    objective: Objective = None,
    policy: Policy = None,
    force_npu: ForceNpu = None,
    force_cpu: ForceCpu = None,
    dtype: Dtype = None,
    cpu: Cpu = None,
    memory_mb: MemoryMb = None,
    dump_graph: Annotated[
        Path | None,
        typer.Option(help="folder for partition.json, graph.html, timeline.json, roofline.html"),
    ] = None,
    explain: Annotated[
        str | None, typer.Option(help="an op, FX node or module to say all about")
    ] = None,
) -> None:
    """Say which parts of a model run on the NPU, and why. Needs no weights and no device."""
    options = options_of(
        objective=objective,
        partition=policy,
        force_npu=force_npu,
        force_cpu=force_cpu,
        dtype=dtype,
        cpu=cpu,
        memory_mb=memory_mb,
    )
    parts = parts_of(part)
    decided = []
    for one in parts:
        directory = dump_graph / one if dump_graph and len(parts) > 1 else dump_graph
        decided.append(decide_named(model, one, target, options, directory, batch))
        _show(decided[-1], explain, directory)
    if len(decided) > 1:
        _show_sum(decided)


def _show(decided: Partition, explain: str | None, directory: Path | None) -> None:
    from rich.console import Console

    from aiec.partitioner.report import listing
    from aiec.partitioner.report_explain import explanation

    console = Console(highlight=False, soft_wrap=False)
    console.print(listing(decided) if explain is None else explanation(decided, explain))
    if directory:
        print(f"The graph as a picture: {directory / 'graph.html'}")


def _show_sum(decided: list[Partition]) -> None:
    """What both parts amount to for audio: one encodes a window while it decodes the last."""
    factors = [one.real_time_factor for one in decided if one.real_time_factor is not None]
    joules = [one.joules_per_minute for one in decided if one.joules_per_minute is not None]
    if len(factors) == len(decided) == len(joules):
        print(
            f"Both one after the other: real-time factor {sum(factors):.4f}, "
            f"{sum(joules):.1f} J a minute of audio."
        )
