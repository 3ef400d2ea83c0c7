"""Four ways to multiply 16x16x16 integers on npu1: simulated times against published ones.

    python benchmarks/sim_cascade.py FOLDER

FOLDER holds aie_plainx1.mlir, aie_plainx4.mlir, aie_bufferx4.mlir and aie_cascadex4.mlir of
mlir-aie's test/npu-xrt/matrix_multiplication_using_cascade, which publishes times on npu1. Only
ratios are compared: the clock of the published run is not known. A time is that of the core that
takes longest, from the start of its initialisation to the release of its result.
"""

import argparse
import re
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np

from aiec.runtime.sim import Simulator
from aiec.runtime.sim.array.spans import Trace

# Microseconds in total. Source: README of the folder.
PUBLISHED = {"plainx1": 25.6, "plainx4": 6.7, "bufferx4": 32.0, "cascadex4": 13.9}
_SYMBOL = re.compile(
    r"matmul_scalar_(?:(put_get|put|get)_)?(\d+)x(\d+)x(\d+)_(\d+)x(\d+)x(\d+)_i32_i32"
)
# A dot product over K: a slot for each of its 2 K + 1 loads (one of the two load units serves
# scalar registers), then the last load (6), multiply (2), add (1), store (1) and the loop's jump
# (6), which nothing fills. Source of latencies: Jena's tables for AIE2.
_TAIL = 1 + 6 + 2 + 1 + 1 + 6


def model(symbol: str) -> Callable[..., Any]:
    """The kernel `symbol` of mm.cc: blocked int32 matmul, partial sums over the cascade."""
    match = _SYMBOL.fullmatch(symbol)
    assert match is not None, symbol
    mode = match[1] or ""
    mt, kt, nt, m, k, n = map(int, match.groups()[1:])
    dots = mt * kt * nt * m * n
    cycles = dots * (2 * k + _TAIL)

    def products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        x, w = a.reshape(kt, mt, m, k), b.reshape(nt, kt, k, n)
        return np.einsum("kmij,nkjl->nmil", x, w).astype(np.int32)

    def plain(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
        c += products(a, b).reshape(c.shape)

    def cascaded(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> Generator[Any, Any, None]:
        flat = c.reshape(-1)
        for i, value in enumerate(products(a, b).reshape(-1)):
            if "get" in mode:
                beat = yield ("get_cascade",)
                yield ("get_cascade",)
                value += beat[0]
            flat[i] += value
            if "put" in mode:
                yield ("put_cascade", [flat[i]] + [0] * 15)
                yield ("put_cascade", [0] * 16)

    kernel = cascaded if mode else plain
    kernel.cycles = cycles  # type: ignore[attr-defined]
    return kernel


def nothing() -> None:
    """event_0, event_1 and flush_trace of mm.cc write to the trace unit."""


def longest(trace: Trace) -> int:
    """Cycles of the core that takes longest between its first and last call."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for row, what, start, _ in trace.spans:
        if row.startswith("core") and what != "compute" and not what.startswith("waits"):
            first.setdefault(row, start)
            if what == "flush_trace":
                last.setdefault(row, start)
    return max(last[row] - first[row] for row in last)


def simulated(path: Path) -> int:
    """Cycles of one variant; `AssertionError` if the product is wrong."""
    text = path.read_text()
    kernels = {symbol: model(symbol) for symbol in set(re.findall(r"@(matmul_scalar\w+)", text))}
    kernels |= dict.fromkeys(("event_0", "event_1", "flush_trace"), nothing)
    simulator = Simulator(text, kernels=kernels, name=path.name, trace=True)
    random = np.random.default_rng(0)
    a, b = random.integers(-9, 9, (2, 16, 16), np.int32)
    c = np.zeros((16, 16), np.int32)
    simulator.run([a, b, c])
    assert np.array_equal(c, a @ b), path
    assert simulator.trace is not None
    return longest(simulator.trace)


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    cycles = {name: simulated(folder / f"aie_{name}.mlir") for name in PUBLISHED}
    print("variant     simulated cycles   ratio to plainx1: simulated  published  difference")
    for name, published in PUBLISHED.items():
        ours, theirs = cycles[name] / cycles["plainx1"], published / PUBLISHED["plainx1"]
        print(f"{name:12}{cycles[name]:16}{ours:29.3f}{theirs:11.3f}{ours / theirs - 1:11.1%}")


if __name__ == "__main__":
    main()
