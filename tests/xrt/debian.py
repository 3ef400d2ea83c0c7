"""The Debian tree with AMD's XRT: its made-up NPU in /sys, and programs run in it.

`setup.sh` makes the tree and compiles the driver's stand-in; see docs/real_runtime.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = Path(os.environ.get("AIEC_XRT_ROOT", HERE.parents[1] / "build" / "xrt" / "root"))
_BDF = "0000:c5:00.1"
# What the driver tells of each generation in sysfs. Source: amdxdna_pci_drv.c, npu*_regs.c.
CHIPS = {
    "npu1": {"device": "0x1502", "revision": "0x00", "vbnv": "RyzenAI-npu1"},
    "npu2": {"device": "0x17f0", "revision": "0x10", "vbnv": "RyzenAI-npu4"},
}
_COMMON = {
    "vendor": "0x1022", "subsystem_vendor": "0x1022", "class": "0x118000", "device_type": "0",
    "fw_version": "1.1.2.64", "fw_type": "N/A",
}  # fmt: skip
STANDIN = "/opt/driver/standin.so"
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
    "HOME": "/work",
    "LANG": "C.UTF-8",
    "XRT_INI_PATH": "/opt/xrt.ini",
}
_USER = "1000:1000"  # XRT reads no xrt.ini for root


@dataclass(frozen=True, slots=True)
class Debian:
    """A tree made by `setup.sh`."""

    root: Path

    def install_chip(self, name: str) -> None:
        """Have an NPU of generation `name` in /sys, as the driver shows it."""
        for old in ("sys/devices", "sys/bus", "sys/class", "lib/firmware/amdnpu"):
            shutil.rmtree(self.root / old, ignore_errors=True)
        device = self.root / "sys" / "devices" / "pci0000:00" / _BDF
        (device / "accel" / "accel0").mkdir(parents=True)
        for entry, value in {**_COMMON, "subsystem_device": "0x1", **CHIPS[name]}.items():
            (device / entry).write_text(value + "\n")
        link(self.root / "sys/bus/pci/devices" / _BDF, device)
        driver = self.root / "sys/bus/pci/drivers/amdxdna"
        link(driver / _BDF, device)
        link(device / "driver", driver)
        link(self.root / "sys/class/accel/accel0/device", device)
        self._install_system(CHIPS[name])

    def _install_system(self, chip: dict[str, str]) -> None:
        """What else a machine with a working NPU has, for `aiec doctor`: XRT reads none of it."""
        firmware = f"{chip['device'][2:]}_{chip['revision'][2:]}"
        for name, content in {
            "proc/sys/kernel/osrelease": "6.18.0\n",
            "sys/module/amdxdna/initstate": "live\n",
            "sys/class/iommu/ivhd0/uevent": "",
            f"lib/firmware/amdnpu/{firmware}/npu.sbin": "made up\n",
        }.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(content)

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """An empty folder under /work of the tree."""
        made = self.root / "work" / name
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        made.chmod(0o777)
        try:
            yield made
        finally:
            shutil.rmtree(made)

    def run(
        self, *command: str, cwd: str = "/", limit_s: float = 120.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the tree, above the stand-in of the driver."""
        return self.start(*command, cwd=cwd).finish(limit_s)

    def start(self, *command: str, cwd: str = "/") -> Program:
        """Start a program in the tree."""
        # `env` changes the folder after chroot, and loads the stand-in for the program alone.
        inside = ["env", "-C", cwd, f"LD_PRELOAD={STANDIN}", *command]
        process = subprocess.Popen(
            ["chroot", f"--userspec={_USER}", str(self.root), *inside],
            env=_ENVIRONMENT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return Program(process)


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs in the tree."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def tell(self, line: str) -> None:
        """Send it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def finish(self, limit_s: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Wait for its end; it is killed after `limit_s` seconds."""
        try:
            out, err = self.process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            err += f"\n[killed after {limit_s} s]"
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, out, err)


def link(path: Path, target: Path) -> None:
    """A relative link, so that it holds inside the tree too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(os.path.relpath(target, path.parent))


def why_not(root: Path = ROOT) -> str | None:
    """Why nothing can run in the tree here; None if it can."""
    if os.geteuid() != 0:
        return "a chroot takes root"
    if not (root / STANDIN.lstrip("/")).is_file():
        return f"{root} is not set up: run `make xrt`"
    return None
