"""The stand-in has no name and no number that XRT's own module has not; nor have we."""

import json
from pathlib import Path
from typing import Any

import pytest

from xrt_standin.board import Board
from xrt_standin.pyxrt import RELEASES, standin

# Of the module of XRT 2.26, read from its binding. Source: XRT 963c58ee22, pyxrt.cpp.
FACTS = json.loads(Path(__file__).with_name("facts.json").read_text())
OWN = {"board", "release", "there", "write_back", "compute", "flags", *FACTS["enums"]["bo.flags"]}


def check(module: Any) -> None:
    """Raise where a module differs from the facts in what the device calls."""
    for path, numbers in FACTS["enums"].items():
        enum = module
        for name in path.split("."):
            enum = getattr(enum, name, None)
        for name, number in numbers.items():
            assert enum is None or int(getattr(enum, name)) == number, (path, name)


@pytest.mark.parametrize("release", RELEASES)
def test_the_stand_in_keeps_to_the_facts(release: str) -> None:
    module = standin(release, Board())
    check(module)
    for kind in ("device", "xclbin", "hw_context", "kernel", "run", "runlist", "bo"):
        mine = {n for n in dir(getattr(module, kind)) if not n.startswith("_")} - OWN
        assert mine <= set(FACTS["methods"][kind]), kind


def test_enums_are_no_ints() -> None:
    """`>=` on states is an error: SUBMITTED is more than COMPLETED."""
    states = standin("2.26", Board()).ert_cmd_state
    assert states.ERT_CMD_STATE_COMPLETED == 4 and states(3).name == "???"
    with pytest.raises(TypeError):
        _ = states.ERT_CMD_STATE_SUBMITTED >= states.ERT_CMD_STATE_COMPLETED


def test_the_real_module_keeps_to_the_facts() -> None:
    real = pytest.importorskip("pyxrt", reason="XRT is not installed")
    check(real)
    assert {"device", "xclbin", "hw_context", "kernel", "run", "bo"} <= set(dir(real))
