"""Targets are found by name and can be moved to another machine."""

import pytest

from aiec.ir.errors import OptionError
from aiec.ir.target import NPU1, NPU2, target_named


def test_names():
    assert target_named("npu1") is NPU1
    assert (NPU1.cores, NPU2.cores) == (16, 32)


def test_unknown_name_tells_the_known():
    with pytest.raises(
        OptionError, match=r"unknown target 'npu3'; expected 'npu2'\? \(one of npu1, npu2\)"
    ):
        target_named("npu3")


def test_peak_of_hawk_point_is_its_marketing_number():
    assert NPU1.peak_bf16_flops == pytest.approx(6.55e12, rel=0.01)


def test_sku_changes_only_what_is_named():
    phoenix = NPU1.with_sku(clock_hz=1_000_000_000)
    assert phoenix.clock_hz == 1_000_000_000
    assert phoenix.ddr_bytes_per_s == NPU1.ddr_bytes_per_s
