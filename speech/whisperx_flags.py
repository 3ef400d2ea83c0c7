"""WhisperX's flags that change nothing here, taken with a note so that its command lines run.

Where it stands: read by `command.py`, which gives every other flag its meaning.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from aiec.ir.errors import OptionError, nearest

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
RESOLUTIONS = ("sentence", "chunk")
# Flag, and why its value makes no difference.
UNUSED = {
    "fp16": "--compute_type says how the decoder computes, and the NPU computes in bf16",
    "device_index": "an NPU or CPU is one device",
    "segment_resolution": "WhisperX does not use it either: segments are sentences",
}


def notes(given: Mapping[str, Any]) -> Iterator[str]:
    """A line for each flag of `UNUSED` that was given (is not None).

    Raises:
        OptionError: a device or resolution that there is not.
    """
    if given.get("device_index"):
        what = f"there is no device {given['device_index']}"
        raise OptionError(what, expected="device_index 0", todo="--device names the device")
    resolution = given.get("segment_resolution")
    if resolution is not None and resolution not in RESOLUTIONS:
        what = f"unknown segment_resolution {resolution!r}"
        raise OptionError(what, expected=nearest(resolution, RESOLUTIONS))
    for name, why in UNUSED.items():
        if given.get(name) is not None:
            yield f"note: --{name} changes nothing here: {why}"


def set_log_level(level: str | None) -> None:
    """Show what libraries log from `level` on; as before where it is None.

    Raises:
        OptionError: a level that there is not.
    """
    if level is None:
        return
    if level not in LOG_LEVELS:
        raise OptionError(f"unknown log level {level!r}", expected=nearest(level, LOG_LEVELS))
    logging.basicConfig(level=level.upper(), format="%(name)s: %(message)s", force=True)
