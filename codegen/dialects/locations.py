"""Where an op stands in the text that it was read from, for messages.

Where it stands: written by `reading`, asked by everyone who reports on an op.
"""

from __future__ import annotations

from xdsl.dialects.builtin import FileLineColLoc
from xdsl.ir import Operation


def location(op: Operation) -> tuple[int, int] | None:
    """(line, column) of an op in the text it was read from, from 1; None if it was built."""
    place = op.location
    if isinstance(place, FileLineColLoc):
        return place.line.data, place.column.data
    return None


def describe(op: Operation) -> str:
    """`name:line:column` of an op, or its own name where it was built."""
    place = op.location
    if isinstance(place, FileLineColLoc):
        return f"{place.filename.data}:{place.line.data}:{place.column.data}"
    return op.name
