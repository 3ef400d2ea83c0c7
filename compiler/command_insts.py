"""`aiec insts`: the instruction streams of a design's runtime sequences, of ours or anybody's.

What mlir-aie's aiecc makes with `--get-npu-insts`, without its tools. Only `aie.xclbin` needs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiec.ir.errors import DesignError, OptionError, OutputError, nearest
from aiec.ir.options import MLIR_AIE_EPOCHS
from aiec.progress import doing

if TYPE_CHECKING:
    from aiec.codegen.instructions.sequence import Assembled


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(insts)


def insts(
    design: Annotated[Path, typer.Argument(help="an .mlir file, or a folder of `aiec compile`")],
    output: Annotated[Path, typer.Option("--output", "-o", help="folder for SEQUENCE.insts.bin")],
    mlir_aie: Annotated[
        str | None,
        typer.Option(
            help="E1 or E2: whose bytes, mlir-aie's of March or of August 2026; "
            "default: what the folder's manifest says, else E2"
        ),
    ] = None,
) -> None:
    """Assemble what the NPU's controller reads to run a design. Needs no tools of the vendor."""
    from aiec.codegen.build import load_artifact
    from aiec.codegen.design_folder import MANIFEST, TEXT, instructions_name, write_file
    from aiec.codegen.dialects import parse
    from aiec.codegen.instructions import assemble

    if mlir_aie not in (None, *MLIR_AIE_EPOCHS):
        raise OptionError(f"--mlir-aie {mlir_aie!r}", expected=nearest(mlir_aie, MLIR_AIE_EPOCHS))
    path = design / TEXT if design.is_dir() else design
    if mlir_aie is None and path.with_name(MANIFEST).is_file():
        mlir_aie = load_artifact(path.parent).design.epoch
    with doing(f"assembling {path}"):
        assembled = assemble(parse(_read(path), str(path)), mlir_aie or "E2")
    for name, sequence in _named(assembled):
        content = sequence.transaction.encode()
        try:
            output.mkdir(parents=True, exist_ok=True)
            write_file(output / instructions_name(name), content)
        except OSError as error:
            raise OutputError(
                f"cannot write into {output}: {error.strerror or error}",
                todo="choose another folder",
            ) from error
        print(
            f"{output / instructions_name(name)}: {len(sequence.transaction.operations):,} "
            f"operations, {len(content):,} bytes, {sequence.arguments} arguments"
        )


def _named(assembled: tuple[Assembled, ...]) -> list[tuple[str, Assembled]]:
    """Each with its file's name: the device's goes before, where there are several."""
    several = len({one.device for one in assembled}) > 1
    return [(f"{a.device}_{a.sequence}" if several else a.sequence, a) for a in assembled]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DesignError(f"cannot read {path}: {error}", expected="an .mlir file") from None
