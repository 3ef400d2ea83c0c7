"""The designs of the captures that benchmarks/silicon_timing.py compares with, simulated.

Written from what the captures say of them: transfers of some words from a shim into its mem tile
and out again, a relay from a mem tile to a core, bytes that all shims read or write. Times are of
the simulator's own account, in cycles of npu1; nothing is fitted here.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from aiec.runtime.sim import Simulator

HIGHEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Tasks:
    """Cycles of the push and the end of each task of one shim channel."""

    times: tuple[tuple[int, int], ...]

    @property
    def durations(self) -> list[int]:
        """From push to end, of each."""
        return [end - push for push, end in self.times]

    @property
    def intervals(self) -> list[int]:
        """From each push to the next."""
        pushes = [push for push, _ in self.times]
        return [after - push for push, after in pairwise(pushes)]


def loopback(count: int, words: int) -> dict[str, Tasks]:
    """`count` transfers of `words` into the mem tile, then out: the tasks of MM2S and of S2MM."""
    kind = f"memref<{words}xi32>"
    fifo = f"!aie.objectfifo<{kind}>"
    text = (
        "module {\naie.device(npu1_1col) {\n%shim = aie.tile(0, 0)\n%mem = aie.tile(0, 1)\n"
        f"aie.objectfifo @in(%shim, {{%mem}}, {count} : i32) : {fifo}\n"
        f"aie.objectfifo @out(%mem, {{%shim}}, {count} : i32) : {fifo}\n"
        "aie.objectfifo.link [@in] -> [@out] ([] [])\n"
        f"aie.runtime_sequence(%a: {kind}, %b: {kind}) {{\n"
        + _copies("in", "a", count, words) + _copies("out", "b", count, words)
        + "}}}\n"
    )  # fmt: skip
    arrays = [np.zeros(words, np.int32) for _ in range(2)]
    return _tasks(text, arrays, ("MM2S", "S2MM"))


def _copies(way: str, argument: str, count: int, words: int) -> str:
    """`count` transfers of the same words, then as many waits."""
    out = [_copy(way, argument, number, words) for number in range(count)]
    return "".join(out) + f"aiex.npu.dma_wait {{symbol = @{way}}}\n" * count


def _copy(way: str, argument: str, number: int, words: int) -> str:
    return (
        f"aiex.npu.dma_memcpy_nd(%{argument}[0, 0, 0, 0][1, 1, 1, {words}][0, 0, 0, 1]) "
        f"{{id = {number} : i64, metadata = @{way}, issue_token = true}} : memref<{words}xi32>\n"
    )


def _tasks(text: str, arrays: list[np.ndarray], ways: tuple[str, ...]) -> dict[str, Tasks]:
    report = Simulator(text).run(arrays)
    return {
        way: Tasks(tuple(channel.tasks))
        for way in ways
        for channel in report.channels
        if channel.name == f"tile (0, 0) {way} 0"
    }


def relay() -> tuple[int, float]:
    """Sixteens through a mem tile to a core that takes eights, adds one and gives them back.

    Returns cycles from the mem tile's first full object to the core that has waited for its lock,
    and between the core's objects, on the average. The core's loop is plain MLIR.
    """
    trace = _traced_relay()
    lock = next(start + cycles for row, what, start, cycles in trace
                if row == "tile (0, 1) MM2S 0" and what == "lock")  # fmt: skip
    core = [span for span in trace if span[0] == "core of tile (0, 2)"]
    waits = [start + cycles for _, what, start, cycles in core if what.startswith("waits")]
    has_lock = next(start + cycles for _, what, start, cycles in core
                    if what == "compute" and start == waits[0])  # fmt: skip
    out = [start + cycles for row, what, start, cycles in trace
           if row == "tile (0, 2) MM2S 0" and what == "32 bytes"]  # fmt: skip
    return has_lock - lock, (out[-1] - out[0]) / (len(out) - 1)


def _traced_relay() -> list[tuple[str, str, int, int]]:
    big, small = "memref<16xi32>", "memref<8xi32>"
    fifo, view = "!aie.objectfifo", "!aie.objectfifosubview"
    step = "".join(
        f"%{name}s = aie.objectfifo.acquire @{name}({port}, 1) : {view}<{small}>\n"
        f"%{name} = aie.objectfifo.subview.access %{name}s[0] : {view}<{small}> -> {small}\n"
        for name, port in (("x", "Consume"), ("y", "Produce"))
    )
    text = (
        "module {\naie.device(npu1_1col) {\n%shim = aie.tile(0, 0)\n%mem = aie.tile(0, 1)\n"
        "%tile = aie.tile(0, 2)\n"
        f"aie.objectfifo @in(%shim, {{%mem}}, 2 : i32) : {fifo}<{big}>\n"
        f"aie.objectfifo @x(%mem, {{%tile}}, 2 : i32) : {fifo}<{small}>\n"
        f"aie.objectfifo @y(%tile, {{%mem}}, 2 : i32) : {fifo}<{small}>\n"
        f"aie.objectfifo @out(%mem, {{%shim}}, 2 : i32) : {fifo}<{big}>\n"
        "aie.objectfifo.link [@in] -> [@x] ([] [])\naie.objectfifo.link [@y] -> [@out] ([] [])\n"
        "%core = aie.core(%tile) {\n%c0 = arith.constant 0 : index\n"
        "%c1 = arith.constant 1 : index\n"
        f"%c8 = arith.constant 8 : index\n%end = arith.constant {HIGHEST} : index\n"
        "%k1 = arith.constant 1 : i32\nscf.for %i = %c0 to %end step %c1 {\n"
        + step
        + "scf.for %j = %c0 to %c8 step %c1 {\n"
        f"%v = memref.load %x[%j] : {small}\n%w = arith.addi %v, %k1 : i32\n"
        f"memref.store %w, %y[%j] : {small}\n}}\n"
        "aie.objectfifo.release @x(Consume, 1)\naie.objectfifo.release @y(Produce, 1)\n"
        "}\naie.end\n}\n"
        "aie.runtime_sequence(%a: memref<64xi32>, %b: memref<64xi32>) {\n"
        + _copy("in", "a", 0, 64) + _copy("out", "b", 1, 64)
        + "aiex.npu.dma_wait {symbol = @out}\n}}}\n"
    )  # fmt: skip
    simulator = Simulator(text, trace=True)
    a, b = np.arange(64, dtype=np.int32), np.zeros(64, np.int32)
    simulator.run([a, b])
    assert np.array_equal(b, a + 1) and simulator.trace is not None
    return simulator.trace.spans
