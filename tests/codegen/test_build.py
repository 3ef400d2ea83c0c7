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
from aiec.codegen.plan_encoder import plan_encoder
from aiec.codegen.plan_gemm import plan
from aiec.codegen.sequence import describe_sequence
from aiec.ir.design import Design, EncoderDesign, Instructions
from aiec.ir.encoder import BlockKind
from aiec.ir.errors import DesignError, OutputError
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1, NPU2
from aiec.kernels.encoder import kernel_build as encoder_build
from aiec.kernels.gemm_bf16 import kernel_build


@pytest.fixture(scope="module")
def design() -> Design:
    target = NPU1.with_sku(clock_hz=1_000_000_000)
    made = plan((Gemm(7, 100, 50), Gemm(7, 50, 100, residual=True)), target)
    sequences = tuple(describe_sequence(made, s) for s in made.shapes)
    return Design("mlp", "E2", "module {}\n", made, sequences, (kernel_build(made.tiling),))


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


@pytest.fixture(scope="module")
def encoder() -> EncoderDesign:
    plan = plan_encoder(small_encoder(), NPU1, (BlockKind.LAYER, BlockKind.FINAL))
    return EncoderDesign("encoder", "E1", "module {}\n", plan, ())


@pytest.mark.parametrize("dtype", NPU2.dtypes)
def test_an_encoder_keeps_its_dtype(dtype: str, tmp_path: Path) -> None:
    plan = plan_encoder(small_encoder(), NPU2, (BlockKind.FINAL,), dtype=dtype)
    kernels = (encoder_build(NPU2, plan.left_parts),)
    written = build(EncoderDesign("encoder", "E2", "module {}\n", plan, kernels), tmp_path)
    assert load_artifact(tmp_path) == written
    assert json.loads((tmp_path / "manifest.json").read_text())["encoder"]["dtype"] == dtype


def test_an_encoder_reads_back_equal(encoder: EncoderDesign, tmp_path: Path) -> None:
    written = build(encoder, tmp_path)
    assert load_artifact(tmp_path) == written
    content = json.loads((tmp_path / "manifest.json").read_text())
    layer, final = content["encoder"]["sequences"]
    assert (layer["symbol"], final["kind"]) == ("encoder_layer", "final")
    assert [step["name"] for step in layer["steps"]][:4] == ["q", "k", "v", "attention"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda encoder: encoder["shape"].update(heads=3),
            "damaged manifest: encoder.shape is {'state': 128, 'heads': 3, 'layers': 2, ",
        ),
        (
            lambda encoder: encoder.update(dtype="bfp16"),
            "damaged manifest: encoder.dtype is 'bfp16'; ",
        ),
        (
            lambda encoder: encoder["sequences"][0].update(macs=1),
            "damaged manifest: encoder.sequences is [{'symbol': 'encoder_layer', ",
        ),
        (
            lambda encoder: encoder["sequences"][0].update(kind="head"),
            "damaged manifest: encoder.sequences[0].kind is 'head'; ",
        ),
    ],
)
def test_a_damaged_encoder(
    encoder: EncoderDesign, tmp_path: Path, damage: Callable[[Any], None], message: str
) -> None:
    build(encoder, tmp_path)
    path = tmp_path / "manifest.json"
    content = json.loads(path.read_text())
    damage(content["encoder"])
    path.write_text(json.dumps(content))
    with pytest.raises(DesignError) as caught:
        load_artifact(tmp_path)
    assert str(caught.value).startswith(message)


def test_folder_holds_text_kernels_and_manifest_only(design: Design, tmp_path: Path) -> None:
    build(design, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"design.mlir", "kernels", "manifest.json"}
    assert "gemm_bf16.cc" in {p.name for p in (tmp_path / "kernels").iterdir()}
    assert not list((tmp_path / "kernels").glob("*.hpp"))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["sequences"][0]["arguments"][0]["role"] == "x"
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
    del content["sequences"][1]["symbol"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (set_to("schema", value=2), "schema is 2.*expected 1, the schema that this version reads"),
        (without, r"sequences\[1\]\.symbol is missing"),
        (set_to("plan", "tiling", "m", value="x"), "plan.tiling.m is 'x'.*a positive integer"),
        (set_to("plan", "tiling", "m", value=True), "plan.tiling.m is True"),
        (set_to("plan", "tiling", "k_l2", value=1), "tiling is .*multiples of r, s, t and k"),
        (set_to("plan", value=[]), r"plan is \[\].*expected an object"),
        (set_to("name", value=1), "name is 1.*expected a string"),
        (set_to("epoch", value="E9"), "epoch is 'E9'.*expected one of E1, E2"),
        (set_to("target", "name", value="npu3"), "target.name is 'npu3'.*npu1"),
        (set_to("sequences", value={}), r"sequences is \{\}.*a list of objects"),
        (
            set_to("sequences", 0, "gemm", "bias", value=1),
            r"sequences\[0\]\.gemm\.bias is 1.*true or false",
        ),
        (set_to("kernels", 0, "symbols", value="s"), "symbols is 's'.*a list of strings"),
        (set_to("kernels", 0, "defines", value=[]), r"defines is \[\].*an object of strings"),
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
    with pytest.raises(DesignError, match="damaged manifest: schema is missing"):
        load_artifact(tmp_path)
