"""Case: a graph with its costs, as numbers for the solver; and the solver's answer as decisions.

Between `cost.py` and `assign.py`. Views are contracted: whoever reads a view reads the value that
it looks at. A residual is laid out by the host wherever it was made, so the host reads it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from aiec.ir.graph import FusedOp, MixedGraph, OpKind, Role
from aiec.ir.options import Options
from aiec.ir.partition import Cost, Decision, Side
from aiec.partitioner.cost import Costs
from aiec.partitioner.demands import Demand, demands
from aiec.partitioner.explain import reason
from aiec.partitioner.mincut import Flow, Problem, crosses, solve, total_us


class Case:
    """One graph on one pair of devices. `ops` are the graph's without its views."""

    def __init__(self, graph: MixedGraph, costs: Costs) -> None:
        self.graph, self.costs = graph, costs
        self.ops = tuple(op for op in graph.ops if op.kind is not OpKind.VIEW)
        self.index = {op.name: i for i, op in enumerate(self.ops)}
        self.maker = {name: i for i, op in enumerate(self.ops) for name in op.outputs}
        self.seen_through = _views(graph)
        self.npu = tuple(costs.on_npu(op) for op in self.ops)
        self.cpu = tuple(costs.on_cpu(op) for op in self.ops)
        self.flows = self._flows()
        self.free = self._problem({})

    def problem(self, fixed: dict[str, Demand]) -> Problem:
        """The solver's problem, with the side that is not allowed at an infinite cost."""
        return self._problem({self.index[n]: d.side for n, d in fixed.items() if n in self.index})

    def _problem(self, fixed: dict[int, Side]) -> Problem:
        npu = [math.inf if c is None else c.device_us for c in self.npu]
        npu = [us + self.costs.residual_us(op) for us, op in zip(npu, self.ops, strict=True)]
        cpu = [cost.device_us for cost in self.cpu]
        for op, side in fixed.items():
            (cpu if side is Side.NPU else npu)[op] = math.inf
        return Problem(tuple(npu), tuple(cpu), self.flows)

    def _flows(self) -> tuple[Flow, ...]:
        """A flow for each activation that an op or the host reads."""
        readers: dict[str, list[int]] = {}
        host: set[str] = {self._root(name) for name in self.graph.outputs}
        for i, op in enumerate(self.ops):
            residual = op.operands.residual if op.operands else None
            for name in op.inputs:
                if name == residual:
                    host.add(self._root(name))
                if name != residual or (op.operands and name == op.operands.x):
                    readers.setdefault(self._root(name), []).append(i)
        names = dict.fromkeys([*readers, *sorted(host & self.maker.keys())])
        return tuple(self._flow(n, tuple(readers.get(n, ())), n in host) for n in names)

    def _flow(self, name: str, readers: tuple[int, ...], host_reads: bool) -> Flow:
        return Flow(self.maker.get(name), readers, host_reads, self.costs.crossing_us(name))

    def _root(self, name: str) -> str:
        """The value that a view of it looks at, through any number of views."""
        while name in self.seen_through:
            name = self.seen_through[name]
        return name

    def decisions(self, sides: tuple[Side, ...], fixed: dict[str, Demand]) -> tuple[Decision, ...]:
        """One decision an op of the whole graph, in its order."""
        charged = self._charges(sides)
        made = [self._decision(i, sides, charged[i], fixed) for i in range(len(self.ops))]
        return tuple(
            self._view(op, made) if op.kind is OpKind.VIEW else made[self.index[op.name]]
            for op in self.graph.ops
        )

    def _charges(self, sides: tuple[Side, ...]) -> list[float]:
        """Transfers in this assignment, each charged to one op on the NPU."""
        charged = [
            self.costs.residual_us(op) if side is Side.NPU else 0.0
            for op, side in zip(self.ops, sides, strict=True)
        ]
        for flow in self.flows:
            if crosses(flow, sides):
                on_npu = [op for op in (flow.maker, *flow.readers) if op is not None]
                payer = next(op for op in on_npu if sides[op] is Side.NPU)
                charged[payer] += flow.crossing_us
        return charged

    def _decision(
        self, i: int, sides: tuple[Side, ...], transfer_us: float, fixed: dict[str, Demand]
    ) -> Decision:
        op = self.ops[i]
        decision = Decision(
            op=op.name,
            side=sides[i],
            cpu=self.cpu[i],
            npu=self.npu[i],
            reason="",
            loss_us=self._loss_us(i, sides),
            transfer_us=transfer_us,
        )
        obstacle = self.costs.obstacle(op)
        return replace(decision, reason=reason(decision, obstacle, fixed.get(op.name)))

    def _loss_us(self, i: int, sides: tuple[Side, ...]) -> float | None:
        """What moving op `i` alone to the other device would cost more."""
        if self.npu[i] is None:
            return None
        other = Side.CPU if sides[i] is Side.NPU else Side.NPU
        moved = (*sides[:i], other, *sides[i + 1 :])
        own = {Side.NPU: self.free.npu_us[i], Side.CPU: self.free.cpu_us[i]}
        touching = [f for f in self.flows if i == f.maker or i in f.readers]
        before = sum(f.crossing_us for f in touching if crosses(f, sides))
        after = sum(f.crossing_us for f in touching if crosses(f, moved))
        return own[other] - own[sides[i]] + after - before

    def _view(self, op: FusedOp, made: list[Decision]) -> Decision:
        maker = self.maker.get(self._root(op.outputs[0]))
        side = Side.CPU if maker is None else made[maker].side
        after = "the graph's input" if maker is None else self.ops[maker].name
        free = Cost(0.0, 0.0)
        return Decision(op.name, side, free, None, f"{side.upper()}: a view of {after}, free", None)

    def alternatives(self, options: Options) -> tuple[tuple[str, float], ...]:
        """Predicted times of the three policies, patterns not regarded."""
        policies = ("cost", "npu-all", "cpu-all")
        plain = replace(options, force_npu=(), force_cpu=())
        chosen = (
            (name, demands(self.graph, replace(plain, partition=name), self.costs.obstacle))
            for name in policies
        )
        return tuple(
            (name, total_us(self.free, solve(self.problem(fixed)))) for name, fixed in chosen
        )


def _views(graph: MixedGraph) -> dict[str, str]:
    """Map what a view makes to what it looks at: its first activation, else its first input."""
    roles = {value.name: value.role for value in graph.values}
    seen: dict[str, str] = {}
    for op in graph.ops:
        if op.kind is OpKind.VIEW and op.inputs:
            flowing = [name for name in op.inputs if roles[name] is Role.ACTIVATION]
            looked_at = (flowing or list(op.inputs))[0]
            seen |= dict.fromkeys(op.outputs, looked_at)
    return seen
