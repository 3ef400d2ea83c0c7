"""`aiec profile`: where a model's time goes on this CPU, and what is worth having on the NPU.

A model's name is built with random weights of its shapes; an audio file goes through a real model.
Torch and the stages are imported when the command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aiec.decide_named import Batch, OnePart, options_of
from aiec.ir.target import target_named
from aiec.progress import doing


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(profile)


def profile(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="MODEL|AUDIO",
            help="whisper-base, ... or module:function, with random weights; or an audio file",
        ),
    ],
    part: OnePart = "encoder",
    model: Annotated[
        str, typer.Option(help="for an audio file: a model on this machine, or its folder")
    ] = "tiny.en",
    target: Annotated[str, typer.Option(help="the NPU to plan for: npu1 or npu2")] = "npu2",
    batch: Batch = 1,
    runs: Annotated[int, typer.Option(help="runs that times are medians of", min=1)] = 3,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="folder for profile.html and profile.md"),
    ] = None,
) -> None:
    """Time a model's operators on this CPU and rank what to put on the NPU."""
    chosen = target_named(target)
    with doing(f"loading {subject}"):
        from aiec.named_models import real_model
        from aiec.partitioner.assign import assign
        from aiec.partitioner.calibrate import cpu_name
        from aiec.partitioner.report_profile import ProfileReport, shown, write_profile
        from aiec.partitioner.suitability import parts_on_npu, rows
        from aiec.plan_pieces import price_pieces
        from aiec.profile_ops import profile_model

        found = real_model(subject, model, part, batch)
    with doing(f"running {found.title} {runs + 1} times"):
        measured = profile_model(found.module, found.inputs, found.title, runs)
    with doing(f"planning for {target}"):
        partition = assign(measured.graph, chosen, options_of(), windows=batch)
        planner = price_pieces(measured.fused, chosen)
        fused = assign(measured.fused, chosen, options_of(), planner=planner, windows=batch)
    report = ProfileReport(
        title=found.title,
        machine=cpu_name(),
        target=chosen.title,
        conditions=f"threads: {measured.threads}, medians of {measured.runs} runs, {found.weights}",
        eager_us=measured.eager_us,
        rows=rows(partition, measured.op_us, parts_on_npu(fused)),
    )
    print("\n".join(shown(report)))
    if output:
        written = write_profile(report, output)
        print(f"\nThe whole of it: {' and '.join(map(str, written))}")
