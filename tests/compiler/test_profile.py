"""Profiling: every op timed once, ranked by what the NPU would save, told safely."""

from __future__ import annotations

import importlib.resources
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_models import Mlp

from aiec.capture import capture_shapes
from aiec.cli import run
from aiec.fuse import fuse
from aiec.ir.errors import OutputError
from aiec.ir.graph import OpKind
from aiec.ir.options import Options
from aiec.ir.target import NPU2
from aiec.named_models import real_model
from aiec.partitioner.assign import assign
from aiec.partitioner.report_profile import (
    ProfileReport,
    headline,
    to_html,
    to_markdown,
    write_profile,
)
from aiec.partitioner.suitability import Row, Standing, parts_on_npu, plan, rows
from aiec.plan_pieces import price_pieces
from aiec.profile_ops import profile_model, taken_apart
from aiec.speech import models


def audio(name: str = "hello_world.wav") -> Path:
    folder = importlib.resources.files("pytest_audioeval").joinpath("samples/audio/en")
    return Path(str(folder.joinpath(name)))


def row(name: str, cpu_us: float, npu_us: float, standing: Standing) -> Row:
    return Row(name, "linear", 1, cpu_us, npu_us, 0.5, 10**9, 10.0**7, standing, "why")


def report(*made: Row, title: str = "tiny") -> ProfileReport:
    return ProfileReport(title, "this CPU", "that NPU", "1 threads", 5000.0, made)


def test_every_op_has_a_time_and_views_have_next_to_none():
    measured = profile_model(Mlp(64, 128).eval(), (torch.randn(4, 200, 64),), "mlp", runs=2)
    assert measured.graph.name == "mlp"
    assert len(measured.op_us) == len(measured.graph.ops)
    timed = dict(zip((op.name for op in measured.graph.ops), measured.op_us, strict=True))
    products = [timed[op.name] for op in measured.graph.ops if op.kind is OpKind.LINEAR]
    assert products and min(products) > 0
    assert measured.eager_us > 0 and measured.runs == 2


def test_rows_add_up_and_know_what_our_kernels_run():
    measured = profile_model(Mlp(64, 128).eval(), (torch.randn(4, 200, 64),), "mlp", runs=1)
    planner = price_pieces(measured.graph, NPU2)
    partition = assign(measured.graph, NPU2, Options(partition="npu-all"), planner=planner)
    made = rows(partition, [1000.0] * len(measured.op_us))
    counted = [op for op in measured.graph.ops if op.kind is not OpKind.VIEW]
    assert sum(r.count for r in made) == len(counted)
    assert sum(r.cpu_us for r in made) == pytest.approx(1000.0 * len(counted))
    assert sum(r.flop for r in made) == measured.graph.flop
    linear = next(r for r in made if r.kind == "linear")
    assert linear.standing is Standing.RUNS
    decision = next(d for d in partition.decisions if d.npu)
    assert decision.npu and linear.npu_us >= decision.npu.device_us


def test_parts_of_a_block_that_the_npu_runs_are_told_as_such():
    captured = capture_shapes(lambda: models.build("whisper-tiny"), "tiny")
    fused = fuse(captured)
    blocks = assign(fused, NPU2, Options(partition="npu-all"), planner=price_pieces(fused, NPU2))
    names = parts_on_npu(blocks)
    graph = taken_apart(fused)
    assert names and names <= {op.name for op in graph.ops}
    made = rows(assign(graph, NPU2, Options()), [100.0] * len(graph.ops), names)
    attention = next(r for r in made if r.kind == "attention")
    assert attention.standing is Standing.BLOCK
    assert "saves up to" in to_markdown(report(replace(attention, cpu_us=1e6)))


def test_the_plan_ranks_by_what_is_saved_and_leaves_out_what_is_not():
    best = row("best", 900.0, 100.0, Standing.RUNS)
    next_best = row("next", 5000.0, 4500.0, Standing.NEEDS)
    worse = row("worse", 100.0, 300.0, Standing.STAYS)
    assert plan((worse, next_best, best)) == (best, next_best)
    assert worse.gain_us == 0.0
    assert best.flops == pytest.approx(1e9 / 900e-6) and best.intensity == 100.0


def test_the_markdown_has_plan_and_table():
    text = to_markdown(report(row("a|b", 900.0, 100.0, Standing.NEEDS)))
    assert "1. a|b (linear) needs a kernel: saves up to 0.80 ms of 0.90 ms (89%)" in text
    (line,) = (line for line in text.splitlines() if line.startswith("| a/b (linear) |"))
    assert line.count("|") == 12 and "≥ 0.10 ms" in line


def test_the_headline_tells_ours_from_what_is_yet_to_be_written():
    made = (row("a", 900.0, 100.0, Standing.RUNS), row("b", 400.0, 200.0, Standing.NEEDS))
    assert (
        "our kernels would save up to 0.80 ms, kernels yet to be written up to 0.20 ms"
        in headline(report(*made))
    )


def test_the_page_is_safe_and_needs_no_network():
    hostile = "<img src=x onerror=alert(1)>"
    page = to_html(report(row(hostile, 9.0, 1.0, Standing.RUNS), title=hostile))
    assert "<img" not in page
    assert not re.search(r"https?://|src=\"|url\(|<link", page)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        write_profile(report(), tmp_path / "file" / "out")
    assert caught.value.message == (
        f"cannot write the profile: Not a directory; at {tmp_path}/file/out; "
        "choose a folder that can be written"
    )


def test_the_command_profiles_a_model(capfd, tmp_path):
    arguments = ["profile", "plain_model:build", "--runs", "1", "-o", str(tmp_path)]
    assert run(arguments) == 0
    out, err = capfd.readouterr()
    assert "plain_model:build encoder takes " in out and "Plan, the greatest saving first:" in out
    assert err == ""
    assert "linear" in (tmp_path / "profile.md").read_text()
    assert (tmp_path / "profile.html").stat().st_size > 2000


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_audio_goes_through_a_real_model(part):
    found = real_model(str(audio()), "tiny.en", part, 2)
    assert found.title == f"tiny.en {part} on hello_world.wav"
    assert found.weights == "its own weights"
    with torch.no_grad():
        result = found.module(*found.inputs)
    assert result.shape == ((2, 1500, 384) if part == "encoder" else (2, 1, 51864))
    if part == "encoder":
        heard, silence = found.inputs[0]
        assert heard.std() > 2 * silence.std(), "the clip is shorter than a window"


def test_random_weights_are_finite():
    found = real_model("whisper-tiny", "", "decoder", 1)
    assert found.weights == "random weights"
    with torch.no_grad():
        assert torch.isfinite(found.module(*found.inputs)).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gone.wav",), "aiec: error: cannot read gone.wav: No such file or directory"),
        (("whisper-tinny",), "aiec: error: unknown model 'whisper-tinny'; expected"),
        (("whisper-tiny", "--target", "npu3"), "aiec: error: unknown target 'npu3'; expected"),
        ((str(audio()), "--part", "head"), "aiec: error: unknown part 'head'; expected"),
        ((str(audio()), "--model", "tinny"), "aiec: error: unknown model 'tinny'; expected"),
    ],
)
def test_refusals(capsys, arguments, message):
    assert run(["profile", *arguments]) == 2
    assert capsys.readouterr().err.startswith(message)


def test_audio_that_nobody_understands(capsys, monkeypatch):
    monkeypatch.setattr("aiec.named_models.entry_points", lambda group: ())
    assert run(["profile", str(audio())]) == 2
    assert "nobody here understands audio such as " in capsys.readouterr().err
