"""Programs that go wrong or go on for ever, and designs of absurd sizes: each ends in an error that
names the operation, in bounded time and memory."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import DeadlockError, Simulator, simulate
from aiec.runtime.sim.array import engine
from aiec.runtime.sim.array.spans import SPAN_BYTES, Trace
from aiec.runtime.sim.run_file import run_file
from aiec.runtime.sim.sequence.controller import Controller

CONSTANTS = "".join(
    f"%{name} = arith.constant {value} : {kind}\n"
    for name, value, kind in [
        ("c0", 0, "index"), ("c1", 1, "index"), ("far", 1 << 40, "index"), ("minus", -1, "index"),
        ("k0", 0, "i32"), ("k1", 1, "i32"),
    ]
)  # fmt: skip
WAIT = designs.memcpy("a", "out", (1, 1, 1, 64)) + designs.wait("out")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Take a design for one that goes round in circles a hundred times as soon."""
    monkeypatch.setattr(engine, "QUIET_EVENTS", engine.QUIET_EVENTS // 100)


def core_of(body: str, sequence: str = "") -> str:
    """A core that runs `body` once, beside a lock of value 1 and a transfer that never ends."""
    return designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + '%x = aie.buffer(%tile) {sym_name = "x"} : memref<8xi32>\n'
        + "%free = aie.lock(%tile) {init = 1 : i32}\n"
        + designs.flow("tile", 0, "shim", 0) + designs.allocation("out", "S2MM", 0)
        + "func.func private @kernel(memref<8xi32>)\n"
        + f"aie.core(%tile) {{\n{CONSTANTS}{body}\naie.end\n}}\n"
        + designs.sequence({"a": "memref<64xi32>"}, sequence)
    )  # fmt: skip


def run(body: str, sequence: str = WAIT, **options) -> None:
    simulate(core_of(body, sequence), [np.zeros(64, np.int32)], **options)


def forever(body: str) -> str:
    return f"scf.for %i = %c0 to %far step %c1 {{\n{body}\n}}"


def nested(depth: int) -> str:
    opened = "".join(f"scf.for %i{n} = %c0 to %c1 step %c1 {{\n" for n in range(depth))
    return opened + "}\n" * depth


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("memref.store %k0, %x[%far] : memref<8xi32>", r"outside its memref: .*; at memref\.store"),
        ("memref.store %k0, %x[%minus] : memref<8xi32>", "index -1 is below 0; at memref.store"),
        (
            "%i = arith.addi %minus, %c0 : index\n%v = affine.load %x[%i + 0] : memref<8xi32>",
            "index -1 is below 0; at affine.load",
        ),
        ("%v = arith.divsi %k1, %k0 : i32", r"a division by zero; at arith\.divsi \(<design>:"),
        (
            "scf.for %i = %c0 to %c1 step %c0 {\n}",
            r"core of tile \(0, 2\): ValueError: range\(\) arg 3 must not be zero; at scf\.for",
        ),
        ("func.call @kernel(%x) : (memref<8xi32>) -> ()", "ValueError: broken; at func.call"),
        (
            "cf.br ^b\n^a:\naie.end\n^b:\n%w = arith.addi %v, %k1 : i32\ncf.br ^c\n"
            "^c:\n%v = arith.addi %k1, %k1 : i32\ncf.br ^a\n^d:",
            "%v is not known to this program",
        ),
    ],
)
def test_an_operation_that_goes_wrong_is_named(body, message):
    def broken(x):
        raise ValueError("broken")

    with pytest.raises((SimulationError, DesignError), match=message):
        run(body, kernels={"kernel": broken})


def test_a_value_that_another_block_computes_later():
    body = (
        "cf.br ^b\n^a:\n%v = arith.addi %k1, %k1 : i32\ncf.br ^c\n"
        "^b:\n%w = arith.addi %v, %k1 : i32\ncf.br ^c\n^c:"
    )
    with pytest.raises(SimulationError, match="a value is used before it is computed"):
        run(body)


def test_loops_inside_each_other():
    run(nested(15), sequence="")
    with pytest.raises(DesignError, match=r"cannot compile a program: .*; at scf\.for"):
        run(nested(40), sequence="")


@pytest.mark.parametrize(
    "body",
    [
        forever(""),
        "scf.while (%v = %k1) : (i32) -> (i32) {\n%t = arith.constant true\n"
        "scf.condition(%t) %v : i32\n} do {\n^a(%v : i32):\nscf.yield %v : i32\n}",
        forever(designs.acquire("free") + designs.release("free")),
        forever("func.call @kernel(%x) : (memref<8xi32>) -> ()"),
    ],
)
def test_a_core_that_goes_round_for_ever(body):
    with pytest.raises(DeadlockError, match=r"core of tile \(0, 2\) goes round in a loop"):
        run(body, kernels={"kernel": lambda x: None})


def test_a_sequence_that_goes_round_for_ever():
    rounds = forever("aiex.npu.rtp_write(@x, 0, %k1) : i32")
    with pytest.raises(DeadlockError, match="runtime sequence @sequence goes round in a loop"):
        run("", CONSTANTS + rounds)


def test_a_program_without_operations_ends():
    text = core_of("").replace(CONSTANTS, "").replace("aie.core(%tile) {\n\naie.end\n}",
                                                      "aie.core(%tile) {\n}")  # fmt: skip
    assert "aie.core(%tile) {\n}" in text
    simulate(text, [np.zeros(64, np.int32)])


def test_numbers_that_would_grow_for_ever_wrap():
    square = "%n = arith.muli %y, %y : index\nscf.yield %n : index"
    loop = "%v = scf.for %i = %c0 to %end step %c1 iter_args(%y = %far) -> (index) {\n"
    end = "%end = arith.constant 100000 : index\n%sh = arith.shli %far, %far : index\n"
    run(f"{end}{loop}{square}\n}}", sequence="")


def test_the_watchdog_is_the_default_limit():
    def slow(x):
        pass

    slow.cycles = 4_000_000_000  # type: ignore[attr-defined]
    body = "func.call @kernel(%x) : (memref<8xi32>) -> ()"
    with pytest.raises(SimulationError, match=r"still runs at cycle 40000.*driver's watchdog"):
        run(body + designs.release("free"), kernels={"kernel": slow})
    with pytest.raises(DeadlockError):
        run(body + designs.release("free"), kernels={"kernel": slow}, max_cycles=1 << 40)


def test_memory_that_no_core_has():
    with pytest.raises(DesignError, match=r"a core allocates memref<1000000xi32>"):
        run("%m = memref.alloc() : memref<1000000xi32>")
    fifo = "!aie.objectfifo<memref<8xi32>>"
    text = core_of("").replace(
        "aie.core", f"aie.objectfifo @f(%shim, {{%tile}}, 2147483647 : i32) : {fifo}\naie.core"
    )
    with pytest.raises(DesignError, match="a pool of 2147483647 objects of 32 bytes fits no tile"):
        simulate(text, [np.zeros(64, np.int32)])


def test_arguments_that_no_machine_has(tmp_path):
    design = tmp_path / "design.mlir"

    def simulated(limit_bytes: int = 1 << 30) -> None:
        run_file(design, inputs={}, outputs={}, kernels={}, limit_bytes=limit_bytes)

    size = f"memref<{1 << 40}xi32>"
    text = core_of("").replace("memref<64xi32>", size)
    design.write_text(text)
    with pytest.raises(SimulationError, match=r"argument a, memref<.*, would take 4398046511104"):
        simulated()
    design.write_text(text.replace(size, "memref<?xi32>"))
    with pytest.raises(SimulationError, match=r"argument a is memref<\?xi32>, which has no size"):
        simulated()
    two = text.replace(size, "memref<1024xi32>").replace("%a :", "%b : memref<1024xi32>, %a :")
    design.write_text(two)
    with pytest.raises(SimulationError, match="would take 4096 bytes; expected at most 1000 for"):
        simulated(5096)


def test_a_trace_ends_where_its_memory_does():
    trace = Trace(limit_bytes=10 * SPAN_BYTES)
    for cycle in range(10):
        trace.add("row", "what", cycle, 1)
    with pytest.raises(SimulationError, match="the trace has 11 spans at cycle 10"):
        trace.add("row", "what", 10, 1)


def test_a_value_of_another_kind():
    lock = core_of("").replace("aie.core", "aie.use_lock(%tile, Release, %one)\naie.core", 1)
    body = core_of(designs.release("tile"))
    for text in (body, lock.replace("aie.core(%tile)", "aie.core(%free)")):
        with pytest.raises(DesignError, match=r"%(tile is no lock|free is no tile); at aie\."):
            Simulator(text)
    fifo = "aie.objectfifo @f(%free, {%tile}, 2 : i32) : !aie.objectfifo<memref<8xi32>>\naie.core"
    with pytest.raises(DesignError, match=r"%free is no tile; at aie\.objectfifo"):
        Simulator(core_of("").replace("aie.core", fifo))


def test_what_the_machine_itself_raises_is_no_fault_of_the_design(monkeypatch):
    simulator = Simulator(core_of("", WAIT))
    monkeypatch.setattr(Controller, "push", None)
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        simulator.run([np.zeros(64, np.int32)])
