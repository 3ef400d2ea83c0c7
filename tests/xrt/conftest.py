"""The Debian tree for the tests of the real XRT, one test at a time, and a board under it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import torch
from board.npu import FACTS, Npu
from board.serve import Board
from debian import HERE, ROOT, Debian, Program, why_not
from recorded import Dispatch, dispatches_of
from torch import nn
from xclbin import make_xclbin


@pytest.fixture(scope="session")
def debian() -> Iterator[Debian]:
    """The tree that `make xrt` sets up; the tests of one process at a time have it."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    with ROOT.with_name("root.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Debian(ROOT)


class Setup:
    """A dispatch prepared in the tree, and the NPU that it runs on."""

    def __init__(self, debian: Debian, npu: Npu, folder: Path, dispatch: Dispatch) -> None:
        self.debian, self.npu, self.folder, self.dispatch = debian, npu, folder, dispatch
        self._inside = f"/{folder.relative_to(debian.root)}"
        program = (HERE / "inside" / "run_design.py").read_text()
        (folder / "run_design.py").write_text(program)
        dispatch.write_operands(folder)

    @property
    def differing(self) -> list[int]:
        """Numbers of the buffers that the last run left otherwise than the simulator did."""
        return self.dispatch.differing(self.folder)

    def start(self, *flags: str) -> Program:
        """Start the program in the tree with flags of run_design.py."""
        return self.debian.start("python3", "run_design.py", ".", *flags, cwd=self._inside)

    def run(self, *flags: str) -> list[str]:
        """The lines that the program prints, a run each."""
        done = self.start(*flags).finish()
        assert done.stdout, done.stderr
        return done.stdout.splitlines()


MakeSetup = Callable[..., Setup]


@pytest.fixture
def prepared(debian: Debian, tmp_path: Path) -> Iterator[MakeSetup]:
    """Prepare a dispatch in the tree: prepared(dispatch, chip="npu2", in_time=False)."""
    with ExitStack() as stack:

        def prepare(dispatch: Dispatch, chip: str = "npu2", in_time: bool = False) -> Setup:
            npu = Npu(chip, FACTS[chip], in_time)
            debian.install_chip(chip)
            folder = stack.enter_context(debian.folder("design"))
            make_xclbin(dispatch.write_design(tmp_path), debian, folder)
            stack.enter_context(Board(npu, debian.root))
            return Setup(debian, npu, folder, dispatch)

        yield prepare


@pytest.fixture(scope="session")
def linear() -> Callable[[str], Dispatch]:
    """A linear layer's one dispatch on a target."""
    kept: dict[str, Dispatch] = {}

    def made(target: str) -> Dispatch:
        if target not in kept:
            torch.manual_seed(0)
            (kept[target],) = dispatches_of(nn.Linear(256, 256), torch.randn(128, 256), target)
        return kept[target]

    return made
