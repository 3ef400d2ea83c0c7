"""`aiec sim`: run a design of this or another compiler in the simulator."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(sim)


def sim() -> None:
    """Run."""
