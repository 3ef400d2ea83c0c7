"""Partition: which device runs each op of a MixedGraph, and why.

Made by `partitioner/assign.py`; read by codegen, the executor and the reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aiec.ir.graph import FusedOp, Gemm, MixedGraph, OpKind
from aiec.ir.target import Target


class Side(StrEnum):
    """A device of the mixed graph."""

    NPU = "npu"
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Cost:
    """Predicted time of one op on one device, with its error bar and what else it takes.

    `low` and `high` are factors on `device_us`: in eight cases of ten the truth lies between.
    """

    compute_us: float  # arithmetic at the kernel's rate
    memory_us: float  # DRAM traffic; overlaps with compute
    dispatch_us: float = 0.0  # submission and wait
    transfer_us: float = 0.0  # host packing and copies in and out, if all neighbours are on the CPU
    ddr_bytes: int = 0  # DRAM traffic of the device in one pass
    dispatches: int = 0  # submissions to the NPU
    energy_uj: float = 0.0  # microjoules of device and DRAM, transfers not counted
    resident_bytes: int = 0  # weights that stay in the device's memory
    low: float = 1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        assert 0.0 < self.low <= 1.0 <= self.high, self

    @property
    def device_us(self) -> float:
        """Time on the device alone: the larger of compute and memory, plus dispatch."""
        return max(self.compute_us, self.memory_us) + self.dispatch_us

    @property
    def total_us(self) -> float:
        """Device time plus transfers."""
        return self.device_us + self.transfer_us

    @property
    def low_us(self) -> float:
        """The optimistic end of the device time's error bar."""
        return self.low * self.device_us

    @property
    def high_us(self) -> float:
        """The pessimistic end of the device time's error bar."""
        return self.high * self.device_us


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one op runs and why. `npu` is None for an op that no kernel of ours can run."""

    op: str
    side: Side
    cpu: Cost
    npu: Cost | None
    reason: str  # one sentence for a person
    loss_us: float | None  # what the runner-up would have cost more; None without one
    transfer_us: float = 0.0  # packing and copies charged to this op, a shared one once


@dataclass(frozen=True, slots=True)
class Partition:
    """One decision an op, in the graph's order, with the settings that led to it."""

    graph: MixedGraph
    target: Target | None  # None: there is no NPU to decide about
    decisions: tuple[Decision, ...]
    settings: tuple[tuple[str, str], ...]
    alternatives: tuple[tuple[str, float], ...] = ()  # other assignments, microseconds of one pass

    def __post_init__(self) -> None:
        assert [d.op for d in self.decisions] == [op.name for op in self.graph.ops]

    @property
    def npu_ops(self) -> tuple[FusedOp, ...]:
        """Ops that the NPU runs, in execution order; a view is run by nobody."""
        pairs = zip(self.graph.ops, self.decisions, strict=True)
        return tuple(o for o, d in pairs if d.side is Side.NPU and o.kind is not OpKind.VIEW)

    @property
    def gemms(self) -> tuple[Gemm, ...]:
        """The distinct GEMMs on the NPU, sorted."""
        return tuple(sorted({op.gemm for op in self.npu_ops if op.gemm is not None}))

    @property
    def npu_flop_share(self) -> float:
        """Share of the graph's flop that runs on the NPU, 0 to 1."""
        return sum(op.flop for op in self.npu_ops) / max(1, self.graph.flop)

    @property
    def predicted_us(self) -> float:
        """Predicted time of one pass, ops one after another, each transfer counted once."""
        costs = [d.npu if d.side is Side.NPU and d.npu else d.cpu for d in self.decisions]
        return sum(c.device_us for c in costs) + sum(d.transfer_us for d in self.decisions)
