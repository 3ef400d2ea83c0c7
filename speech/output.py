"""Where transcripts go: a folder that is known to take them, one file a format, written whole.

Where it stands: the end of `transcribe.py`. Refuses folders that cannot be written, before any
work is done, and never lets two inputs of one batch write the same file, or one over an input.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiec.ir.errors import OutputError
from aiec.speech.formats import WRITERS, Layout
from aiec.speech.sources import Source
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

    def names(self, sources: Sequence[Source]) -> tuple[str, ...]:
        """A name without suffix for each input; all different, and no input is written over.

        The stem, as WhisperX has it; where inputs share a stem, their whole names; where these are
        the same too (or taken), numbered: `talk`, `talk.wav`, `talk.wav-2`.
        """
        stems = [source.stem for source in sources]
        inputs = {source.path.resolve() for source in sources}
        names: list[str] = []
        for source in sources:
            alone = stems.count(source.stem) == 1 and self._spares(inputs, source.stem)
            wanted = name = source.stem if alone else source.name
            number = 1
            while name in names or not self._spares(inputs, name):
                number += 1
                name = f"{wanted}-{number}"
            names.append(name)
        return tuple(names)

    def paths(self, name: str) -> tuple[Path, ...]:
        """The files of `name`, one a format."""
        return tuple(self.folder / f"{name}.{kind}" for kind in self.formats)

    def write(self, name: str, transcript: Transcript) -> tuple[Path, ...]:
        """Write `name` in every format; a file is either there whole or not at all.

        Raises:
            OutputError: a file cannot be written.
        """
        paths = self.paths(name)
        for path, kind in zip(paths, self.formats, strict=True):
            _write_whole(path, WRITERS[kind](transcript, self.layout))
        return paths

    def _spares(self, inputs: set[Path], name: str) -> bool:
        return inputs.isdisjoint(path.resolve() for path in self.paths(name))


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f".aiec-{os.getpid()}")  # short: the name itself may be of full length
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from None
    finally:
        partial.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror}", expected="a writable folder")
