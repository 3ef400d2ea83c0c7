"""The folder of a design: what is in it, that it reads back as it was, and what damage says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_encoders import small_encoder

from aiec.codegen.build import build, load_artifact
from aiec.codegen.plan_steps import Wanted, plan_encoder, plan_steps
from aiec.ir.design import Design, Instructions
from aiec.ir.encoder import BlockKind
from aiec.ir.errors import DesignError, OutputError
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1, NPU2
from aiec.kernels.encoder import kernel_build


@pytest.fixture(scope="module")
def design() -> Design:
    target = NPU1.with_sku(clock_hz=1_000_000_000)
    gemms = (Gemm(7, 100, 50), Gemm(7, 50, 100, residual=True))
    plan = plan_steps(Wanted(gemms=gemms), target)
    return Design("mlp", "E2", "module {}\n", plan, (kernel_build(target),))


def test_without_a_folder_there_is_none(design: Design) -> None:
    artifact = build(design)
    assert artifact.design is design and artifact.directory is None and artifact.xclbin is None


def test_what_is_written_reads_back_equal(design: Design, tmp_path: Path) -> None:
    written = build(design, tmp_path / "a" / "design")
    assert load_artifact(tmp_path / "a" / "design") == written


def test_streams_of_an_earlier_design_do_not_stay(design: Design, tmp_path: Path) -> None:
    first, second = (s.symbol for s in design.sequences)
    streams = (Instructions(first, b"one"), Instructions(second, b"two"))
    build(replace(design, instructions=streams), tmp_path)
    build(replace(design, instructions=streams[:1]), tmp_path)
    assert load_artifact(tmp_path).design.instructions == streams[:1]


@pytest.mark.parametrize("dtype", NPU2.dtypes)
def test_an_encoder_reads_back_equal(dtype: str, tmp_path: Path) -> None:
    plan = plan_encoder(small_encoder(), NPU2, (BlockKind.LAYER, BlockKind.FINAL), dtype=dtype)
    kernels = (kernel_build(NPU2, plan.left_parts),)
    written = build(Design("encoder", "E1", "module {}\n", plan, kernels), tmp_path)
    assert load_artifact(tmp_path) == written
    content = json.loads((tmp_path / "manifest.json").read_text())["plan"]
    layer, final = content["blocks"]
    assert (content["dtype"], layer["symbol"], final["kind"]) == (dtype, "encoder_layer", "final")
    assert [step["name"] for step in layer["steps"]][:4] == ["q", "k", "v", "attention"]


def test_a_folder_is_read_without_planning(
    design: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another version would plan does not matter: the manifest is the whole contract."""
    build(design, tmp_path)
    for name in ("plan_steps", "candidates"):
        monkeypatch.delattr(f"aiec.codegen.plan_steps.{name}")
    assert load_artifact(tmp_path).design == design


def test_folder_holds_text_kernels_and_manifest_only(design: Design, tmp_path: Path) -> None:
    build(design, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"design.mlir", "kernels", "manifest.json"}
    assert "encoder.cc" in {p.name for p in (tmp_path / "kernels").iterdir()}
    assert not list((tmp_path / "kernels").glob("*.hpp"))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["plan"]["blocks"][0]["arguments"][0]["role"] == "x"
    assert any("aiecc" in command for command in manifest["build"])


def test_an_old_xclbin_does_not_outlive_its_design(design: Design, tmp_path: Path) -> None:
    build(design, tmp_path)
    (tmp_path / "aie.xclbin").write_bytes(b"old")
    assert load_artifact(tmp_path).xclbin == tmp_path / "aie.xclbin"
    build(design, tmp_path)
    assert load_artifact(tmp_path).xclbin is None


def test_a_folder_that_cannot_be_written_is_named(design: Design, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot write the design into .*file"):
        build(design, tmp_path / "file")


def test_a_folder_that_is_no_artifact_is_named(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match=r"cannot read .*manifest\.json: No such file"):
        load_artifact(tmp_path)


def test_a_manifest_that_is_not_json(design: Design, tmp_path: Path) -> None:
    build(design, tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DesignError, match=r"manifest\.json is not JSON"):
        load_artifact(tmp_path)


def set_to(*path: str | int, value: Any) -> Callable[[Any], None]:
    def damage(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return damage


def without(content: Any) -> None:
    del content["plan"]["blocks"][1]["symbol"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (set_to("schema", value=1), r"manifest\.json was written by an older version: its schema"),
        (set_to("schema", value=99), r"written by a newer version: its schema is 99; expected sch"),
        (set_to("maker", value="other"), r"manifest\.json is not a manifest of aiec; expected a f"),
        (lambda content: content.clear(), r"manifest\.json is not a manifest of aiec"),
        (without, r"plan\.blocks\[1\]\.symbol is missing"),
        (lambda content: content.pop("plan"), "plan is missing"),
        (set_to("plan", value=[]), r"plan is \[\].*expected an object"),
        (set_to("plan", "columns", value="x"), r"plan\.columns is 'x'.*an integer"),
        (set_to("plan", "columns", value=True), r"plan\.columns is True"),
        (set_to("plan", "why", value=1), r"plan\.why is 1.*a string"),
        (set_to("plan", "dtype", value="bfp16"), r"plan\.dtype is 'bfp16'.*one of bf16"),
        (set_to("plan", "blocks", value={}), r"plan\.blocks is \{\}.*a list"),
        (set_to("plan", "blocks", 0, "kind", value="head"), r"kind is 'head'.*one of stem, layer"),
        (set_to("plan", "blocks", 0, "steps", 0, "record", value="X"), r"one of GemmStep, Attenti"),
        (set_to("plan", "blocks", 0, "gemm", "bias", value=1), r"gemm\.bias is 1.*true or false"),
        (set_to("plan", "blocks", 0, "gemm", "m", value=0), r"gemm is .*a Gemm that can be"),
        (set_to("plan", "blocks", 0, "steps", 0, "x", value=1), r"x is 1.*an object"),
        (set_to("name", value=1), "name is 1.*expected a string"),
        (set_to("epoch", value="E9"), "epoch is 'E9'.*expected one of E1, E2"),
        (set_to("target", "name", value="npu3"), r"target\.name is 'npu3'.*npu1"),
        (set_to("target", value=1), r"target is 1.*an object"),
        (set_to("kernels", 0, "symbols", value="s"), r"symbols is 's'.*a list"),
        (set_to("kernels", 0, "defines", 0, value=["A"]), r"defines\[0\] is \['A'\].*a list of 2"),
    ],
)
def test_damage_is_named_by_file_and_field(
    design: Design, tmp_path: Path, damage: Callable[[Any], None], message: str
) -> None:
    build(design, tmp_path)
    path = tmp_path / "manifest.json"
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    with pytest.raises(DesignError, match=message) as caught:
        load_artifact(tmp_path)
    assert str(path) in str(caught.value)


def test_a_manifest_that_is_no_object(design: Design, tmp_path: Path) -> None:
    build(design, tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(DesignError, match="is not a manifest of aiec"):
        load_artifact(tmp_path)
