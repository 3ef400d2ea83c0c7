"""What every core, channel and sequence did when, for Perfetto (ui.perfetto.dev).

Recorded only when asked for. Rows are grouped by tile; times are simulated, at the target's clock.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aiec.ir.errors import OutputError, SimulationError
from aiec.runtime.sim.array.memory import DEFAULT_LIMIT_BYTES

SPAN_BYTES = 240  # what one span takes: its tuple, two ints, a string and the list's slot


class Trace:
    """Spans of simulated time: (row, what, first cycle, cycles). Refuses to outgrow its limit."""

    __slots__ = ("_most", "spans")

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.spans: list[tuple[str, str, int, int]] = []
        self._most = limit_bytes // SPAN_BYTES

    def add(self, row: str, what: str, start: int, cycles: int) -> None:
        """`row` did `what` from cycle `start` on."""
        if cycles > 0:
            self.spans.append((row, what, start, cycles))
            if len(self.spans) > self._most:
                raise SimulationError(
                    f"the trace has {len(self.spans)} spans at cycle {start}",
                    expected=f"at most {self._most} in the memory that it may take",
                    todo="trace a shorter run (max_cycles), or raise max_memory",
                )

    def events(self, clock_hz: int) -> list[dict[str, Any]]:
        """The spans as trace events: a process a tile, a thread a core or channel."""
        us = 1e6 / clock_hz
        groups: dict[str, int] = {}
        rows: dict[str, int] = {}
        events: list[dict[str, Any]] = []
        for row, what, start, cycles in self.spans:
            group = _group(row)
            if group not in groups:
                groups[group] = len(groups) + 1
                events.append(_name("process_name", groups[group], 0, group))
            if row not in rows:
                rows[row] = len(rows) + 1
                events.append(_name("thread_name", groups[group], rows[row], row))
            events.append({
                "ph": "X", "name": what, "pid": groups[group], "tid": rows[row],
                "ts": start * us, "dur": cycles * us, "args": {"cycle": start, "cycles": cycles},
            })  # fmt: skip
        return events

    def write(self, path: Path, clock_hz: int) -> None:
        """Write the JSON that Perfetto opens; `OutputError` if the place cannot be written."""
        content = {"displayTimeUnit": "ns", "simulated": True, "traceEvents": self.events(clock_hz)}
        try:
            path.write_text(json.dumps(content))
        except OSError as error:
            raise OutputError(f"cannot write {path}: {error}") from None


def _group(row: str) -> str:
    start = row.find("tile (")
    return row[start : row.index(")", start) + 1] if start >= 0 else row


def _name(kind: str, group: int, row: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": kind, "pid": group, "tid": row, "args": {"name": name}}
