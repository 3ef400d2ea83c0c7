"""timeline.json: a schedule of the partition for Perfetto (ui.perfetto.dev) or chrome://tracing.

After `schedule.py`. A track for each device, a slice for each op, transfer and switch; with several
passes in flight their number is in the arguments, and flow arrows follow a pass between devices.
"""

from __future__ import annotations

import json
from typing import Any

from aiec.ir.partition import Partition, Side
from aiec.partitioner.schedule import Slice, chain, schedule

_TRACKS = {Side.NPU: 1, Side.CPU: 2}
_MORE = 2  # passes after the pipe is full


def to_timeline(partition: Partition) -> str:
    """The schedule as JSON in the trace event format; times are microseconds, predicted."""
    in_flight = partition.outcome.in_flight
    passes = 1 if in_flight == 1 else in_flight + _MORE
    switch_us = partition.target.switch_us if partition.target else 0.0
    tasks = chain(partition.graph, partition.decisions, switch_us)
    slices = schedule(tasks, in_flight, passes, partition.drag)
    events = [*_names(partition), *(_event(piece) for piece in slices), *_arrows(slices)]
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": events}, separators=(",", ":"))


def _names(partition: Partition) -> list[dict[str, Any]]:
    process = f"{partition.graph.name}, predicted"
    threads = [
        {"ph": "M", "pid": 1, "tid": track, "name": "thread_name", "args": {"name": side.upper()}}
        for side, track in _TRACKS.items()
    ]
    return [{"ph": "M", "pid": 1, "name": "process_name", "args": {"name": process}}, *threads]


def _event(piece: Slice) -> dict[str, Any]:
    return {
        "ph": "X",
        "pid": 1,
        "tid": _TRACKS[piece.task.side],
        "name": piece.task.name,
        "cat": piece.task.kind,
        "ts": round(piece.begin_us, 3),
        "dur": round(piece.end_us - piece.begin_us, 3),
        "args": {"op": piece.task.op, "pass": piece.number, "alone_us": round(piece.task.us, 3)},
    }


def _arrows(slices: tuple[Slice, ...]) -> list[dict[str, Any]]:
    """From the end of a slice to the next of its pass, where that is on the other device."""
    last: dict[int, Slice] = {}
    arrows: list[dict[str, Any]] = []
    for piece in slices:
        before = last.get(piece.number)
        if before is not None and before.task.side is not piece.task.side:
            shared = {"pid": 1, "id": len(arrows) // 2, "name": "pass", "cat": "crossing"}
            begin, end = _TRACKS[before.task.side], _TRACKS[piece.task.side]
            at = {"ts": round(before.end_us, 3)}
            arrows.append({"ph": "s", "tid": begin, **at, **shared})
            at = {"ts": round(piece.begin_us, 3)}
            arrows.append({"ph": "f", "bp": "e", "tid": end, **at, **shared})
        last[piece.number] = piece
    return arrows
