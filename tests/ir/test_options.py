"""The door refuses what is not an option, and says what would have been."""

from pathlib import Path

import pytest

from aiec.ir.errors import OptionError
from aiec.ir.options import Options, options_from


def test_defaults():
    assert options_from({}) == Options()


def test_values_are_brought_to_their_types():
    options = options_from({"force_cpu": "linear", "dump_dir": "out", "device": "sim"})
    assert options.force_cpu == ("linear",)
    assert options.dump_dir == Path("out")
    assert options.target_name == "npu2"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"devise": "cpu"}, "unknown option 'devise'; expected 'device'?"),
        ({"device": "sim:npu3"}, "unknown device 'sim:npu3'; expected 'sim:npu"),
        ({"objective": "speed"}, "unknown objective 'speed'; expected"),
        ({"dtype": "fp8"}, "unknown dtype 'fp8'; expected"),
        ({"require_npu": "yes"}, "option 'require_npu' cannot be 'yes'; expected True or False"),
        ({3: "cpu"}, "unknown option 3; expected one of cache_dir"),
        ({"force_npu": [3]}, r"option 'force_npu' cannot be \[3\]; expected glob patterns"),
        ({"force_npu": 3}, "option 'force_npu' cannot be 3; expected glob patterns"),
        ({"force_cpu": None}, "option 'force_cpu' cannot be None; expected glob patterns"),
        ({"dump_dir": 3}, "option 'dump_dir' cannot be 3; expected a path"),
        ({"device": 3}, "option 'device' cannot be 3; expected a string"),
        ({"memory_mb": "64"}, "option 'memory_mb' cannot be '64'; expected a whole number of MiB"),
        ({"memory_mb": True}, "option 'memory_mb' cannot be True; expected a whole number of MiB"),
        ({"memory_mb": 0}, "option 'memory_mb' cannot be 0; expected 1 or more"),
    ],
)
def test_refusals(given, message):
    with pytest.raises(OptionError, match=message):
        options_from(given)
