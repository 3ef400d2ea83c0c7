"""The command line: what it prints, and one line for each way to get it wrong."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from aiec import __version__
from aiec.cli import run
from aiec.codegen.build import load_artifact
from aiec.kernels.encoder_layout import LinearOperands, pack_weights, tile, untile


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that `arguments` earn on stderr, with exit status 2."""
    assert run(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"aiec {__version__}\n"


def test_start_is_fast_because_torch_is_not_imported() -> None:
    code = (
        "import sys; from aiec.cli import run; status = run(['--help']);"
        "sys.exit(status or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("partition", "compile", "sim", "doctor", "transcribe"):
        assert command in done.stdout


def test_console_script_fails_without_a_traceback() -> None:
    program = Path(sys.executable).with_name("aiec")
    command = [program, "partition", "whisper-tiny.en", "--target", "npu9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("aiec: error: unknown target 'npu9'; expected 'npu")


def test_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, "partiton")
    assert line.startswith("aiec: error: No such command 'partiton'")
    assert "'partition'" in line


def test_unknown_option(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, "partition", "whisper-tiny", "--target", "npu1", "--dump-grap", "x")
    assert line.startswith("aiec: error: No such option: --dump-grap")
    assert "--dump-graph" in line


def test_missing_option(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, "partition", "whisper-tiny")
    assert line == "aiec: error: Missing option '--target'."


def test_unknown_model(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, "partition", "whisper-tinny", "--target", "npu1")
    assert line.startswith("aiec: error: unknown model 'whisper-tinny'; expected 'whisper-tiny'?")


def test_model_that_cannot_be_imported(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, "partition", "no_such_package:build", "--target", "npu1")
    assert line == (
        "aiec: error: model 'no_such_package:build' cannot be imported: No module named "
        "'no_such_package'; expected package.module:function that returns (module, example inputs)"
    )


def test_unknown_part(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("partition", "whisper-tiny", "--target", "npu1", "--part", "decodr")
    assert complaint(capsys, *arguments).startswith("aiec: error: unknown part 'decodr'; expected")


def test_unknown_variable(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIE_OBJECTIV", "latency")
    monkeypatch.setenv("AIE_XCLBINUTIL", "/usr/bin/xclbinutil")
    assert run(["partition", "whisper-tiny", "--target", "npu1"]) == 0
    (line,) = [text for text in caplog.messages if "unknown environment variable" in text]
    assert line.startswith("unknown environment variable AIE_OBJECTIV is not regarded; expected ")


def test_interrupt(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(machine: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aiec.doctor.findings", interrupted)
    assert run(["doctor"]) == 130
    assert capsys.readouterr().err == "aiec: interrupted\n"


def test_partition(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["partition", "whisper-tiny.en", "--target", "npu2", "--partition", "npu-all"]
    assert run([*arguments, "--dump-graph", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "encoder layer" in out
    assert "blocks.0-3" in out
    assert str(tmp_path / "graph.html") in out
    report = json.loads((tmp_path / "partition.json").read_text())
    assert isinstance(report, dict)
    assert (tmp_path / "graph.html").stat().st_size > 1000


def test_partition_of_a_plain_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["partition", "plain_model:build", "--target", "npu1"]) == 0
    assert "plain_model-build" in capsys.readouterr().out.replace("\n", "")


def test_partition_of_both_parts_in_a_batch(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["partition", "whisper-tiny", "--target", "npu2", "--part", "both", "--batch", "4"]
    arguments += ["--objective", "throughput", "--memory-mb", "64", "--dump-graph", str(tmp_path)]
    assert run(arguments) == 0
    out = capsys.readouterr().out
    assert "Both one after the other: real-time factor 0.00" in out
    window = json.loads((tmp_path / "window" / "partition.json").read_text())
    decoder = json.loads((tmp_path / "decoder" / "partition.json").read_text())
    assert (window["windows"], window["audio_s"]) == (4, 120.0)
    assert (decoder["windows"], decoder["audio_s"]) == (4, pytest.approx(1.2))
    assert window["totals"]["device_bytes"] <= 64 << 20
    shapes = {op["gemm"] for op in decoder["ops"] if op["gemm"]}
    assert "gemm_4x384x384_bias" in shapes
    blocks = Counter(op["block"] for op in window["ops"])
    assert blocks["encoder_layer_1500x384"] == blocks["encoder_cross_1500x384"] == 4


def test_partition_explains_a_node(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["partition", "whisper-tiny", "--target", "npu2", "--explain", "blocks.2.mlp.0"]
    assert run(arguments) == 0
    out = capsys.readouterr().out
    assert "blocks.2.mlp.0" in out and "energy_uj" in out and "blocks.1.mlp.0" not in out
    arguments[-1] = "blocks.9.mlp.0"
    assert run(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("aiec: error: nothing of whisper-tiny-encoder is called 'blocks.9.mlp")


@pytest.mark.parametrize("batch", ["0", "17"])
def test_a_batch_that_cannot_be(capsys: pytest.CaptureFixture[str], batch: str) -> None:
    arguments = ("partition", "whisper-tiny", "--target", "npu1", "--batch", batch)
    assert complaint(capsys, *arguments) == (
        f"aiec: error: a batch cannot be {batch}; expected 1 to 16 windows"
    )


def test_a_model_without_batches(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("partition", "plain_model:build", "--target", "npu1", "--batch", "2")
    assert complaint(capsys, *arguments) == (
        "aiec: error: model 'plain_model:build' takes no batch of 2; expected a function with a "
        "parameter batch"
    )


def test_a_model_with_batches(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["partition", "plain_model:build_batch", "--target", "npu1", "--batch", "2"]
    assert run(arguments) == 0
    assert "100x64x128" in capsys.readouterr().out


def test_force_that_memory_cannot_hold(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("partition", "whisper-tiny", "--target", "npu2", "--partition", "npu-all")
    line = complaint(capsys, *arguments, "--memory-mb", "3")
    assert line == (
        "aiec: error: partition='npu-all' needs 9 MiB of device buffers, even with no weights "
        "resident, and memory_mb is 3; at whisper-tiny-encoder; set memory_mb=9 or more, or narrow "
        "what is forced"
    )


def test_compile(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["compile", "whisper-tiny.en", "--target", "npu2", "--mlir-aie", "E1"]
    arguments += ["--partition", "npu-all"]
    assert run([*arguments, "-o", str(tmp_path / "out")]) == 0
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == "whisper_tiny_en_encoder_npu2"
    names = sorted(path.name for path in folder.iterdir())
    streams = [f"encoder_{block}.insts.bin" for block in ("final", "layer", "stem")]
    assert names == ["design.mlir", *streams, "kernels", "manifest.json"]
    out = capsys.readouterr().out
    assert f"3 sequences in {folder}: encoder_stem, encoder_layer, encoder_final" in out
    assert "  products keep bf16 of activations" in out
    assert "1 array configuration; a pass takes 6 dispatches and " in out


def test_compile_in_bfp16(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["compile", "whisper-tiny.en", "--partition", "npu-all", "-o", str(tmp_path)]
    assert run([*arguments, "--target", "npu2", "--dtype", "bfp16"]) == 0
    assert "  products keep bfp16 of activations" in capsys.readouterr().out
    assert complaint(capsys, *arguments, "--target", "npu1", "--dtype", "bfp16") == (
        "aiec: error: npu1 has no products of bfp16; expected dtype bf16"
    )


def test_compile_a_window(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One sequence more, which a pass runs for each decoder layer and window."""
    arguments = ["compile", "whisper-tiny.en", "--target", "npu2", "--partition", "npu-all"]
    moved = []
    for part, dispatches in (("encoder", 12), ("window", 20)):
        out = ["--part", part, "--batch", "2", "-o", str(tmp_path / part)]
        assert run([*arguments, *out]) == 0
        said = capsys.readouterr().out
        found = re.search(r"(\d+) dispatches and (\d+) MB through DDR", said)
        assert found is not None and int(found[1]) == dispatches
        moved.append(int(found[2]))
    assert ": encoder_stem, encoder_layer, encoder_final, encoder_cross\n" in said
    features = 2 * 1536 * 512 / 1e6  # MB, frames and width padded to the array
    assert moved[1] - moved[0] >= 2 * 4 * 3 * features  # read at least once, keys and values


def test_compile_a_part_that_has_no_blocks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The linear layers of a decoder's step share one design."""
    arguments = ["compile", "whisper-tiny.en", "--part", "decoder", "--target", "npu1"]
    assert run([*arguments, "--partition", "npu-all", "-o", str(tmp_path / "out")]) == 0
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == "whisper_tiny_en_decoder_npu1"
    assert "1 array configuration; a pass takes " in capsys.readouterr().out


def test_compile_both_parts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The window's design, and the decoder's step, which the cost leaves on the CPU."""
    arguments = ["compile", "whisper-tiny.en", "--target", "npu2", "--part", "both"]
    assert run([*arguments, "-o", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert ": encoder_stem, encoder_layer, encoder_cross\n" in out
    assert "whisper-tiny.en-window" in out and "whisper-tiny.en-decoder" in out
    (folder,) = tmp_path.glob("whisper_*")  # beside a home of the tests' own
    assert folder.name == "whisper_tiny_en_window_npu2"


def test_compile_of_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ("compile", "plain_model:build", "--target", "npu1", "--partition", "cpu-all")
    line = complaint(capsys, *arguments, "-o", str(tmp_path))
    assert line == (
        "aiec: error: nothing of plain_model-build-encoder lands on the NPU, so there is no design "
        "to print; see `aiec partition` for the reasons, or set --partition npu-all"
    )


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("OK ", "MISSING ", "- ")) for line in lines)
    for name in ("Python", "torch", "C++", "NPU on PCI", "mlir-aie", "Peano", "model weights"):
        assert any(name in line for line in lines), name


def test_no_arguments_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "partition" in capsys.readouterr().out


def test_output_that_nobody_reads() -> None:
    code = "import sys; from aiec.cli import run; sys.exit(run(['doctor']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 141


def test_compiled_folder_in_the_simulator(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Random operands through `compile`, the packing, `sim` on the text, and back."""
    out = tmp_path / "out"
    arguments = ["compile", "plain_model:build", "--target", "npu1", "--partition", "npu-all"]
    assert run([*arguments, "-o", str(out)]) == 0
    (folder,) = out.iterdir()
    capsys.readouterr()
    line = complaint(capsys, "sim", str(folder / "design.mlir"))
    assert "gemm_50x64x128_bias_gelu" in line
    design = load_artifact(folder).design
    sequence = next(s for s in design.sequences if s.symbol == "gemm_50x64x128_bias_gelu")
    gemm = sequence.gemm
    assert gemm is not None
    x, weight, bias = torch.randn(gemm.m, gemm.k), torch.randn(gemm.n, gemm.k), torch.randn(gemm.n)
    arrays = {a.role: np.zeros(a.nbytes, np.uint8) for a in sequence.arguments}
    tile(x, sequence.where("x"), arrays["x"])
    operands = {"linear": LinearOperands(weight, bias)}
    arrays["weights"] = pack_weights(design.plan, sequence, operands)
    for role in ("x", "weights"):
        np.save(tmp_path / f"{role}.npy", arrays[role])
    given = [f"--in={role}={tmp_path / role}.npy" for role in ("x", "weights")]
    wanted = f"--out=out={tmp_path / 'result.npy'}"
    sim = ["sim", str(folder / "design.mlir"), "--sequence", sequence.symbol]
    assert run([*sim, *given, wanted]) == 0
    assert "(simulated)" in capsys.readouterr().out
    result = np.load(tmp_path / "result.npy").view(np.uint8)
    got = untile(result.ravel(), sequence.where("out"), gemm.m, gemm.n)
    expected = torch.nn.functional.gelu(torch.nn.functional.linear(x, weight, bias))
    torch.testing.assert_close(torch.as_tensor(got), expected, rtol=2e-2, atol=1e-1)


def test_sim_without_a_design(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(capsys, "sim", "no-such-design.mlir")
    assert line.startswith("aiec: error: cannot read no-such-design.mlir")


@pytest.mark.parametrize("text", ["a", "=x.npy", "a="])
def test_sim_with_half_a_pair(capsys: pytest.CaptureFixture[str], text: str) -> None:
    line = complaint(capsys, "sim", "design.mlir", "--in", text)
    assert line == f"aiec: error: --in {text!r}; expected NAME=VALUE"
