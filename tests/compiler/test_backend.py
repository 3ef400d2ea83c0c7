"""The backend as a user calls it: `torch.compile(model, backend="aie", options={...})`."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from small_models import Mlp, Stem
from torch import Tensor, nn
from torch._dynamo.utils import counters

import aiec.backend
from aiec.ir.errors import AiecError, CaptureError, DeviceError, OutputError, PartitionError
from aiec.observe import compiled_graphs
from aiec.runtime.cpu_device import CpuDevice


@pytest.fixture
def reference_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Designs run on the reference device, which is faster than the simulator."""
    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())


def compile_aie(model: Any, **options: Any) -> Any:
    return torch.compile(model, backend="aie", options=options)


def test_registered_without_an_import() -> None:
    assert "aie" in torch._dynamo.list_backends()


@pytest.mark.parametrize("device", ["auto", "cpu"])
@pytest.mark.parametrize(
    ("model", "shape"), [(Mlp(), (2, 3, 16)), (Stem(), (1, 4, 10)), (nn.Tanh(), (3,))]
)
def test_without_npu_equals_eager(device: str, model: nn.Module, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)
    with torch.inference_mode():
        got = compile_aie(model.eval(), device=device)(x)
        assert torch.equal(got, model(x))


def test_nothing_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    with torch.no_grad():
        compile_aie(Mlp(), device="cpu", dry_run=True)(torch.randn(2, 16))
    assert capfd.readouterr().out == ""


def test_a_new_length_does_not_recompile_forever() -> None:
    compiled = compile_aie(Mlp().eval(), device="cpu")
    with torch.no_grad(), compiled_graphs() as graphs:
        for length in range(2, 12):
            compiled(torch.randn(1, length, 16))
    assert len(graphs) == 2  # one length, then any
    assert not counters["graph_break"]


@pytest.mark.usefixtures("reference_device")
def test_gemms_run_on_the_device() -> None:
    model, x = Mlp(64, 128).eval(), torch.randn(2, 50, 64)
    with torch.no_grad(), compiled_graphs() as graphs:
        compiled = compile_aie(model, device="sim:npu2", partition="npu-all")
        first, second = compiled(x), compiled(x)
        expected = model(x)
    assert torch.equal(first, second)
    assert not torch.equal(first, expected)  # bf16 operands
    torch.testing.assert_close(first, expected, rtol=2e-2, atol=2e-2)
    (graph,) = graphs
    assert [op.name for op in graph.partition.npu_ops] == ["addmm", "addmm_1"]
    assert graph.telemetry is not None
    assert graph.telemetry.dispatches == 4


@pytest.mark.usefixtures("reference_device")
def test_weights_that_change_are_packed_again() -> None:
    model, x = nn.Linear(64, 64).eval(), torch.randn(16, 64)
    with torch.no_grad():
        compiled = compile_aie(model, device="sim:npu1", partition="npu-all")
        compiled(x)
        model.weight.zero_()
        torch.testing.assert_close(compiled(x), model(x), rtol=1e-2, atol=1e-2)


@pytest.mark.usefixtures("reference_device")
def test_dump_dir(tmp_path: Path) -> None:
    with torch.no_grad(), compiled_graphs() as graphs:
        options = {"device": "sim:npu2", "partition": "npu-all", "dump_dir": tmp_path / "dump"}
        torch.compile(Mlp(64, 64).eval(), backend="aie", options=options)(torch.randn(4, 64))
    directory = tmp_path / "dump" / "graph_0_0"
    assert graphs[0].directory == directory
    assert sorted(p.name for p in directory.iterdir()) == [
        "graph.dot",
        "graph.html",
        "graph.txt",
        "graph_0_0_npu2",
        "mixed.txt",
        "mixed_graph.json",
        "partition.json",
        "roofline.html",
        "timeline.json",
    ]
    assert (directory / "graph_0_0_npu2" / "design.mlir").stat().st_size > 1000
    mixed = json.loads((directory / "mixed_graph.json").read_text())
    assert mixed["schema"] == 1
    assert [op["kind"] for op in mixed["ops"]] == ["layer_norm", "linear", "linear"]
    assert "npu_addmm_1" in (directory / "mixed.txt").read_text()


def test_dump_dir_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with torch.no_grad(), pytest.raises(OutputError) as caught:
        compile_aie(nn.Tanh(), device="cpu", dump_dir=tmp_path / "file")(torch.randn(3))
    assert str(caught.value) == (
        f"cannot write graph.txt: Not a directory; at {tmp_path}/file/graph_0_0; "
        "choose a folder that can be written"
    )


def test_dry_run_reports_and_opens_no_device(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(aiec.backend, "open_device")
    model, x = Mlp(64, 64).eval(), torch.randn(2, 64)
    with torch.no_grad(), caplog.at_level(logging.WARNING, logger="aiec"):
        compiled = compile_aie(model, device="sim:npu2", partition="npu-all", dry_run=True)
        assert torch.equal(compiled(x), model(x))
    assert ": 2 ops, 99.6% of the FLOP and " in caplog.messages[0]


def error_of(call: Any, x: Tensor) -> AiecError:
    """The error of a call, which must come as itself and not wrapped by Dynamo."""
    with pytest.raises(AiecError) as caught:
        call(x)
    assert caught.value.__cause__ is None
    return caught.value


def test_unknown_option_is_a_value_error() -> None:
    with torch.no_grad():
        error = error_of(compile_aie(nn.Tanh(), devcie="cpu"), torch.randn(3))
    assert isinstance(error, ValueError)
    assert str(error).startswith("unknown option 'devcie'; expected 'device'? (one of ")


def test_options_that_are_no_dict() -> None:
    with torch.no_grad():
        error = error_of(torch.compile(nn.Tanh(), backend="aie", options="cpu"), torch.randn(3))  # type: ignore[arg-type]
    assert str(error) == "options cannot be 'cpu'; expected a dict, such as {'device': 'sim:npu2'}"


def test_unknown_argument() -> None:
    compiled = torch.compile(nn.Tanh(), backend="aie", mode="max-autotune")
    with torch.no_grad():
        error = error_of(compiled, torch.randn(3))
    assert str(error) == (
        "the backend 'aie' takes no mode='max-autotune'; ask for what you want in options"
    )


def test_unknown_device() -> None:
    with torch.no_grad():
        error = error_of(compile_aie(nn.Tanh(), device="npu3"), torch.randn(3))
    assert str(error).startswith("unknown device 'npu3'; expected 'npu'? (one of auto, ")


def test_device_that_is_not_here() -> None:
    with torch.no_grad():
        error = error_of(compile_aie(nn.Tanh(), device="npu1"), torch.randn(3))
    assert isinstance(error, DeviceError)
    assert str(error).startswith("device 'npu1' cannot be used: ")
    assert str(error).endswith("run `aiec doctor`")


def test_require_npu_without_one() -> None:
    with torch.no_grad():
        error = error_of(compile_aie(Mlp(), device="cpu", require_npu=True), torch.randn(2, 16))
    assert isinstance(error, PartitionError)
    assert str(error).startswith("require_npu: ")


def test_require_npu_where_nothing_fits() -> None:
    with torch.no_grad():
        compiled = compile_aie(nn.Tanh(), device="sim:npu2", require_npu=True)
        error = error_of(compiled, torch.randn(3))
    assert isinstance(error, PartitionError)
    assert str(error).startswith("require_npu: no op can run on the NPU; at graph_0_0; ")


def test_gradients() -> None:
    error = error_of(compile_aie(Mlp(), device="cpu"), torch.randn(2, 16))
    assert isinstance(error, CaptureError)
    assert str(error).startswith("the backend 'aie' is for inference, and this call records ")


def test_after_an_error_the_model_still_works() -> None:
    model, x = Mlp().eval(), torch.randn(2, 16)
    compiled = compile_aie(model, device="cpu")
    error_of(compiled, x)
    with torch.no_grad():
        assert torch.equal(compiled(x), model(x))
