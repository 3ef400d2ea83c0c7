"""Time of what crosses DDR, and of what the array's streams carry."""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.target import Target
from aiec.partitioner.physics.constants import Constants

_PAGE_BYTES = 4096  # of a DRAM row over two channels; runs in one page need no new row


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes that cross DDR, in contiguous runs of `run_bytes` that lie `pitch_bytes` apart."""

    nbytes: float
    run_bytes: float
    pitch_bytes: float = _PAGE_BYTES

    def cost_bytes(self, c: Constants) -> float:
        """What the memory is busy for, as bytes of one long run.

        Each run loses some; less where several runs lie in one page of the memory.
        """
        if self.run_bytes >= self.pitch_bytes:
            return self.nbytes
        lost = c.run_overhead * min(1.0, self.pitch_bytes / _PAGE_BYTES)
        return self.nbytes * (1 + lost / self.run_bytes)


def ddr_us(traffic: tuple[Traffic, ...], target: Target, c: Constants) -> float:
    """Microseconds for all of it; reads and writes share the memory."""
    return sum(t.cost_bytes(c) for t in traffic) / (1e3 * ddr_gb_per_s(target, c))


def ddr_gb_per_s(target: Target, c: Constants) -> float:
    """GB/s that the NPU's fabric reaches in long runs."""
    return c.ddr_npu1 if target.isa == "aie2" else c.ddr_npu2


def shim_us(nbytes: float, channels: int, target: Target) -> float:
    """Microseconds for `nbytes` through so many shim channels, at the streams' width."""
    return nbytes / (channels * target.stream_bytes_per_cycle * target.clock_hz * 1e-6)


def overlapped(*times: float) -> float:
    """What overlapping activities take together: the longest, and more where they are alike.

    The eighth-power mean stands for stalls that do not align; equal times cost 9 % more.
    """
    longest = max(times)
    return longest * sum((t / longest) ** 8 for t in times) ** 0.125 if longest > 0 else 0.0


def launch_us(target: Target, windows: bool, c: Constants) -> float:
    """One warm submission with its wait."""
    base = c.launch_npu1 if target.isa == "aie2" else c.launch_npu2
    return base + (c.windows_us if windows else 0.0)
