"""roofline.html: each region's arithmetic intensity and predicted rate under both devices' roofs.

After `regions.py`; one file that needs no network, drawn here as SVG. A point stands for one op of
a region on one device: filled where it runs, hollow where it could. Regions without arithmetic
worth the name (views, copies) are left out.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from aiec.ir.partition import Cost, Partition, Side
from aiec.partitioner.regions import Region, ranges, regions

_WIDTH, _HEIGHT = 980, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 96, 20, 22, 56
_NEAR = 15  # pixels within which points of one look are drawn as one
_LEAST_FLOP = 1000  # of an op that is shown


@dataclass(frozen=True, slots=True)
class Roof:
    """The most that a device can do: flop/s, and bytes/s through DRAM."""

    side: Side
    flops: float
    bytes_per_s: float

    @property
    def ridge(self) -> float:
        """Flop a byte from which on arithmetic is the limit."""
        return self.flops / self.bytes_per_s


@dataclass(frozen=True, slots=True)
class Point:
    """One op of a region on one device."""

    number: int
    region: Region
    side: Side
    intensity: float  # flop a byte of DRAM traffic
    flops: float  # predicted flop/s, dispatch included
    us: float

    @property
    def taken(self) -> bool:
        """Whether the region runs there."""
        return self.side is self.region.side


def roofs(partition: Partition) -> tuple[Roof, ...]:
    """Peaks of the partition's devices, the NPU's first."""
    settings = dict(partition.settings)
    numbers = (float(settings[f"cpu.{key}"]) for key in ("gemm_flops", "memory_bytes_per_s"))
    cpu = Roof(Side.CPU, *numbers)
    if partition.target is None:
        return (cpu,)
    target = partition.target
    return (Roof(Side.NPU, target.peak_flops, float(target.ddr_bytes_per_s)), cpu)


def points(partition: Partition) -> tuple[Point, ...]:
    """A point for each region and each device that could run it, numbered by region."""
    shown = [r for r in regions(partition) if r.flop >= _LEAST_FLOP * len(r.ops)]
    return tuple(point for n, region in enumerate(shown, start=1) for point in _points(n, region))


def _points(number: int, region: Region) -> Iterator[Point]:
    flop, decision = region.ops[0].flop, region.decisions[0]
    costs: dict[Side, Cost | None] = {Side.NPU: decision.npu, Side.CPU: decision.cpu}
    for side, cost in costs.items():
        if cost is not None and cost.ddr_bytes and cost.device_us:
            rate = 1e6 * flop / cost.device_us
            yield Point(number, region, side, flop / cost.ddr_bytes, rate, cost.device_us)


def to_roofline(partition: Partition) -> str:
    """The page."""
    page = files("aiec.partitioner").joinpath("roofline.html").read_text(encoding="utf-8")
    title = html.escape(f"{partition.graph.name}: rooflines")
    machine = partition.target.title if partition.target else "no NPU"
    cpu = dict(partition.settings)["cpu.name"]
    pieces = {
        "<!--TITLE-->": title,
        "<!--SUBTITLE-->": html.escape(
            f"{machine}, beside {cpu}; predicted, one op of each region"
        ),
        "<!--PLOT-->": _plot(roofs(partition), points(partition)),
        "<!--ROWS-->": "\n".join(_row(point) for point in points(partition)),
    }
    for mark, text in pieces.items():
        assert mark in page, mark
        page = page.replace(mark, text)
    return page


class _Axes:
    """Decades on both axes, and where a number lies in the picture."""

    def __init__(self, roofs: tuple[Roof, ...], points: tuple[Point, ...]) -> None:
        xs = [p.intensity for p in points] + [roof.ridge for roof in roofs]
        ys = [p.flops for p in points] + [roof.flops for roof in roofs]
        self.x, self.y = _decades(xs), _decades(ys)

    def at(self, intensity: float, flops: float) -> tuple[float, float]:
        """Pixels of a point."""
        inner = (_WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM)
        x = (math.log10(intensity) - self.x[0]) / (self.x[1] - self.x[0])
        y = (math.log10(flops) - self.y[0]) / (self.y[1] - self.y[0])
        return _LEFT + inner[0] * x, _HEIGHT - _BOTTOM - inner[1] * y


def _decades(numbers: list[float]) -> tuple[int, int]:
    logs = [math.log10(number) for number in numbers]
    return math.floor(min(logs)), math.ceil(max(logs) + 0.1)


def _plot(roofs: tuple[Roof, ...], points: tuple[Point, ...]) -> str:
    axes = _Axes(roofs, points)
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Rooflines">']
    parts += [*_grid(axes)]
    for roof in roofs:
        parts += _roof(roof, axes)
    marks = _together(points, axes)
    parts += [_mark(mark, axes) for mark in sorted(marks, key=lambda mark: mark[0].taken)]
    return "\n".join([*parts, "</svg>"])


def _together(points: tuple[Point, ...], axes: _Axes) -> list[list[Point]]:
    """Points of one device and look that lie on one another."""
    groups: list[list[Point]] = []
    for point in points:
        x, y = axes.at(point.intensity, point.flops)
        for group in groups:
            gx, gy = axes.at(group[0].intensity, group[0].flops)
            alike = (group[0].side, group[0].taken) == (point.side, point.taken)
            if alike and math.hypot(x - gx, y - gy) < _NEAR:
                group.append(point)
                break
        else:
            groups.append([point])
    return groups


def _grid(axes: _Axes) -> Iterator[str]:
    """A line a decade, with its number."""
    bottom, left = 10.0 ** axes.y[0], 10.0 ** axes.x[0]
    for decade in range(axes.x[0], axes.x[1] + 1):
        (x, y0), (_, y1) = axes.at(10.0**decade, bottom), axes.at(10.0**decade, 10.0 ** axes.y[1])
        yield _line("grid", x, y0, x, y1)
        yield _text(x, y0 + 18, f"{10.0**decade:g}", "middle")
    for decade in range(axes.y[0], axes.y[1] + 1):
        (x0, y), (x1, _) = axes.at(left, 10.0**decade), axes.at(10.0 ** axes.x[1], 10.0**decade)
        yield _line("grid", x0, y, x1, y)
        yield _text(x0 - 8, y + 4, _flops(10.0**decade), "end")
    middle = _LEFT + (_WIDTH - _LEFT - _RIGHT) / 2
    yield _text(middle, _HEIGHT - 12, "flop a byte of DRAM traffic", "middle")


def _roof(roof: Roof, axes: _Axes) -> list[str]:
    """Bandwidth's slope up to the ridge, then the peak."""
    low = max(10.0 ** axes.x[0], 10.0 ** axes.y[0] / roof.bytes_per_s)
    foot, ridge = axes.at(low, low * roof.bytes_per_s), axes.at(roof.ridge, roof.flops)
    end = axes.at(10.0 ** axes.x[1], roof.flops)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (foot, ridge, end))
    said = f"{roof.side.upper()} {_flops(roof.flops)}, {roof.bytes_per_s / 1e9:.0f} GB/s"
    return [
        f'<polyline class="roof {roof.side}" points="{path}"/>',
        _text(end[0] - 4, end[1] - 7, said, "end"),
    ]


def _mark(points: list[Point], axes: _Axes) -> str:
    first = points[0]
    x, y = axes.at(first.intensity, first.flops)
    look = f"{first.side} {'taken' if first.taken else 'open'}"
    label = ranges([point.number for point in points])
    wide = 12 + 6.5 * len(label)
    said = html.escape("\n".join(_said(point) for point in points))
    return (
        f'<g class="mark {look}"><title>{said}</title>'
        f'<rect x="{x - wide / 2:.1f}" y="{y - 9:.1f}" width="{wide:.1f}" height="18" rx="9"/>'
        f'<text x="{x:.1f}" y="{y + 3.5:.1f}" text-anchor="middle">{label}</text></g>'
    )


def _said(point: Point) -> str:
    name = point.region.name
    runs = "runs here" if point.taken else "does not run here"
    return (
        f"{name} on {point.side.upper()} ({runs}): {_flops(point.flops)} at "
        f"{point.intensity:.1f} flop a byte, {point.us:,.0f} us"
    )


def _row(point: Point) -> str:
    name = html.escape(point.region.name)
    kind = html.escape(str(point.region.kind).replace("_", " "))
    count = f" × {len(point.region.ops)}" if len(point.region.ops) > 1 else ""
    cells = (
        f"<td>{point.number}</td><td class=left>{name}</td><td class=left>{kind}{count}</td>"
        f"<td class=left>{point.side.upper()}</td><td>{point.intensity:.1f}</td>"
        f"<td>{_flops(point.flops)}</td><td>{point.us:,.0f}</td>"
    )
    return f'<tr class="{"taken" if point.taken else "open"}">{cells}</tr>'


def _line(look: str, x0: float, y0: float, x1: float, y1: float) -> str:
    return f'<line class="{look}" x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def _flops(rate: float) -> str:
    for unit, size in (("TFLOP/s", 1e12), ("GFLOP/s", 1e9), ("MFLOP/s", 1e6)):
        if rate >= size:
            return f"{rate / size:.3g} {unit}"
    return f"{rate / 1e3:.3g} kFLOP/s"
