"""The command `aiec`: one line of error without a traceback, everything slow imported late.

The commands live in `command_*.py` and, for packages that this one may not import, behind the
entry-point group `aiec.commands`: each entry is a function `register(app)`. What fails in a way
that a user can mend exits with status 2, an interrupt with 130.
"""

from __future__ import annotations

import io
import os
import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer

from aiec import (
    __version__,
    command_bench,
    command_build,
    command_compile,
    command_doctor,
    command_insts,
    command_partition,
    command_profile,
    command_sim,
)
from aiec.ir.errors import AiecError

COMMAND_GROUP = "aiec.commands"
_OWN = (
    command_compile,
    command_partition,
    command_profile,
    command_bench,
    command_build,
    command_doctor,
    command_insts,
    command_sim,
)
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]  # click's, or typer's copy of it

_FAILED = 2
_INTERRUPTED, _UNREAD = 130, 141  # 128 + SIGINT and 128 + SIGPIPE, as shells have them


def main() -> None:
    """Run the command line of this process and exit with its status.

    Characters that the console's encoding lacks, or names that are no text, print as `?`.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; return its exit status. Errors are one line on stderr."""
    command = typer.main.get_command(_app())
    try:
        with command.make_context("aiec", list(arguments) or ["--help"]) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as done:
        return done.exit_code
    except AiecError as error:
        return _complain(error.message)
    except _UsageError as error:
        return _complain(error.format_message())  # type: ignore[attr-defined]
    except KeyboardInterrupt:
        print("aiec: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:  # `aiec ... | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return _UNREAD
    return 0


def _app() -> typer.Typer:
    app = typer.Typer(
        help="A PyTorch 2 graph compiler for AMD's NPU, with a simulator and a transcriber.",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_global_options)
    for command in _OWN:
        command.register(app)
    for entry in entry_points(group=COMMAND_GROUP):
        entry.load()(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"aiec {__version__}")
        raise typer.Exit


def _global_options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """A PyTorch 2 graph compiler for AMD's NPU, with a simulator and a transcriber."""


def _complain(message: str) -> int:
    print(f"aiec: error: {' '.join(message.split())}", file=sys.stderr)
    return _FAILED
