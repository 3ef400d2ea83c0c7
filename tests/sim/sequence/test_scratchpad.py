"""Runtime parameters through the controller's scratchpad, spelled out and as pairs of commands."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, OptionError
from aiec.runtime.sim import Simulator, simulate

KIND = "memref<8xi32>"


def declared(text, *names, kind="i32"):
    lines = "".join(f"aiex.scratchpad_parameter @{name} : {kind}\n" for name in names)
    return text.replace("module {\n", "module {\n" + lines, 1)


def scaled(body="", kind="i32", read="%g = aiex.read_scratchpad_parameter @gain : {}\n"):
    """A core that sends 8 words, word j being j times the parameter."""
    work = read.format(kind) + body + (
        designs.acquire("yp") + "%c8 = arith.constant 8 : index\n"
        "scf.for %j = %c0 to %c8 step %c1 {\n%w = arith.index_cast %j : index to i32\n"
        "%s = arith.muli %v, %w : i32\n" + f"memref.store %s, %y0[%j] : {KIND}\n}}\n"
        + designs.release("yc")
    )  # fmt: skip
    text = designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2)) + designs.endpoint("tile", "y", KIND, 1)
        + designs.flow("tile", 0, "shim", 0) + designs.allocation("out", "S2MM", 0)
        + '%cell = aie.buffer(%tile) {sym_name = "cell"} : memref<2xi32>\n'
        + designs.core("tile", work) + "aie.mem(%tile) {\n"
        + designs.ring("MM2S, 0", ["y0"], "yc", "yp", KIND, "offset = 0 len = 8", 1, 2)
        + "aie.end }\n"
        + designs.sequence({"b": KIND}, designs.memcpy("b", "out", (1, 1, 1, 8), kind=KIND)
                           + designs.wait("out"))
    )  # fmt: skip
    return declared(text, "gain", kind=kind)


def test_a_core_waits_for_its_parameter():
    simulator = Simulator(scaled("%v = arith.addi %g, %k0 : i32\n"))
    assert simulator.parameters == ("gain",)
    b = np.zeros(8, np.int32)
    simulator.run([b], parameters={"gain": 3})
    assert b.tolist() == [3 * j for j in range(8)]


def test_thirty_bits_of_a_parameter_arrive():
    b = np.zeros(8, np.int32)
    simulate(scaled("%v = arith.addi %g, %k0 : i32\n"), [b], parameters={"gain": -1})
    assert b[1] == 2**30 - 1


def test_a_bf16_parameter():
    b = np.zeros(8, np.int32)
    text = scaled("%v = arith.fptosi %g : bf16 to i32\n", kind="bf16")
    simulate(text, [b], parameters={"gain": 4.0})
    assert b.tolist() == [4 * j for j in range(8)]


def test_a_sync_where_the_text_says():
    sync = "aiex.sync_scratchpad_parameters_from_host\n"
    text = scaled("%v = arith.addi %g, %k0 : i32\n").replace(
        "aiex.npu.dma_mem", sync + "aiex.npu.dma_mem"
    )
    b = np.zeros(8, np.int32)
    simulate(text, [b], parameters={"gain": 7})
    assert b[1] == 7


@pytest.mark.parametrize(
    ("function", "value"), [("", 20), ("<incr>", 20), ("<decr>", 12), ("<mul>", 64)]
)
def test_a_word_is_added_to_memory(function, value):
    commands = (
        "aiex.npu.create_scratchpad {size = 8 : ui32}\n"
        f"aiex.npu.update_from_scratchpad{function} {{state_table_idx = 1 : ui8, "
        "func_arg = 4 : ui32, buffer = @cell, address = 0 : ui32}\n"
    )
    text = scaled(
        "%v = memref.load %cell[%c0] : memref<2xi32>\n",
        read=designs.acquire("yp") + designs.release("yp"),
    ).replace("aiex.npu.dma_mem", commands + "aiex.npu.dma_mem")
    text = text.replace(
        "aie.core(%tile) {", "%go = aie.lock(%tile, 9) {init = 0 : i32}\naie.core(%tile) {"
    )
    text = text.replace(designs.acquire("yp") + designs.release("yp"), designs.acquire("go"))
    text = text.replace(commands, commands + "aiex.set_lock(%go, 1)\n")
    b = np.zeros(8, np.int32)
    report = simulate(text, [b], parameters={1: 16})
    assert b[1] == value
    assert any("a sum began with 0" in note for note in report.notes)
    wrong = text.replace("state_table_idx = 1", "state_table_idx = 40")
    with pytest.raises(DesignError, match="the scratchpad has no word 40"):
        simulate(wrong, [b])


def test_a_parameter_moves_a_transfer():
    text = declared(designs.add_one_relay(), "start")
    text = text.replace("{id = 0 : i64,", "{id = 0 : i64, offset_parameter = @start,")
    kernels = {"add_one": lambda x, y, n: np.add(x, 1, out=y)}
    a, b = np.arange(96, dtype=np.int32), np.zeros(64, np.int32)
    for start in (0, 24):
        simulate(text, [a, b], kernels, parameters={"start": start})
        assert np.array_equal(b, a[start : start + 64] + 1)
    with pytest.raises(DesignError, match="no scratchpad parameter 'begin'"):
        simulate(
            text.replace("offset_parameter = @start", "offset_parameter = @begin"), [a, b], kernels
        )


def test_unknown_and_too_many_parameters_are_refused():
    text = scaled("%v = arith.addi %g, %k0 : i32\n")
    with pytest.raises(OptionError, match="no scratchpad parameter 'grain'"):
        simulate(text, [np.zeros(8, np.int32)], parameters={"grain": 1})
    many = declared(text, *(f"p{i}" for i in range(32)))
    with pytest.raises(DesignError, match="33 scratchpad parameters"):
        simulate(many, [np.zeros(8, np.int32)])
