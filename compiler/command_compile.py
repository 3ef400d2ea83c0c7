"""`aiec partition` and `aiec compile`: the compiler's stages on a model's shapes, without weights.

`partition` stops after the assignment and explains it; `compile` goes on to a folder with the
MLIR-AIE design. Torch and the stages are imported when a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aiec.config import load_options
from aiec.ir.errors import PartitionError
from aiec.ir.options import Options
from aiec.ir.target import target_named
from aiec.progress import doing

if TYPE_CHECKING:
    from aiec.ir.partition import Partition

Model = Annotated[
    str, typer.Argument(help="whisper-tiny.en, whisper-large-v3, ... or module:function")
]
Target = Annotated[str, typer.Option(help="npu1 (4 columns) or npu2 (8 columns)")]
Part = Annotated[str, typer.Option(help="encoder, or decoder: one token step with its caches")]
Objective = Annotated[str | None, typer.Option(help="what the assignment minimises: latency")]
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


def register(app: typer.Typer) -> None:
    """Add the two commands to `app`."""
    app.command()(partition)
    app.command("compile")(compile_model)


def partition(
    model: Model,
    target: Target,
    part: Part = "encoder",
    objective: Objective = None,
    policy: Policy = None,
    force_npu: ForceNpu = None,
    force_cpu: ForceCpu = None,
    cpu: Cpu = None,
    dump_graph: Annotated[
        Path | None, typer.Option(help="folder for partition.json, graph.dot, graph.html")
    ] = None,
) -> None:
    """Say which parts of a model run on the NPU, and why. Needs no weights and no device."""
    from rich.console import Console

    from aiec.partitioner.report import table

    options = _options(
        objective=objective, partition=policy, force_npu=force_npu, force_cpu=force_cpu, cpu=cpu
    )
    decided = _decide(model, part, target, options, dump_graph)
    Console().print(table(decided))
    if dump_graph:
        print(f"The graph as a picture: {dump_graph / 'graph.html'}")


def compile_model(
    model: Model,
    target: Target,
    output: Annotated[Path, typer.Option("--output", "-o", help="folder for the design's folder")],
    part: Part = "encoder",
    mlir_aie: Annotated[
        str | None, typer.Option(help="E1 or E2: mlir-aie of February or of August 2026")
    ] = None,
    objective: Objective = None,
    policy: Policy = None,
    force_npu: ForceNpu = None,
    force_cpu: ForceCpu = None,
) -> None:
    """Print the MLIR-AIE design of a model's NPU side. Needs no weights and no device."""
    from aiec.backend import make_design
    from aiec.partitioner.report import summary

    options = _options(
        objective=objective,
        partition=policy,
        force_npu=force_npu,
        force_cpu=force_cpu,
        mlir_aie=mlir_aie,
    )
    decided = _decide(model, part, target, options, None)
    _refuse_empty(decided)
    with doing(f"planning and printing the design of {model}"):
        artifact = make_design(decided, target_named(target), options, output)
    print("\n".join(summary(decided)))
    design = artifact.design
    print(f"{design.name}: {design.plan.why}")
    print(f"{len(design.sequences)} GEMM shapes in {artifact.directory}")


def _options(**given: Any) -> Options:
    return load_options({key: value for key, value in given.items() if value is not None})


def _decide(
    model: str, part: str, target: str, options: Options, directory: Path | None
) -> Partition:
    chosen = target_named(target)
    with doing(f"loading the compiler for {model}"):
        from aiec.backend import decide
        from aiec.capture import capture_shapes
        from aiec.named_models import named_model

        build = named_model(model, part)
    with doing(f"tracing {model} {part}"):
        captured = capture_shapes(build, f"{model}-{part}".replace(":", "-"))
    with doing(f"deciding for {target}"):
        return decide(captured, options, chosen, directory)


def _refuse_empty(decided: Partition) -> None:
    if not decided.npu_ops:
        raise PartitionError(
            f"nothing of {decided.graph.name} lands on the NPU, so there is no design to print",
            todo="see `aiec partition` for the reasons, or set --partition npu-all",
        )
