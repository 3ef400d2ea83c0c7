"""The toolchain against stand-ins of the vendor's programs that refuse flags they do not have."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from elf_objects import make_object

from aiec.cli import run as run_command
from aiec.codegen.build import build, load_artifact
from aiec.codegen.plan_steps import Wanted, plan_steps
from aiec.codegen.toolchain.build_xclbin import build_xclbin
from aiec.codegen.toolchain.find import find_toolchain
from aiec.ir.design import Artifact, Design, Instructions
from aiec.ir.errors import CodegenError, OutputError
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1
from aiec.kernels.encoder import kernel_build

# What every stand-in does first: note the call, and know its flags by heart.
HEAD = """#!{python}
import os, re, sys, time
from pathlib import Path
name, args = Path(sys.argv[0]).name, sys.argv[1:]
OBJECT = Path({calls!r}).with_name("kernel.o").read_bytes()
with open({calls!r}, "a") as file:
    file.write(" ".join([name, *args]) + "\\n")
def refuse(what):
    print(f"{{name}}: Unknown command line argument '{{what}}'", file=sys.stderr)
    sys.exit(1)
"""
# Flags of each generation; a value in angles stands for any.
OLD_FLAGS = """--aie-generate-xclbin --aie-generate-npu-insts --no-xchesscc --no-xbridge --no-aiesim
  --no-compile-host --peano=<> --xclbin-name=<> --npu-insts-name=<> --tmpdir=<> -j<>"""
NEW_FLAGS = """--get-xclbin --get-npu-insts --peano=<> --xclbin-name=<> --npu-insts-name=<>
  --tmpdir=<> -j<>"""
AIECC = """
FLAGS, VERSION, NAMES = {flags!r}.split(), {version!r}, {names!r}
if args in (["--version"], ["--aie-version"]):
    print(VERSION)
    sys.exit()
if args == ["--help"]:
    print(" ".join(FLAGS))
    sys.exit()
given = {{}}
for arg in args:
    if not arg.startswith("-"):
        given["file"] = arg
        continue
    shape = re.sub("=.*", "=<>", arg) if "=" in arg else re.sub(r"^-j\\d+$", "-j<>", arg)
    if shape not in FLAGS:
        refuse(arg)
    given[shape.removesuffix("=<>")] = arg.partition("=")[2]
assert Path(given["--peano"], "bin/clang++").is_file(), "no Peano"
assert os.access(os.environ["AIE_XCLBINUTIL"], os.X_OK), "no xclbinutil"
Path(given["--tmpdir"]).mkdir()
Path(given["--tmpdir"], "main_core_0_2.elf").write_bytes(OBJECT)
text = Path(given["file"]).read_text()
print("compiling cores", flush=True)
{extra}
Path(given["--xclbin-name"]).write_bytes(b"xclbin2" + text.encode())
for symbol in re.findall(r"runtime_sequence @(\\w+)", text):
    name = given["--npu-insts-name"]
    fields = (f"main_{{symbol}}",) if NAMES == "one" else ("main", symbol)
    Path(name.format(*fields)).write_bytes(b"stream of " + symbol.encode())
"""
CLANG = """
if args == ["--version"]:
    print("clang version 21.0.0 (llvm-aie)\\nTarget: here")
    sys.exit()
source, target = args[args.index("-c") + 1], args[args.index("-o") + 1]
KNOWN = ("-O2", "-std=c++20", "--target=aie2-none-unknown-elf", "-DNDEBUG", "-c", "-o", "-I",
         "-fstack-size-section",
         "-D__AIE_API_AIE_ADF_HPP__")
for arg in args:
    if arg.startswith("-") and arg not in KNOWN and not re.match(r"-D[A-Z_0-9]+=\\w+$", arg):
        refuse(arg)
assert Path(args[args.index("-I") + 1], "aie_api").is_dir(), "no aie_api"
Path(target).write_bytes(OBJECT + Path(source).read_bytes())
"""
# Where each generation's wheel has its program, and what its metadata and flags are.
GENERATIONS = {
    "script": ("aiecc.py", "0.0.1.2026021804+712005c", OLD_FLAGS, "two", "E1"),
    "generate": ("aiecc", "0.0.1.2026031304+1e40030", OLD_FLAGS, "two", "E1"),
    "get": ("aiecc", "0.0.1.2026081404+3ca0193", NEW_FLAGS, "one", "E2"),
}


class Machine:
    """A site-packages with wheels, and an XRT."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site, self.calls_file = root / "site-packages", root / "calls"
        self.bin = root / "bin"
        make_object(root / "kernel.o", {"kernel": (640, ())})
        for name in ("MLIR_AIE_INSTALL_DIR", "PEANO_INSTALL_DIR", "AIE_XCLBINUTIL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("aiec.codegen.toolchain.find._XRT_BIN", ())
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        monkeypatch.syspath_prepend(str(self.site))

    def program(self, path: Path, body: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        head = HEAD.format(python=sys.executable, calls=str(self.calls_file))
        path.write_text(head + body)
        path.chmod(0o755)

    def install(self, generation: str = "get", extra: str = "", metadata: bool = True) -> None:
        name, version, flags, names, _ = GENERATIONS[generation]
        package = self.site / "mlir_aie"
        said = version if metadata else "aiecc (C++ version) 3ca0193"
        body = AIECC.format(flags=flags, version=said, names=names, extra=extra)
        self.program(package / "bin" / name, body)
        (package / "include" / "aie_api").mkdir(parents=True, exist_ok=True)
        if metadata:
            (self.site / f"mlir_aie-{version}.dist-info").mkdir()
        self.program(self.site / "llvm-aie" / "bin" / "clang++", CLANG)
        self.program(self.bin / "xclbinutil", "refuse(args)\n")

    def calls(self) -> list[str]:
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        return [line for line in lines if not line.endswith(("version", "--help"))]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def folder_of(directory: Path, epoch: str = "E2", more: str = "") -> Artifact:
    plan = plan_steps(Wanted(gemms=(Gemm(7, 100, 50), Gemm(7, 50, 100))), NPU1)
    sequences = plan.blocks
    text = "\n".join(f"aie.runtime_sequence @{s.symbol}" for s in sequences) + more
    streams = tuple(Instructions(s.symbol, f"stream of {s.symbol}".encode()) for s in sequences)
    kernels = (kernel_build(NPU1),)
    return build(Design("mlp", epoch, text, plan, kernels, streams), directory)


@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_is_called_with_its_flags(
    machine: Machine, tmp_path: Path, generation: str, metadata: bool
) -> None:
    machine.install(generation, metadata=metadata)
    artifact = folder_of(tmp_path / "design", GENERATIONS[generation][4])
    said: list[str] = []
    built = build_xclbin(artifact, said.append)
    assert built.notes == () and not built.from_cache
    assert "compiling cores" in said
    kernel, aiecc = machine.calls()
    assert kernel.startswith("clang++ ") and "-DMMUL_T=4" in kernel
    assert aiecc.startswith(f"{GENERATIONS[generation][0]} --peano={machine.site / 'llvm-aie'} ")
    assert built.artifact == load_artifact(tmp_path / "design")
    assert built.artifact.xclbin is not None
    assert built.artifact.xclbin.read_bytes().startswith(b"xclbin2")


def test_the_console_script_of_a_wheel_leads_to_its_package(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install()
    site = tmp_path / "venv" / "lib" / "python3.12" / "site-packages"
    site.parent.mkdir(parents=True)
    machine.site.rename(site)
    machine.program(tmp_path / "venv" / "bin" / "aiecc", "refuse(args)\n")
    monkeypatch.setenv("PATH", f"{machine.bin}:{tmp_path / 'venv' / 'bin'}")
    tools = find_toolchain("E2")
    assert tools.mlir_aie == str(site / "mlir_aie") and tools.peano == str(site / "llvm-aie")
    assert tools.versions == ("0.0.1.2026081404+3ca0193", "clang version 21.0.0 (llvm-aie)")


def test_variables_win_over_wheels(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install()
    for name in ("mlir_aie", "llvm-aie"):
        subprocess.run(["/bin/cp", "-r", machine.site / name, tmp_path / name], check=True)
    monkeypatch.setenv("MLIR_AIE_INSTALL_DIR", str(tmp_path / "mlir_aie"))
    monkeypatch.setenv("PEANO_INSTALL_DIR", str(tmp_path / "llvm-aie"))
    (machine.bin / "xclbinutil").rename(tmp_path / "packer")
    monkeypatch.setenv("AIE_XCLBINUTIL", str(tmp_path / "packer"))
    tools = find_toolchain("E2")
    assert (tools.mlir_aie, tools.peano) == (str(tmp_path / "mlir_aie"), str(tmp_path / "llvm-aie"))
    assert tools.environment["AIE_XCLBINUTIL"] == str(tmp_path / "packer")


def test_a_second_build_comes_from_the_cache(machine: Machine, tmp_path: Path) -> None:
    machine.install()
    build_xclbin(folder_of(tmp_path / "one"))
    count = len(machine.calls())
    again = build_xclbin(folder_of(tmp_path / "two"))
    assert again.from_cache and len(machine.calls()) == count
    assert again.artifact.xclbin == tmp_path / "two" / "aie.xclbin"
    changed = build_xclbin(folder_of(tmp_path / "three", more="\n// other"))
    assert not changed.from_cache


def test_a_damaged_cache_is_built_again(machine: Machine, tmp_path: Path) -> None:
    machine.install()
    artifact = folder_of(tmp_path / "design")
    build_xclbin(artifact, cache_dir=tmp_path / "kept")
    (kept,) = (path for path in (tmp_path / "kept").iterdir() if path.is_dir())
    (kept / "aie.xclbin").write_bytes(b"half")
    assert not build_xclbin(artifact, cache_dir=tmp_path / "kept").from_cache


def test_newer_tools_build_again(machine: Machine, tmp_path: Path) -> None:
    machine.install()
    artifact = folder_of(tmp_path / "design")
    build_xclbin(artifact)
    (machine.site / "mlir_aie-0.0.1.2026081404+3ca0193.dist-info").rename(
        machine.site / "mlir_aie-0.0.1.2026090104+abcdef0.dist-info"
    )
    assert not build_xclbin(artifact).from_cache


def test_writing_the_design_again_forgets_the_build(machine: Machine, tmp_path: Path) -> None:
    machine.install()
    build_xclbin(folder_of(tmp_path / "design"))
    folder_of(tmp_path / "design", more="\n// other")
    assert load_artifact(tmp_path / "design").xclbin is None
    names = {path.name for path in (tmp_path / "design").iterdir()}
    assert not names & {"aie.xclbin", "built.json", "encoder.o"}


@pytest.mark.parametrize("content", ["{}", "[", '{"text": "of another"}'])
def test_a_build_of_another_text_is_none(machine: Machine, tmp_path: Path, content: str) -> None:
    machine.install()
    build_xclbin(folder_of(tmp_path / "design"))
    (tmp_path / "design" / "built.json").write_text(content)
    assert load_artifact(tmp_path / "design").xclbin is None


def test_instructions_that_differ_are_aieccs_and_said(machine: Machine, tmp_path: Path) -> None:
    machine.install()
    artifact = folder_of(tmp_path / "design")
    first, second = artifact.design.instructions
    design = replace(artifact.design, instructions=(first, replace(second, content=b"ours")))
    built = build_xclbin(replace(artifact, design=design))
    assert built.notes == (
        f"aiecc's instructions of {second.symbol} differ from ours; aiecc's are taken",
    )
    assert built.artifact.design.instructions == (first, second)


def _build_in_a_process(directory: str) -> bool:
    return build_xclbin(load_artifact(directory)).from_cache


def test_two_processes_build_once(machine: Machine, tmp_path: Path) -> None:
    machine.install(extra="time.sleep(0.5)")
    folders = [str(tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        folder_of(Path(folder))
    with get_context("fork").Pool(2) as pool:
        assert sorted(pool.map(_build_in_a_process, folders)) == [False, True]
    assert sum(call.startswith("aiecc ") for call in machine.calls()) == 1


BROKEN = {
    "print('note: one'); print('error: no route', file=sys.stderr); sys.exit(3)":
        r"aiecc failed with status 3: compiling cores \| note: one \| error: no route",
    "sys.exit(0)": r"aiecc ended well but left no aie\.xclbin",
    "text = text.splitlines()[0]": r"aiecc ended well but left no insts_main_gemm_\w+\.bin",
    "time.sleep(60)": r"aiecc took over 2\.0 s: compiling cores",
}  # fmt: skip


@pytest.mark.parametrize(("extra", "message"), BROKEN.items())
def test_a_build_that_fails_leaves_nothing(
    machine: Machine, tmp_path: Path, extra: str, message: str
) -> None:
    machine.install(extra=extra)
    artifact = folder_of(tmp_path / "design")
    before = sorted(path.name for path in (tmp_path / "design").iterdir())
    with pytest.raises(CodegenError, match=message):
        build_xclbin(artifact, cache_dir=tmp_path / "kept", limit_s=2.0)
    assert sorted(path.name for path in (tmp_path / "design").iterdir()) == before
    assert [path.suffix for path in (tmp_path / "kept").iterdir()] == [".lock"]
    assert load_artifact(tmp_path / "design").xclbin is None


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("mlir_aie", r"mlir-aie is not installed; .*pip install mlir_aie -f .*latest-wheels-4"),
        ("llvm-aie", r"Peano.*is not installed; .*pip install llvm-aie -f .*nightly"),
        ("xclbinutil", r"XRT's xclbinutil is not installed.*apt install libxrt-utils"),
    ],
)
def test_missing_tools_say_what_installs_them(
    machine: Machine, tmp_path: Path, missing: str, message: str
) -> None:
    machine.install()
    for place in (machine.site / missing, machine.bin / missing):
        if place.exists():
            place.rename(tmp_path / "away")
    with pytest.raises(CodegenError, match=message):
        build_xclbin(folder_of(tmp_path / "design"))


@pytest.mark.parametrize(
    ("generation", "epoch", "message"),
    [
        ("get", "E1", r"text of E1, and mlir-aie 0\.0\.1\.2026081404\S* reads E2; "
         r"compile it with --mlir-aie E2, or install another: .*latest-wheels-3"),
        ("generate", "E2", r"text of E2, and mlir-aie \S+ reads E1; compile it with --mlir-aie E1"),
    ],
)  # fmt: skip
def test_a_text_that_the_tools_do_not_read(
    machine: Machine, tmp_path: Path, generation: str, epoch: str, message: str
) -> None:
    machine.install(generation)
    with pytest.raises(CodegenError, match=message):
        build_xclbin(folder_of(tmp_path / "design", epoch))


def test_tools_between_two_syntaxes_read_neither(machine: Machine, tmp_path: Path) -> None:
    machine.install("generate")
    (machine.site / "mlir_aie-0.0.1.2026031304+1e40030.dist-info").rename(
        machine.site / "mlir_aie-0.0.1.2026070904+abc.dist-info"
    )
    with pytest.raises(CodegenError, match=r"reads neither E1 nor E2; pip install mlir_aie"):
        build_xclbin(folder_of(tmp_path / "design"))


def test_a_program_that_does_not_run_or_says_nothing(machine: Machine, tmp_path: Path) -> None:
    machine.install(metadata=False)
    program = machine.site / "mlir_aie" / "bin" / "aiecc"
    program.write_text("#!/nonexistent/python\n")
    with pytest.raises(CodegenError, match="aiecc does not run: "):
        find_toolchain("E2")
    machine.program(program, "sys.exit()\n")
    with pytest.raises(CodegenError, match="says neither its version nor its flags"):
        find_toolchain("E2")


def test_a_design_without_a_folder_cannot_be_built(tmp_path: Path) -> None:
    artifact = folder_of(tmp_path / "design")
    with pytest.raises(CodegenError, match="design 'mlp' was not written to a folder"):
        build_xclbin(Artifact(artifact.design))


def test_a_cache_that_cannot_be_written(machine: Machine, tmp_path: Path) -> None:
    machine.install()
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write the build of .*choose another folder"):
        build_xclbin(folder_of(tmp_path / "design"), cache_dir=tmp_path / "file" / "x")


def test_the_command(machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine.install()
    folder_of(tmp_path / "design")
    assert run_command(["build", str(tmp_path / "design")]) == 0
    said = capsys.readouterr()
    assert "compiling cores" in said.err
    assert said.out == f"{tmp_path / 'design' / 'aie.xclbin'}: built\n"
    assert run_command(["build", str(tmp_path / "design")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'design' / 'aie.xclbin'}: from the cache\n"
    assert json.loads((tmp_path / "design" / "built.json").read_text())["tools"][0] == "GET"
