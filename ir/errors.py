"""One tree of errors. Every message says what happened, where, what was expected and what to do.

Where it stands: below everything. A user-facing program catches `AiecError` and prints one line;
any other exception is a bug of ours and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AiecError(Exception):
    """Base of all errors that a user can cause or mend.

    Args:
        what: one sentence, no trailing full stop, naming the thing by the name the user gave it.
        where: the user's line, the node, the file, or the design's tile, op and line.
        expected: what would have been accepted.
        todo: what to do about it.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        todo: str | None = None,
    ) -> None:
        self.what, self.where, self.expected, self.todo = what, where, expected, todo
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The whole message on one line."""
        parts = [self.what]
        if self.where:
            parts.append(f"at {self.where}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.todo:
            parts.append(self.todo)
        return "; ".join(" ".join(part.split()) for part in parts)


class OptionError(AiecError, ValueError):
    """An option, device, model or target name that does not exist, or a value it cannot take."""


class DeviceError(AiecError):
    """A device that cannot be opened, or that failed while it ran."""


class CaptureError(AiecError):
    """A graph that this backend refuses (needs gradients, has no static rank, ...)."""


class PartitionError(AiecError):
    """A demand on the partition that cannot be met (`require_npu`, `force_npu`)."""


class CodegenError(AiecError):
    """A kernel plan that does not fit the target, or a toolchain step that failed."""


class DesignError(AiecError):
    """MLIR-AIE text that cannot be parsed, or that the hardware could not run."""


class SimulationError(AiecError):
    """A design that went wrong while it was simulated (deadlock, race, overflow, ...)."""


class ModelError(AiecError):
    """Model weights that are missing, damaged or of a foreign format."""


class AudioError(AiecError):
    """An audio file that is missing, empty, truncated or not audio."""


class PointsError(AiecError):
    """A file of measurements that is missing, damaged or without what every row must have."""


class OutputError(AiecError):
    """A place that cannot be written."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the known word nearest to `name`, then all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    listed = "one of " + ", ".join(names)
    return f"{close[0]!r}? ({listed})" if close else listed
