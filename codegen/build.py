"""Build: a `Design` becomes an `Artifact`, and if a folder is given, a folder that can be shipped.

Last stage of code generation; `design_folder.py` names the files, `toolchain/` goes on from the
folder where mlir-aie is installed. Every file is replaced as a whole and the manifest is written
last, after an old one was removed: a folder with a manifest is complete. Refuses folders that
cannot be written or read.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aiec.codegen import manifest
from aiec.codegen.design_folder import (
    BUILT,
    KERNELS,
    MANIFEST,
    TEXT,
    XCLBIN,
    built_xclbin,
    instructions_name,
    read_streams,
    write_file,
)
from aiec.ir.design import Artifact, Design
from aiec.ir.errors import DesignError, OutputError
from aiec.kernels.spec import source_files

_MADE = (MANIFEST, BUILT, XCLBIN, "*.o", instructions_name("*"))  # of an earlier design


def build(design: Design, directory: str | Path | None = None) -> Artifact:
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
    design = replace(design, instructions=tuple(read_streams(directory, design)))
    return Artifact(design, directory, built_xclbin(directory, design))


def _write(design: Design, directory: Path) -> None:
    (directory / KERNELS).mkdir(parents=True, exist_ok=True)
    for stale in (path for pattern in _MADE for path in directory.glob(pattern)):
        stale.unlink()
    write_file(directory / TEXT, design.text.encode())
    for stream in design.instructions:
        write_file(directory / instructions_name(stream.symbol), stream.content)
    for kernel in design.kernels:
        for source in source_files(kernel):
            write_file(directory / KERNELS / source.name, source.read_bytes())
    write_file(directory / MANIFEST, manifest.render(design).encode())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DesignError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}",
            expected="a folder written by `aiec compile`",
        ) from error
