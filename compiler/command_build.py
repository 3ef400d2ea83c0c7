"""`aiec build`: a folder of `aiec compile` gets its xclbin from the vendor's tools."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("build")(build_folder)


def build_folder(
    folder: Annotated[Path, typer.Argument(help="a folder of `aiec compile`")],
) -> None:
    """Make aie.xclbin with mlir-aie, Peano and xclbinutil, once for each text. Takes minutes."""
    from aiec.codegen.build import load_artifact
    from aiec.codegen.toolchain.build_xclbin import build_xclbin

    built = build_xclbin(load_artifact(folder), _say)
    for note in built.notes:
        print(f"note: {note}")
    print(f"{built.artifact.xclbin}: {'from the cache' if built.from_cache else 'built'}")


def _say(line: str) -> None:
    """A tool's line, at once: builds take minutes."""
    print(line, file=sys.stderr, flush=True)
