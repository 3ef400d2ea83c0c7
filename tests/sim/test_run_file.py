"""The command-level function: files in, files out."""

import json
from pathlib import Path

import designs
import numpy as np
import pytest

from aiec.cli import run as command
from aiec.ir.errors import DesignError, OptionError, OutputError, SimulationError
from aiec.runtime.sim.run_file import run_file

KERNEL = "def add_one(x, y, n):\n    y[:n] = x[:n] + 1\n"
SOURCE = """#include <aie_api/aie.hpp>
extern "C" void add_one(int32_t *x, int32_t *y, int32_t n) {
  for (int i = 0; i < n; i++) y[i] = x[i] + 1;
}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "design.mlir").write_text(designs.add_one_relay())
    (tmp_path / "kernels.py").write_text(KERNEL)
    (tmp_path / "add_one.cc").write_text(SOURCE)
    np.save(tmp_path / "a.npy", np.arange(64, dtype=np.int32))
    return tmp_path


def run(folder: Path, kernels, inputs=("a",), outputs=("b",), design="design.mlir"):
    return run_file(
        folder / design,
        inputs=dict.fromkeys(inputs, folder / "a.npy"),
        outputs=dict.fromkeys(outputs, folder / "b.npy"),
        kernels=kernels,
    )


@pytest.mark.parametrize("kernel", ["kernels.py:add_one", "add_one.cc"])
def test_arrays_and_kernels_come_from_files(folder, kernel):
    report = run(folder, {"add_one": str(folder / kernel)}, ("0",), ("1",), ".")
    assert np.array_equal(np.load(folder / "b.npy"), np.arange(64) + 1)
    assert "(simulated)" in report.lines()[0]


def test_a_scratchpad_parameter_comes_from_a_file(folder):
    text = designs.add_one_relay().replace(
        "{id = 0 : i64,", "{id = 0 : i64, offset_parameter = @start,"
    )
    declared = "module {\naiex.scratchpad_parameter @start : i32\n"
    (folder / "design.mlir").write_text(text.replace("module {\n", declared, 1))
    np.save(folder / "start.npy", 8)
    np.save(folder / "a.npy", np.arange(96, dtype=np.int32))
    inputs = {"a": folder / "a.npy", "start": folder / "start.npy"}
    kernels = {"add_one": str(folder / "kernels.py:add_one")}
    run_file(folder, inputs=inputs, outputs={"b": folder / "b.npy"}, kernels=kernels)
    assert np.array_equal(np.load(folder / "b.npy"), np.arange(8, 72) + 1)


def test_the_timeline_has_a_row_a_core_and_channel(folder):
    kernels = {"add_one": str(folder / "kernels.py:add_one")}
    place = folder / "trace.json"
    run_file(folder, inputs={}, outputs={}, kernels=kernels, trace=place)
    events = json.loads(place.read_text())["traceEvents"]
    rows = {e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert {"core of tile (0, 2)", "tile (0, 1) S2MM 0", "runtime sequence @sequence"} <= rows
    spans = [e for e in events if e["ph"] == "X"]
    assert {"add_one", "64 bytes"} <= {e["name"] for e in spans}
    assert all(e["dur"] > 0 for e in spans)
    with pytest.raises(OutputError, match="cannot write"):
        run_file(folder, inputs={}, outputs={}, kernels=kernels, trace=folder)


def test_files_and_names_that_are_not_there(folder):
    kernels = {"add_one": str(folder / "kernels.py:add_one")}
    with pytest.raises(OptionError, match="the sequence has no argument 'c'"):
        run(folder, kernels, inputs=("c",))
    with pytest.raises(DesignError, match="cannot read"):
        run(folder, kernels, design="other.mlir")
    with pytest.raises(OptionError, match="kernel add_one=add_one"):
        run(folder, {"add_one": "add_one"})
    with pytest.raises(OptionError, match="kernel add_one=nowhere:f cannot"):
        run(folder, {"add_one": "nowhere:f"})
    (folder / "b.npy").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        run(folder, kernels)
    (folder / "a.npy").write_text("no array")
    with pytest.raises(OptionError, match="cannot load"):
        run(folder, kernels)


def test_text_without_a_device_and_a_broken_manifest(folder):
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(DesignError, match="lists no kernels"):
        run(folder, {}, design=".")
    (folder / "design.mlir").write_text("module {}")
    with pytest.raises(DesignError, match=r"the text has no aie\.device"):
        run(folder, {}, design=".")


def test_a_deadlock_leaves_its_trace(folder):
    text = designs.add_one_relay().replace(designs.memcpy("a", "in", (1, 1, 1, 64)), "")
    (folder / "design.mlir").write_text(text)
    with pytest.raises(SimulationError, match="deadlock"):
        run_file(
            folder / "design.mlir",
            inputs={},
            outputs={},
            kernels={"add_one": str(folder / "kernels.py") + ":add_one"},
            trace=folder / "trace.json",
        )
    assert json.loads((folder / "trace.json").read_text())["traceEvents"]


def test_what_only_runs_here_is_a_warning_or_with_strict_hardware_an_error(folder, capsys):
    send = designs.memcpy("a", "in", (4, 1, 1, 8), (4, 0, 0, 1))
    take = designs.memcpy("b", "out", (1, 1, 1, 32), bd_id=1) + designs.wait("out")
    (folder / "overlap.mlir").write_text(designs.relay(send + take, elements=8))
    arguments = ["sim", str(folder / "overlap.mlir")]
    assert command(arguments) == 0
    out = capsys.readouterr().out
    assert (
        "  warning: on hardware, a transfer of tile (0, 0) MM2S 0 whose iterations overlap" in out
    )
    assert command([*arguments, "--strict-hardware"]) != 0
    assert "aiec: error: on hardware, a transfer of tile (0, 0) MM2S 0" in capsys.readouterr().err
