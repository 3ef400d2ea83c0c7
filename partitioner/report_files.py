"""Files of a report, written into one folder; below `report.py` and `report_profile.py`.

Refuses, with an `OutputError`, a folder that cannot be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aiec.ir.errors import OutputError


def write_files(texts: Mapping[str, str], directory: Path, what: str) -> tuple[Path, ...]:
    """Write texts by file name into `directory`, made if need be; return the paths.

    `what` names the report in the error: "the profile".
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (directory / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write {what}: {error.strerror}",
            where=str(directory),
            todo="choose a folder that can be written",
        ) from error
    return tuple(directory / name for name in texts)
