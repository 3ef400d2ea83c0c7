"""Probes of `aiec doctor` for the NPU: PCI, kernel, driver, firmware, node, rights, limits.

Each is a function of the machine; PROBES has their order. Without an NPU they say so once and are
skipped. Source: amd/xdna-driver README and drivers/accel/amdxdna, 21 Aug 2026, and the reports in
its issue tracker.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace

from aiec.doctor_machine import Finding, Machine, Npu, State

IN_TREE_KERNEL, OLDEST_KERNEL = (6, 14), (6, 10)  # amdxdna in Linux; amd/xdna-driver builds from
HEAP_BYTES = 64 << 20  # that opening the device locks
_FIRMWARE = ("npu.sbin", "npu_7.sbin", "npu.dev.sbin")
_SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
_DKMS = "sudo apt install amdxdna-dkms (ppa:amd-team/xrt), or Linux 6.14 or later"

# What the kernel says when it fails, what it means, and what to do.
KERNEL_COMPLAINTS: tuple[tuple[str, str, str], ...] = (
    (
        r"Direct firmware load for amdnpu/\S+ failed with error -2",
        "firmware was not found when the driver started, or is not in the initramfs",
        "sudo apt install linux-firmware && sudo update-initramfs -u && sudo reboot",
    ),
    (
        r"Incompatible firmware protocol|firmware is not alive",
        "the firmware is newer or older than the driver speaks",
        "install Linux 7.0 or later or amdxdna-dkms, or an older linux-firmware",
    ),
    (
        r"smu cmd 4 failed",
        "the power controller did not start the NPU",
        "switch the machine off and on again; then an older linux-firmware",
    ),
    (
        r"SVA bind device failed, ret -(?:19|95|28)",
        "the IOMMU is off or gives the NPU no process address space",
        "switch the IOMMU on in the BIOS, remove amd_iommu=off and iommu=pt from the kernel's "
        "command line, and use a kernel other than 6.16 to 6.18",
    ),
    (
        r"Running under hypervisor not supported",
        "the NPU cannot be used in a virtual machine",
        "run on the machine itself",
    ),
    (
        r"amdxdna.*(?:module verification failed|Key was rejected)|Key was rejected by service",
        "secure boot keeps an unsigned driver out",
        "sudo mokutil --import /var/lib/shim-signed/mok/MOK.der, or use the kernel's own driver",
    ),
)


def _pci(machine: Machine) -> Finding:
    name, npu = "NPU on PCI", machine.npu
    if npu is None:
        return Finding(
            name,
            State.SKIPPED,
            "none: the simulator and the CPU are used",
            "if the processor has one, switch the NPU (IPU) on in the BIOS",
        )
    chip = npu.chip
    if chip.target is None:
        return Finding(
            name,
            State.MISSING,
            f"{npu}, {chip.title}",
            "aiec knows npu1 (1502) and npu2 (17f0); --device auto uses the CPU",
        )
    return Finding(name, State.OK, f"{npu}, {chip.title}: {chip.target}")


def _kernel(machine: Machine) -> Finding:
    text = ".".join(map(str, machine.kernel))
    if machine.kernel >= IN_TREE_KERNEL:
        return Finding("Linux", State.OK, text)
    if machine.kernel >= OLDEST_KERNEL:
        return Finding("Linux", State.WARNING, f"{text} has no driver of its own", _DKMS)
    return Finding("Linux", State.MISSING, text or "unknown", "install Linux 6.14 or later")


def _driver(machine: Machine) -> Finding:
    name, npu = "NPU driver", machine.npu
    assert npu is not None
    bound = npu.place / "driver"
    if bound.is_symlink() or bound.exists():
        driver = os.path.basename(os.path.realpath(bound))
        if driver.startswith("amdxdna"):
            return Finding(name, State.OK, f"{driver} is bound")
        return Finding(
            name,
            State.MISSING,
            f"{driver} is bound",
            f"echo {npu.place.name} | sudo tee {bound}/unbind && sudo modprobe amdxdna",
        )
    return _unbound(machine, name)


def _unbound(machine: Machine, name: str) -> Finding:
    """Why no driver has the NPU."""
    for path in machine.glob("/etc/modprobe.d/*.conf"):
        if re.search(r"^\s*blacklist\s+amdxdna\b", path.read_text(errors="replace"), re.MULTILINE):
            return Finding(
                name,
                State.MISSING,
                f"amdxdna is blacklisted in {path}",
                f"sudo rm {path} && sudo modprobe amdxdna",
            )
    if machine.path("/sys/module/amdxdna").exists():
        return Finding(
            name,
            State.MISSING,
            "amdxdna is loaded, but did not take the NPU",
            "sudo dmesg | grep amdxdna",
        )
    if machine.kernel < IN_TREE_KERNEL:
        return Finding(name, State.MISSING, "amdxdna is not installed", _DKMS)
    signed = "; secure boot is on, so that an unsigned module is kept out"
    more = signed if _secure_boot_is_on(machine) else ""
    return Finding(name, State.MISSING, f"amdxdna is not loaded{more}", "sudo modprobe amdxdna")


def _secure_boot_is_on(machine: Machine) -> bool:
    try:
        return machine.path(_SECURE_BOOT).read_bytes()[-1:] == b"\x01"
    except OSError:
        return False


def _secure_boot(machine: Machine) -> Finding:
    if not _secure_boot_is_on(machine):
        return Finding("secure boot", State.OK, "off, or no EFI")
    dkms = machine.glob("/lib/modules/*/updates/dkms/amdxdna*")
    if dkms and not machine.path("/sys/module/amdxdna").exists():
        return Finding(
            "secure boot",
            State.MISSING,
            f"on, and {dkms[0].name} of DKMS is not signed",
            "sudo mokutil --import /var/lib/shim-signed/mok/MOK.der && sudo reboot",
        )
    return Finding("secure boot", State.OK, "on; the kernel's own driver is signed")


def _firmware(machine: Machine) -> Finding:
    name, npu = "NPU firmware", machine.npu
    assert npu is not None
    folders = [f"/lib/firmware/amdnpu/{folder}" for folder in npu.chip.firmware]
    found = [path for folder in folders for file in _FIRMWARE
             for path in machine.glob(f"{folder}/{file}*")]  # fmt: skip
    if not found:
        return Finding(
            name,
            State.MISSING,
            f"none in {' or '.join(folders)}",
            "sudo apt install linux-firmware && sudo update-initramfs -u",
        )
    version = machine.read(f"/sys/bus/pci/devices/{npu.place.name}/fw_version").strip()
    told = f", version {version} runs" if version else ""
    return Finding(name, State.OK, f"{found[0]}{told}")


def _complaints(machine: Machine) -> Finding:
    for pattern, meaning, todo in KERNEL_COMPLAINTS:
        if found := re.search(pattern, machine.kernel_log):
            return Finding("kernel log", State.MISSING, f"{found[0]!r}: {meaning}", todo)
    return Finding("kernel log", State.OK, "no complaint of the driver")


def _iommu(machine: Machine) -> Finding:
    name, options = "IOMMU", machine.read("/proc/cmdline").split()
    off = [o for o in options if o in ("amd_iommu=off", "iommu=off")]
    if off:
        return Finding(
            name,
            State.MISSING,
            f"switched off by {off[0]}",
            f"remove {off[0]} from /etc/default/grub && sudo update-grub && sudo reboot",
        )
    if re.search(r"^flags\b.*\bhypervisor\b", machine.read("/proc/cpuinfo"), re.MULTILINE):
        return Finding(
            name,
            State.MISSING,
            "this is a virtual machine",
            "run on the machine itself: the driver refuses virtual ones",
        )
    if not machine.glob("/sys/class/iommu/*"):
        return Finding(name, State.MISSING, "none is active", "switch the IOMMU on in the BIOS")
    if "iommu=pt" in options:
        return Finding(
            name,
            State.WARNING,
            "iommu=pt may keep shared addresses off",
            "remove iommu=pt from /etc/default/grub && sudo update-grub",
        )
    return Finding(name, State.OK, "active")


def _in_container(machine: Machine) -> bool:
    return any(machine.path(p).exists() for p in ("/.dockerenv", "/run/.containerenv"))


def _node(machine: Machine) -> Finding:
    name, node = "device node", machine.node
    if node is not None:
        return Finding(name, State.OK, str(node))
    if _in_container(machine):
        return Finding(
            name,
            State.MISSING,
            "none in this container",
            "docker run --device /dev/accel/accel0 --group-add $(getent group render | "
            "cut -d: -f3) --cap-add IPC_LOCK --ulimit memlock=-1 ...",
        )
    return Finding(
        name,
        State.MISSING,
        "no /dev/accel/accel* is the NPU's",
        "sudo modprobe amdxdna, then sudo dmesg | grep amdxdna",
    )


def _permission(machine: Machine) -> Finding:
    name, node = "rights on the node", machine.node
    if node is None:
        return Finding(name, State.SKIPPED, "there is no node")
    if os.access(node, os.R_OK | os.W_OK):
        return Finding(name, State.OK, "read and write")
    if _in_container(machine):
        return Finding(
            name,
            State.MISSING,
            "the container's user has none",
            "docker run --group-add $(getent group render | cut -d: -f3) ...",
        )
    return Finding(
        name,
        State.MISSING,
        f"{node} cannot be opened by this user",
        "sudo usermod -aG render $USER, then log in again",
    )


def _memlock(machine: Machine) -> Finding:
    """The driver locks every buffer in memory, and its heap when it is opened."""
    name, limit, need = "memory lock limit", machine.memlock, HEAP_BYTES + machine.need_bytes
    todo = (
        "echo '* - memlock unlimited' | sudo tee /etc/security/limits.d/99-amdxdna.conf, "
        "then log in again"
    )
    if limit == -1:
        return Finding(name, State.OK, "none")
    text = f"{limit / (1 << 20):.0f} MB of {need / (1 << 20):.0f} MB"
    if limit < HEAP_BYTES:
        return Finding(name, State.MISSING, f"{text}: the device does not even open", todo)
    if limit < need:
        return Finding(name, State.MISSING, f"{text} that the design's buffers take", todo)
    return Finding(name, State.OK, text)


def _contexts(machine: Machine) -> Finding:
    """Contexts are few, and other processes have them too."""
    npu = machine.npu
    assert npu is not None
    users: dict[str, str] = {}
    for path in machine.glob("/proc/[0-9]*/fdinfo/*"):
        try:
            if re.search(r"^drm-driver:\s*amdxdna", path.read_text(errors="replace"), re.MULTILINE):
                pid = path.parent.parent.name
                users[pid] = machine.read(f"/proc/{pid}/comm").strip() or "?"
        except OSError:
            continue
    named = ", ".join(f"{pid} ({command})" for pid, command in users.items())
    limit = npu.chip.contexts
    if len(users) >= limit:
        return Finding(
            "contexts in use",
            State.WARNING,
            f"by {len(users)} of {limit}: {named}",
            f"end one of them: kill {next(iter(users), '')}",
        )
    return Finding("contexts in use", State.OK, f"by {named}" if users else "none")


NPU_PROBES: tuple[Callable[[Machine], Finding], ...] = (
    _kernel,
    _driver,
    _secure_boot,
    _firmware,
    _complaints,
    _iommu,
    _node,
    _permission,
    _memlock,
    _contexts,
)


def npu_findings(machine: Machine) -> tuple[Finding, ...]:
    """PCI first; the others only where it has an NPU that aiec knows."""
    first = _pci(machine)
    npu: Npu | None = machine.npu
    if npu is None or npu.chip.target is None:
        return (first,)
    return (first, *(replace(probe(machine), counts=True) for probe in NPU_PROBES))
