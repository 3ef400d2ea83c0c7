"""The toolchain driver, against programs of the same names that note how they were called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aiec.codegen.build import build
from aiec.codegen.plan_gemm import plan
from aiec.codegen.sequence import describe_sequence
from aiec.codegen.toolchain import build_xclbin
from aiec.ir.design import Artifact, Design
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1
from aiec.kernels.gemm_bf16 import kernel_build

# Notes its arguments; makes the file that a flag asks for.
RECORD = """#!/bin/sh
echo "$(basename "$0") $*" >> calls
for a in "$@"; do case "$a" in --xclbin-name=*) touch "${a#*=}";; esac; done
"""
FAIL = "#!/bin/sh\necho 'note: one' >&2\necho 'error: no route' >&2\nexit 3\n"


def program(prefix: Path, name: str, script: str) -> None:
    path = prefix / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Prefixes of a fake mlir-aie and Peano; PATH without any."""
    for root in ("mlir", "peano"):
        (tmp_path / root).mkdir()
    monkeypatch.setenv("MLIR_AIE_INSTALL_DIR", str(tmp_path / "mlir"))
    monkeypatch.setenv("PEANO_INSTALL_DIR", str(tmp_path / "peano"))
    return tmp_path


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    made = plan((Gemm(7, 100, 50), Gemm(7, 50, 100)), NPU1)
    sequences = tuple(describe_sequence(made, s) for s in made.shapes)
    kernels = (kernel_build(made.tiling),)
    return build(Design("mlp", "E2", "module {}\n", made, sequences, kernels), tmp_path / "design")


def install(tools: Path, aiecc: str = RECORD) -> None:
    program(tools / "mlir", "aiecc", aiecc)
    program(tools / "mlir", "aiecc.py", aiecc)
    program(tools / "peano", "clang++", RECORD)


def calls(artifact: Artifact) -> list[str]:
    assert artifact.directory is not None
    return (artifact.directory / "calls").read_text().splitlines()


def test_e2_compiles_kernels_then_xclbin_then_instructions(tools: Path, artifact: Artifact) -> None:
    install(tools)
    built = build_xclbin(artifact)
    assert built.xclbin is not None and built.xclbin.name == "aie.xclbin"
    kernel, xclbin, *instructions = calls(artifact)
    assert "--target=aie2-none-unknown-elf" in kernel and "-DMMUL_T=4" in kernel
    assert kernel.endswith("-c kernels/gemm_bf16.cc -o gemm_bf16.o")
    peano = tools / "peano"
    assert xclbin == f"aiecc --peano={peano} --get-xclbin --xclbin-name=aie.xclbin design.mlir"
    for call, sequence in zip(instructions, artifact.design.sequences, strict=True):
        assert f"--get-npu-insts --sequence-name={sequence.symbol}" in call
        assert f"--npu-insts-name={sequence.symbol}.insts.bin" in call


def test_e1_calls_the_script_with_its_flags(tools: Path, artifact: Artifact) -> None:
    install(tools)
    build_xclbin(replace(artifact, design=replace(artifact.design, epoch="E1")))
    _, xclbin, instructions, _ = calls(artifact)
    assert xclbin.startswith("aiecc.py ") and "--aie-generate-xclbin --no-compile-host" in xclbin
    assert "--aie-generate-npu-insts --no-compile " in instructions


def test_tools_are_found_on_path_too(
    tools: Path, artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tools)
    monkeypatch.delenv("MLIR_AIE_INSTALL_DIR")
    monkeypatch.setenv("PATH", f"{tools / 'mlir' / 'bin'}:/usr/bin:/bin")
    assert build_xclbin(artifact).xclbin


def test_missing_aiecc_says_what_to_install(
    tools: Path, artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CodegenError, match=r"mlir-aie's aiecc is not installed.*mlir_aie wheel"):
        build_xclbin(artifact)


def test_missing_peano_says_what_to_install(tools: Path, artifact: Artifact) -> None:
    program(tools / "mlir", "aiecc", RECORD)
    with pytest.raises(CodegenError, match=r"Peano.*is not installed.*set PEANO_INSTALL_DIR"):
        build_xclbin(artifact)


def test_a_tool_that_fails_is_quoted(tools: Path, artifact: Artifact) -> None:
    install(tools, aiecc=FAIL)
    with pytest.raises(
        CodegenError, match=r"aiecc failed with status 3: note: one \| error: no route"
    ):
        build_xclbin(artifact)


def test_a_tool_that_makes_nothing_is_not_believed(tools: Path, artifact: Artifact) -> None:
    install(tools, aiecc="#!/bin/sh\n")
    with pytest.raises(CodegenError, match=r"ended well but left no aie\.xclbin"):
        build_xclbin(artifact)


def test_a_design_without_a_folder_cannot_be_built(artifact: Artifact) -> None:
    with pytest.raises(CodegenError, match="design 'mlp' was not written to a folder"):
        build_xclbin(Artifact(artifact.design))
