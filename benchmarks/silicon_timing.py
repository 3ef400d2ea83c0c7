"""The simulator's clock beside what a chip took: the table of docs/measurements.md.

    python benchmarks/silicon_timing.py           writes it
    python benchmarks/silicon_timing.py --check   says whether it is what this would write

Ours is what the constants of runtime/sim/array/timing.py and of the target come to, for one thing
by itself; nothing is simulated here. Silicon is a row of tests/kernels/silicon/timing_silicon.csv,
which has its sources; the array's clock was 1.028 GHz there, so cycles are compared, not times.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
WORDS = 64  # of the captured tasks


@dataclass(frozen=True, slots=True)
class Row:
    """One thing: its name, the capture's quantity and the start of its condition, and ours."""

    name: str
    quantity: str
    condition: str
    ours: float
    unit: str

    @property
    def silicon(self) -> float:
        """The chip's value."""
        with CAPTURE.open() as file:
            found = next(
                row
                for row in csv.DictReader(file)
                if row["quantity"] == self.quantity and row["condition"].startswith(self.condition)
            )
        return float(found["value"])


def rows() -> Iterator[Row]:
    """All that is compared."""
    write, clock = timing.REGISTER_WRITE_CYCLES, Timing.of(NPU1)
    transfer = timing.REGISTERS_A_TRANSFER * write
    task = timing.BD_START_CYCLES + WORDS
    started = "interval between MM2S START_TASK of successive shim transfers"
    reads, writes = (f"shim {way} task duration, 64 words" for way in ("MM2S", "S2MM"))
    eight = "K=8 un-awaited dma_memcpy_nd of 64 words, interval"
    yield Row("controller, a register", "controller write32", "mean", write, "cycles")
    yield Row("controller, a masked register", "controller maskwrite", "one", write, "cycles")
    yield Row("controller, a word more of a block", "controller payload word", "slope", write,
              "cycles")  # fmt: skip
    yield Row("shim transfer after another, at first", started, f"{eight} 1", transfer, "cycles")
    yield Row("the same, steady", started, f"{eight} 5", transfer, "cycles")
    yield Row("shim reads 64 words, first", reads, "K=8 chain, task 1", task, "cycles")
    yield Row("the same, steady", reads, "K=8 chain, task 8", task, "cycles")
    yield Row("shim writes 64 words, first", writes, "K=8 chain, task 1", task, "cycles")
    yield Row("the same, steady", writes, "K=8 chain, task 8", task, "cycles")
    yield Row("stream on chip", "stream on chip", "slope", clock.stream_bytes_per_cycle,
              "bytes a cycle")  # fmt: skip
    yield Row("descriptor on chip, start", "stream on chip", "intercept", timing.BD_START_CYCLES,
              "cycles")  # fmt: skip
    yield Row("DDR, one shim channel", "shim channel", "one channel", _gigabytes(clock), "GB/s")
    yield Row("DDR, reads on all channels", "read", "8 channels", NPU1.ddr_bytes_per_s / 1e9,
              "GB/s")  # fmt: skip


def _gigabytes(clock: Timing) -> float:
    return clock.stream_bytes_per_cycle * clock.clock_hz / 1e9


def line(row: Row) -> str:
    """A row of the table."""
    ratio = row.ours / row.silicon
    verdict = "" if abs(ratio - 1) <= MEETS else ", off"
    return f"| {row.name} | {row.ours:g} | {row.silicon:g} | {row.unit} | {ratio:.2f}{verdict} |\n"


def table() -> str:
    """The whole table."""
    head = "| npu1 | simulator | silicon | | ratio |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(line(row) for row in rows())


def page() -> str:
    """docs/measurements.md with its table as it should be."""
    return PLACE.filled("\n" + table() + "\n")


if __name__ == "__main__":
    sys.exit(write_or_check(PLACE, page, __doc__))
