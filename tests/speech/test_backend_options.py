"""A simulated NPU runs all that it can, unless somebody says otherwise."""

import pytest

from aiec.speech.transcribe import backend_options


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AIE_PARTITION", raising=False)


def test_simulated_devices_run_all_linear_layers():
    assert backend_options({"device": "sim:npu1"})["partition"] == "npu-all"


def test_other_devices_decide_by_cost():
    assert "partition" not in backend_options({"device": "cpu"})
    assert "partition" not in backend_options({})


def test_what_is_set_holds(monkeypatch):
    assert backend_options({"device": "sim", "partition": "cost"})["partition"] == "cost"
    monkeypatch.setenv("AIE_PARTITION", "cpu-all")
    assert backend_options({"device": "sim"})["partition"] == "cpu-all"
