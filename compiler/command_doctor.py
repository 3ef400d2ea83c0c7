"""`aiec doctor`: what this machine has, what is missing, and what to do about it."""

from __future__ import annotations

import typer

from aiec.progress import doing


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(doctor)


def doctor() -> None:
    """Say what this machine has, what is missing, and what to do about it."""
    with doing("looking at this machine"):
        from aiec.doctor import findings

        found = findings()
    width = max(len(finding.name) for finding in found)
    for finding in found:
        state = "OK     " if finding.ok else "MISSING"
        todo = "" if finding.ok or not finding.todo else f"; {finding.todo}"
        print(f"{state}  {finding.name:<{width}}  {finding.found}{todo}")
