"""aiec's own device (`runtime/xrt`) on AMD's real XRT: what the stand-in of pyxrt claims, tried."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace

import pytest
from debian import HERE

pytestmark = [pytest.mark.slow, pytest.mark.xrt]
SOURCES = HERE.parents[1]


def own_device(setup, times: int) -> str:
    """What run_device.py prints of a chain of so many runs."""
    for room in ("ir", "runtime/xrt"):
        shutil.copytree(SOURCES / room, setup.folder / "aiec" / room, dirs_exist_ok=True)
    for file in ("runtime/__init__.py", "runtime/device.py"):
        shutil.copy(SOURCES / file, setup.folder / "aiec" / file)
    (setup.folder / "aiec" / "__init__.py").write_text("")
    shutil.copy(HERE / "inside" / "run_device.py", setup.folder)
    given = replace(setup.dispatch.artifact, directory=None), setup.dispatch.symbol
    (setup.folder / "dispatch.pickle").write_bytes(pickle.dumps(given))
    inside = f"/{setup.folder.relative_to(setup.debian.root)}"
    done = setup.debian.run("python3", "run_device.py", str(times), cwd=inside)
    assert done.stdout, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("target", ["npu1", "npu2"])
@pytest.mark.parametrize(("times", "submissions"), [(1, 1), (6, 2), (30, 3)])
def test_chains_give_the_bytes_of_the_simulator(prepared, linear, target, times, submissions):
    """All but the last run go as lists of 24 at most."""
    setup = prepared(linear(target), target)
    assert own_device(setup, times) == f"DONE {times}"
    assert setup.differing == []
    assert setup.npu.counts["runs"] == times
    assert setup.npu.counts["submit"] == submissions


FAULTS = {
    "permission": "permission",
    "memlock": "memlock",
    "out_of_memory": "memory",
    "context_limit": "contexts",
    "firmware_hung": "firmware",
    "channel_dead": "generation",
    "evicted": "evicted",
    "watchdog": "timeout",
    "abort": "abort",
    "error": "error",
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("times", [1, 6])
def test_faults_are_told_apart(prepared, linear, name, times):
    """By the words of the real XRT, of a run by itself and of a chain."""
    setup = prepared(linear("npu2"))
    setup.npu.faults.inject(name)
    assert own_device(setup, times).startswith(f"{FAULTS[name]}: ")
