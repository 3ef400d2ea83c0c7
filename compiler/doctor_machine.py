"""The machine that `aiec doctor` looks at: files under a root, its environment and its limits.

Every probe asks here, so that a made-up root tree stands for a machine in tests, and `--root` for
one that is mounted. Changes nothing.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

_IMPORT_S = 30
AMD = 0x1022


class State(StrEnum):
    """What a probe found."""

    OK = "OK"
    WARNING = "WARNING"  # works, but not for all that this machine could do
    MISSING = "MISSING"
    SKIPPED = "-"  # does not matter on this machine


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked for, what was found, and what to do about it (a command)."""

    name: str
    state: State
    found: str
    todo: str = ""
    counts: bool = False  # if it is missing, something that should work does not

    @property
    def ok(self) -> bool:
        """Whether nothing needs to be done."""
        return self.state in (State.OK, State.SKIPPED)

    @property
    def fails(self) -> bool:
        """Whether the status of `aiec doctor` is 1 for it."""
        return self.counts and self.state is State.MISSING


@dataclass(frozen=True, slots=True)
class Chip:
    """An NPU by its PCI id. `firmware`: folders that hold its firmware, any of them."""

    title: str
    target: str | None  # None: a generation that aiec does not know
    firmware: tuple[str, ...]
    contexts: int


# Source: amd/xdna-driver, amdxdna_pci_drv.c and npu*_regs.c, 21 Aug 2026.
CHIPS: dict[tuple[int, int | None], Chip] = {
    (0x1502, None): Chip("Phoenix or Hawk Point", "npu1", ("1502_00",), 6),
    (0x17F0, 0x00): Chip("an early Strix", "npu2", ("17f0_00",), 16),
    (0x17F0, 0x10): Chip("Strix", "npu2", ("17f0_10",), 16),
    (0x17F0, 0x11): Chip("Strix Halo", "npu2", ("17f0_11",), 16),
    (0x17F0, 0x20): Chip("Krackan", "npu2", ("17f0_20", "17f0_10"), 16),
}
CHIPS |= {
    (device, None): Chip("another generation, whose queues differ", None, (), 0)
    for device in (0x17F1, 0x17F2, 0x17F3, 0x1B0A, 0x1B0B, 0x1B0C)
}


@dataclass(frozen=True, slots=True)
class Npu:
    """The NPU on the machine's PCI bus."""

    place: Path  # its folder in sysfs
    device: int
    revision: int

    @property
    def chip(self) -> Chip:
        """What is known of it."""
        known = CHIPS.get((self.device, self.revision)) or CHIPS.get((self.device, None))
        return known or Chip("a revision that is not known", None, (), 0)

    def __str__(self) -> str:
        return f"1022:{self.device:04x} revision {self.revision:02x}"


@dataclass(frozen=True)
class Machine:
    """What the probes may ask."""

    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    memlock_bytes: int | None = None  # RLIMIT_MEMLOCK; -1 is no limit; None asks
    need_bytes: int = 0  # that the design's buffers lock

    @property
    def is_this(self) -> bool:
        """Whether the root is this very machine's."""
        return self.root == Path("/")

    def path(self, text: str) -> Path:
        """`text`, an absolute path, under the root."""
        return self.root / text.lstrip("/")

    def read(self, text: str) -> str:
        """A file's contents, "" if there are none."""
        try:
            return self.path(text).read_text(errors="replace")
        except OSError:
            return ""

    def glob(self, pattern: str) -> list[Path]:
        """Paths under the root, in order."""
        return sorted(self.root.glob(pattern.lstrip("/")))

    @cached_property
    def npu(self) -> Npu | None:
        """The first NPU on PCI."""
        known = {device for device, _ in CHIPS}
        for place in self.glob("/sys/bus/pci/devices/*"):
            vendor, device, revision = (_hex(place / n) for n in ("vendor", "device", "revision"))
            if vendor == AMD and device in known:
                return Npu(place, device, revision or 0)
        return None

    @cached_property
    def node(self) -> Path | None:
        """The NPU's device node: another accelerator may be accel0."""
        nodes = self.glob("/dev/accel/accel*")
        for node in nodes:
            if self.npu and _hex(self.path(f"/sys/class/accel/{node.name}/device/device")) == (
                self.npu.device
            ):
                return node
        unknown = [n for n in nodes if not self.path(f"/sys/class/accel/{n.name}/device").exists()]
        return unknown[0] if unknown and self.npu else None

    @cached_property
    def kernel(self) -> tuple[int, int]:
        """Version of the kernel, (0, 0) if it is not told."""
        parts = self.read("/proc/sys/kernel/osrelease").split(".")
        numbers = [int("".join(c for c in part if c.isdigit()) or 0) for part in parts[:2]]
        return (numbers[0], numbers[1]) if len(numbers) > 1 else (0, 0)

    @property
    def memlock(self) -> int:
        """Bytes that a process may lock, -1 for no limit."""
        if self.memlock_bytes is not None:
            return self.memlock_bytes
        return resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]

    @cached_property
    def kernel_log(self) -> str:
        """What the kernel said, if it may be read."""
        files = ("/var/log/dmesg", "/var/log/kern.log")
        said = "\n".join(self.read(name) for name in files)
        return said + (_output(["dmesg"])[1] if self.is_this else "")

    def import_pyxrt(self) -> tuple[bool, str]:
        """Whether this Python imports pyxrt, and its file or the error, asked in a process."""
        code = "import pyxrt; print(pyxrt.__file__)"
        path = self.environment.get("PYTHONPATH", "")
        return _output([sys.executable, "-c", code], {**os.environ, "PYTHONPATH": path})

    @property
    def extension_tag(self) -> str:
        """What compiled modules of this Python are called, as .cpython-312-x86_64-linux-gnu.so."""
        return str(sysconfig.get_config_var("EXT_SUFFIX"))


def _hex(path: Path) -> int | None:
    try:
        return int(path.read_text().strip(), 16)
    except (OSError, ValueError):
        return None


def _output(command: list[str], environment: Mapping[str, str] | None = None) -> tuple[bool, str]:
    """Whether a command succeeded, and what it printed, or the last line of its complaint."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_IMPORT_S,
            env=None if environment is None else dict(environment),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    if done.returncode == 0:
        return True, done.stdout.strip()
    lines = done.stderr.strip().splitlines()
    return False, lines[-1] if lines else f"status {done.returncode}"
