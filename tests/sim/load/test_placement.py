"""Buffers, stacks, locks and descriptors whose places the text gives: what overlaps is refused."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import Simulator

CORE = "aie.core(%tile) {\naie.end\n}"


def loaded(body, **tiles):
    where = {"shim": (0, 0), "mem": (0, 1), "tile": (0, 2), **tiles}
    text = designs.module(designs.tiles(**where) + body + designs.sequence({}, ""))
    return Simulator(text)


def buffer(name, address, tile="tile", kind="memref<64xi32>", more=""):
    at = f"address = {address} : i32, " if address is not None else ""
    return f'%{name} = aie.buffer(%{tile}) {{{at}sym_name = "{name}"{more}}} : {kind}\n'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            buffer("x", 4096) + buffer("y", 4192),
            r"buffer y at bytes 4192 to 4447 of tile \(0, 2\) overlaps x at bytes 4096 to 4351; "
            r"at aie.buffer \(<design>:\d+:\d+\)",
        ),
        (buffer("x", 4096, "mem") + buffer("y", 4100, "mem"), r"of tile \(0, 1\) overlaps x"),
        (buffer("x", 992) + CORE, "overlaps the stack at bytes 0 to 1023"),
        (buffer("x", 0) + CORE + " {stack_size = 32 : i32}", "the stack at bytes 0 to 31"),
        (buffer("x", 4100), r"starts at byte 4100 of tile .* expected a multiple of 32"),
        (buffer("x", 4098, "mem"), r"starts at byte 4098 of tile .* expected a multiple of 4"),
        (buffer("x", -32), "starts at byte -32"),
        (buffer("x", 65504), "does not fit"),
        (CORE + " {stack_size = -1 : i32}", "the core has a stack of -1 bytes"),
        (CORE + " {stack_size = 65536 : i32}", "stack of 65536 bytes; .* expected 0 to 65535"),
        (
            "%l = aie.lock(%tile, 3)\n%m = aie.lock(%tile, 3)",
            r"lock 3 of tile \(0, 2\) is declared twice; at aie.lock",
        ),
        ("%l = aie.lock(%mem, 60)\n%m = aie.lock(%mem, 60)", r"lock 60 of tile \(0, 1\)"),
    ],
)
def test_places_that_cannot_be(body, message):
    with pytest.raises(DesignError, match=message):
        loaded(body)


def test_places_that_can_be():
    apart = buffer("x", 4096) + buffer("y", 4096, "mem")
    odd = buffer("z", 4356, more=", aligned = false")
    loaded(apart + odd + "%l = aie.lock(%tile, 3)\n%m = aie.lock(%mem, 3)\n" + CORE)


def test_buffers_without_an_address_go_round_those_with_one():
    body = buffer("free", None, kind="memref<512xi32>") + buffer("given", 1536) + CORE
    simulator = loaded(body)
    simulator.buffer("given")[:] = 7
    simulator.buffer("free")[:] = 0
    assert np.all(simulator.buffer("given") == 7)


def test_two_descriptors_of_one_id():
    bd = "offset = 0 len = 16 ) "
    text = designs.relay("")
    marked = text.replace("offset = 0 len = 16 )", bd + "{bd_id = 5 : i32}")
    with pytest.raises(DesignError, match=r"descriptor 5 of tile \(0, 1\) is declared twice"):
        Simulator(marked)


def task(name, body="", attributes=""):
    return (
        f"%{name} = aiex.dma_configure_task(%shim, MM2S, 0) {{\n"
        f"aie.dma_bd(%a : memref<64xi32> offset = 0 len = 64) {{bd_id = 7 : i32}}\n{body}"
        f"aie.end\n}} {attributes}\n"
    )


def test_a_task_does_not_take_the_descriptor_of_another():
    free = "aiex.dma_free_task(%t)\n"
    arrays = [np.zeros(64, np.int32), np.zeros(64, np.int32)]
    Simulator(designs.relay(task("t") + free + task("u"))).run(arrays)
    message = r"descriptor 7 of tile \(0, 0\) is still held by an earlier task; at aie.dma_bd"
    with pytest.raises(SimulationError, match=message):
        Simulator(designs.relay(task("t") + task("u"))).run(arrays)
