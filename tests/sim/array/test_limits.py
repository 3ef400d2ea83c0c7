"""Each field of a descriptor that can overflow, and its message."""

import pytest

from aiec.ir.errors import DesignError
from aiec.ir.target import NPU1
from aiec.runtime.sim.array.limits import check_bd, check_iteration, check_repeat


@pytest.mark.parametrize(
    ("limits", "sizes", "strides", "itemsize", "message"),
    [
        (NPU1.core, (0,), (1,), 4, "has a size of 0"),
        (NPU1.core, (3,), (1,), 2, "moves 6 bytes"),
        (NPU1.core, (20000,), (1,), 4, "moves 20000 words"),
        (NPU1.core, (2, 2, 2, 4), (64, 32, 16, 2), 4, "has 4 dimensions"),
        (NPU1.core, (4, 8), (16, 2), 2, "steps 2 elements of 2 bytes"),
        (NPU1.core, (4, 3), (16, 1), 2, "has innermost runs of 6 bytes"),
        (NPU1.core, (2, 300, 2), (2048, 4, 1), 4, "has a size of 300"),
        (NPU1.core, (2, 4), (5, 1), 2, "has a stride of 10 bytes"),
        (NPU1.core, (2, 4), (0, 1), 4, "has a stride of 0 bytes"),
        (NPU1.core, (2, 4), (8193, 1), 4, "has a stride of 32772 bytes"),
        (NPU1.shim, (2, 1024, 4), (8192, 8, 1), 4, "has a size of 1024"),
    ],
)
def test_a_field_that_overflows_is_named(limits, sizes, strides, itemsize, message):
    with pytest.raises(DesignError, match=message):
        check_bd(limits, "aie.dma_bd", 0, sizes, strides, itemsize)


def test_an_address_is_a_multiple_of_a_word():
    with pytest.raises(DesignError, match="starts at byte 2"):
        check_bd(NPU1.core, "aie.dma_bd", 2, (4,), (1,), 4)


def test_a_linear_transfer_is_exempt_from_wraps():
    assert check_bd(NPU1.shim, "here", 0, (512, 4096), (4096, 1), 2).is_linear


def test_iteration_and_repeat_have_their_own_fields():
    with pytest.raises(DesignError, match="iterates 65 times"):
        check_iteration(NPU1.shim, "here", 65, 4)
    with pytest.raises(DesignError, match="iteration steps 6 bytes"):
        check_iteration(NPU1.shim, "here", 2, 6)
    with pytest.raises(DesignError, match="runs 257 times"):
        check_repeat(NPU1.shim, "here", 256)
