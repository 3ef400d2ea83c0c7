"""`aiec doctor`: what this machine has, what is missing, and what to do about it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aiec.ir.errors import OptionError
from aiec.progress import doing

_DEVICES = ("npu", "npu1", "npu2")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(doctor)


def doctor(
    device: Annotated[
        str | None, typer.Option(help="npu, npu1 or npu2: fail where this machine has no such")
    ] = None,
    design: Annotated[
        Path | None,
        typer.Option(help="a folder of `aiec compile`: its buffers must fit the limits"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="a list for programs")] = False,
    root: Annotated[
        Path, typer.Option(help="look at a machine whose files are mounted here")
    ] = Path("/"),
) -> None:
    """Say what this machine has, what is missing, and what to do about it.

    The status is 1 if something that should work on this machine does not: what the simulator
    needs, or anything of an NPU that is there.
    """
    if device not in (None, *_DEVICES):
        raise OptionError(f"--device {device!r}", expected=" or ".join(_DEVICES))
    with doing("looking at this machine"):
        from aiec.doctor import design_bytes, findings, wanted_device
        from aiec.doctor_machine import Machine

        machine = Machine(root, need_bytes=0 if design is None else design_bytes(design))
        found = findings(machine)
        if device is not None:
            found = (*found, wanted_device(machine, device))
    if as_json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        width = max(len(finding.name) for finding in found)
        for finding in found:
            todo = f"; {finding.todo}" if finding.todo and finding.state != "OK" else ""
            print(f"{finding.state:<7}  {finding.name:<{width}}  {finding.found}{todo}")
    if any(finding.fails for finding in found):
        raise typer.Exit(1)
