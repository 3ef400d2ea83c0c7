"""assign: a MixedGraph and a target become a Partition, the exact minimum of predicted time.

After `compiler/fuse.py`, before codegen. Costs come from `cost.py`, what the user fixes from
`demands.py`, the minimum from `mincut.py`. A simulated NPU is decided for as the real one. Views
run nowhere: they follow the op that makes what they look at. Refuses, with a `PartitionError`,
demands that cannot be met.
"""

from __future__ import annotations

from dataclasses import asdict, fields

from aiec.ir.graph import MixedGraph
from aiec.ir.options import Options
from aiec.ir.partition import Partition
from aiec.ir.target import Target
from aiec.partitioner.calibrate import chosen_cpu
from aiec.partitioner.case import Case
from aiec.partitioner.cost import Costs
from aiec.partitioner.cpu_profile import CpuProfile
from aiec.partitioner.demands import demands, refuse_empty
from aiec.partitioner.mincut import solve


def assign(
    graph: MixedGraph, target: Target | None, options: Options, cpu: CpuProfile | None = None
) -> Partition:
    """Decide for each op of `graph` where it runs.

    Without a target everything is the CPU's. Without `cpu`, what the option `cpu` says. Raises
    `PartitionError` for demands that cannot be met.
    """
    cpu = cpu or chosen_cpu(options.cpu, target)
    case = Case(graph, Costs(graph, target, cpu))
    fixed = demands(graph, options, case.costs.obstacle)
    sides = solve(case.problem(fixed))
    decisions = case.decisions(sides, fixed)
    if options.require_npu:
        refuse_empty(graph, decisions, case.costs.obstacle)
    return Partition(
        graph=graph,
        target=target,
        decisions=decisions,
        settings=_settings(options, target, cpu, case.costs),
        alternatives=case.alternatives(options),
    )


def _settings(
    options: Options, target: Target | None, cpu: CpuProfile, costs: Costs
) -> tuple[tuple[str, str], ...]:
    """Everything that led to the decisions, as text, for the reports."""
    settings = {f"option.{f.name}": str(getattr(options, f.name)) for f in fields(options)}
    settings |= {f"cpu.{key}": str(value) for key, value in asdict(cpu).items()}
    if target is not None:
        numbers = {k: v for k, v in asdict(target).items() if not isinstance(v, dict)}
        settings |= {f"target.{key}": str(value) for key, value in numbers.items()}
    if costs.tiling is not None:
        tiling = costs.tiling
        settings["estimate.tiling"] = f"{tiling.m}x{tiling.k}x{tiling.n} elements a core"
    return tuple(settings.items())
