"""Time of what happens around kernels: launches, switches of designs, reconfiguration."""

from __future__ import annotations

from aiec.ir.target import Target
from aiec.partitioner.physics.constants import Constants

_SWITCH_US = 25.0  # VEGAH note 0004: 25 us and 7.2 us a lock
LOCKS_OF_A_COLUMN = 40  # of a GEMM design; VEGAH: 48 on one column, 88 on two, 320 on eight
PYTHON_US = 1100.0  # mlir-aie's Python harness around a run: WXDNA
CONTEXT_CREATE_US = 2500.0  # WXDNA
CONFIGURE_US, CONFIGURE_CORE_US = 1900.0, 94.0  # whole array; TAKA: 3.4 ms for 16, 4.9 for 32 cores
PDI_US = {"aie2": 814.0}  # IREE-CI; unstable in its CI on npu2
CONTROL_PACKET_US = {"aie2": 654.0, "aie2p": 106.0}  # IREE-CI; npu2's is a simpler design


def switch_us(locks: int, c: Constants) -> float:
    """From one resident design to another that has so many locks."""
    return _SWITCH_US + c.switch_lock_us * locks


def switch_pair_us(target: Target, c: Constants) -> float:
    """To another whole-array GEMM design and back."""
    return 2 * switch_us(LOCKS_OF_A_COLUMN * target.columns, c)


def configure_us(target: Target) -> float:
    """Program memories, switches and DMAs of the whole array."""
    return CONFIGURE_US + CONFIGURE_CORE_US * target.cores
