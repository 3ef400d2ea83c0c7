"""`aiec sim`: run a design of this or of another compiler in the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiec.ir.errors import OptionError, nearest
from aiec.ir.options import MLIR_AIE_EPOCHS
from aiec.progress import doing

if TYPE_CHECKING:
    import numpy as np


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(sim)


def sim(
    design: Annotated[Path, typer.Argument(help="an .mlir file, or a folder of `aiec compile`")],
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--in", help="NAME=FILE.npy: contents of an argument or parameter; repeatable"
        ),
    ] = None,
    outputs: Annotated[
        list[str] | None,
        typer.Option("--out", help="NAME=FILE.npy: where an argument is written; repeatable"),
    ] = None,
    kernels: Annotated[
        list[str] | None,
        typer.Option("--kernel", help="SYMBOL=module:function, file.py:function or file.cc"),
    ] = None,
    device: Annotated[str | None, typer.Option(help="which of several devices to run")] = None,
    sequence: Annotated[str | None, typer.Option(help="which of several sequences to run")] = None,
    insts: Annotated[
        Path | None,
        typer.Option(help="run these instructions (SEQUENCE.insts.bin), not the sequence's text"),
    ] = None,
    mlir_aie: Annotated[
        str | None, typer.Option(help="with --insts: E1 or E2, whose layout of buffers they expect")
    ] = None,
    seed: Annotated[int, typer.Option(help="of the order of events that happen at once")] = 0,
    max_cycles: Annotated[
        int | None, typer.Option(help="stop with an error after these; default: the watchdog's 2 s")
    ] = None,
    max_memory: Annotated[
        int, typer.Option(help="MB for arrays that no --in brings, and for the trace", min=1)
    ] = 4096,
    trace: Annotated[
        Path | None, typer.Option(help="write a timeline that ui.perfetto.dev opens (JSON)")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="write a page that shows the array as a floor plan over time"),
    ] = None,
    strict_hardware: Annotated[
        bool, typer.Option("--strict-hardware", help="what only runs here is an error")
    ] = False,
) -> None:
    """Run a design in the simulator, and say where the time went. All times are simulated."""
    with doing(f"simulating {design}"):
        from aiec.runtime.sim.run_file import run_file

        found = _folder_or_file(design)
        sequence = sequence or _named_by(insts)
        report = run_file(
            found,
            defaults=_controls(found, sequence),
            inputs={name: Path(path) for name, path in _pairs("--in", inputs)},
            outputs={name: Path(path) for name, path in _pairs("--out", outputs)},
            kernels=dict(_pairs("--kernel", kernels)),
            device=device,
            sequence=sequence,
            seed=seed,
            max_cycles=max_cycles,
            limit_bytes=max_memory << 20,
            trace=trace,
            floor_plan=html,
            instructions=insts,
            epoch=_epoch(found, mlir_aie),
            strict_hardware=strict_hardware,
        )
    print("\n".join(report.lines()))


def _folder_or_file(design: Path) -> Path:
    """The folder of a design of ours: it has the kernels, which the text alone has not."""
    from aiec.codegen.design_folder import MANIFEST

    return design.parent if design.with_name(MANIFEST).is_file() else design


def _named_by(insts: Path | None) -> str | None:
    """The sequence that a file of instructions is called after."""
    from aiec.codegen.design_folder import instructions_name

    suffix = instructions_name("")
    return insts.name.removesuffix(suffix) if insts and insts.name.endswith(suffix) else None


def _epoch(design: Path, mlir_aie: str | None) -> str:
    """The generation whose streams a design's are: as asked for, the manifest's, or E2."""
    from aiec.codegen.build import load_artifact
    from aiec.codegen.design_folder import MANIFEST

    if mlir_aie not in (None, *MLIR_AIE_EPOCHS):
        raise OptionError(f"--mlir-aie {mlir_aie!r}", expected=nearest(mlir_aie, MLIR_AIE_EPOCHS))
    if mlir_aie is None and (design / MANIFEST).is_file():
        return load_artifact(design).design.epoch
    return mlir_aie or "E2"


def _controls(design: Path, sequence: str | None) -> dict[str, np.ndarray]:
    """For a folder of ours: weights of zeros that drive the cores all the same."""
    from aiec.codegen.build import load_artifact
    from aiec.codegen.design_folder import MANIFEST
    from aiec.kernels.encoder_layout import pack_controls

    if not (design / MANIFEST).is_file():
        return {}
    compiled = load_artifact(design).design
    for block in compiled.sequences:
        if sequence == block.symbol or len(compiled.sequences) == 1:
            return {"weights": pack_controls(compiled.plan, block)}
    return {}  # the simulator names the sequences that there are


def _pairs(option: str, given: list[str] | None) -> list[tuple[str, str]]:
    """Split NAME=VALUE."""
    pairs = [text.partition("=") for text in given or []]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise OptionError(f"{option} {name + equals + value!r}", expected="NAME=VALUE")
    return [(name, value) for name, _, value in pairs]
