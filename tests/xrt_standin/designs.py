"""A small encoder as a device loads it: compiled into a folder, with an xclbin of the stand-in."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch

from aiec.codegen.build import build, load_artifact
from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import plan_encoder
from aiec.ir.design import Artifact
from aiec.ir.encoder import BlockKind
from aiec.ir.piece import Piece, StepOperands, shape_of_pieces
from aiec.ir.target import NPU1
from aiec.runtime.buffers import BufferPool
from aiec.runtime.device import Device
from aiec.runtime.session import Session
from aiec.runtime.xrt.xrt_device import XrtDevice
from xrt_standin.board import Board, write_xclbin
from xrt_standin.pyxrt import standin

FRAMES, WIDTH, MELS = 64, 128, 80
STEM = Piece(
    BlockKind.STEM, 1, FRAMES, WIDTH, ("mel",),
    (StepOperands("conv1", "w1", "b1"), StepOperands("conv2", "w2", "b2")),
    mels=MELS, positions="positions",
)  # fmt: skip
STEPS = {"q": WIDTH, "k": WIDTH, "v": WIDTH, "proj": WIDTH, "fc1": 2 * WIDTH, "fc2": WIDTH}
LAYER = Piece(
    BlockKind.LAYER, 1, FRAMES, WIDTH, ("x",),
    tuple(StepOperands(step, f"{step}.w", f"{step}.b") for step in STEPS),
    mlp=2 * WIDTH, scale=0.125,
)  # fmt: skip
FINAL = Piece(
    BlockKind.FINAL, 1, FRAMES, WIDTH, ("x",),
    (StepOperands("norm", None, gamma="g", beta="b"),),
)  # fmt: skip
LAYERS = 3
MEL = torch.randn(1, MELS, 2 * FRAMES, generator=torch.Generator().manual_seed(2))


@cache
def artifact() -> Artifact:
    """Compiled once, with instructions of our own."""
    shape = shape_of_pieces([STEM, LAYER, FINAL])
    assert shape is not None
    design = emit(plan_encoder(shape, NPU1), "small", "E2")
    folder = Path(mkdtemp(prefix="aiec-standin-"))
    build(design, folder)
    return load_artifact(folder)


def prepare(given: Artifact, **changes: int) -> Artifact:
    """As a build does: the artifact gets its xclbin."""
    assert given.directory is not None
    path = given.directory / f"{sorted(changes.items())}.xclbin"
    return replace(given, xclbin=write_xclbin(path, given.directory, **changes))


def opened(board: Board, release: str = "2.26") -> XrtDevice:
    """The device on a board."""
    device = XrtDevice(NPU1, standin(release, board), prepare)
    device.open()
    return device


def session(device: Device, **options: Any) -> Session:
    """The design on a device."""
    return Session(BufferPool(device, **options), artifact())


@cache
def weights() -> dict[str, tuple[torch.Tensor, ...]]:
    """Of a stem, each layer and a final norm."""
    dice = torch.Generator().manual_seed(1)

    def random(*size: int) -> torch.Tensor:
        return torch.randn(size, generator=dice) / 8

    def layer() -> tuple[torch.Tensor, ...]:
        k_of = {"fc2": 2 * WIDTH}
        return tuple(
            w for step, n in STEPS.items() for w in (random(n, k_of.get(step, WIDTH)), random(n))
        )

    stem = (random(WIDTH, MELS, 3), random(WIDTH), random(WIDTH, WIDTH, 3), random(WIDTH))
    return {
        "stem": (*stem, random(FRAMES, WIDTH)),
        "final": (torch.ones(WIDTH), torch.zeros(WIDTH)),
        **{f"layer{i}": layer() for i in range(LAYERS)},
    }


def encode(it: Session, mel: torch.Tensor, layers: int = LAYERS) -> torch.Tensor:
    """A window's features."""
    given = weights()
    state = it.run(STEM)(it.send(STEM)(mel), *given["stem"])
    for number in range(layers):
        state = it.run(LAYER)(state, *given[f"layer{number}"])
    return it.receive(it.run(FINAL)(state, *given["final"]))
