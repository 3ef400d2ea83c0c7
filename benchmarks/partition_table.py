"""Our assignments against HEFT, all-NPU and all-CPU, for every size, target and objective.

    python benchmarks/partition_table.py [--write] [--sizes tiny base ...] [--batches 1 16]

Prints the table of docs/partitioning.md; with `--write`, puts it there. Fails if a rival is better.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from pathlib import Path

from aiec.capture import capture_shapes
from aiec.fuse import fuse
from aiec.ir.graph import MixedGraph
from aiec.ir.options import Options
from aiec.ir.partition import Objective, Partition
from aiec.ir.target import TARGETS
from aiec.named_models import named_model
from aiec.partitioner.assign import assign
from aiec.plan_pieces import price_pieces

PAGE = Path(__file__).parent.parent / "docs" / "partitioning.md"
BEGIN, END = "<!-- begin: benchmarks/partition_table.py -->", "<!-- end -->"
SIZES = ("tiny", "base", "small", "medium", "large-v3", "large-v3-turbo")
RIVALS = ("heft", "npu-all", "cpu-all")
COLUMNS = ("model", "part", "batch", "target", "objective", "ours", "gap", "HEFT", "all NPU")
COLUMNS += ("all CPU", "ops on the NPU", "solver's CPU s")
HEAD = f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}"


def traced(size: str, part: str, batch: int) -> MixedGraph:
    """The mixed graph of a model's part."""
    named = named_model(f"whisper-{size}", part, batch)
    return fuse(capture_shapes(named.build, f"{size}-{part}"))


def rows(sizes: list[str], batches: list[int]) -> Iterator[str]:
    """The table's rows as they are decided."""
    for size in sizes:
        for part in ("encoder", "decoder"):
            for batch in batches:
                graph = traced(size, part, batch)
                for target in TARGETS.values():
                    planner = price_pieces(graph, target)
                    for objective in Objective:
                        begin = time.process_time()
                        options = Options(objective=str(objective))
                        decided = assign(graph, target, options, planner=planner, windows=batch)
                        spent = time.process_time() - begin
                        yield row(f"{size} | {part} | {batch}", decided, spent)


def row(name: str, decided: Partition, spent_s: float) -> str:
    """One row; fails if a rival is better."""
    objective = decided.objective
    ours = decided.outcome.value(objective)
    outcomes = dict(decided.alternatives)
    rivals = [outcomes[rival].value(objective) for rival in RIVALS]
    assert ours <= min(rivals) * (1 + 1e-9), f"{name} {objective}: {ours} against {rivals}"
    linear = sum(decision.npu is not None for decision in decided.decisions)
    shown = (words(rival, objective) + better(ours, rival) for rival in rivals)
    gap = f"{decided.gap:.2%}" if decided.gap else "0"
    assert decided.target is not None
    return (
        f"| {name} | {decided.target.name} | {objective} | {words(ours, objective)} | {gap} | "
        f"{' | '.join(shown)} | {len(decided.npu_ops)} of {linear} | {spent_s:.1f} |"
    )


def words(value: float, objective: Objective) -> str:
    """`41.3 ms`, or `1.2 J`."""
    if objective is Objective.ENERGY:
        return f"{value / 1e6:,.3g} J" if value < 1e9 else f"{value / 1e6:,.0f} J"
    return f"{value / 1e3:,.4g} ms" if value < 1e7 else f"{value / 1e3:,.0f} ms"


def better(ours: float, rival: float) -> str:
    """By how much ours is less: ` (+3 %)`; nothing if it is the same."""
    more = rival / ours - 1
    if more < 5e-4:
        return ""
    return f" (+{100 * more:.1f} %)" if more < 0.1 else f" (+{100 * more:.0f} %)"


def main() -> None:
    """Decide, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--sizes", nargs="+", default=list(SIZES))
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 16])
    args = parser.parse_args()
    lines = [HEAD]
    print(HEAD)
    for line in rows(args.sizes, args.batches):
        print(line, flush=True)
        lines.append(line)
    if args.write:
        text = PAGE.read_text(encoding="utf-8")
        between = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
        table = "\n".join((BEGIN, *lines, END))
        assert between.search(text), f"{PAGE} has no place for the table"
        PAGE.write_text(between.sub(lambda _: table, text), encoding="utf-8")


if __name__ == "__main__":
    main()
