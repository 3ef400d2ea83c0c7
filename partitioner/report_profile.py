"""profile.md and profile.html: a measured model's ops, and what the NPU would make of them.

After `suitability.py`; the page is one file that needs no network. Refuses, with an `OutputError`,
a folder that cannot be written.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from aiec.partitioner.report_files import write_files
from aiec.partitioner.suitability import Row, Standing, plan

_HEADS = ("op", "ops", "this CPU", "share", "FLOP", "DRAM", "flop/byte", "GFLOP/s", "GB/s", "NPU")
_HEADS += ("standing",)
_FLOORS = (Standing.NEEDS, Standing.BLOCK)  # whose NPU times are floors


@dataclass(frozen=True, slots=True)
class ProfileReport:
    """What was measured, in words, and the rows."""

    title: str  # whisper-base encoder
    machine: str  # this CPU
    target: str  # the NPU
    conditions: str  # threads, runs, weights
    eager_us: float
    rows: tuple[Row, ...]


def headline(report: ProfileReport) -> str:
    """One line: what the model takes here, and what the plan would leave."""
    ops_us = sum(row.cpu_us for row in report.rows)
    kept = (Standing.RUNS, Standing.COULD, Standing.BLOCK)
    today = sum(row.gain_us for row in report.rows if row.standing in kept)
    later = sum(row.gain_us for row in report.rows if row.standing is Standing.NEEDS)
    return (
        f"{report.title} takes {_ms(report.eager_us)} here ({_ms(ops_us)} in its ops, one by one). "
        f"On {report.target} our kernels would save up to {_ms(today)}, kernels yet "
        f"to be written up to "
        f"{_ms(later)} more."
    )


def to_markdown(report: ProfileReport) -> str:
    """The report as markdown."""
    lines = [f"# Profile of {report.title}", "", headline(report), "", _small(report), ""]
    lines += ["## Plan", ""]
    lines += [f"{n}. {_step(row)}" for n, row in enumerate(plan(report.rows), start=1)]
    lines += ["", "## Operators", "", f"| {' | '.join(_HEADS)} |", "|" + " --- |" * len(_HEADS)]
    lines += [
        f"| {' | '.join(cell.replace('|', '/') for cell in _cells(r))} |" for r in report.rows
    ]
    return "\n".join(lines) + "\n"


def to_html(report: ProfileReport) -> str:
    """The report as a page."""
    page = files("aiec.partitioner").joinpath("profile.html").read_text(encoding="utf-8")
    most = max((row.cpu_us for row in report.rows), default=1.0)
    pieces = {
        "<!--TITLE-->": html.escape(f"Profile of {report.title}"),
        "<!--HEADLINE-->": html.escape(headline(report)),
        "<!--SMALL-->": html.escape(_small(report)),
        "<!--PLAN-->": "\n".join(
            f"<li>{html.escape(_step(row))}</li>" for row in plan(report.rows)
        ),
        "<!--HEADS-->": "".join(f"<th>{head}</th>" for head in ("", *_HEADS)),
        "<!--ROWS-->": "\n".join(_html_row(row, most) for row in report.rows),
    }
    for mark, text in pieces.items():
        assert mark in page, mark
        page = page.replace(mark, text)
    return page


def write_profile(report: ProfileReport, directory: Path) -> tuple[Path, ...]:
    """Write both into `directory`; return their paths."""
    texts = {"profile.md": to_markdown(report), "profile.html": to_html(report)}
    return write_files(texts, directory, "the profile")


def shown(report: ProfileReport, most: int = 12) -> Sequence[str]:
    """The report for a terminal: the headline, the plan, the slowest ops."""
    lines = [headline(report), _small(report), "", "Plan, the greatest saving first:"]
    lines += [f"{n:3d}. {_step(row)}" for n, row in enumerate(plan(report.rows)[:most], start=1)]
    lines += ["", "Slowest:"]
    for row in report.rows[:most]:
        times = f" × {row.count}" if row.count > 1 else ""
        lines.append(
            f"{row.share:6.1%} {_ms(row.cpu_us):>10}  {row.name} ({row.kind}{times}): "
            f"{row.flops / 1e9:.3g} GFLOP/s, {row.intensity:.1f} flop/byte"
        )
    return lines


def _small(report: ProfileReport) -> str:
    return (
        f"Measured on {report.machine}, {report.conditions}; times on {report.target} are "
        "predicted; without a kernel of its own it is a floor. DRAM traffic and FLOP are counted "
        "from shapes."
    )


def _step(row: Row) -> str:
    times = f" × {row.count}" if row.count > 1 else ""
    saves = "saves up to" if row.standing in _FLOORS else "saves"
    part = row.gain_us / row.cpu_us
    return (
        f"{row.name} ({row.kind}{times}) {row.standing}: {saves} {_ms(row.gain_us)} of "
        f"{_ms(row.cpu_us)} ({part:.0%}), {row.share:.1%} of the model; {row.why}"
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"{row.name} ({row.kind})",
        str(row.count),
        _ms(row.cpu_us),
        f"{row.share:.1%}",
        f"{row.flop / 1e9:.2f} G" if row.flop >= 1e7 else f"{row.flop / 1e6:.2f} M",
        f"{row.dram_bytes / 1e6:.1f} MB",
        f"{row.intensity:.1f}",
        f"{row.flops / 1e9:.3g}",
        f"{row.bytes_per_s / 1e9:.3g}",
        ("≥ " if row.standing in _FLOORS else "") + _ms(row.npu_us),
        f"{row.standing}; {row.why}",
    )


def _html_row(row: Row, most: float) -> str:
    look = {Standing.RUNS: "npu", Standing.COULD: "npu"} | dict.fromkeys(_FLOORS, "open")
    bars = (
        f'<i class="cpu" style="width:{100 * row.cpu_us / most:.2f}%"></i>'
        f'<i class="{look.get(row.standing, "stays")}" '
        f'style="width:{min(100.0, 100 * row.npu_us / most):.2f}%"></i>'
    )
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(row))
    return f"<tr><td class=bars>{bars}</td>{cells}</tr>"


def _ms(us: float) -> str:
    return f"{us / 1000:,.1f} ms" if us >= 10_000 else f"{us / 1000:,.2f} ms"
