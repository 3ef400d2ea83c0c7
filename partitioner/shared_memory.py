"""What CPU and NPU do to each other while both are busy: one DRAM serves them.

Beside `cost.py`, for whoever overlaps the devices. Each asks for bandwidth; where both together ask
for more than the DRAM gives, each gets its share and is slower by that factor. Capacity and power
are not modelled.
"""

from __future__ import annotations

from aiec.ir.target import Target

# Share of the DRAM's peak that two busy devices reach together. WXDNA's NPU fell from 1082 to 682
# GFLOP/s beside a busy CPU: asking for 16 GB/s (its own traffic) and 60 GB/s (taken to be what the
# CPU's copy reaches), both got 1 / 1.59 of that: 48 of 89.6 GB/s. Inferred.
SHARED_SHARE = 0.53


def slowdowns(
    npu_bytes_per_s: float, cpu_bytes_per_s: float, target: Target
) -> tuple[float, float]:
    """Factors (>= 1) on the NPU's and the CPU's time when both ask for these rates, in B/s.

    Each keeps its proportion of what there is. A device that asks for nothing is not slowed.
    """
    given = SHARED_SHARE * target.dram_bytes_per_s
    factor = max(1.0, (npu_bytes_per_s + cpu_bytes_per_s) / given)
    return (factor if npu_bytes_per_s else 1.0, factor if cpu_bytes_per_s else 1.0)
