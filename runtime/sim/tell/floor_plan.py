"""The array as a floor plan over time: one page that needs no network (floor_plan.html).

The last step of `aiec sim --html`. Everything on the page comes from what the simulator recorded
while it ran the text: the trace's spans, the machine's routes, the report. With several devices in
one design, links are those of the one that was loaded last. Neighbours' shared memory and cascades
are not drawn. Refuses, with an `OutputError`, a place that cannot be written.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from aiec.ir.errors import OutputError
from aiec.runtime.sim.array.machine import SimMachine
from aiec.runtime.sim.array.packet import PacketSource
from aiec.runtime.sim.array.spans import Trace
from aiec.runtime.sim.array.stream import Circuit
from aiec.runtime.sim.tell.bottleneck import Rates, sentences, verdict
from aiec.runtime.sim.tell.report import Report
from aiec.runtime.sim.tell.timeline import ChannelRow, CoreRow, Timeline, timeline

_TITLE, _DATA = "<!--TITLE-->", "/*DATA*/null"
LONGEST = 5  # kernels and waits of a core that the page names


def write_floor_plan(path: Path, machine: SimMachine, report: Report) -> None:
    """Write the page about `report`, the first run of `machine`, whose engine recorded a trace."""
    trace = machine.engine.trace
    assert trace is not None, "made without trace"
    page = to_html(machine, trace, report)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error}") from None


def to_html(machine: SimMachine, trace: Trace, report: Report) -> str:
    """The page with the run in it."""
    page = files("aiec.runtime.sim.tell").joinpath("floor_plan.html").read_text(encoding="utf-8")
    assert page.count(_TITLE) == 1 and page.count(_DATA) == 1
    title = html.escape(f"{report.sequence} on {report.device} (simulated)")
    return page.replace(_TITLE, title).replace(
        _DATA, _script_safe(document(machine, trace, report))
    )


def document(machine: SimMachine, trace: Trace, report: Report) -> dict[str, Any]:
    """What the page shows, as plain JSON values; the page's own script reads nothing else."""
    links = tuple(_links(machine))
    names = {name for source, sinks in links for name in (source, *sinks)}
    names |= {core.name for core in machine.cores()}
    rates = Rates(machine.timing.stream_bytes_per_cycle, machine.ddr.bytes_per_cycle)
    run = timeline(trace, names, report.cycles, rates.ddr)
    bound = verdict(run, rates)
    target = machine.target
    return {
        "simulated": report.simulated,
        "device": report.device,
        "sequence": report.sequence,
        "clock_hz": report.clock_hz,
        "cycles": report.cycles,
        "columns": machine.columns,
        "rows": target.first_core_row + target.core_rows,
        "first_core_row": target.first_core_row,
        "stream_rate": rates.stream,
        "ddr_rate": rates.ddr,
        "verdict": {"text": bound.fact, "rows": bound.rows},
        "sentences": [
            *sentences(run, rates),
            *(f"warning: {warning}" for warning in report.warnings),
            *(f"note: {note}" for note in report.notes),
        ],
        "edges": run.edges.tolist(),
        "ddr": _compact(run.ddr_bytes),
        "cores": [_core(row, report) for row in run.cores],
        "channels": [_channel(row, report) for row in run.channels],
        "links": [_link(source, sinks, run) for source, sinks in links],
    }


def _links(machine: SimMachine) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each source channel with the channels that its stream leads to, by name."""
    for channel in machine.channels.values():
        route = channel.route
        if isinstance(route, Circuit) and route.source is channel:
            yield channel.name, tuple(sink.name for sink, _ in route.sinks)
        elif isinstance(route, PacketSource):
            ends = (sink.channel.name for path in route.paths.values() for sink, _ in path.sinks)
            known = {other.name for other in machine.channels.values()}
            yield channel.name, tuple(dict.fromkeys(end for end in ends if end in known))


def _link(source: str, sinks: tuple[str, ...], run: Timeline) -> dict[str, Any]:
    """A link by its channels' places in the list."""
    index = {row.name: n for n, row in enumerate(run.channels)}
    return {"from": index[source], "to": [index[sink] for sink in sinks]}


def _core(row: CoreRow, report: Report) -> dict[str, Any]:
    calls = {core.name: core.kernel_calls for core in report.cores}
    return {
        "name": row.name,
        "c": row.column,
        "r": row.row,
        "compute": _compact(row.compute),
        "lock": _compact(row.lock),
        "stream": _compact(row.stream),
        "calls": calls.get(row.name),
        "spent": row.spent[:LONGEST],
    }


def _channel(row: ChannelRow, report: Report) -> dict[str, Any]:
    waited = {channel.name: channel.stream_cycles for channel in report.channels}
    return {
        "name": row.name,
        "c": row.column,
        "r": row.row,
        "d": row.direction,
        "n": row.number,
        "busy": _compact(row.busy),
        "lock": _compact(row.lock),
        "bytes": _compact(row.moved_bytes),
        "waited": waited.get(row.name),
    }


def _compact(counts: np.ndarray) -> list[int]:
    """The counts; none at all where all are 0."""
    return counts.tolist() if counts.any() else []


def _script_safe(data: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
