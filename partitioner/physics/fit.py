"""Constants from measurements: least squares of the logarithm of predicted over measured.

Each constant starts at its prior and is held there by its width, so that the fit has an answer
however few the points are, and so that points without a word on a constant leave it where its
source has it. A robust loss keeps outliers from bending the physics. Needs scipy, and seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy.optimize import least_squares

from aiec.partitioner.physics.answer import is_rate
from aiec.partitioner.physics.constants import (
    PRIORS,
    Constants,
    ErrorBar,
    Fit,
    moved,
)
from aiec.partitioner.physics.points import Point
from aiec.partitioner.physics.predict import ask

NOISE = 0.12  # of a published number: 10 to 15 % between processes (AIR)
_LIMIT = 3.0  # widths that a constant may move


def fit_constants(points: Iterable[Point]) -> Constants:
    """The constants that explain `points` best without leaving their priors for little."""
    known = [point for point in points if _log_ratio(point, moved([0.0] * len(PRIORS))) is not None]
    if not known:
        return moved([0.0] * len(PRIORS))

    def residuals(steps: np.ndarray) -> np.ndarray:
        constants = moved(steps)
        errors = [(_log_ratio(point, constants) or 0.0) / NOISE for point in known]
        return np.array([*errors, *steps])

    start = np.zeros(len(PRIORS))
    solved = least_squares(
        residuals, start, loss="soft_l1", bounds=(-_LIMIT, _LIMIT), ftol=1e-4, xtol=1e-4
    )
    return moved(solved.x)


def leave_one_source_out(points: Iterable[Point]) -> dict[str, Constants]:
    """For each project the constants fitted without any of its points."""
    every = tuple(points)
    used = tuple(point for point in every if point.calibrates)
    projects = dict.fromkeys(point.project for point in every)
    whole = fit_constants(used)
    return {
        project: fit_constants(p for p in used if p.project != project)
        if any(p.project == project for p in used)
        else whole
        for project in projects
    }


def error_bars(points: Iterable[Point], constants: dict[str, Constants]) -> dict[str, ErrorBar]:
    """By kind: what measured over predicted times come to at the 10th and 90th percentile.

    `constants` has, for each project, those fitted without it.
    """
    ratios: dict[str, list[float]] = {}
    for point in points:
        answer = ask(point, constants[point.project])
        ratio = _log_ratio(point, constants[point.project])
        if not isinstance(answer, str) and ratio is not None:
            ratios.setdefault(answer.kind, []).append(-ratio)
    return {kind: _bar(values) for kind, values in sorted(ratios.items())}


def complete(points: Iterable[Point]) -> Fit:
    """Constants from all calibration points, error bars from leaving each project out."""
    used = tuple(point for point in points if point.calibrates)
    bars = error_bars(used, leave_one_source_out(used))
    how = (
        f"least squares in log space with priors on {len(used)} [CAL] rows; error bars: 10th and "
        "90th percentile of measured over predicted time, each project left out of its own fit"
    )
    return Fit(fit_constants(used), tuple(bars.items()), how)


def _bar(logs: list[float]) -> ErrorBar:
    """At least the noise of one measurement either way."""
    low, high = np.quantile(logs, (0.1, 0.9))
    return ErrorBar(math.exp(min(low, -NOISE)), math.exp(max(high, NOISE)), len(logs))


def _log_ratio(point: Point, constants: Constants) -> float | None:
    """Logarithm of predicted over measured time; None where the model has no answer."""
    answer = ask(point, constants)
    value = None if isinstance(answer, str) else answer.in_unit(point.unit)
    if value is None:
        return None
    ratio = math.log(value / point.value)
    return -ratio if is_rate(point.unit) else ratio
