"""What XRT and the driver say when something fails, what it means, and what can be done.

XRT's Python module raises RuntimeError for everything, with the errno in the text alone, whose form
and sign differ between releases. Sources: XRT, src/runtime_src/core; amd/xdna-driver, src/shim and
drivers/accel/amdxdna, Aug 2026; reports in its issue tracker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiec.runtime.device import Remedy, RunError


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of fault. `pattern` finds it in a message; `todo` is for a person."""

    name: str
    pattern: str
    meaning: str
    remedy: Remedy
    todo: str


_RELOAD = "sudo modprobe -r amdxdna && sudo modprobe amdxdna, or switch the machine off and on"
TIMEOUT = Cause(
    "timeout",
    r"ERT_CMD_STATE_TIMEOUT",
    "the driver's watchdog saw no progress and ended it",
    Remedy.RETRY,
    "run `aiec doctor`; update the driver and firmware if it happens again",
)
ABORT = Cause(
    "abort",
    r"ERT_CMD_STATE_ABORT",
    "it was aborted: its context was reset",
    Remedy.RETRY,
    "update the driver and firmware together if it happens again",
)
ERROR = Cause(
    "error",
    r"ERT_CMD_STATE_(?:ERROR|SKERROR|SKCRASHED)",
    "the array reported an error",
    Remedy.FALL_BACK,
    "build the design again with `aiec build`, and report it",
)
NO_RESPONSE = Cause(
    "firmware",
    r"ERT_CMD_STATE_NORESPONSE|CONFIG_HWCTX.*err=-?62\b|Timer expired",
    "the firmware does not answer",
    Remedy.FALL_BACK,
    _RELOAD,
)
OTHER = Cause("other", r"", "XRT refused", Remedy.FALL_BACK, "run `aiec doctor`")

# In order: the first whose pattern is found.
CAUSES: tuple[Cause, ...] = (
    TIMEOUT,
    ABORT,
    ERROR,
    NO_RESPONSE,
    Cause(
        "memlock",
        r"mmap\(.*err=-?11\b",
        "this process may not lock enough memory",
        Remedy.FALL_BACK,
        "echo '* - memlock unlimited' | sudo tee /etc/security/limits.d/99-amdxdna.conf, "
        "then log in again",
    ),
    Cause(
        "memory",
        r"CREATE_BO.*err=-?(?:12|11|22)\b|mmap\(.*err=-?12\b|Cannot allocate memory|bad_alloc",
        "there is no memory for a buffer",
        Remedy.FALL_BACK,
        "close other programs, or set AIE_MEMORY_MB to less than its 4096",
    ),
    Cause(
        "contexts",
        r"CREATE_HWCTX.*err=-?(?:22|28|16|2)\b",
        "no context is free, or the array has fewer columns than the design",
        Remedy.FALL_BACK,
        "end other programs that use the NPU (`aiec doctor` lists them)",
    ),
    Cause(
        "firmware",
        r"[Ii]ncompatible firmware|firmware is not alive|firmware.*mismatch",
        "driver and firmware do not fit",
        Remedy.FALL_BACK,
        "install Linux 7.0 or later or amdxdna-dkms, or an older linux-firmware",
    ),
    Cause(
        "generation",
        r"EXEC_CMD.*err=-?5\b",
        "the array refused the commands: another generation's, or its channel is dead",
        Remedy.FALL_BACK,
        f"compare the design's target with `aiec doctor`; {_RELOAD}",
    ),
    Cause(
        "evicted",
        r"EXEC_CMD.*err=-?2\b",
        "the context was evicted",
        Remedy.RETRY,
        "update the driver if it happens again",
    ),
    Cause(
        "permission",
        r"err=-?13\b|Permission denied",
        "this user may not open the device",
        Remedy.FALL_BACK,
        "sudo usermod -aG render $USER, then log in again",
    ),
    Cause(
        "lost",
        r"err=-?(?:19|5|6)\b|No such device",
        "the device is gone",
        Remedy.FALL_BACK,
        _RELOAD,
    ),
)


def cause_of(text: str) -> Cause:
    """What a message of XRT means; `OTHER` if it is not known."""
    return next((c for c in CAUSES if re.search(c.pattern, text, re.IGNORECASE)), OTHER)


def fault(doing: str, text: str, cause: Cause | None = None) -> RunError:
    """The error for a message of XRT, with its meaning, the words themselves, and the remedy."""
    found = cause or cause_of(text)
    return RunError(
        f"{doing}: {found.meaning}", found.remedy, found.name, where=f"XRT: {text.strip()}",
        todo=found.todo,
    )  # fmt: skip
