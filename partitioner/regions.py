"""Regions: ops of a partition that are alike, such as one projection in every layer.

Between a Partition and its reports. Ops belong together if their module paths differ in one layer
number at most, and kind, shape and device are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.graph import FusedOp, Gemm, OpKind
from aiec.ir.partition import Cost, Decision, Partition, Side


@dataclass(frozen=True, slots=True)
class Region:
    """Like ops on one device, in execution order. Times are sums over them, in microseconds."""

    module: str  # blocks.0-5.mlp.0
    kind: OpKind
    side: Side
    ops: tuple[FusedOp, ...]
    decisions: tuple[Decision, ...]

    @property
    def gemm(self) -> Gemm | None:
        """The shape that all of them have, for linear ops."""
        return self.ops[0].gemm

    @property
    def flop(self) -> int:
        """Flop of all."""
        return sum(op.flop for op in self.ops)

    @property
    def cpu_us(self) -> float:
        """Time on the CPU."""
        return sum(d.cpu.device_us for d in self.decisions)

    @property
    def npu_us(self) -> float | None:
        """Time on the NPU without transfers, or None if it cannot run them."""
        times = [d.npu.device_us for d in self.decisions if d.npu is not None]
        return sum(times) if len(times) == len(self.decisions) else None

    @property
    def transfer_us(self) -> float:
        """Transfers charged to them in this partition."""
        return sum(d.transfer_us for d in self.decisions)

    @property
    def loss_us(self) -> float | None:
        """What moving each alone to the other device would cost more, summed."""
        losses = [d.loss_us for d in self.decisions if d.loss_us is not None]
        return sum(losses) if len(losses) == len(self.decisions) else None

    @property
    def reason(self) -> str:
        """Why the first of them is where it is."""
        return self.decisions[0].reason


def regions(partition: Partition) -> tuple[Region, ...]:
    """The partition's regions in order of first appearance; views are left out."""
    grouped: dict[tuple[object, ...], list[tuple[FusedOp, Decision]]] = {}
    for op, decision in zip(partition.graph.ops, partition.decisions, strict=True):
        if op.kind is not OpKind.VIEW:
            key = (_pattern(op.module), op.kind, op.gemm, decision.side, decision.npu is None)
            grouped.setdefault(key, []).append((op, decision))
    return tuple(_region(members) for members in grouped.values())


def chosen(decision: Decision) -> Cost:
    """The cost of a decision on the device that it took."""
    on_npu = decision.side is Side.NPU and decision.npu is not None
    return decision.npu if on_npu and decision.npu else decision.cpu


def _region(members: list[tuple[FusedOp, Decision]]) -> Region:
    ops = tuple(op for op, _ in members)
    decisions = tuple(decision for _, decision in members)
    module = _merged(tuple(op.module for op in ops))
    return Region(module, ops[0].kind, decisions[0].side, ops, decisions)


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
    return pattern.replace("*", _ranges(layers), 1)


def _ranges(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
