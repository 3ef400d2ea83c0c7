"""Case: a graph with its costs as numbers for the solvers. Between `cost.py` and `assign.py`.

Views are contracted: whoever reads a view reads the value that it looks at.
"""

from __future__ import annotations

from aiec.ir.graph import MixedGraph, OpKind, Role
from aiec.ir.partition import Side
from aiec.partitioner import prices
from aiec.partitioner.cost import Costs
from aiec.partitioner.demands import Demand
from aiec.partitioner.problem import Flow, Problem, crosses


class Case:
    """One graph on one pair of devices. `ops` are the graph's without its views."""

    def __init__(self, graph: MixedGraph, costs: Costs, memory_bytes: float) -> None:
        self.graph, self.costs = graph, costs
        self.ops = tuple(op for op in graph.ops if op.kind is not OpKind.VIEW)
        self.index = {op.name: i for i, op in enumerate(self.ops)}
        self.maker = {name: i for i, op in enumerate(self.ops) for name in op.outputs}
        self._seen_through = _views(graph)
        self.npu = tuple(costs.on_npu(op) for op in self.ops)
        self.cpu = tuple(costs.on_cpu(op) for op in self.ops)
        works = tuple(
            prices.work(cpu, npu, costs) for cpu, npu in zip(self.cpu, self.npu, strict=True)
        )
        machine = prices.machine(costs, works, memory_bytes)
        self.problem = Problem(works, self._flows(), machine)

    def fixed(self, demanded: dict[str, Demand]) -> dict[int, Side]:
        """Sides that demands leave no choice about, by op's index."""
        return {self.index[n]: d.side for n, d in demanded.items() if n in self.index}

    def root(self, name: str) -> str:
        """The value that a view of it looks at, through any number of views."""
        while name in self._seen_through:
            name = self._seen_through[name]
        return name

    def charges(self, sides: tuple[Side, ...]) -> list[tuple[float, float]]:
        """Transfers in this assignment, each charged to one op on the NPU: before it and after."""
        npu = [side is Side.NPU for side in sides]
        before = [
            work.host_us if on else 0.0 for work, on in zip(self.problem.works, npu, strict=True)
        ]
        after = [0.0] * len(npu)
        for flow in self.problem.flows:
            if not crosses(flow, sides):
                continue
            if flow.maker is not None and npu[flow.maker]:
                after[flow.maker] += flow.crossing_us
            else:
                before[next(op for op in flow.readers if npu[op])] += flow.crossing_us
        return list(zip(before, after, strict=True))

    def _flows(self) -> tuple[Flow, ...]:
        """A flow for each activation that an op or the host reads."""
        readers: dict[str, list[int]] = {}
        host: set[str] = {self.root(name) for name in self.graph.outputs}
        for i, op in enumerate(self.ops):
            for name in op.inputs:
                readers.setdefault(self.root(name), []).append(i)
        names = dict.fromkeys([*readers, *sorted(host & self.maker.keys())])
        flowing = [n for n in names if self.costs.values[n].role is Role.ACTIVATION]
        return tuple(self._flow(n, tuple(readers.get(n, ())), n in host) for n in flowing)

    def _flow(self, name: str, readers: tuple[int, ...], host_reads: bool) -> Flow:
        crossing_us, nbytes = self.costs.crossing_us(name), self.costs.crossing_bytes(name)
        return Flow(
            maker=self.maker.get(name),
            readers=readers,
            host_reads=host_reads,
            crossing_us=crossing_us,
            crossing_bytes=nbytes,
            crossing_uj=prices.host_energy_uj(crossing_us, nbytes, self.costs),
            device_bytes=prices.device_bytes(name, self.costs),
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
