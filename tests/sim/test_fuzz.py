"""Damaged designs end in a run or in an error of ours: no traceback, no hang, no mountain of
memory. A fixed budget of mutants from fixed seeds; `slow` looks at more of them."""

import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import designs
import numpy as np
import pytest
from mutants import mutant, truncations

from aiec.cli import run
from aiec.ir.errors import AiecError
from aiec.runtime.sim import Simulator
from aiec.runtime.sim.array import engine

DESIGNS = {
    "relay": designs.relay(
        designs.memcpy("a", "in", (2, 1, 2, 16), (32, 0, 16, 1))
        + designs.memcpy("b", "out", (1, 1, 1, 64), bd_id=1, token=True) + designs.wait("out"),
        take="sizes = [4, 4] strides = [4, 1]", objects=2,
    ),
    "add_one_relay": designs.add_one_relay(),
    "broadcast": designs.broadcast(),
    "distribute_and_join": designs.distribute_and_join(),
    "runtime_parameter": designs.runtime_parameter(),
    "linked_fifos": designs.linked_fifos(),
    "tasks_and_packets": designs.tasks_and_packets(),
}  # fmt: skip
SMALL = ("relay", "runtime_parameter", "linked_fifos", "tasks_and_packets")
KERNELS = ("add_one", "quick", "slow", "twice")
ARGUMENT_BYTES = 1 << 26
HANG_S = 60


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Memory that runs out and a clock that rings, so that a fault here is a failed test."""
    monkeypatch.setattr(engine, "QUIET_EVENTS", 20_000)
    before = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + (2 << 30)
        resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    alarm = signal.signal(signal.SIGALRM, _hangs)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, alarm)
    resource.setrlimit(resource.RLIMIT_AS, before)


def _hangs(*_: object) -> None:
    raise TimeoutError(f"no end after {HANG_S} s")


def outcome(text: str, seed: int) -> str:
    """What becomes of `text`: the class of its error, or "ran"."""
    signal.alarm(HANG_S)
    try:
        simulator = Simulator(text, kernels=dict.fromkeys(KERNELS, _nothing), seed=seed % 3)
        for symbol in simulator.sequences:
            arguments = simulator.arguments(symbol)
            arrays = [argument.zeros(ARGUMENT_BYTES) for argument in arguments]
            simulator.run(arrays, symbol, max_cycles=20_000)
    except AiecError as error:
        return type(error).__name__ if error.message else "no message"
    return "ran"


def _nothing(*_: object) -> None:
    """A kernel."""


def check(name: str, seeds: range) -> set[str]:
    """Every mutant of design `name` with these seeds; a failure shows the text."""
    found = set()
    for seed in seeds:
        text = mutant(DESIGNS[name], Random(f"{name} {seed}"))
        try:
            found.add(outcome(text, seed))
        except Exception as error:
            pytest.fail(f"{name}, seed {seed}: {type(error).__name__}: {error}\n{text}")
    return found


@pytest.mark.parametrize("name", DESIGNS)
def test_the_designs_themselves_run(name):
    assert outcome(DESIGNS[name], 0) == "ran"


@pytest.mark.parametrize("name", DESIGNS)
def test_mutants(name):
    assert "DesignError" in check(name, range(30))


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_many_mutants(name):
    assert {"DesignError", "ran"} <= check(name, range(30, 330))


@pytest.mark.parametrize("name", SMALL)
def test_truncated_text(name):
    for text in truncations(DESIGNS[name]):
        assert outcome(text, 0) == "DesignError", text


def test_the_command_line_says_one_line(tmp_path, capsys):
    path = tmp_path / "design.mlir"
    for seed in range(12):
        name = SMALL[seed % len(SMALL)]
        text = mutant(DESIGNS[name], Random(f"command {seed}"))
        path.write_text(text)
        signal.alarm(HANG_S)
        status = run(["sim", str(path), "--max-cycles", "20000", "--max-memory", "64"])
        lines = capsys.readouterr().err.splitlines()
        assert (status, len(lines)) in {(0, 0), (2, 1)}, text
        assert all(line.startswith("aiec: error: ") for line in lines)


def test_files_that_hold_no_array(tmp_path, capsys):
    path, array = tmp_path / "design.mlir", tmp_path / "a.npy"
    path.write_text(DESIGNS["relay"])
    np.save(array, np.zeros(64, np.int32))
    whole = array.read_bytes()
    for content in (b"", whole[:7], whole[:40], whole[:-4], b"PK\x03\x04" + whole, whole[::-1]):
        array.write_bytes(content)
        assert run(["sim", str(path), "--in", f"a={array}"]) == 2
        assert capsys.readouterr().err.startswith(f"aiec: error: cannot load {array}: ")
