"""The table of WhisperX flags in docs/whisperx.md, made anew from its parser and our options.

python benchmarks/flags_table.py           writes it
python benchmarks/flags_table.py --check   says whether it is what this would write
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from docs_table import Place, write_or_check
from typer.main import get_command

from aiec.speech.command import register
from aiec.speech.whisperx_flags import UNUSED

ROOT = Path(__file__).parent.parent
FLAGS = ROOT / "tests" / "speech" / "whisperx_flags.json"
PLACE = Place(
    "whisperx.md",
    "<!-- the table: python benchmarks/flags_table.py -->\n",
    "<!-- end of the table -->\n",
)


def page() -> str:
    """docs/whisperx.md with the table as it should be."""
    return PLACE.filled("".join(f"{row}\n" for row in rows()))


def rows() -> Iterator[str]:
    """The table's lines."""
    app = typer.Typer()
    register(app)
    options = {name: option for option in get_command(app).params for name in option.opts}
    yield "| WhisperX | default | here |"
    yield "| --- | --- | --- |"
    for flag in json.loads(FLAGS.read_text()):
        names = ", ".join(f"`{name}`" for name in flag["names"])
        default = "" if flag["default"] is None else f"`{flag['default']}`"
        yield f"| {names} | {default} | {_here(flag, options)} |"


def _here(flag: dict[str, Any], options: dict[str, Any]) -> str:
    name = flag["names"][0].removeprefix("--")
    if name in UNUSED:
        return f"taken, with a note: {UNUSED[name]}"
    return str(options[f"--{name.replace('_', '-')}"].help).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(write_or_check(PLACE, page, __doc__))
