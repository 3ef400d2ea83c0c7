"""Published measurements: rows of a CSV file, checked, with their sizes as numbers.

Columns: device, dtype_in, dtype_out, M, K, N, tile_m, tile_k, tile_n, cores, metric, value, unit,
source. Sizes may be empty. The last word of a source is its tag: `[CAL]` to fit on. Refuses, with a
`PointsError` that names file, line and column, what is missing or no number.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

from aiec.ir.errors import PointsError

SIZES = ("M", "K", "N", "tile_m", "tile_k", "tile_n", "cores")
COLUMNS = ("device", "dtype_in", "dtype_out", *SIZES, "metric", "value", "unit", "source")
_QUALIFIED = re.compile(r"([^\[]*)(?:\[(.*)\])?\s*$")
_PROJECT = re.compile(r"arXiv:[\d.]+|[\w.-]+/[\w.-]+|ryzen-npu-linux|\S+")


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement. `row` repeats the file's own text."""

    line: int
    row: tuple[tuple[str, str], ...]
    device: str
    dtype_in: str
    dtype_out: str
    m: int | None
    k: int | None
    n: int | None
    tile: tuple[int, int, int] | None
    tile_m: int | None
    cores: int | None
    metric: str  # without what stands in brackets
    qualifier: str  # what stands in brackets
    value: float
    unit: str
    source: str

    @property
    def calibrates(self) -> bool:
        """Whether its makers marked it as one to fit on."""
        return "[CAL]" in self.source

    @property
    def project(self) -> str:
        """Who measured it: paper or repository, as its source begins."""
        found = _PROJECT.match(self.source.strip())
        return found[0] if found else self.source

    def setting(self, name: str) -> int | None:
        """A number that source or metric give as `name=32`, else None."""
        found = re.search(rf"\b{name}=(\d+)", f"{self.qualifier} {self.source}")
        return int(found[1]) if found else None


def read_points(path: Path) -> tuple[Point, ...]:
    """All rows of a file, in order. Raises `PointsError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise PointsError(
                    f"points file has no column {', '.join(missing)}",
                    where=str(path),
                    expected=f"the columns {', '.join(COLUMNS)}",
                )
            points = tuple(_point(path, reader.line_num, row) for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PointsError(f"cannot read the points file: {reason}", where=str(path)) from error
    if not points:
        raise PointsError(
            "points file has no rows", where=str(path), expected="a measurement a row"
        )
    return points


def _point(path: Path, line: int, row: dict[str | None, str | None]) -> Point:
    where = f"{path}:{line}"
    if None in row or None in row.values():
        raise PointsError("row has too many or too few fields", where=where)
    text = {str(key): str(value) for key, value in row.items()}
    sizes = {name: _size(text[name], name, where) for name in SIZES}
    qualified = _QUALIFIED.match(text["metric"])
    tile = (sizes["tile_m"], sizes["tile_k"], sizes["tile_n"])
    return Point(
        line=line,
        row=tuple(text.items()),
        device=text["device"],
        dtype_in=text["dtype_in"].strip().lower(),
        dtype_out=text["dtype_out"].strip().lower(),
        m=sizes["M"],
        k=sizes["K"],
        n=sizes["N"],
        tile=(tile[0], tile[1], tile[2]) if tile[0] and tile[1] and tile[2] else None,
        tile_m=sizes["tile_m"],
        cores=sizes["cores"],
        metric=(qualified[1] if qualified else text["metric"]).strip(),
        qualifier=(qualified[2] or "") if qualified else "",
        value=_number(text["value"], where),
        unit=text["unit"].strip(),
        source=text["source"],
    )


def _size(text: str, column: str, where: str) -> int | None:
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number.is_integer() or number <= 0:
        raise PointsError(f"{column} {text!r} is no size", where=where, expected="a whole number")
    return int(number)


def _number(text: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise PointsError(f"value {text!r} is no number", where=where, expected="a finite number")
    return number
