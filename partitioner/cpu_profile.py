"""CpuProfile: three numbers that say how fast a CPU runs PyTorch's fp32 ops.

Read by `cost.py`. Two machines that carry an NPU are named here, so that a decision for them can be
made anywhere; `measure()` calibrates the machine it runs on. Refuses no machine.

Sources, by short name:
    WXDNA: the open whisper-xdna project's README, a Ryzen 7 PRO 8845HS with all cores busy.
    CC: chipsandcheese.com, "AMD's Strix Point: Zen 5 Hits Mobile", 10 Aug 2024.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from aiec.ir.target import Target


@dataclass(frozen=True, slots=True)
class CpuProfile:
    """A CPU as the cost model sees it. Matmul, attention and convolution share one rate.

    Source of that sharing: torch 2.13 on one x86 core gave 59, 64 and 69 GFLOP/s for the linear,
    attention and convolution shapes of Whisper base.
    """

    name: str
    source: str  # where the numbers come from, for a person
    gemm_flops: float  # fp32 GEMM, all cores, flop/s
    memory_bytes_per_s: float  # reads and writes of a copy, all cores
    op_us: float  # eager PyTorch's own time per op, microseconds

    def __post_init__(self) -> None:
        assert min(self.gemm_flops, self.memory_bytes_per_s, self.op_us) > 0, self

    def stream_us(self, nbytes: float) -> float:
        """Time in microseconds to move `nbytes` (read and written ones together)."""
        return 1e6 * nbytes / self.memory_bytes_per_s


# gemm_flops. Source: WXDNA measures 829 GFLOP/s on large GEMMs, and 1082 on the NPU beside it.
# memory: two thirds of dual DDR5-5600 (89.6 GB/s). Inferred, to be replaced by a measurement.
# op_us: an eager op's 2 us (torch 2.13, measured on x86) and as much again to wake the threads.
RYZEN_8845HS = CpuProfile(
    name="Ryzen 7 8845HS",
    source="WXDNA (GEMM 829 GFLOP/s measured); bandwidth is 2/3 of DDR5-5600",
    gemm_flops=829e9,
    memory_bytes_per_s=60e9,
    op_us=4.0,
)

# gemm_flops: 4 cores at 5.15 GHz and 8 at 3.3 GHz (CC), 32 flop a cycle each (half-width SIMD),
# times 0.635, the share of that bound which the 8845HS's 829 GFLOP/s is (8 cores at 5.1 GHz).
# memory: two thirds of LPDDR5X-7500 (120 GB/s). Both inferred.
RYZEN_HX370 = CpuProfile(
    name="Ryzen AI 9 HX 370",
    source="CC (clocks), at the 8845HS's measured share of peak; bandwidth 2/3 of LPDDR5X-7500",
    gemm_flops=955e9,
    memory_bytes_per_s=80e9,
    op_us=4.0,
)

PROFILES: dict[str, CpuProfile] = {"npu1": RYZEN_8845HS, "npu2": RYZEN_HX370}


def profile_for(target: Target | None) -> CpuProfile:
    """The CPU beside `target`'s NPU in the machine that the target's numbers were taken from."""
    return PROFILES[target.name] if target else RYZEN_8845HS


def measure(budget_s: float = 1.5) -> CpuProfile:
    """Calibrate this machine with torch and its current threads, in about `budget_s` seconds."""
    side, copied = 768, 8 * 1024 * 1024
    a, b = torch.randn(side, side), torch.randn(side, side)
    source, sink = torch.randn(copied), torch.empty(copied)
    small = torch.zeros(8)
    gemm_s = _best_s(lambda: torch.mm(a, b), budget_s / 3)
    copy_s = _best_s(lambda: sink.copy_(source), budget_s / 3)
    op_s = _best_s(lambda: [torch.add(small, small) for _ in range(200)], budget_s / 3) / 200
    return CpuProfile(
        name=f"this machine, {torch.get_num_threads()} threads",
        source=f"measured with torch {torch.__version__}",
        gemm_flops=2.0 * side**3 / gemm_s,
        memory_bytes_per_s=2.0 * source.nbytes / copy_s,
        op_us=1e6 * op_s,
    )


def _best_s(run: Callable[[], object], budget_s: float) -> float:
    """Shortest of the runs that fit into `budget_s`, the first (warm-up) not counted."""
    run()
    best, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < budget_s or best == float("inf"):
        before = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - before)
    return best
