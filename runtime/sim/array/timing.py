"""Every constant of the simulator's clock, in cycles of the array, with its source.

Stands below the machine: channels, cores and the sequence ask here what a thing costs. What depends
on the chip comes from `aiec.ir.target.Target`; what is the same for all known chips, or is not
published, is here and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.target import Target

# Source: AM020, stream switch: 2 cycles in and 2 out. AM009's 2 a hop was measured on AIE1.
HOP_CYCLES = 4
# Source: AM020, each port of a switch buffers 8 words.
HOP_FIFO_WORDS = 8
# Source: allo's traces on npu1 (tests/dataflow/aie/exp, experiments 1 and 4): lock instructions
# that follow each other are 5 cycles apart when nothing is waited for, one of them a stall. The 57
# cycles of mlir-aie's test/benchmarks are of the first generation's locks, which AIE2 has not.
CORE_ACQUIRE_CYCLES = 5
CORE_RELEASE_CYCLES = 5
# Not published. A descriptor's fetch and its lock request; small against any useful transfer.
BD_START_CYCLES = 8
# Not published. The controller's write of one register, about 50 ns.
REGISTER_WRITE_CYCLES = 90
# A transfer is programmed by a block write of 8 words, an address patch and a queue push (TXN-H).
DESCRIPTOR_WORDS = 8
REGISTERS_A_TRANSFER = DESCRIPTOR_WORDS + 2
# Source: JENA. A slot each to issue; what needs the result waits for its latency.
SCALAR_LOAD_CYCLES = 1
SCALAR_LOAD_LATENCY = 6
SCALAR_MUL_LATENCY = 2
SCALAR_OP_CYCLES = 1
# Derived. A byte store reads and writes back its word: a store's latency (6, JENA) and its slot.
BYTE_STORE_CYCLES = 7
# Source: JENA, a jump or return takes 6 cycles (5 delay slots).
CALL_CYCLES = 12
BRANCH_CYCLES = 6
# Source: AM020, a 512-bit beat a cycle, two beats deep at each end.
CASCADE_DEPTH = 4
CASCADE_BEAT_CYCLES = 1


@dataclass(frozen=True, slots=True)
class Timing:
    """What the target's own numbers come to in cycles."""

    clock_hz: int
    stream_bytes_per_cycle: int
    ddr_bytes_per_cycle: float  # shared by all shim channels, both directions
    watchdog_cycles: int  # after which the driver gives a submission up

    @classmethod
    def of(cls, target: Target) -> Timing:
        """Source: `Target.stream_bytes_per_cycle`, `.ddr_bytes_per_s`, `.watchdog_us`."""
        return cls(
            target.clock_hz,
            target.stream_bytes_per_cycle,
            target.ddr_bytes_per_s / target.clock_hz,
            int(target.watchdog_us * target.clock_hz / 1e6),
        )
