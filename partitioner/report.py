"""Reports of a Partition: a listing for the terminal, and a folder of files.

After `assign.py`; nothing reads these but people and their scripts. Refuses, with an
`OutputError`, a folder that cannot be written.
"""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from aiec.ir.graph import OpKind
from aiec.ir.partition import Objective, Partition, Side
from aiec.partitioner.regions import Region, obstacles, regions
from aiec.partitioner.report_dot import to_dot
from aiec.partitioner.report_files import write_files
from aiec.partitioner.report_html import to_html
from aiec.partitioner.report_json import to_json
from aiec.partitioner.report_roofline import to_roofline
from aiec.partitioner.report_timeline import to_timeline

_COLOURS = {Side.NPU: "dark_orange", Side.CPU: "steel_blue1"}


def listing(partition: Partition) -> RenderableType:
    """The partition for a terminal: a few lines a region, then what it amounts to."""
    blocks: list[RenderableType] = []
    for region in regions(partition):
        title, numbers, why = _lines(region, partition.objective)
        blocks += [title, Padding(numbers, (0, 0, 0, 4)), Padding(why, (0, 0, 0, 4))]
    lines = [Text(line) for line in (*unsupported(partition), *summary(partition))]
    return Group(*blocks, Text(), *lines)


def summary(partition: Partition) -> tuple[str, ...]:
    """What the partition amounts to, in a few lines of plain text."""
    target = partition.target.title if partition.target else "no NPU"
    npu = len(partition.npu_ops)
    views = sum(op.kind is OpKind.VIEW for op in partition.graph.ops)
    others = len(partition.graph.ops) - npu - views
    return (
        f"{partition.graph.name} on {target}: {npu} ops, {partition.npu_flop_share:.1%} of the "
        f"FLOP and {partition.npu_time_share:.1%} of the busy time on the NPU, {others} ops on the "
        f"CPU, {views} views.",
        _predicted(partition),
        f"{_optimum(partition)} {_rivals(partition)}",
        *_audio(partition),
    )


def unsupported(partition: Partition) -> tuple[str, ...]:
    """What the NPU cannot run, with counts, in a line of plain text; none without an NPU."""
    found = obstacles(partition)
    if not found or partition.target is None:
        return ()
    counted = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, _, count in found)
    return (f"The NPU cannot run: {counted}.",)


def _predicted(partition: Partition) -> str:
    outcome = partition.outcome
    windows = f" of {partition.windows} windows" if partition.windows > 1 else ""
    flight = (
        f", {_ms(partition.scheduled_us)} between passes with {outcome.in_flight} in flight"
        if outcome.in_flight > 1
        else ""
    )
    return (
        f"Predicted {_ms(outcome.latency_us)} a pass{windows}{flight}, of it "
        f"{_ms(outcome.transfer_us)} transfers; {outcome.dispatches} dispatches, "
        f"{outcome.switches} switches; {outcome.dram_bytes / 1e9:.2f} GB through DRAM, "
        f"{outcome.device_bytes / 1e6:.0f} MB of device buffers; {outcome.energy_uj / 1e6:.3g} J."
    )


def _optimum(partition: Partition) -> str:
    gap = f"within {partition.gap:.2%} of the best" if partition.gap else "proven"
    unforced = all(text == "()" for key, text in partition.settings if "force_" in key)
    what = {"latency": "Fastest", "throughput": "Shortest interval", "energy": "Least energy"}
    held = "" if unforced else " under what is forced"
    return f"{what[partition.objective]}{held}, {gap} by {partition.solver}."


def _rivals(partition: Partition) -> str:
    objective = partition.objective
    named = (
        f"{name} {_amount(o.value(objective), objective)}" for name, o in partition.alternatives
    )
    return f"By policy: {', '.join(named)}."


def _audio(partition: Partition) -> tuple[str, ...]:
    if partition.real_time_factor is None or partition.joules_per_minute is None:
        return ()
    return (
        f"For audio: real-time factor {partition.real_time_factor:.4f}, "
        f"{partition.joules_per_minute:.1f} J a minute.",
    )


def write_report(partition: Partition, directory: Path) -> tuple[Path, ...]:
    """Write the partition as JSON, DOT, pages and a timeline into `directory`; return the paths."""
    texts = {
        "partition.json": to_json(partition),
        "graph.dot": to_dot(partition),
        "graph.html": to_html(partition),
        "timeline.json": to_timeline(partition),
        "roofline.html": to_roofline(partition),
    }
    return write_files(texts, directory, "the partition's report")


def _lines(region: Region, objective: Objective) -> tuple[Text, Text, Text]:
    """Name and device; numbers; reason and runner-up."""
    shape = f" {region.gemm.m}x{region.gemm.k}x{region.gemm.n}" if region.gemm else ""
    what = (region.block.label if region.block else region.kind).replace("_", " ") + shape
    times = f" ×{len(region.ops)}" if len(region.ops) > 1 else ""
    title = Text.assemble(
        (region.side.upper(), f"bold {_COLOURS[region.side]}"),
        " ",
        (region.name, "bold"),
        f"  {what}{times}",
        ("  toss-up" if region.toss_up else "", "bold yellow"),
    )
    npu = "-" if region.npu_bar is None else _barred(region.npu_bar)
    used = f"{region.dram_bytes / 1e6:.1f} MB, {region.energy_uj / 1e3:,.1f} mJ"
    if region.side is Side.NPU:
        used += (
            f", transfers {_ms(region.transfer_us)}, {region.dispatches} dispatches, "
            f"{region.switches} switches"
        )
    numbers = Text(f"NPU {npu}, CPU {_barred(region.cpu_bar)}; {used}")
    why = region.reason.split(": ", 1)[1] + _moved(region, objective)
    return title, numbers, Text(why, style="dim")


def _moved(region: Region, objective: Objective) -> str:
    if region.runner_up is None or region.loss is None or len(region.ops) == 1:
        return ""
    gain = "saves" if region.loss < 0 else "costs"
    loss = _amount(abs(region.loss), objective)
    return f"; all {len(region.ops)} on the {region.runner_up.upper()} {gain} {loss}"


def _barred(bar: tuple[float, float, float]) -> str:
    """`2.7 ms (2.0 to 3.6)`."""
    low, predicted, high = bar
    return f"{_ms(predicted)} ({low / 1000:,.2f} to {high / 1000:,.2f})"


def _amount(value: float, objective: Objective) -> str:
    return f"{value / 1e6:.3g} J" if objective is Objective.ENERGY else _ms(value)


def _ms(us: float) -> str:
    return f"{us / 1000:,.1f} ms" if us >= 10_000 or us == 0 else f"{us / 1000:,.2f} ms"
