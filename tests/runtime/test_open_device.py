"""Names of devices: what they mean, and what is said where there is none."""

import pytest

from aiec.ir.errors import DeviceError, OptionError
from aiec.ir.options import options_from
from aiec.runtime import open_device as devices
from aiec.runtime.open_device import npu_target, open_device


@pytest.mark.parametrize(("device", "target"), [("sim", "npu2"), ("sim:npu1", "npu1")])
def test_simulated_devices(device, target):
    options = options_from({"device": device})
    found = npu_target(options)
    assert found is not None
    assert found.name == target
    assert open_device(found, options).name == f"sim:{target}"


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_no_npu_means_the_cpu(device):
    assert npu_target(options_from({"device": device})) is None


def test_a_real_npu_is_refused_with_the_reason(monkeypatch, tmp_path):
    monkeypatch.setattr(devices, "ACCEL_NODE", tmp_path / "accel0")
    with pytest.raises(
        DeviceError, match=r"device 'npu1' cannot be used: .*accel0 does not exist.*doctor"
    ):
        npu_target(options_from({"device": "npu1"}))
    (tmp_path / "accel0").touch()
    with pytest.raises(DeviceError, match="device 'npu2' cannot be used: the Python module pyxrt"):
        npu_target(options_from({"device": "npu2"}))


def test_an_unknown_device_is_told_the_paced_ones():
    with pytest.raises(OptionError, match=r"unknown device 'null:npu3'.*null:npu"):
        options_from({"device": "null:npu3"})
