"""What became of each recording: one line of JSON a file, so that a run that was killed can go on.

Where it stands: written by `many.py` after each recording, read by the next run before its first.
Several processes may write one manifest. A last line that was cut off by a crash counts as not
written; any other line that is no record is refused, since the file is then not a manifest.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from aiec.ir.errors import OutputError


@dataclass(frozen=True, slots=True)
class Record:
    """One recording that was taken to its end.

    Attributes:
        path: of the recording, absolute.
        name: of its transcript in the output folder, without a suffix.
        why: what was wrong with it; None where it is done.
        size_bytes: of the recording when it was read; None if there was none.
        mtime_ns: when it was last written, in nanoseconds since 1970.
    """

    path: str
    name: str
    why: str | None = None
    size_bytes: int | None = None
    mtime_ns: int | None = None

    @property
    def line(self) -> str:
        """The record as it is written, with its end of line."""
        state = "done" if self.why is None else "failed"
        return json.dumps({"state": state, **asdict(self)}) + "\n"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file of records, to which lines are only ever added."""

    path: Path

    def check(self) -> None:
        """Make the file if need be, and try to open it for writing.

        Raises:
            OutputError: it cannot be made or written.
        """
        os.close(self._open())

    def done(self) -> Mapping[str, Record]:
        """The recordings that are done, by path.

        A later record of the same recording, or of the same transcript, stands for the earlier.

        Raises:
            OutputError: it cannot be read, or a line of it is no record.
        """
        by_name = {record.name: record for record in self.records()}
        by_path = {record.path: record for record in by_name.values()}
        return {path: record for path, record in by_path.items() if record.why is None}

    def records(self) -> tuple[Record, ...]:
        """All records, in the order in which they were written; none if there is no file.

        Raises:
            OutputError: it cannot be read, or a line of it is no record.
        """
        try:
            *lines, _cut_off = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return ()
        except OSError as error:
            what = f"cannot read manifest {self.path}: {error.strerror}"
            raise OutputError(what, expected="a file") from None
        return tuple(self._record(line, number) for number, line in enumerate(lines, 1))

    def append(self, record: Record) -> None:
        """Add `record`; when this returns, it is on the disk.

        Raises:
            OutputError: it cannot be written.
        """
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = _end_of_last_line(file)
            os.truncate(file, end)
            os.pwrite(file, record.line.encode(), end)
            os.fsync(file)
        except OSError as error:
            raise self._cannot_write(error) from None
        finally:
            os.close(file)  # and with it the lock

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise self._cannot_write(error) from None

    def _cannot_write(self, error: OSError) -> OutputError:
        what = f"cannot write manifest {self.path}: {error.strerror}"
        return OutputError(what, expected="a file in a writable folder")

    def _record(self, line: bytes, number: int) -> Record:
        try:
            fields = json.loads(line)
            fields.pop("state")
            return Record(**fields)
        except (ValueError, TypeError, KeyError, AttributeError):
            what = f"line {number} of {self.path} is no record of a manifest"
            todo = "name another file, or remove the line to have its recording transcribed again"
            raise OutputError(what, expected='{"state": "done", "path": ...}', todo=todo) from None


def _end_of_last_line(file: int) -> int:
    """The place behind the last end of line, in bytes; a line that was cut off lies behind it."""
    end = os.fstat(file).st_size
    while end:
        start = max(0, end - 4096)
        at = os.pread(file, end - start, start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0
