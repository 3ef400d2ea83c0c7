"""The period of one k-step of a 64x64x64 bf16 GEMM on a core of npu1: simulated against traced.

    python benchmarks/sim_gemm_period.py

The design is the project's own, made like the traced one: a core takes a tile of a and one of b for
every k-step, eight to an output tile, which it fills with zeros first. The kernels' times are
those of the project's cycle models. All times but the traced one are simulated.
"""

import itertools
import statistics

import ml_dtypes
import numpy as np

from aiec.ir.design import GemmTiling
from aiec.ir.target import NPU1
from aiec.kernels import cycles
from aiec.runtime.sim import Simulator

TRACED = 2_983  # Source: allo's trace of its GEMM on npu1 (tests/dataflow/aie/gemm_prj), median
STEPS, TILES, SIZE = 8, 3, 64
TILING = GemmTiling(SIZE, SIZE, SIZE, 4, 8, 4, k_l2=SIZE)
# A 256-bit store a cycle, and what the models take for entry and return.
FILL_CYCLES = 30 + SIZE * SIZE * 2 // 32
_TILE = f"memref<{SIZE}x{SIZE}xbf16>"


def fifo(name: str, ends: str) -> str:
    """A double-buffered ObjectFifo of tiles."""
    return f"aie.objectfifo @{name}({ends}, 2 : i32) : !aie.objectfifo<{_TILE}>\n"


def acquire(name: str, port: str) -> str:
    """Take one tile of a fifo, as `%{name}_tile`."""
    view = f"!aie.objectfifosubview<{_TILE}>"
    return (
        f"%{name}_view = aie.objectfifo.acquire @{name}({port}, 1) : {view}\n"
        f"%{name}_tile = aie.objectfifo.subview.access %{name}_view[0] : {view} -> {_TILE}\n"
    )


def copy(argument: str, tiles: int, number: int, name: str) -> str:
    """Send or fetch all tiles of an argument, one after the other."""
    size = SIZE * SIZE * tiles
    token = ", issue_token = true" if name == "c" else ""
    return (
        f"aiex.npu.dma_memcpy_nd(%{argument}[0, 0, 0, 0][1, 1, 1, {size}][0, 0, 0, 1]) "
        f"{{id = {number} : i64, metadata = @{name}{token}}} : memref<{size}xbf16>\n"
    )


def core() -> str:
    """The program: an output tile a round, for ever."""
    tiles = f"({_TILE}, {_TILE}, {_TILE}) -> ()"
    return (
        "scf.for %i = %zero to %end step %one {\n"
        + acquire("c", "Produce")
        + f"func.call @fill(%c_tile) : ({_TILE}) -> ()\n"
        + "scf.for %k = %zero to %steps step %one {\n"
        + acquire("a", "Consume")
        + acquire("b", "Consume")
        + f"func.call @matmul(%a_tile, %b_tile, %c_tile) : {tiles}\n"
        + "aie.objectfifo.release @a(Consume, 1)\naie.objectfifo.release @b(Consume, 1)\n}\n"
        + "aie.objectfifo.release @c(Produce, 1)\n}\naie.end\n"
    )


def design() -> str:
    """The whole module."""
    inputs = f"memref<{SIZE * SIZE * STEPS * TILES}xbf16>"
    output = f"memref<{SIZE * SIZE * TILES}xbf16>"
    return (
        "module {\naie.device(npu1_1col) {\n"
        f"func.func private @fill({_TILE})\n"
        f"func.func private @matmul({_TILE}, {_TILE}, {_TILE})\n"
        "%shim = aie.tile(0, 0)\n%tile = aie.tile(0, 2)\n"
        + fifo("a", "%shim, {%tile}")
        + fifo("b", "%shim, {%tile}")
        + fifo("c", "%tile, {%shim}")
        + "aie.core(%tile) {\n%zero = arith.constant 0 : index\n%one = arith.constant 1 : index\n"
        + f"%steps = arith.constant {STEPS} : index\n"
        + "%end = arith.constant 9223372036854775807 : index\n"
        + core()
        + f"}}\naie.runtime_sequence(%a: {inputs}, %b: {inputs}, %c: {output}) {{\n"
        + copy("c", TILES, 0, "c")
        + copy("a", STEPS * TILES, 1, "a")
        + copy("b", STEPS * TILES, 2, "b")
        + "aiex.npu.dma_wait {symbol = @c}\n}\n}\n}\n"
    )


def fill(c: np.ndarray) -> None:
    """Set the output tile to zero."""
    c[...] = 0


def matmul(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    """c += a @ b, in fp32, c rounded to bf16."""
    c[...] = c.astype(np.float32) + a.astype(np.float32) @ b.astype(np.float32)


fill.cycles = FILL_CYCLES  # type: ignore[attr-defined]
matmul.cycles = cycles.gemm(NPU1, TILING)  # type: ignore[attr-defined]


def starts() -> list[int]:
    """The cycles at which the matmuls start; `AssertionError` if the result is wrong."""
    simulator = Simulator(design(), kernels={"fill": fill, "matmul": matmul}, trace=True)
    random = np.random.default_rng(0)
    shape = (2, TILES, STEPS, SIZE, SIZE)
    a, b = random.integers(-2, 3, shape).astype(ml_dtypes.bfloat16)
    c = np.zeros((TILES, SIZE, SIZE), ml_dtypes.bfloat16)
    simulator.run([a, b, c])
    wanted = np.einsum("tkij,tkjl->til", a.astype(np.float32), b.astype(np.float32))
    assert np.allclose(c.astype(np.float32), wanted, rtol=0.02, atol=1)
    assert simulator.trace is not None
    spans = simulator.trace.spans
    return [start for _, what, start, length in spans if what == "matmul" and length > 1000]


def main() -> None:
    """Simulate and print."""
    at = starts()
    assert len(at) == STEPS * TILES
    steady = statistics.median(b - a for a, b in itertools.pairwise(at))
    tile = at[2 * STEPS] - at[STEPS]
    kernel = cycles.gemm(NPU1, TILING)
    print(f"one matmul {kernel} cycles, one zero fill {FILL_CYCLES} (cycle models)")
    print(
        f"period of a k-step: {steady:.0f} simulated, {TRACED} traced, {steady / TRACED - 1:+.1%}"
    )
    print(f"output tile of {STEPS} k-steps with its zero fill: {tile} simulated")


if __name__ == "__main__":
    main()
