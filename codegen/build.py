"""Build: a `Design` becomes an `Artifact`, and if a folder is given, a folder that can be shipped.

    design.mlir      the MLIR-AIE text
    SEQUENCE.insts.bin   what the NPU's controller reads to run a sequence
    kernels/         the C++ sources that the cores link with
    manifest.json    everything else of the Design, and how to build (codegen/manifest.py)

Last stage of code generation; `toolchain.py` goes on from the folder where mlir-aie is installed.
Every file is replaced as a whole and the manifest is written last, after an old one was removed: a
folder with a manifest is complete. Refuses folders that cannot be written or read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from aiec.codegen import manifest
from aiec.codegen.toolchain import TEXT, XCLBIN, instructions_name
from aiec.ir.design import AnyDesign, Artifact, Instructions
from aiec.ir.errors import DesignError, OutputError
from aiec.kernels.spec import source_files

MANIFEST, KERNELS = "manifest.json", "kernels"


def build(design: AnyDesign, directory: str | Path | None = None) -> Artifact:
    """Return the artifact of `design`, written to `directory` if one is given.

    An artifact that the folder held before is replaced. Raises `OutputError`.
    """
    if directory is None:
        return Artifact(design)
    directory = Path(directory)
    try:
        _write(design, directory)
    except OSError as error:
        raise OutputError(
            f"cannot write the design into {directory}: {error.strerror or error}",
            todo="choose another folder",
        ) from error
    return Artifact(design, directory)


def load_artifact(directory: str | Path) -> Artifact:
    """Read back what `build` wrote; the text is not parsed. Raises `DesignError`."""
    directory = Path(directory)
    design = manifest.parse(
        _read(directory / MANIFEST), _read(directory / TEXT), str(directory / MANIFEST)
    )
    design = replace(design, instructions=tuple(_instructions(directory, design)))
    xclbin = directory / XCLBIN
    return Artifact(design, directory, xclbin if xclbin.exists() else None)


def _instructions(directory: Path, design: AnyDesign) -> Iterator[Instructions]:
    """The streams that lie in the folder; `aiec insts` makes them for folders without."""
    for sequence in design.sequences:
        path = directory / instructions_name(sequence.symbol)
        if path.is_file():
            yield Instructions(sequence.symbol, path.read_bytes())


def _write(design: AnyDesign, directory: Path) -> None:
    (directory / KERNELS).mkdir(parents=True, exist_ok=True)
    for stale in (MANIFEST, XCLBIN, *(p.name for p in directory.glob(instructions_name("*")))):
        (directory / stale).unlink(missing_ok=True)
    write_file(directory / TEXT, design.text.encode())
    for stream in design.instructions:
        write_file(directory / instructions_name(stream.symbol), stream.content)
    for kernel in design.kernels:
        for source in source_files(kernel):
            write_file(directory / KERNELS / source.name, source.read_bytes())
    write_file(directory / MANIFEST, manifest.render(design).encode())


def write_file(path: Path, content: bytes) -> None:
    """Write a file as a whole: who reads it finds the old content or the new."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.chmod(file.name, 0o644)  # temporary files are private; these are to be shared
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DesignError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}",
            expected="a folder written by `aiec compile`",
        ) from error
