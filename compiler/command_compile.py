"""`aiec compile`: a folder with the MLIR-AIE design of a model's NPU side, from shapes alone.

All stages of the compiler up to the printed design. Torch and the stages are imported when the
command runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiec.decide_named import (
    Batch,
    Cpu,
    Dtype,
    ForceCpu,
    ForceNpu,
    Model,
    Objective,
    Part,
    Policy,
    TargetName,
    decide_named,
    options_of,
    parts_of,
)
from aiec.ir.errors import PartitionError
from aiec.ir.target import target_named
from aiec.progress import doing

if TYPE_CHECKING:
    from aiec.ir.partition import Partition


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("compile")(compile_model)


def compile_model(
    model: Model,
    target: TargetName,
    output: Annotated[Path, typer.Option("--output", "-o", help="folder for the design's folder")],
    part: Part = "encoder",
    batch: Batch = 1,
    mlir_aie: Annotated[
        str | None, typer.Option(help="E1 or E2: mlir-aie of February or of August 2026")
    ] = None,
    objective: Objective = None,
    policy: Policy = None,
    force_npu: ForceNpu = None,
    force_cpu: ForceCpu = None,
    dtype: Dtype = None,
    cpu: Cpu = None,
) -> None:
    """Print the MLIR-AIE design of a model's NPU side. Needs no weights and no device."""
    from aiec.backend import make_design
    from aiec.describe_designs import describe
    from aiec.partitioner.report import summary

    options = options_of(
        objective=objective,
        partition=policy,
        force_npu=force_npu,
        force_cpu=force_cpu,
        mlir_aie=mlir_aie,
        dtype=dtype,
        cpu=cpu,
    )
    parts = [decide_named(model, one, target, options, None, batch) for one in parts_of(part)]
    _refuse_empty(parts)
    for decided in parts:
        print("\n".join(summary(decided)))
        if not decided.npu_ops:
            continue
        with doing(f"planning and printing the design of {decided.graph.name}"):
            artifact = make_design(decided, target_named(target), options, output)
        print("\n".join(describe(decided, artifact)))


def _refuse_empty(parts: Sequence[Partition]) -> None:
    """Of several parts, one may well stay on the CPU whole."""
    if not any(decided.npu_ops for decided in parts):
        names = " and ".join(decided.graph.name for decided in parts)
        raise PartitionError(
            f"nothing of {names} lands on the NPU, so there is no design to print",
            todo="see `aiec partition` for the reasons, or set --partition npu-all",
        )
