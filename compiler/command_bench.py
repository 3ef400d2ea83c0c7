"""`aiec bench`: the cost model against published measurements, and this machine's CPU measured.

`cost` predicts every row of a file of measurements; `calibrate` times this machine's CPU and keeps
the profile for later decisions. Torch and scipy are imported when a command needs them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiec.ir.errors import OutputError, PointsError
from aiec.progress import doing

if TYPE_CHECKING:
    from aiec.partitioner.physics.constants import Fit
    from aiec.partitioner.physics.points import Point

_CALIBRATION_S = 25.0


def register(app: typer.Typer) -> None:
    """Add `bench` with its commands to `app`."""
    bench = typer.Typer(help="The cost model against measurements; this machine's CPU.")
    bench.command()(cost)
    bench.command()(calibrate)
    app.add_typer(bench, name="bench")


def cost(
    points: Annotated[Path, typer.Option(help="CSV file of published measurements")],
    json: Annotated[Path | None, typer.Option(help="write every row with its prediction")] = None,
    leave_one_source_out: Annotated[
        bool,
        typer.Option(
            "--leave-one-source-out", help="predict each row without its own source's rows"
        ),
    ] = False,
    write_constants: Annotated[
        Path | None, typer.Option(help="fit on the file's [CAL] rows and write the constants")
    ] = None,
) -> None:
    """Predict published measurements and say how far off the model is."""
    from aiec.partitioner.physics.constants import load, to_json
    from aiec.partitioner.physics.evaluate import evaluate, lines
    from aiec.partitioner.physics.evaluate import to_json as predictions_json
    from aiec.partitioner.physics.points import read_points

    rows = read_points(points)
    fit = load()
    if write_constants:
        with doing("fitting the constants, and once without each source"):
            fit = _fitted(points, rows)
        _write(write_constants, to_json(fit))
    fits = _without_own_source(points, rows, fit) if leave_one_source_out else {}
    predictions = evaluate(rows, lambda point: fits.get(point.project, fit))
    print("\n".join(["    measured    predicted unit         error  point", *lines(predictions)]))
    how = "each row's own source left out of the fit" if leave_one_source_out else fit.how
    print(f"\nConstants: {how}.")
    if json:
        _write(json, predictions_json(predictions, how))


def calibrate(
    seconds: Annotated[float, typer.Option(min=0.1, help="how long to measure")] = _CALIBRATION_S,
) -> None:
    """Measure this machine's CPU for the partitioner, and keep the result."""
    with doing("loading torch"):
        from aiec.partitioner.calibrate import measure, save

    with doing(f"measuring for {seconds:.0f} s"):
        profile = measure(seconds)
    path = save(profile)
    print(f"{profile.name}: {profile.source}")
    for flop, share in profile.gemm_ramp:
        side = round((flop / 2) ** (1 / 3))
        print(f"  GEMM {side:5d} cubed      {share * profile.gemm_flops / 1e9:9.1f} GFLOP/s")
    print(f"  memory (copy)         {profile.memory_bytes_per_s / 1e9:9.1f} GB/s")
    print(f"  small op              {profile.op_us:9.2f} us")
    for name in ("norm", "softmax", "gelu"):
        rate = getattr(profile, f"{name}_per_s")
        print(f"  {name:20s}  {rate / 1e9:9.2f} G elements/s")
    print(f"kept in {path}; decisions take it unless --cpu names a part")
    if busy := others_at_work(os.getloadavg()[0], os.cpu_count() or 1):
        print(f"aiec: warning: {busy}", file=sys.stderr)


def others_at_work(load: float, cpus: int) -> str | None:
    """A warning where more ran in the last minute than the measurement itself; None if not."""
    if load <= 1.25 * cpus:
        return None
    return (
        f"the machine was busy (load {load:.1f} on {cpus} CPUs), so these rates are too low; "
        "measure again when it is idle"
    )


def _fitted(path: Path, rows: tuple[Point, ...]) -> Fit:
    from aiec.partitioner.physics.fit import complete

    _refuse_uncalibrated(path, rows)
    return complete(rows)


def _without_own_source(path: Path, rows: tuple[Point, ...], fit: Fit) -> dict[str, Fit]:
    """For each source the fit without it; error bars are the package's."""
    from dataclasses import replace

    from aiec.partitioner.physics.fit import leave_one_source_out

    _refuse_uncalibrated(path, rows)
    with doing("fitting the constants without each source"):
        constants = leave_one_source_out(rows)
    return {source: replace(fit, constants=found) for source, found in constants.items()}


def _refuse_uncalibrated(path: Path, rows: tuple[Point, ...]) -> None:
    if not any(row.calibrates for row in rows):
        raise PointsError(
            "points file has no row to fit on",
            where=str(path),
            expected="rows whose source ends in [CAL]",
        )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
