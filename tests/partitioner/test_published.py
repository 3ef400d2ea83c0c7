"""Published measurements: read, asked, fitted, reported; and the errors on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aiec import cli
from aiec.command_bench import others_at_work
from aiec.ir.errors import PointsError
from aiec.partitioner.physics.constants import PRIORS, load, moved, prior_constants
from aiec.partitioner.physics.evaluate import (
    evaluate,
    gemm_rows,
    lines,
    quantile,
    summarize,
    to_json,
)
from aiec.partitioner.physics.fit import fit_constants, leave_one_source_out
from aiec.partitioner.physics.points import COLUMNS, read_points
from aiec.partitioner.physics.predict import ask, predict

PUBLISHED = Path(__file__).parents[2] / "benchmarks" / "published_points.csv"
FIT = load()
HEAD = ",".join(COLUMNS)


def points(tmp_path, *rows):
    """Points of rows as `device,dtype_in,...,source`."""
    path = tmp_path / "points.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return read_points(path)


def one(tmp_path, row):
    (point,) = points(tmp_path, row)
    return predict(point, FIT)


@pytest.fixture(scope="module")
def published():
    return read_points(PUBLISHED)


def errors_of(predictions):
    return [abs(p.error) for p in gemm_rows(predictions) if p.error is not None]


# ------------------------------------------------------------------ how good it is


def test_published_gemms_are_predicted_within_the_aim(published):
    errors = errors_of(evaluate(published, lambda _: FIT))
    assert len(errors) > 100
    assert quantile(errors, 0.5) <= 0.12
    assert quantile(errors, 0.9) <= 0.35


def test_what_is_known_before_any_fit_comes_near(published):
    unfitted = replace(FIT, constants=prior_constants())
    errors = errors_of(evaluate(published, lambda _: unfitted))
    assert quantile(errors, 0.5) <= 0.15


@pytest.mark.slow
def test_without_their_own_source_too(published):
    constants = leave_one_source_out(published)
    fits = {source: replace(FIT, constants=found) for source, found in constants.items()}
    errors = errors_of(evaluate(published, lambda point: fits[point.project]))
    assert quantile(errors, 0.5) <= 0.12
    assert quantile(errors, 0.9) <= 0.35


def test_every_row_is_answered_or_has_its_reason(published):
    predictions = evaluate(published, lambda _: FIT)
    assert len(predictions) == len(published)
    unsaid = [p for p in predictions if p.value is None]
    assert len(unsaid) < 12 and all(p.why for p in unsaid)
    text = "\n".join(lines(predictions))
    assert all(f"line {p.point.line}: " in text for p in unsaid)
    assert all(p.low < p.value < p.high for p in predictions if p.value)


def test_bars_hold_about_eight_of_ten(published):
    said = [p for p in evaluate(published, lambda _: FIT) if p.value and p.point.calibrates]
    held = sum(p.low <= p.point.value <= p.high for p in said)
    assert held > 0.8 * len(said)


# ------------------------------------------------------------------ questions


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("HX370 (npu2),int8,int8,4096,4096,4096,,,,32,gemm_throughput,30,TOPS,x", "gemm"),
        ("HX370 (npu2),bf16(bfp16 emu),bf16,,,,,,,32,gemm_throughput_max,12,TFLOPS,x", "gemm"),
        ("npu1,bf16,fp32,64,64,64,64,64,64,1,single_core_kernel_rate,90,MAC/cycle,x", "kernel"),
        ("npu1,bf16,fp32,64,64,64,,,,1,kernel_cycles,3000,cycles,x", "kernel"),
        ("npu2,bf16,bf16,4096,4096,1,,,,8,gemv_latency,900,us,x", "gemv"),
        ("npu2,bf16,bf16,4096,4096,1,,,,8,gemv_bandwidth,33,GB/s,x", "gemv"),
        ("npu2,bf16,bf16,1048576,,,,,,8,relu_latency,150,us,x", "vector"),
        ("npu2,bf16,bf16,1048576,,,,,,8,eltwise_mul_bandwidth,40,GB/s,x", "vector"),
        ("npu2,bf16,bf16,2048,,512,,,,8,softmax_latency,0.5,ms,x", "vector"),
        (
            "npu2,bf16 emu,bf16,512,64,512,,,,32,flash_attention_latency[heads 8/8],1,ms,x",
            "attention",
        ),
        ("npu2,int8,int8,1024,576,64,,,,4,conv2d_latency,300,us,x", "vector"),
        ("npu2,bf16,bf16,4096,,,,,,1,gelu_kernel_cycles,17000,cycles,x", "kernel"),
        ("npu1,int16,int16,1024,,,,,,1,vector_mul_cycles[scalar],15000,cycles,x", "kernel"),
        ("npu2,i8,i32,512,512,512,,,,32,matmul_latency,150,us,x", "gemm"),
        ("npu2,bfloat16,float32,512,512,512,,,,32,matmul_latency,250,us,x", "gemm"),
        ("npu2,,,,,,,,,,launch_latency,90,us,x", "launch"),
        ("npu2,,,,,,,,,,design_switch[gemm 4col],1190,us,x", "switch"),
        ("npu1,,,,,,,,,,design_switch_pair,2.8,ms,x", "switch"),
        ("npu1,,,,,,,,,,pdi_load_latency,800,us,x", "switch"),
        ("npu1,,,,,,,,,,hw_context_create,2.5,ms,x", "switch"),
        ("npu2,,,,,,,,,,dram_bandwidth,50,GB/s,x", "bandwidth"),
        ("npu1,bf16,fp32,512,512,512,,,,16,gemm_latency_iron_python,1385,us,x", "gemm"),
        ("npu1,bf16,fp32,512,512,512,,,,16,data_movement_only_latency,300,us,x", "gemm"),
        ("npu1,bf16,fp32,512,512,512,,,,1,10x_compute_only_latency[O2],25650,us,x", "kernel"),
    ],
)
def test_each_kind_of_metric_is_answered_in_its_unit(tmp_path, row, kind):
    prediction = one(tmp_path, row)
    assert prediction.kind == kind, prediction.why
    assert prediction.error is not None and abs(prediction.error) < 1.0


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            "Core Ultra,int8,int8,64,64,64,,,,1,gemm_latency,1,us,x",
            "device 'Core Ultra' is not kno",
        ),
        ("npu2,int8,int8,64,64,64,,,,1,gemm_latency,0,us,x", "zero or less measures nothing"),
        ("npu2,int8,int8,64,64,64,,,,1,gemm_latency,1,furlong,x", "a gemm_latency has no furlong"),
        ("npu2,int8,int8,64,64,64,,,,1,gemm_latency,1,,x", "a gemm_latency has no unit"),
        ("npu2,int4,int8,64,64,64,,,,1,gemm_latency,1,us,x", "'int4' have no kernel in the model"),
        ("npu1,bfp16,bfp16,64,64,64,,,,1,gemm_latency,1,us,x", "npu1 has no kernel for bfp16"),
        ("npu1,bfp16,bfp16,64,64,64,,,,1,kernel_cycles,1,cycles,x", "npu1 has no kernel for bfp16"),
        ("npu2,int8,int8,64,,64,,,,1,kernel_cycles,1,cycles,x", "M, K or N is not given"),
        ("npu2,bf16,bf16,64,,,,,,1,gemv_latency,1,us,x", "M or K is not given"),
        ("npu2,bf16,bf16,64,64,64,,,,1,attention_latency,1,us,x", "heads, queries, keys or the"),
        ("npu2,int8,int8,64,,,,,,1,conv2d_latency,1,us,x", "M (pixels), K (channels in times"),
        ("npu2,bf16,bf16,,,,,,,1,relu_latency,1,us,x", "no size is given"),
        ("npu2,bf16,bf16,64,,,,,,1,boot_time,1,us,x", "no model of the metric 'boot_time'"),
        ("npu2,,,,,,,,,,design_switch,1,us,x", "neither locks nor columns of the design are given"),
        ("npu2,,,,,,,,,,pdi_load,1,us,x", "no pdi_load of npu2 is published"),
        ("npu2,,,,,,,,,,example_latency[bottleneck],1,us,x", "the layers' sizes are not given"),
        ("npu2,,,,,,,,,,example_latency[fft],1,us,x", "no model of the example 'fft'"),
        ("npu2,,,,,,,,,1,zero_fill_kernel_cycles,1,cycles,x", "no size is given"),
        ("npu2,,,,,,,,,1,gelu_cycles,1,cycles,x", "no size is given, or no model of the kernel"),
    ],
)
def test_what_the_model_cannot_speak_to_has_a_reason(tmp_path, row, why):
    prediction = one(tmp_path, row)
    assert prediction.value is None and why in prediction.why


def test_units_are_of_one_answer(tmp_path):
    sizes = "npu2,int8,int8,4096,4096,4096,,,,32"
    made = points(
        tmp_path, f"{sizes},gemm_latency,1,us,x", f"{sizes},gemm_latency,1,ms,x",
        f"{sizes},gemm_throughput,1,TOPS,x", f"{sizes},gemm_throughput,1,GOPS,x",
        f"{sizes},gemm_rate,1,MAC/cycle,x", f"{sizes},gemm_bandwidth,1,GB/s,x",
    )  # fmt: skip
    us, ms, tops, gops, rate, gbs = (predict(point, FIT).value or 0.0 for point in made)
    answer = ask(made[0], FIT.constants)
    assert not isinstance(answer, str)
    assert us == pytest.approx(1e3 * ms)
    assert tops == pytest.approx(2 * 4096**3 / us / 1e6) == pytest.approx(gops / 1e3)
    assert rate == pytest.approx(4096**3 / answer.cycles)
    assert gbs == pytest.approx(answer.nbytes / us / 1e3)


# ------------------------------------------------------------------ fit


def test_a_fit_finds_what_made_the_points(tmp_path):
    true = moved([2.0 if prior.name == "launch_npu2" else 0.0 for prior in PRIORS])
    row = "npu2,,,,,,,,,,dispatch_latency,{},us,{} [CAL]"
    made = points(tmp_path, *(row.format(true.launch_npu2, f"somebody{i}/x") for i in range(9)))
    found = fit_constants(made)
    assert found.launch_npu2 == pytest.approx(true.launch_npu2, rel=0.05)
    assert found.ddr_npu1 == prior_constants().ddr_npu1, "nothing speaks of it"
    assert fit_constants(()) == prior_constants()


def test_a_source_left_out_does_not_move_its_own_constants(tmp_path):
    made = points(
        tmp_path,
        "npu2,,,,,,,,,,dispatch_latency,150,us,a/b notes [CAL]",
        "npu2,,,,,,,,,,dispatch_latency,150,us,a/b other [CAL]",
        "npu1,,,,,,,,,,dispatch_latency,100,us,c/d [CAL]",
        "npu2,,,,,,,,,,dispatch_latency,700,us,e/f [CONTEXT]",
    )
    constants = leave_one_source_out(made)
    assert constants["a/b"].launch_npu2 == prior_constants().launch_npu2
    assert constants["c/d"].launch_npu2 > prior_constants().launch_npu2
    assert constants["e/f"] == fit_constants(made[:3])


# ------------------------------------------------------------------ files and the command


def test_a_row_is_repeated_in_the_json_with_numbers(tmp_path):
    predictions = evaluate(
        points(tmp_path, "npu2,int8,int8,64,64,64,,,,1,gemm_latency,1e2,us,x [CAL]",
               "npu2,,,,,,,,,,boot_time,3,s,y"), lambda _: FIT)  # fmt: skip
    document = json.loads(to_json(predictions, "how"))
    first, second = document["points"]
    assert first["value"] == 100.0 and first["metric"] == "gemm_latency" and first["K"] == "64"
    assert first["predicted"] == predictions[0].value
    assert second["predicted"] is None and "boot_time" in second["why_not"]
    assert [s.device for s in summarize(predictions)] == ["npu2", "all"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", r"points file has no column device, .*; at .*bad.csv; expected the columns"),
        (HEAD + "\n", "points file has no rows; at .*bad.csv; expected a measurement a row"),
        (HEAD + "\nnpu2,1\n", "row has too many or too few fields; at .*bad.csv:2"),
        (
            HEAD + "\nnpu2,,,1.5,,,,,,,x,1,us,y\n",
            "M '1.5' is no size; at .*bad.csv:2; expected a whole number",
        ),
        (
            HEAD + "\nnpu2,,,,,,,,,,x,18-20,us,y\n",
            "value '18-20' is no number; at .*bad.csv:2; expected a finite number",
        ),
        (HEAD + "\nnpu2,,,,,,,,,,x,nan,us,y\n", "value 'nan' is no number"),
        ("\xff\xfe", "cannot read the points file: "),
    ],
)
def test_a_damaged_file_is_named_with_line_and_column(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(PointsError, match=message):
        read_points(path)


def test_the_command_prints_and_writes(tmp_path, capsys):
    file, out = tmp_path / "points.csv", tmp_path / "out.json"
    row = "npu2,,,,,,,,,,dispatch_latency,{},us,{} [CAL]"
    file.write_text("\n".join([HEAD, row.format(100, "a/b"), row.format(90, "c/d")]) + "\n")
    assert cli.run(["bench", "cost", "--points", str(file), "--json", str(out)]) == 0
    said = capsys.readouterr().out
    assert "npu2 dispatch_latency" in said and "0 rows that the model cannot speak to" in said
    shipped = [p["predicted"] for p in json.loads(out.read_text())["points"]]
    assert shipped[0] == shipped[1]
    command = ["bench", "cost", "--points", str(file), "--json", str(out)]
    assert cli.run([*command, "--leave-one-source-out"]) == 0
    first, second = (p["predicted"] for p in json.loads(out.read_text())["points"])
    assert first < second, "each is predicted from the other alone"
    written = tmp_path / "constants.json"
    assert cli.run([*command, "--write-constants", str(written)]) == 0
    assert json.loads(written.read_text())["constants"]["launch_npu2"]["value"] > 85


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    missing = tmp_path / "none.csv"
    assert cli.run(["bench", "cost", "--points", str(missing)]) == 2
    assert "cannot read the points file: No such file" in capsys.readouterr().err
    file = tmp_path / "points.csv"
    file.write_text(HEAD + "\nnpu2,,,,,,,,,,dispatch_latency,90,us,x\n")
    command = ["bench", "cost", "--points", str(file)]
    assert cli.run([*command, "--leave-one-source-out"]) == 2
    assert "no row to fit on" in capsys.readouterr().err
    assert cli.run([*command, "--json", str(tmp_path / "no" / "out.json")]) == 2
    assert "cannot write " in capsys.readouterr().err


def test_the_cpu_is_measured_and_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert cli.run(["bench", "calibrate", "--seconds", "0.2"]) == 0
    said = capsys.readouterr().out
    assert "GFLOP/s" in said and "softmax" in said
    assert (tmp_path / "aiec" / "cpu.json").exists()


def test_a_busy_machine_is_said_to_be_one():
    assert others_at_work(2.0, 2) is None
    assert others_at_work(8.0, 2) == (
        "the machine was busy (load 8.0 on 2 CPUs), so these rates are too low; measure again when "
        "it is idle"
    )
