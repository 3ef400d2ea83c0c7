"""The files of a design's folder, by name, and how they are read and written.

    design.mlir          the MLIR-AIE text
    SEQUENCE.insts.bin   what the NPU's controller reads to run a sequence
    kernels/             the C++ sources that the cores link with
    manifest.json        everything else of the design, and how to build
    aie.xclbin, *.o      what the vendor's tools made of it
    built.json           of which text, and with which tools; not there if made by hand

Below `build.py`, which writes what aiec makes, and `toolchain/`, which adds what the tools make.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from aiec.ir.design import Design, Instructions

TEXT, MANIFEST, KERNELS = "design.mlir", "manifest.json", "kernels"
XCLBIN, BUILT = "aie.xclbin", "built.json"


def instructions_name(symbol: str) -> str:
    """The file that holds the instruction stream of a runtime sequence."""
    return f"{symbol}.insts.bin"


def read_streams(directory: Path, design: Design) -> Iterator[Instructions]:
    """The streams that lie in the folder; `aiec insts` makes them for folders without."""
    for sequence in design.sequences:
        path = directory / instructions_name(sequence.symbol)
        if path.is_file():
            yield Instructions(sequence.symbol, path.read_bytes())


def built_xclbin(directory: Path, design: Design) -> Path | None:
    """The folder's xclbin: of a whole build of this very text, or made by hand."""
    xclbin = directory / XCLBIN
    if not (directory / BUILT).is_file():
        return xclbin if xclbin.is_file() else None
    try:
        said = json.loads((directory / BUILT).read_text())["text"]
    except (OSError, ValueError, KeyError):
        return None
    return xclbin if said == text_hash(design.text) and xclbin.is_file() else None


def text_hash(text: str) -> str:
    """What names a design's text."""
    return hashlib.sha256(text.encode()).hexdigest()


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
