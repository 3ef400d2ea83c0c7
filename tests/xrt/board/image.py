"""A design in place of the PDI that mlir-aie's aiecc makes: the array's configuration.

A PDI holds register writes and linked cores; nothing here reads those. The image holds what the
simulator reads: the files of a folder of `aiec compile`, or the text alone of anybody's design.
XRT hands it from the xclbin to the driver without looking inside, as it does a PDI.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiec.codegen.build import load_artifact
from aiec.codegen.design_folder import MANIFEST, TEXT
from aiec.ir.errors import DesignError
from aiec.kernels import host
from aiec.runtime.sim import Simulator
from aiec.runtime.sim.simulator import target_of

_MAGIC = b"aiec design\n"


def pack(folder: Path) -> bytes:
    """The image of a design's folder."""
    names = [name for name in (TEXT, MANIFEST) if (folder / name).is_file()]
    return _MAGIC + json.dumps({name: (folder / name).read_text() for name in names}).encode()


def unpack(image: bytes) -> dict[str, str]:
    """The files of an image, by name; what follows it is padding."""
    if not image.startswith(_MAGIC):
        raise DesignError("this is no image of a design", expected="one that image.py packed")
    return json.loads(image[len(_MAGIC) :].rstrip(b"\0"))


def simulator_of(image: bytes) -> tuple[str, Simulator]:
    """The target that the image is for, and its design on an array."""
    files = unpack(image)
    text = files[TEXT]
    kernels: dict[str, Callable[..., Any]] = {}
    epoch = "E2"
    if MANIFEST in files:
        with TemporaryDirectory() as folder:
            for name, content in files.items():
                Path(folder, name).write_text(content)
            design = load_artifact(folder).design
        kernels.update(host.load(design.kernels, design.plan.target))
        epoch = design.epoch
    return target_of(text).name, Simulator(text, kernels=kernels, epoch=epoch)
