"""What of a measured model is worth having on the NPU, ranked: the roadmap of a port.

Between `compiler/profile_ops.py`, which measures, and `report_profile.py`. Like ops of all layers
are one row. What a kernel of ours runs has its predicted time on the NPU; what none runs has a
floor: its arithmetic at the array's bf16 peak or its traffic at DDR's rate in bf16, and a dispatch.
The CPU's times are this machine's, the NPU's those of the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from aiec.ir.partition import Decision, Partition, Side
from aiec.ir.target import Target
from aiec.partitioner.regions import Region, regions


class Standing(StrEnum):
    """How the NPU stands to an op."""

    RUNS = "runs there today"
    BLOCK = "runs there today in a block"
    COULD = "could run there"
    NEEDS = "needs a kernel"
    STAYS = "better here"


@dataclass(frozen=True, slots=True)
class Row:
    """Like ops: measured here, and what the NPU would make of them. Times are sums over them.

    Attributes:
        cpu_us: measured on this CPU.
        npu_us: predicted with its transfers, or a floor where no kernel runs them.
        share: of the whole model's measured time.
        intensity: flop a byte of DRAM traffic, fp32.
        why: what stands in the way, or the NPU's bound.
    """

    name: str
    kind: str
    count: int
    cpu_us: float
    npu_us: float
    share: float
    flop: int
    dram_bytes: float
    standing: Standing
    why: str

    @property
    def intensity(self) -> float:
        """Flop a byte of DRAM traffic."""
        return self.flop / self.dram_bytes if self.dram_bytes else 0.0

    @property
    def flops(self) -> float:
        """Measured flop/s."""
        return 1e6 * self.flop / self.cpu_us if self.cpu_us else 0.0

    @property
    def bytes_per_s(self) -> float:
        """Measured B/s, if all traffic goes to DRAM."""
        return 1e6 * self.dram_bytes / self.cpu_us if self.cpu_us else 0.0

    @property
    def gain_us(self) -> float:
        """What the NPU would save, at most where it needs a kernel; 0 if nothing."""
        return max(0.0, self.cpu_us - self.npu_us)


def parts_on_npu(partition: Partition) -> frozenset[str]:
    """Ops that the NPU runs as parts of a block."""
    return frozenset(part.name for op in partition.npu_ops for part in op.parts)


def rows(
    partition: Partition, op_us: Sequence[float], in_blocks: frozenset[str] = frozenset()
) -> tuple[Row, ...]:
    """Rows of a decided graph with measured times of its ops in order; the slowest first.

    `in_blocks` are ops that the NPU runs together with others, so that they have no time of their
    own there but a floor. Refuses, by assertion, a partition without a target.
    """
    assert partition.target is not None
    measured = dict(zip((op.name for op in partition.graph.ops), op_us, strict=True))
    whole = sum(op_us) or 1.0
    made = [
        _row(region, measured, whole, partition.target, in_blocks) for region in regions(partition)
    ]
    return tuple(sorted(made, key=lambda row: -row.cpu_us))


def plan(rows: Sequence[Row]) -> tuple[Row, ...]:
    """What to put on the NPU, the greatest saving first."""
    worth = (row for row in rows if row.gain_us > 0.0)
    return tuple(sorted(worth, key=lambda row: -row.gain_us))


def _row(
    region: Region,
    measured: dict[str, float],
    whole: float,
    target: Target,
    in_blocks: frozenset[str],
) -> Row:
    cpu_us = sum(measured[op.name] for op in region.ops)
    traffic = float(sum(d.cpu.ddr_bytes for d in region.decisions))
    block = in_blocks.issuperset(op.name for op in region.ops)
    runs = [None if block else _predicted_us(decision) for decision in region.decisions]
    known = [us for us in runs if us is not None]
    npu_us = sum(known) if len(known) == len(runs) else _floor_us(region, traffic, target)
    if block:
        standing = Standing.BLOCK
    elif len(known) < len(runs):
        standing = Standing.NEEDS if cpu_us > npu_us else Standing.STAYS
    elif region.side is Side.NPU:
        standing = Standing.RUNS
    else:
        standing = Standing.COULD if cpu_us > npu_us else Standing.STAYS
    kind = str(region.kind).replace("_", " ")
    return Row(
        name=region.name,
        kind=kind,
        count=len(region.ops),
        cpu_us=cpu_us,
        npu_us=npu_us,
        share=cpu_us / whole,
        flop=region.flop,
        dram_bytes=traffic,
        standing=standing,
        why="a kernel of ours runs it with its neighbours" if block else _why(region.decisions[0]),
    )


def _predicted_us(decision: Decision) -> float | None:
    """On the NPU, with transfers as this partition has them, or those of the op alone."""
    if decision.npu is None:
        return None
    alone = decision.side is not Side.NPU
    return decision.npu.device_us + (decision.npu.transfer_us if alone else decision.transfer_us)


def _floor_us(region: Region, traffic: float, target: Target) -> float:
    """No kernel can be faster: peak arithmetic or half the fp32 traffic, and a dispatch an op."""
    busy_us = 1e6 * max(region.flop / target.peak_flops, traffic / 2 / target.ddr_bytes_per_s)
    return busy_us + len(region.ops) * (target.dispatch_us + target.host_us)


def _why(decision: Decision) -> str:
    npu = decision.npu
    if npu is None:
        return decision.reason.split(": ", 1)[1]
    bounds = {"the array": npu.compute_us, "DDR": npu.memory_us, "its dispatch": npu.dispatch_us}
    return f"bound by {max(bounds, key=lambda name: bounds[name])} on the NPU"
