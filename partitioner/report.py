"""Reports of a Partition: a table for the terminal, and a folder with JSON, DOT and HTML.

After `assign.py`; nothing reads these but people and their scripts. Refuses, with an
`OutputError`, a folder that cannot be written.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from aiec.ir.errors import OutputError
from aiec.ir.graph import OpKind
from aiec.ir.partition import Partition, Side
from aiec.partitioner.regions import Region, regions
from aiec.partitioner.report_dot import to_dot
from aiec.partitioner.report_html import to_html
from aiec.partitioner.report_json import to_json

_COLOURS = {Side.NPU: "dark_orange", Side.CPU: "steel_blue1"}


def table(partition: Partition) -> RenderableType:
    """The partition for a terminal: a row a region, then what it amounts to."""
    rows = Table(box=None, pad_edge=False, header_style="bold")
    rows.add_column("module", overflow="fold")
    rows.add_column("op")
    rows.add_column("device")
    for number in ("NPU us", "CPU us", "transfer"):
        rows.add_column(number, justify="right", no_wrap=True)
    rows.add_column("why (of one)", ratio=1)
    for region in regions(partition):
        rows.add_row(*_cells(region))
    lines = [Text(line) for line in summary(partition)]
    return Group(rows, Text(), *lines)


def summary(partition: Partition) -> tuple[str, ...]:
    """What the partition amounts to, in a few lines of plain text."""
    target = partition.target.title if partition.target else "no NPU"
    npu = len(partition.npu_ops)
    views = sum(op.kind is OpKind.VIEW for op in partition.graph.ops)
    others = len(partition.graph.ops) - npu - views
    transfer_us = sum(d.transfer_us for d in partition.decisions)
    compared = ", ".join(f"{name} {_ms(o.latency_us)}" for name, o in partition.alternatives)
    return (
        f"{partition.graph.name} on {target}: {npu} ops and {partition.npu_flop_share:.1%} of the "
        f"FLOP on the NPU, {others} ops on the CPU, {views} views.",
        f"Predicted {_ms(partition.predicted_us)} a pass, of it {_ms(transfer_us)} transfers; "
        f"{npu} dispatches. By policy: {compared}.",
    )


def write_report(partition: Partition, directory: Path) -> tuple[Path, ...]:
    """Write `partition.json`, `graph.dot` and `graph.html` into `directory`; return their paths."""
    texts = {
        "partition.json": to_json(partition),
        "graph.dot": to_dot(partition),
        "graph.html": to_html(partition),
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (directory / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write the partition's report: {error.strerror}",
            where=str(directory),
            todo="choose a folder that can be written",
        ) from error
    return tuple(directory / name for name in texts)


def _cells(region: Region) -> tuple[str | Text, ...]:
    shape = f" {region.gemm.m}x{region.gemm.k}x{region.gemm.n}" if region.gemm else ""
    times = f" ×{len(region.ops)}" if len(region.ops) > 1 else ""
    return (
        region.module or next(op.name for op in region.ops),
        f"{region.kind}{shape}{times}",
        Text(region.side.upper(), style=_COLOURS[region.side]),
        "-" if region.npu_bar is None else f"{region.npu_bar[1]:,.0f}",
        f"{region.cpu_bar[1]:,.0f}",
        f"{region.transfer_us:,.0f}" if region.transfer_us else "",
        region.reason.split(": ", 1)[1],
    )


def _ms(us: float) -> str:
    return f"{us / 1000:,.1f} ms"
