"""Predicted and measured side by side: for a terminal, as JSON, and in a summary.

After `predict.py`. The error of a row is predicted over measured, minus one; the summary takes its
absolute value. Rows that the model cannot speak to are listed with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aiec.partitioner.physics.constants import Fit
from aiec.partitioner.physics.points import Point
from aiec.partitioner.physics.predict import Prediction, predict


@dataclass(frozen=True, slots=True)
class Summary:
    """Errors of one kind of prediction on one device; `device` or `kind` may be `all`."""

    device: str
    kind: str
    points: int
    median: float
    p90: float


def evaluate(points: Iterable[Point], fit_for: Callable[[Point], Fit]) -> tuple[Prediction, ...]:
    """Predict every point with the fit that belongs to it."""
    return tuple(predict(point, fit_for(point)) for point in points)


def summarize(predictions: Iterable[Prediction]) -> tuple[Summary, ...]:
    """By device and kind, then by kind over all devices; rows tagged [CONTEXT] on their own."""
    groups: dict[tuple[str, str], list[float]] = {}
    for p in predictions:
        if p.error is not None:
            for device in (p.point.device, "all"):
                groups.setdefault((device, _group(p)), []).append(abs(p.error))
    ordered = sorted(groups.items(), key=lambda item: (item[0][0] == "all", item[0]))
    return tuple(_summary(device, kind, errors) for (device, kind), errors in ordered)


def _group(p: Prediction) -> str:
    """The kind; weak sources, which nothing is fitted on, apart."""
    return f"{p.kind} (context)" if "[CONTEXT]" in p.point.source else p.kind


def gemm_rows(predictions: Iterable[Prediction]) -> tuple[Prediction, ...]:
    """Rows of whole GEMMs marked `[CAL]`: those that the model's aim is stated for."""
    names = ("gemm", "matmul")
    return tuple(
        p
        for p in predictions
        if p.kind == "gemm" and p.point.calibrates and p.point.metric.startswith(names)
    )


def quantile(values: Iterable[float], part: float) -> float:
    """The value that a share of `part` of all lie below, interpolated."""
    ordered = sorted(values)
    at = part * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _summary(device: str, kind: str, errors: list[float]) -> Summary:
    return Summary(device, kind, len(errors), quantile(errors, 0.5), quantile(errors, 0.9))


def lines(predictions: tuple[Prediction, ...]) -> Iterator[str]:
    """The whole comparison as text: points, summary, and what was left unsaid."""
    for p in predictions:
        if p.value is not None and p.error is not None:
            yield (
                f"{p.point.value:>12,.6g} {p.value:>12,.5g} {p.point.unit:9s} {p.error:+8.1%}  "
                f"{_name(p.point)}"
            )
    yield ""
    yield f"{'device':30s} {'kind':20s} {'points':>6s} {'median |error|':>15s} {'90th pct.':>10s}"
    for s in summarize(predictions):
        yield f"{s.device:30s} {s.kind:20s} {s.points:6d} {s.median:15.1%} {s.p90:10.1%}"
    yield from _aim(predictions)
    unsaid = [p for p in predictions if p.value is None]
    yield f"\n{len(unsaid)} rows that the model cannot speak to:"
    for p in unsaid:
        yield f"  line {p.point.line}: {_name(p.point)}: {p.why}"


def _aim(predictions: tuple[Prediction, ...]) -> Iterator[str]:
    errors = [abs(p.error) for p in gemm_rows(predictions) if p.error is not None]
    if errors:
        yield (
            f"\n[CAL] GEMM rows: {len(errors)}, median |error| {quantile(errors, 0.5):.1%}, "
            f"90th percentile {quantile(errors, 0.9):.1%}"
        )


def _name(point: Point) -> str:
    sizes = "x".join(str(s) for s in (point.m, point.k, point.n) if s)
    words = (point.device, point.dtype_in, sizes, dict(point.row)["metric"])
    return " ".join(word for word in words if word)


def document(predictions: tuple[Prediction, ...], how: str) -> dict[str, Any]:
    """Everything as JSON's plain types: `points` has the rows, with what was predicted."""
    return {
        "how": how,
        "points": [_row(p) for p in predictions],
        "summary": [
            {
                "device": s.device,
                "kind": s.kind,
                "points": s.points,
                "median": s.median,
                "p90": s.p90,
            }
            for s in summarize(predictions)
        ],
    }


def to_json(predictions: tuple[Prediction, ...], how: str) -> str:
    """`document` as text."""
    return json.dumps(document(predictions, how), indent=1, ensure_ascii=False) + "\n"


def _row(p: Prediction) -> dict[str, Any]:
    return {
        **dict(p.point.row),
        "value": p.point.value,
        "predicted": p.value,
        "low": None if p.value is None else p.low,
        "high": None if p.value is None else p.high,
        "error": p.error,
        "kind": p.kind if p.value is not None else None,
        "why_not": p.why or None,
    }
