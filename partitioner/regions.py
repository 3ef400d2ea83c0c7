"""Regions: ops of a partition that are alike, such as one projection in every layer.

Between a Partition and its reports. Ops belong together if their module paths differ in one layer
number at most, and kind, shape and device are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.graph import FusedOp, Gemm, MixedGraph, OpKind
from aiec.ir.partition import Cost, Decision, Partition, Side, Verdict
from aiec.ir.piece import Piece

Members = list[tuple[FusedOp, Decision]]


@dataclass(frozen=True, slots=True)
class Region:
    """Like ops on one device, in execution order. Times are sums over them, in microseconds."""

    module: str  # blocks.0-5.mlp.0
    kind: OpKind
    side: Side
    ops: tuple[FusedOp, ...]
    decisions: tuple[Decision, ...]
    loss: float | None  # of moving all of them, in the objective's unit
    toss_up: bool

    @property
    def name(self) -> str:
        """The modules, or the first op where it has none."""
        return self.module or self.ops[0].name

    @property
    def gemm(self) -> Gemm | None:
        """The shape that all of them have, for linear ops."""
        return self.ops[0].gemm

    @property
    def block(self) -> Piece | None:
        """The first of them, for blocks of an encoder."""
        return self.ops[0].piece if self.kind is OpKind.ENCODER_BLOCK else None

    @property
    def flop(self) -> int:
        """Flop of all."""
        return sum(op.flop for op in self.ops)

    @property
    def npu_bar(self) -> tuple[float, float, float] | None:
        """Low, predicted and high time on the NPU without transfers; None if it cannot run them."""
        costs = [d.npu for d in self.decisions if d.npu is not None]
        return _bar(costs) if len(costs) == len(self.decisions) else None

    @property
    def cpu_bar(self) -> tuple[float, float, float]:
        """Low, predicted and high time on the CPU."""
        return _bar([d.cpu for d in self.decisions])

    @property
    def runner_up(self) -> Side | None:
        """The device that they could be moved to, or None."""
        if self.loss is None:
            return None
        return Side.CPU if self.side is Side.NPU else Side.NPU

    @property
    def switches(self) -> int:
        """Changes of the NPU's design before one of them."""
        return sum(d.switches for d in self.decisions)

    @property
    def transfer_us(self) -> float:
        """Transfers charged to them in this partition."""
        return sum(d.transfer_us for d in self.decisions)

    @property
    def dispatches(self) -> int:
        """Submissions to the NPU."""
        return sum(d.npu.dispatches for d in self.decisions if d.side is Side.NPU and d.npu)

    @property
    def dram_bytes(self) -> float:
        """Bytes through DRAM on the device that they took, transfers not counted."""
        return sum(chosen(d).ddr_bytes for d in self.decisions)

    @property
    def energy_uj(self) -> float:
        """Energy of device and DRAM, transfers not counted."""
        return sum(chosen(d).energy_uj for d in self.decisions)

    @property
    def reason(self) -> str:
        """Why the first of them is where it is."""
        return self.decisions[0].reason


def regions(partition: Partition) -> tuple[Region, ...]:
    """The partition's regions in order of first appearance; views are left out."""
    verdicts = {verdict.ops[0]: verdict for verdict in partition.verdicts}
    return tuple(
        _region(members, verdicts[members[0][0].name])
        for members in alike(partition.graph, partition.decisions)
    )


def alike(graph: MixedGraph, decisions: tuple[Decision, ...]) -> list[Members]:
    """Ops and their decisions, together where they are alike; views are left out."""
    grouped: dict[tuple[object, ...], Members] = {}
    for op, decision in zip(graph.ops, decisions, strict=True):
        if op.kind is not OpKind.VIEW:
            piece = op.piece and op.piece.label
            key = (_pattern(op.module), op.kind, piece, decision.side, decision.npu is None)
            grouped.setdefault(key, []).append((op, decision))
    return list(grouped.values())


def obstacles(partition: Partition) -> list[tuple[str, str, int]]:
    """Kinds that the NPU could not run, why, and how many, commonest first."""
    reasons: dict[tuple[str, str], int] = {}
    for op, decision in zip(partition.graph.ops, partition.decisions, strict=True):
        if decision.npu is None and op.kind is not OpKind.VIEW:
            kind = op.targets[0] if op.kind is OpKind.OTHER and op.targets else str(op.kind)
            key = (kind, decision.reason.split(": ", 1)[1])
            reasons[key] = reasons.get(key, 0) + 1
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return [(kind, why, count) for (kind, why), count in ranked]


def chosen(decision: Decision) -> Cost:
    """The cost of a decision on the device that it took."""
    on_npu = decision.side is Side.NPU and decision.npu is not None
    return decision.npu if on_npu and decision.npu else decision.cpu


def _region(members: Members, verdict: Verdict) -> Region:
    ops = tuple(op for op, _ in members)
    decisions = tuple(decision for _, decision in members)
    module = _merged(tuple(op.module for op in ops))
    return Region(
        module, ops[0].kind, decisions[0].side, ops, decisions, verdict.loss, verdict.toss_up
    )


def _bar(costs: list[Cost]) -> tuple[float, float, float]:
    """Errors of like ops go the same way, so the ends add up."""
    return (
        sum(cost.low_us for cost in costs),
        sum(cost.device_us for cost in costs),
        sum(cost.high_us for cost in costs),
    )


def _pattern(module: str) -> str:
    """`blocks.3.mlp.0` becomes `blocks.*.mlp.0`: the first number is the layer's."""
    parts = module.split(".")
    first = next((i for i, part in enumerate(parts) if part.isdigit()), None)
    return ".".join("*" if i == first else part for i, part in enumerate(parts))


def _merged(modules: tuple[str, ...]) -> str:
    """`blocks.0-3.mlp.0`, `blocks.0-1,4.mlp.0`."""
    pattern = _pattern(modules[0])
    if "*" not in pattern:
        return modules[0]
    position = pattern.split(".").index("*")
    layers = sorted({int(module.split(".")[position]) for module in modules})
    return pattern.replace("*", ranges(layers), 1)


def ranges(numbers: list[int]) -> str:
    """`0-3,5` for rising numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
