"""assign: a MixedGraph and a target become a Partition: the best plan, and its rivals.

After `compiler/fuse.py`, before codegen. Costs come from `cost.py`, what the user fixes from
`demands.py`, the best plan from `solve.py`, its rivals from `heft.py` and the policies. A simulated
NPU is decided for as the real one. Views run nowhere: they follow the op that makes what they look
at. Refuses, with a `PartitionError`, demands that cannot be met.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace

from aiec.ir.graph import FusedOp, MixedGraph, OpKind
from aiec.ir.options import Options
from aiec.ir.partition import Cost, Decision, Objective, Outcome, Partition, Side, Verdict
from aiec.ir.target import Target
from aiec.partitioner.calibrate import chosen_cpu
from aiec.partitioner.case import Case
from aiec.partitioner.cost import Costs
from aiec.partitioner.cpu_profile import CpuProfile
from aiec.partitioner.demands import Demand, demands, refuse_empty, refuse_memory
from aiec.partitioner.evaluate import least_memory, switches_at, waits_us
from aiec.partitioner.explain import reason
from aiec.partitioner.heft import heft
from aiec.partitioner.judge import Judge
from aiec.partitioner.machines import npu_of_part
from aiec.partitioner.piece_model import UNPLANNED, Planner
from aiec.partitioner.problem import Machine, Plan
from aiec.partitioner.regions import alike
from aiec.partitioner.schedule import chain, interval_us
from aiec.partitioner.solve import Best, best_plan

# Passes on their way at once when throughput counts. Two fill both devices as far as sums go; the
# schedule of a chain of unequal pieces needs a few more (docs/partitioning.md).
IN_FLIGHT = 4

_MIB = 1 << 20


def assign(
    graph: MixedGraph,
    target: Target | None,
    options: Options,
    cpu: CpuProfile | None = None,
    *,
    planner: Planner = UNPLANNED,
    windows: int = 1,
    audio_s: float | None = None,
) -> Partition:
    """Decide for each op of `graph` where it runs.

    Without a target everything is the CPU's. Without `cpu`, what the option `cpu` says; a part's
    name sets the clock of its NPU too. `planner` prices pieces, which stay on the CPU without it.
    `windows` and `audio_s` say what a pass of the graph stands for. Raises `PartitionError` for
    demands that cannot be met.
    """
    cpu = cpu or chosen_cpu(options.cpu, target)
    target = npu_of_part(options.cpu, target) if target else None
    objective = Objective(options.objective)
    case = Case(graph, Costs(graph, target, cpu, planner), options.memory_mb * _MIB)
    fixed = demands(graph, options, case.costs.obstacle)
    best = best_plan(case.problem, objective, case.fixed(fixed), _in_flight(objective))
    if best is None:
        raise refuse_memory(least_memory(case.problem, case.fixed(fixed)), graph, options)
    decisions = _decisions(case, best, fixed)
    if options.require_npu:
        refuse_empty(graph, decisions, case.costs.obstacle, objective)
    tasks = chain(graph, decisions, case.problem.machine.switch_us)
    return Partition(
        graph=graph,
        target=target,
        decisions=decisions,
        settings=_settings(options, target, cpu, case),
        outcome=best.outcome,
        objective=objective,
        alternatives=_alternatives(case, options, best, objective),
        verdicts=_verdicts(case, decisions, Judge(case, best.plan, objective)),
        solver=best.solver,
        gap=best.gap,
        windows=windows,
        audio_s=audio_s,
        scheduled_us=interval_us(tasks, best.plan.in_flight, case.problem.machine.drag),
        drag=case.problem.machine.drag,
    )


def _in_flight(objective: Objective) -> int:
    return IN_FLIGHT if objective is Objective.THROUGHPUT else 1


def _decisions(case: Case, best: Best, fixed: dict[str, Demand]) -> tuple[Decision, ...]:
    """One decision an op of the whole graph, in its order."""
    charged = case.charges(best.plan.sides)
    judge = Judge(case, best.plan, best.objective)
    switching, uploads = switches_at(case.problem, best.plan), _uploads(case, best.plan)
    made: list[Decision] = []
    for i, op in enumerate(case.ops):
        decision = Decision(
            op=op.name,
            side=best.plan.sides[i],
            cpu=case.cpu[i],
            npu=case.npu[i],
            reason="",
            loss=judge.loss((i,)),
            transfer_us=sum(charged[i]),
            receive_us=charged[i][1],
            switches=int(i in switching),
            toss_up=op.name not in fixed and judge.toss_up((i,)),
            resident=i not in best.plan.streamed,
            upload_us=uploads.get(i, 0.0),
        )
        obstacle, demand = case.costs.obstacle(op), fixed.get(op.name)
        made.append(replace(decision, reason=reason(decision, obstacle, demand, best.objective)))
    return tuple(
        _view(op, case, made) if op.kind is OpKind.VIEW else made[case.index[op.name]]
        for op in case.graph.ops
    )


def _uploads(case: Case, plan: Plan) -> dict[int, float]:
    """Time that a pass gives to weights: what is not hidden, or all of it where passes overlap."""
    if plan.in_flight == 1:
        return waits_us(case.problem, plan)
    return {op: case.problem.works[op].upload_us for op in plan.streamed}


def _view(op: FusedOp, case: Case, made: list[Decision]) -> Decision:
    maker = case.maker.get(case.root(op.outputs[0]))
    side = Side.CPU if maker is None else made[maker].side
    after = "the graph's input" if maker is None else case.ops[maker].name
    free = Cost(0.0, 0.0)
    return Decision(op.name, side, free, None, f"{side.upper()}: a view of {after}, free", None)


def _verdicts(case: Case, decisions: tuple[Decision, ...], judge: Judge) -> tuple[Verdict, ...]:
    """What moving each region as a whole would cost."""
    verdicts = []
    for members in alike(case.graph, decisions):
        names = tuple(op.name for op, _ in members)
        ops = [case.index[name] for name in names]
        verdicts.append(Verdict(names, judge.loss(ops), judge.toss_up(ops)))
    return tuple(verdicts)


def _alternatives(
    case: Case, options: Options, best: Best, objective: Objective
) -> tuple[tuple[str, Outcome], ...]:
    """The policies and HEFT by the same evaluation, patterns not regarded."""
    free = replace(options, force_npu=(), force_cpu=(), partition="cost")
    rivals: dict[str, dict[int, Side]] = {"cost": {}}
    for policy in ("npu-all", "cpu-all"):
        chosen = demands(case.graph, replace(free, partition=policy), case.costs.obstacle)
        rivals[policy] = case.fixed(chosen)
    rivals["heft"] = dict(enumerate(heft(case.problem)))
    unforced = not options.force_npu + options.force_cpu
    outcomes: list[tuple[str, Outcome]] = []
    for name, fixed in rivals.items():
        known = best if unforced and options.partition == name else None
        rival = known or best_plan(case.problem, objective, fixed, _in_flight(objective))
        if rival is not None:
            outcomes.append((name, rival.outcome))
    return tuple(outcomes)


def _settings(
    options: Options, target: Target | None, cpu: CpuProfile, case: Case
) -> tuple[tuple[str, str], ...]:
    """Everything that led to the decisions, as text, for the reports."""
    settings = {f"option.{f.name}": str(getattr(options, f.name)) for f in fields(options)}
    settings |= {f"cpu.{key}": str(value) for key, value in asdict(cpu).items()}
    if target is not None:
        numbers = {k: v for k, v in asdict(target).items() if not isinstance(v, dict)}
        settings |= {f"target.{key}": str(value) for key, value in numbers.items()}
    shared: Machine = case.problem.machine
    settings |= {f"shared.{key}": str(value) for key, value in asdict(shared).items()}
    return tuple(settings.items())
