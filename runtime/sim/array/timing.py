"""Every constant of the simulator's clock, in cycles of the array, with its source.

Stands below the machine: channels, cores and the sequence ask here what a thing costs. What depends
on the chip comes from `aiec.ir.target.Target`; what is the same for all known chips, or is not
published, is here and says so.

XEMU is FIM43-Redeye/xdna-emu at 7380bd56: traces of one npu1 laptop at 1.028 GHz, whose medians
tests/kernels/silicon/timing_silicon.csv has, with the page of each. Of npu2 no trace is known: it
is given the same cycles.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.target import Target

# Source: AM020, stream switch: 2 cycles in and 2 out. AM009's 2 a hop was measured on AIE1.
HOP_CYCLES = 4
# Derived: XEMU's relay through a mem tile takes 34 cycles from its last word in to the core's last
# of eight in, where descriptor, words and hops are 24. Between a DMA and its switch, at each end.
DMA_PORT_CYCLES = 4
# Source: AM020, each port of a switch buffers 8 words.
HOP_FIFO_WORDS = 8
# Source: allo's traces on npu1 (tests/dataflow/aie/exp, experiments 1 and 4): lock instructions
# that follow each other are 5 cycles apart when nothing is waited for, one of them a stall, as in
# XEMU's. The 57 cycles of mlir-aie's test/benchmarks are of the first generation's locks, which
# AIE2 has not.
CORE_ACQUIRE_CYCLES = 5
CORE_RELEASE_CYCLES = 5
# Source: XEMU, relay: 15 cycles from a core's descriptor to the core that waited for its lock.
CORE_WAKE_CYCLES = 10
# Source: jdominick05/ignite-xdna 37eb5cd4, a stream on chip takes 8 + 1.00006 N cycles for N words.
# A descriptor's fetch and its lock request.
BD_START_CYCLES = 8
# Source: XEMU, of a chain's next descriptor, which is fetched while the one before it runs.
BD_BUBBLE_CYCLES = 1
# The controller. Source: XEMU, calibration of the control path: a register 100.5, one by a mask
# 210, eight in one block 203, of which 13 a word; how far the tile is does not matter.
WRITE_CYCLES = 100
MASK_WRITE_CYCLES = 210
BLOCK_CYCLES, BLOCK_WORD_CYCLES = 99, 13
# A transfer is programmed by a block write of 8 words, an address patch and a queue push (TXN-H).
DESCRIPTOR_WORDS = 8
# Derived: XEMU's shim transfers start 1086 cycles after one another while the controller is ahead,
# of which the patch has what block and push have not.
BURST_TRANSFER_CYCLES = 1086
# Source: XEMU, the same once it is not: 3031 to 3373 on two channels, median 3085. One transfer
# more than that is ready when a sequence starts: its second comes after 1086, its third 2118 later.
TRANSFER_PERIOD_CYCLES = 3100
TRANSFERS_AHEAD = 1
# Source: XEMU, tasks of 64 words on a shim channel, from push to end, words not counted: reads 300
# to 335 and the first of a dispatch 1590 to 1675, with 31 % as much in each that follows; writes
# 169 to 186 and the first 445 to 520. A read waits for its first word, a write for DDR's answer
# to its last.
READ_CYCLES, FIRST_READ_CYCLES, READ_DECAY = 313, 1355, 0.31
WRITE_ANSWER_CYCLES, FIRST_ANSWER_CYCLES = 176, 300
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


def block_write_cycles(words: int) -> int:
    """Cycles of the controller's write of `words` consecutive registers in one operation."""
    return BLOCK_CYCLES + BLOCK_WORD_CYCLES * words


DESCRIPTOR_CYCLES = block_write_cycles(DESCRIPTOR_WORDS)
PATCH_CYCLES = BURST_TRANSFER_CYCLES - DESCRIPTOR_CYCLES - WRITE_CYCLES


@dataclass(frozen=True, slots=True)
class Timing:
    """What the target's own numbers come to in cycles."""

    clock_hz: int
    stream_bytes_per_cycle: int
    ddr_bytes_per_cycle: float  # of all shim channels of one direction
    ddr_both_bytes_per_cycle: float  # of both directions together
    watchdog_cycles: int  # after which the driver gives a submission up

    @classmethod
    def of(cls, target: Target) -> Timing:
        """Source: `Target.stream_bytes_per_cycle`, `.ddr_bytes_per_s`, `.watchdog_us`."""
        return cls(
            target.clock_hz,
            target.stream_bytes_per_cycle,
            target.ddr_bytes_per_s / target.clock_hz,
            target.ddr_both_bytes_per_s / target.clock_hz,
            int(target.watchdog_us * target.clock_hz / 1e6),
        )
