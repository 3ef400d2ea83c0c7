"""Where transcripts go: a folder that is known to take them, one file a format, written whole.

Where it stands: the end of `transcribe.py`. Refuses folders that cannot be written, before any
work is done, and never lets two inputs of one batch write the same file.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiec.ir.errors import OutputError
from aiec.speech.formats import WRITERS, Layout
from aiec.speech.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Output:
    """What is written for each file, and where."""

    folder: Path
    formats: tuple[str, ...]
    layout: Layout

    def check(self) -> None:
        """Make the folder if need be, and try to write into it.

        Raises:
            OutputError: it cannot be made or written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise _cannot_write(self.folder, error) from None

    def write(self, name: str, transcript: Transcript) -> tuple[Path, ...]:
        """Write `name` in every format; a file is either there whole or not at all.

        Raises:
            OutputError: a file cannot be written.
        """
        paths = tuple(self.folder / f"{name}.{kind}" for kind in self.formats)
        for path, kind in zip(paths, self.formats, strict=True):
            _write_whole(path, WRITERS[kind](transcript, self.layout))
        return paths


def output_names(audio: Sequence[Path]) -> tuple[str, ...]:
    """A name without suffix for each input, all different.

    The stem, as WhisperX has it; where inputs share a stem, their whole names; where these are
    the same too (or taken), numbered: `talk`, `talk.wav`, `talk.wav-2`.
    """
    stems = [path.stem for path in audio]
    names: list[str] = []
    for path in audio:
        wanted = path.stem if stems.count(path.stem) == 1 else path.name
        names.append(_free(wanted, names))
    return tuple(names)


def _free(wanted: str, taken: Sequence[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        partial.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror}", expected="a writable folder")
