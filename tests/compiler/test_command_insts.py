"""`aiec insts`: streams of other people's text and of compiled folders, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiec.cli import run

UPSTREAM = Path(__file__).parent.parent / "codegen" / "insts"
TEXT = """
module {
  aie.device(npu2_1col) @one {
    aie.runtime_sequence @go() {}
  }
  aie.device(npu1) @two {
    aie.runtime_sequence @go(%a: memref<4xi32>) {}
  }
}
"""


def test_what_mlir_aie_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    design, folder = str(UPSTREAM / "npu1.mlir"), tmp_path / "new" / "folder"
    assert run(["insts", design, "-o", str(folder), "--mlir-aie", "E1"]) == 0
    made = folder / "encoder_cross.insts.bin"
    assert made.read_bytes() == (UPSTREAM / "npu1.insts.bin").read_bytes()
    assert capsys.readouterr().out == f"{made}: 248 operations, 8,368 bytes, 4 arguments\n"


def test_names_of_several_devices(tmp_path: Path) -> None:
    (tmp_path / "two.mlir").write_text(TEXT)
    assert run(["insts", str(tmp_path / "two.mlir"), "-o", str(tmp_path)]) == 0
    assert (tmp_path / "one_go.insts.bin").read_bytes().hex() == (
        "00010406" "01010000" "00000000" "10000000"
    )  # fmt: skip
    assert (tmp_path / "two_go.insts.bin").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.mlir", "-o", "."], "cannot read missing.mlir"),
        ([str(UPSTREAM / "npu1.mlir"), "-o", ".", "--mlir-aie", "E3"], "--mlir-aie 'E3'; expected"),
        ([str(UPSTREAM / "npu1.mlir"), "-o", "/dev/null/x"], "cannot write into /dev/null/x"),
    ],
)
def test_refusals(
    arguments: list[str], message: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["insts", *arguments]) == 2
    assert message in capsys.readouterr().err
