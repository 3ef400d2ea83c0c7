"""Frames are summed along calls, code is measured, and what overflows is refused with numbers."""

from __future__ import annotations

import platform
from dataclasses import replace
from pathlib import Path

import pytest
from elf_objects import make_object

from aiec.codegen.core_memory import STACK_BYTES
from aiec.codegen.plan_steps import Wanted, plan_steps
from aiec.codegen.toolchain.elf import read_elf
from aiec.codegen.toolchain.object_limits import (
    CORE_FRAME_BYTES,
    check_built,
    check_core,
    check_object,
    frames_of,
)
from aiec.ir.design import Design
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1
from aiec.kernels.encoder import kernel_build

CHAIN = {
    "outer": (640, ("inner", "other", "elsewhere")),
    "inner": (300, ("leaf",)),
    "other": (320, ()),
    "leaf": (64, ()),
}
X86 = platform.machine() == "x86_64"


@pytest.mark.parametrize(
    "wide", [True, pytest.param(False, marks=pytest.mark.skipif(not X86, reason="as has no -m32"))]
)
def test_frames_are_summed_along_the_deepest_calls(tmp_path: Path, wide: bool) -> None:
    path = make_object(tmp_path / "kernel.o", CHAIN, wide=wide)
    assert read_elf(path).word_bytes == (8 if wide else 4)
    frames = frames_of(read_elf(path), path.name)
    assert {name: frame.nbytes for name, frame in frames.items()} == {
        name: nbytes for name, (nbytes, _) in CHAIN.items()
    }
    assert frames["outer"].calls == {"inner", "other", "elsewhere"}
    assert check_object(path) == 640 + 300 + 64


def test_a_stack_that_overflows_is_refused_with_both_numbers(tmp_path: Path) -> None:
    most = STACK_BYTES - CORE_FRAME_BYTES
    path = make_object(tmp_path / "fits.o", {"a": (most - 100, ("b",)), "b": (100, ())})
    assert check_object(path) == most
    path = make_object(tmp_path / "deep.o", {"a": (most - 100, ("b",)), "b": (101, ())})
    with pytest.raises(CodegenError, match=rf"deep.o take {most + 1} bytes.*most {STACK_BYTES}"):
        check_object(path)


def test_what_cannot_be_known_is_refused(tmp_path: Path) -> None:
    path = make_object(tmp_path / "bare.o", CHAIN, sizes=False)
    with pytest.raises(
        CodegenError, match=r"frame of \w+ in bare.o is unknown.*stack-size-section"
    ):
        check_object(path)
    path = make_object(tmp_path / "round.o", {"a": (8, ("b",)), "b": (8, ("a",))})
    with pytest.raises(CodegenError, match=r"a in round.o calls itself, by a and b"):
        check_object(path)
    odd = tmp_path / "odd.o"
    odd.write_bytes(b"no object at all")
    with pytest.raises(CodegenError, match=r"cannot read odd.o: it is no little-endian ELF"):
        check_object(odd)
    with pytest.raises(CodegenError, match=r"cannot read missing.o: No such file"):
        check_object(tmp_path / "missing.o")


def test_sizes_that_belong_to_no_function_are_refused(tmp_path: Path) -> None:
    made = make_object(tmp_path / "loose.o", {"a": (8, ())}, loose=True)
    with pytest.raises(CodegenError, match=r"\.stack_sizes of loose.o has no function at byte 0"):
        check_object(made)


def test_a_program_beyond_its_memory_is_refused(tmp_path: Path) -> None:
    path = make_object(tmp_path / "core.elf", CHAIN)
    code = check_core(path, NPU1)
    assert code > 0
    small = replace(NPU1, core_program_bytes=code - 1)
    with pytest.raises(CodegenError, match=rf"core.elf takes {code} bytes.*at most {code - 1}"):
        check_core(path, small)


def test_all_of_a_folder_is_checked(tmp_path: Path) -> None:
    made = plan_steps(Wanted(gemms=(Gemm(7, 100, 50),)), NPU1)
    design = Design("g", "E2", "module {}\n", made, kernels=(kernel_build(made.target),))
    make_object(tmp_path / "encoder.o", CHAIN)
    assert check_built(design, tmp_path) == [
        "aiecc left no linked core, so the size of its program is not known"
    ]
    (tmp_path / "design.mlir.prj").mkdir()
    make_object(tmp_path / "design.mlir.prj" / "core_0_2.elf", CHAIN)
    assert check_built(design, tmp_path) == []
    tiny = replace(made, target=replace(NPU1, core_program_bytes=4))
    with pytest.raises(CodegenError, match=r"core_0_2.elf takes \d+ bytes.*at most 4"):
        check_built(replace(design, plan=tiny), tmp_path)
