"""The simulator's clock beside what a chip took: the table of docs/measurements.md.

    python benchmarks/silicon_timing.py           writes it
    python benchmarks/silicon_timing.py --check   says whether it is what this would write

Ours is simulated where the capture is of a design (`silicon_designs.py`), and a constant where it
is of one operation. Silicon is a row of tests/kernels/silicon/timing_silicon.csv, which has its
sources; the array's clock was 1.028 GHz in most, so cycles are compared, not times. DDR's rates
are compared at that capture's clock, 1.8 GHz.
"""

import csv
import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import silicon_designs
from docs_table import Place, write_or_check

from aiec.ir.target import NPU1
from aiec.runtime.sim.array import timing
from aiec.runtime.sim.array.timing import Timing

ROOT = Path(__file__).parent.parent
CAPTURE = ROOT / "tests" / "kernels" / "silicon" / "timing_silicon.csv"
PLACE = Place(
    "measurements.md",
    "<!-- the table: python benchmarks/silicon_timing.py -->\n",
    "<!-- end of the table of times -->\n",
)
MEETS = 0.15  # a ratio this far from 1 is as good as the captures are
CHAIN, WORDS = 8, 64  # tasks of the captured chain, and words of each
SINGLE = (8, 32, 64, 256, 512, 2048, 8192)  # words of the captured single tasks
TASK = "shim {} task duration"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing: its name, the capture's value, and ours.

    spread: the least and most that captures of the same thing took, where they scatter.
    """

    name: str
    silicon: float
    ours: float
    unit: str = "cycles"
    spread: tuple[float, float] | None = None

    @property
    def ratio(self) -> float:
        """Ours over silicon's."""
        return self.ours / self.silicon

    @property
    def verdict(self) -> str:
        """Whether they agree; empty if the ratio says so."""
        if abs(self.ratio - 1) <= MEETS:
            return ""
        if self.spread is not None and self.spread[0] <= self.ours <= self.spread[1]:
            return f"captures: {self.spread[0]:g} to {self.spread[1]:g}"
        return "off"


@functools.cache
def captured() -> tuple[dict[str, str], ...]:
    """The rows of the capture."""
    with CAPTURE.open() as file:
        return tuple(csv.DictReader(file))


def silicon(quantity: str, condition: str) -> float:
    """The value of the first row of a quantity whose condition begins so."""
    return next(
        float(row["value"])
        for row in captured()
        if row["quantity"] == quantity and row["condition"].startswith(condition)
    )


def rows() -> Iterator[Row]:
    """All that is compared."""
    yield from controller()
    chain = silicon_designs.loopback(CHAIN, WORDS)
    started = "interval between MM2S START_TASK of successive shim transfers"
    for number, ours in enumerate(chain["MM2S"].intervals, 1):
        capture = silicon(started, f"K=8 un-awaited dma_memcpy_nd of 64 words, interval {number},")
        yield Row(f"shim transfers, push {number} to {number + 1}", capture, ours)
    for way, verb in (("MM2S", "reads"), ("S2MM", "writes")):
        for number, ours in enumerate(chain[way].durations, 1):
            capture = silicon(f"{TASK.format(way)}, 64 words", f"K=8 chain, task {number}")
            yield Row(f"shim {verb} 64 words, task {number} of 8", capture, ours)
    for words in SINGLE:
        yield from single(words)
    yield from on_chip()
    yield from memory()


def controller() -> Iterator[Row]:
    """The controller's operations."""
    yield Row("controller, a register", silicon("controller write32", "mean"),
              timing.WRITE_CYCLES)  # fmt: skip
    yield Row("controller, a masked register", silicon("controller maskwrite", "one"),
              timing.MASK_WRITE_CYCLES)  # fmt: skip
    yield Row("controller, a word more of a block", silicon("controller payload word", "slope"),
              timing.block_write_cycles(8) - timing.block_write_cycles(7))  # fmt: skip


def single(words: int) -> Iterator[Row]:
    """One task each way, by itself: captured once for each length, so what scatters is told."""
    tasks = silicon_designs.loopback(1, words)
    for way, verb in (("MM2S", "reads"), ("S2MM", "writes")):
        capture = silicon(TASK.format(way), f"{words} words")
        yield Row(f"shim {verb} {words} words, once", capture, tasks[way].durations[0],
                  spread=first_tasks(way, words))  # fmt: skip


def first_tasks(way: str, words: int) -> tuple[float, float]:
    """The least and most that a first task of `words` took, by what all of them took beside their
    words."""
    others = [
        float(row["value"]) - int(row["condition"].split(" words")[0])
        for row in captured()
        if row["quantity"] == TASK.format(way) and " words, loopback" in row["condition"]
    ]
    return min(others) + words, max(others) + words


def on_chip() -> Iterator[Row]:
    """Streams, descriptors, and a core that waits for its lock."""
    clock = Timing.of(NPU1)
    yield Row("stream on chip", silicon("stream on chip", "slope"), clock.stream_bytes_per_cycle,
              "bytes a cycle")  # fmt: skip
    yield Row("descriptor on chip, start", silicon("stream on chip", "intercept"),
              timing.BD_START_CYCLES)  # fmt: skip
    parts = ("memory tile S2MM finished to its MM2S", "memory tile MM2S finished to core",
             "core tile S2MM finished to core")  # fmt: skip
    capture = sum(silicon(f"relay: {part}{rest}", "") for part, rest in zip(
        parts, (" finished", " tile S2MM finished", " has the lock"), strict=True))  # fmt: skip
    ours, _ = silicon_designs.relay()
    yield Row("mem tile is full until the core has the lock", capture, ours)


def memory() -> Iterator[Row]:
    """DDR, at the clock of the machine that was measured."""
    clock = Timing.of(NPU1.with_sku(clock_hz=round(1e9 * silicon("array clock", "default"))))
    channel = clock.stream_bytes_per_cycle * clock.clock_hz / 1e9
    reads = clock.ddr_bytes_per_cycle * clock.clock_hz / 1e9
    for name, condition, channels in (
        ("DDR, one shim channel", "one channel", 1),
        ("DDR, two channels of a column", "two channels", 2),
    ):
        capture = silicon("shim channel", condition)
        yield Row(name, capture, min(channels * channel, reads), "GB/s")
    yield Row("DDR, reads on all channels", silicon("read", "8 channels"), min(8 * channel, reads),
              "GB/s")  # fmt: skip


def line(row: Row) -> str:
    """A row of the table."""
    verdict = f", {row.verdict}" if row.verdict else ""
    return (
        f"| {row.name} | {row.ours:g} | {row.silicon:g} | {row.unit} | {row.ratio:.2f}{verdict} |\n"
    )


def table() -> str:
    """The whole table."""
    head = "| npu1 | simulator | silicon | | ratio |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(line(row) for row in rows())


def page() -> str:
    """docs/measurements.md with its table as it should be."""
    return PLACE.filled("\n" + table() + "\n")


if __name__ == "__main__":
    sys.exit(write_or_check(PLACE, page, __doc__))
