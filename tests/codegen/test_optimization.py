"""Each object has a level of its own for each ISA, with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from aiec.codegen.toolchain import command_lines
from aiec.codegen.toolchain.find import CommandLine, Toolchain
from aiec.codegen.toolchain.optimization import LEVELS, Level, optimization
from aiec.ir.errors import CodegenError
from aiec.ir.target import NPU1, TARGETS, Target
from aiec.kernels import encoder
from aiec.kernels.registry import KERNELS

CPP = Path(encoder.__file__).parent / "cpp"
TOOLS = Toolchain("aiecc", CommandLine.GET, "mlir", "peano", "xclbinutil")


def test_every_object_has_a_level_with_a_reason() -> None:
    objects = {spec.object for spec in KERNELS.values()}
    assert set(LEVELS) == {(name, t.isa) for name in objects for t in TARGETS.values()}
    assert all(re.fullmatch("-O[0-3]", level.flag) and level.why for level in LEVELS.values())


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_the_level_reaches_the_compiler(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    build = encoder.kernel_build(target)
    monkeypatch.setitem(LEVELS, (build.object, target.isa), Level("-O1", "a test"))
    assert optimization(build, target.isa) == "-O1"
    assert command_lines.kernel_command(build, target.isa, TOOLS)[1] == "-O1"


def test_an_undecided_object_is_refused() -> None:
    other = replace(encoder.kernel_build(NPU1), object="other.o")
    with pytest.raises(CodegenError, match=r"level is decided for other\.o on aie2.*encoder\.o on"):
        optimization(other, "aie2")


def test_sources_keep_clear_of_what_peano_gets_wrong() -> None:
    """A vector joined to itself stops the instruction selector; bytes are stored by nothing."""
    for path in CPP.iterdir():
        text = path.read_text()
        assert not re.search(r"concat\((\w+), \1\)", text), path.name
        assert not re.search(r"\bu?int8_t\b|exp2", re.sub("//.*", "", text)), path.name
