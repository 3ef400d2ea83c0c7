"""What the compiler emits for everything that it plans, as hashes and times: before and after.

    python benchmarks/replay_texts.py > before.csv       (then change something)
    python benchmarks/replay_texts.py --against before.csv

A row for each design: its name, the hash of its text, of each sequence the cycles (simulated by the
kernels' cycle models, or predicted with --predicted, which takes seconds instead of minutes). With
--against only what differs is printed. A change that should change nothing prints nothing; any
other says in its commit why a text differs and what that gains.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from encoder_time import SIZES, buffers_of

from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import plan_encoder
from aiec.ir.options import MLIR_AIE_EPOCHS
from aiec.ir.target import TARGETS
from aiec.kernels import timed_kernels
from aiec.kernels.encoder_cost import block_cycles
from aiec.runtime.sim import Simulator

Row = tuple[str, str, str]


def rows(sizes: list[str], predicted: bool) -> Iterator[Row]:
    """Design, what of it, value: text hashes by generation of mlir-aie, then cycles a sequence."""
    for size in sizes:
        for target in TARGETS.values():
            for dtype in target.dtypes:
                plan = plan_encoder(SIZES[size], target, dtype=dtype)
                name = f"{size}_{target.name}_{dtype}"
                designs = {e: emit(plan, name, e) for e in MLIR_AIE_EPOCHS}
                for epoch, design in designs.items():
                    yield name, f"text {epoch}", sha256(design.text.encode()).hexdigest()[:16]
                kernels = timed_kernels.load(design.kernels, target)
                simulator = None if predicted else Simulator(design.text, kernels=kernels)
                for block in plan.blocks:
                    cycles = round(block_cycles(plan, block))
                    if simulator:
                        arrays = buffers_of(plan, block)
                        cycles = simulator.run(arrays, sequence=block.symbol).cycles
                    yield name, block.symbol, str(cycles)


def main() -> None:
    """Print the rows, or those that differ."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--predicted", action="store_true")
    parser.add_argument("--against", type=Path)
    args = parser.parse_args()
    known: dict[tuple[str, str], str] = {}
    if args.against:
        with args.against.open(newline="") as file:
            known = {(name, what): value for name, what, value in csv.reader(file)}
    writer = csv.writer(sys.stdout)
    for name, what, value in rows(args.size or list(SIZES), args.predicted):
        before = known.get((name, what))
        if not args.against:
            writer.writerow((name, what, value))
        elif value != before:
            writer.writerow((name, what, before or "not there", value))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
