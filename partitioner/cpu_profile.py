"""CpuProfile: how fast a CPU runs PyTorch's fp32 ops, in a few rates.

Read by `cost.py`. The parts of `machines.py` have profiles by name, so that a decision for one can
be made anywhere; `calibrate.py` measures the machine it runs on. Refuses no machine.

Sources, by short name:
    WXDNA: the open whisper-xdna project's README, a Ryzen 7 PRO 8845HS with all cores busy.
    EPYC: `aiec bench calibrate` with torch 2.13 on one core of a Zen EPYC, rates over its GEMM's.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

from aiec.ir.target import Target
from aiec.partitioner.machines import Machine, machine_named, machine_of


@dataclass(frozen=True, slots=True)
class CpuProfile:
    """A CPU as the cost model sees it. Matmul, attention and convolution share one rate.

    Source of that sharing: torch 2.13 on one x86 core gave 59, 64 and 69 GFLOP/s for the linear,
    attention and convolution shapes of Whisper base.

    Attributes:
        gemm_ramp: (flop of a product, share of `gemm_flops` it reaches), rising; small products
            do not fill the cores.
        norm_per_s, softmax_per_s, gelu_per_s: elements a second, all cores, data in cache.
        low, high: factors on predicted times, 10th and 90th percentile.
    """

    name: str
    source: str  # where the numbers come from, for a person
    gemm_flops: float  # fp32 GEMM, all cores, flop/s
    memory_bytes_per_s: float  # reads and writes of a copy, all cores
    op_us: float  # eager PyTorch's own time per op, microseconds
    gemm_ramp: tuple[tuple[float, float], ...] = ()
    norm_per_s: float = math.inf
    softmax_per_s: float = math.inf
    gelu_per_s: float = math.inf
    watts: float = 45.0
    low: float = 1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        rates = (self.gemm_flops, self.memory_bytes_per_s, self.op_us, self.norm_per_s)
        assert min(*rates, self.softmax_per_s, self.gelu_per_s, self.watts) > 0, self
        assert list(self.gemm_ramp) == sorted(self.gemm_ramp), self

    def stream_us(self, nbytes: float) -> float:
        """Time in microseconds to move `nbytes` (read and written ones together)."""
        return 1e6 * nbytes / self.memory_bytes_per_s

    def gemm_us(self, flop: float) -> float:
        """Time in microseconds of one product of `flop`, by arithmetic alone."""
        return 1e6 * flop / (self.gemm_flops * self._share(flop))

    def _share(self, flop: float) -> float:
        """Share of the large GEMM's rate, interpolated between the measured sizes in log space."""
        if not self.gemm_ramp or flop <= 0:
            return 1.0
        at = bisect.bisect(self.gemm_ramp, (flop, math.inf))
        if at in (0, len(self.gemm_ramp)):
            return self.gemm_ramp[min(at, len(self.gemm_ramp) - 1)][1]
        (f0, s0), (f1, s1) = self.gemm_ramp[at - 1 : at + 1]
        part = math.log(flop / f0) / math.log(f1 / f0)
        return s0 * (s1 / s0) ** part


# Share of the boost-clock peak that a large GEMM reaches: 829 GFLOP/s of 1306. Source: WXDNA.
_GEMM_SHARE = 829e9 / (8 * 5.1e9 * 32)
# A copy reaches about two thirds of the DRAM's peak. Inferred; `aiec bench calibrate` measures it.
_COPY_SHARE = 2 / 3
# An eager op's 2 us (torch 2.13, measured on x86) and as much again to wake the threads.
_OP_US = 4.0
# Elements a flop of the GEMM's rate: 2.96, 1.66 and 2.26 G/s beside 103 GFLOP/s. Source: EPYC.
_NORM, _SOFTMAX, _GELU = 2.96 / 103, 1.66 / 103, 2.26 / 103
# Named profiles are inferred from data sheets: a factor of 1.4 either way holds most machines.
_LOW, _HIGH = 1 / 1.4, 1.4


def profile_of(machine: Machine) -> CpuProfile:
    """The CPU of a part that nobody measured here, from its clocks, cores and memory."""
    flops = _GEMM_SHARE * machine.peak_flops
    return CpuProfile(
        name=machine.name,
        source="AMD (cores, clocks, memory) at the share of peak that WXDNA's 829 GFLOP/s are",
        gemm_flops=flops,
        memory_bytes_per_s=_COPY_SHARE * machine.dram_bytes_per_s,
        op_us=_OP_US,
        norm_per_s=_NORM * flops,
        softmax_per_s=_SOFTMAX * flops,
        gelu_per_s=_GELU * flops,
        watts=machine.watts,
        low=_LOW,
        high=_HIGH,
    )


def profile_for(target: Target | None) -> CpuProfile:
    """The CPU beside `target`'s NPU in the machine that the target's numbers were taken from."""
    return profile_of(machine_of(target))


def profile_named(name: str) -> CpuProfile:
    """The CPU of a part by its name, as `HX 370`; `OptionError` if nobody is called so."""
    return profile_of(machine_named(name))
