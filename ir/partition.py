"""Partition: which device runs each op of a MixedGraph, and why.

Made by `partitioner/assign.py`; read by codegen, the executor and the reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aiec.ir.graph import FusedOp, MixedGraph, OpKind
from aiec.ir.piece import Piece
from aiec.ir.target import Target


class Side(StrEnum):
    """A device of the mixed graph."""

    NPU = "npu"
    CPU = "cpu"


class Objective(StrEnum):
    """What an assignment minimises."""

    LATENCY = "latency"  # time of one pass, op after op
    THROUGHPUT = "throughput"  # time between passes, several in flight on both devices at once
    ENERGY = "energy"  # of the machine, for one pass

    @property
    def unit(self) -> str:
        """Of what is minimised."""
        return "uJ" if self is Objective.ENERGY else "us"

    def amount(self, value: float) -> str:
        """A value of it for a person: `412 us`, or `3.1 mJ`."""
        return f"{value / 1000:.3g} mJ" if self is Objective.ENERGY else f"{value:.0f} us"


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
class Outcome:
    """What an assignment amounts to. Times are microseconds of one pass.

    Attributes:
        latency_us: of one pass alone, op after op.
        interval_us: between passes; `latency_us` if one is in flight.
        energy_uj: of the whole machine, microjoules.
        npu_us, cpu_us: busy time of either device; the CPU's with transfers and uploads.
        transfer_us: crossings between devices, and residuals laid out; the CPU's time.
        upload_us: weights that are not resident; the CPU's time.
        waited_us: of the uploads, what no work of the NPU hides.
        dispatches, switches: submissions to the NPU; changes of its design.
        dram_bytes: of both devices.
        device_bytes: of the NPU's buffers at once, weights included.
        in_flight: passes at once.
    """

    latency_us: float
    interval_us: float
    energy_uj: float
    npu_us: float
    cpu_us: float
    transfer_us: float
    upload_us: float
    waited_us: float
    dispatches: int
    switches: int
    dram_bytes: float
    device_bytes: int
    in_flight: int

    def value(self, objective: Objective) -> float:
        """The number that the objective makes small, in `objective.unit`."""
        if objective is Objective.ENERGY:
            return self.energy_uj
        return self.latency_us if objective is Objective.LATENCY else self.interval_us


@dataclass(frozen=True, slots=True)
class Verdict:
    """What moving like ops together to the other device would cost more, the rest where it is.

    Attributes:
        ops: their names, in execution order.
        loss: in the objective's unit, 0 or more where the plan is proven; None where the other
            device cannot take them.
        toss_up: the loss is within the error bars of their predicted times.
    """

    ops: tuple[str, ...]
    loss: float | None
    toss_up: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one op runs and why. `npu` is None for an op that no kernel of ours can run."""

    op: str
    side: Side
    cpu: Cost
    npu: Cost | None
    reason: str  # one sentence for a person
    loss: float | None  # what moving it alone would cost more, in the objective's unit
    transfer_us: float = 0.0  # packing and copies charged to this op, a shared one once
    receive_us: float = 0.0  # of `transfer_us`, what comes after the op
    toss_up: bool = False  # the loss is within the error bars of its predicted times
    switches: int = 0  # 1 if the NPU must load another design before it
    resident: bool = True  # its weights, if on the NPU, stay there between passes
    upload_us: float = 0.0  # of the CPU to bring them anew, as far as nothing hides it


@dataclass(frozen=True, slots=True)
class Partition:
    """One decision an op, in the graph's order, with the settings that led to it.

    Attributes:
        target: None if there is no NPU to decide about.
        alternatives: other assignments under the same evaluation: cost (patterns not regarded),
            npu-all, cpu-all, heft.
        solver, gap: who found the assignment; no other is better by a larger share than `gap`.
        windows: inputs that one pass stands for.
        scheduled_us: time between passes of the schedule that `partitioner/schedule.py` makes of
            the assignment; `outcome.interval_us` is a sum and knows no order.
        drag: by how much the devices hold each other up while both are busy.
        audio_s: seconds of audio that one pass stands for, or None if it is not about audio.
    """

    graph: MixedGraph
    target: Target | None
    decisions: tuple[Decision, ...]
    settings: tuple[tuple[str, str], ...]
    outcome: Outcome
    objective: Objective = Objective.LATENCY
    alternatives: tuple[tuple[str, Outcome], ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    solver: str = ""
    gap: float = 0.0
    windows: int = 1
    audio_s: float | None = None
    scheduled_us: float = 0.0
    drag: float = 0.0

    def __post_init__(self) -> None:
        assert [d.op for d in self.decisions] == [op.name for op in self.graph.ops]

    @property
    def npu_ops(self) -> tuple[FusedOp, ...]:
        """Ops that the NPU runs, in execution order; a view is run by nobody."""
        pairs = zip(self.graph.ops, self.decisions, strict=True)
        return tuple(o for o, d in pairs if d.side is Side.NPU and o.kind is not OpKind.VIEW)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What the NPU computes, in execution order."""
        return tuple(op.piece for op in self.npu_ops if op.piece is not None)

    @property
    def npu_flop_share(self) -> float:
        """Share of the graph's flop that runs on the NPU, 0 to 1."""
        return sum(op.flop for op in self.npu_ops) / max(1, self.graph.flop)

    @property
    def npu_time_share(self) -> float:
        """Share of both devices' busy time that is the NPU's, 0 to 1."""
        busy_us = self.outcome.npu_us + self.outcome.cpu_us
        return self.outcome.npu_us / busy_us if busy_us else 0.0

    @property
    def predicted_us(self) -> float:
        """Predicted time of one pass, ops one after another, each transfer counted once."""
        return self.outcome.latency_us

    @property
    def real_time_factor(self) -> float | None:
        """Seconds of work a second of audio, by the schedule."""
        return self.scheduled_us / 1e6 / self.audio_s if self.audio_s else None

    @property
    def joules_per_minute(self) -> float | None:
        """Energy of the machine a minute of audio."""
        return 60e-6 * self.outcome.energy_uj / self.audio_s if self.audio_s else None
