"""What the user overrules: `force_npu`, `force_cpu`, `partition` and `require_npu`.

Before the assignment these become a fixed side for some ops; what cannot be met is refused here
with the constraint that it breaks. Views have no device of their own and match no pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiec.ir.errors import PartitionError, nearest
from aiec.ir.graph import FusedOp, MixedGraph, OpKind
from aiec.ir.options import Options
from aiec.ir.partition import Decision, Objective, Side

Obstacle = Callable[[FusedOp], str | None]

_MIB = 1 << 20
_LISTED = 12  # names in an error message


@dataclass(frozen=True, slots=True)
class Demand:
    """A side that an op must take, and the option that says so."""

    side: Side
    because: str  # force_npu='blocks.0.*'


def demands(graph: MixedGraph, options: Options, obstacle: Obstacle) -> dict[str, Demand]:
    """Map the names of ops whose side the options fix to that side.

    Patterns come before `partition`. Raises `PartitionError` for a pattern that matches nothing,
    an op that two patterns pull apart, and an op forced onto an NPU that cannot run it.
    """
    onto_npu = _forced(graph, "force_npu", options.force_npu, Side.NPU)
    onto_cpu = _forced(graph, "force_cpu", options.force_cpu, Side.CPU)
    _refuse_both(onto_npu, onto_cpu)
    _refuse_impossible(graph, onto_npu, obstacle)
    return _whole(graph, options.partition, obstacle) | onto_npu | onto_cpu


def refuse_empty(
    graph: MixedGraph, decisions: tuple[Decision, ...], obstacle: Obstacle, objective: Objective
) -> None:
    """Raise the `PartitionError` of `require_npu` if no op is on the NPU."""
    if any(d.side is Side.NPU for d in decisions):
        return
    candidates = [(d.loss, d.op) for d in decisions if d.npu and d.loss is not None]
    if not candidates:
        raise PartitionError(
            "require_npu: no op can run on the NPU",
            where=graph.name,
            expected=f"at least one op without an obstacle, but {_obstacles(graph, obstacle)}",
        )
    loss, best = min(candidates)
    amount = objective.amount(abs(loss))
    there = f"cost {amount} more" if loss >= 0 else f"save {amount}"
    raise PartitionError(
        f"require_npu: nothing lands on the NPU; the best candidate, {best!r}, would {there} there",
        where=graph.name,
        todo=f"to have it there anyway set force_npu={best!r} or partition='npu-all'",
    )


def refuse_memory(needed_bytes: int, graph: MixedGraph, options: Options) -> PartitionError:
    """The error for ops that must be on the NPU and whose buffers do not fit its memory."""
    wanted = [f"{o}={p!r}" for o in ("force_npu",) for p in getattr(options, o)]
    wanted += [f"partition={options.partition!r}"] if options.partition == "npu-all" else []
    needed_mb = -(-needed_bytes // _MIB)
    return PartitionError(
        f"{' and '.join(wanted)} needs {needed_mb} MiB of device buffers, even with no weights "
        f"resident, and memory_mb is {options.memory_mb}",
        where=graph.name,
        todo=f"set memory_mb={needed_mb} or more, or narrow what is forced",
    )


def _forced(
    graph: MixedGraph, option: str, patterns: tuple[str, ...], side: Side
) -> dict[str, Demand]:
    matched: dict[str, Demand] = {}
    for pattern in patterns:
        ops = [op for op in graph.ops if op.kind is not OpKind.VIEW and _matches(op, pattern)]
        if not ops:
            raise _matches_nothing(graph, option, pattern)
        matched |= {op.name: Demand(side, f"{option}={pattern!r}") for op in ops}
    return matched


def _matches(op: FusedOp, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in _names(op))


def _names(op: FusedOp) -> tuple[str, ...]:
    """What a pattern may name it by; a block also by its parts, which go where it goes."""
    own = (op.name, str(op.kind), op.module)
    return tuple(name for name in (*own, *(n for part in op.parts for n in _names(part))) if name)


def _matches_nothing(graph: MixedGraph, option: str, pattern: str) -> PartitionError:
    known = {name for op in graph.ops if op.kind is not OpKind.VIEW for name in _names(op)}
    close = nearest(pattern, known).split(" (one of ")[0] if known else "an op"
    listed = close if len(close) < 200 else ", ".join(sorted(known)[:_LISTED]) + ", ..."
    return PartitionError(
        f"{option} pattern {pattern!r} matches no op",
        where=graph.name,
        expected=f"a glob pattern over op names, kinds or module paths, such as {listed}",
    )


def _refuse_both(onto_npu: dict[str, Demand], onto_cpu: dict[str, Demand]) -> None:
    for name in onto_npu.keys() & onto_cpu.keys():
        raise PartitionError(
            f"op {name!r} is forced onto both devices, by {onto_npu[name].because} and by "
            f"{onto_cpu[name].because}",
            expected="patterns that do not overlap",
        )


def _refuse_impossible(graph: MixedGraph, onto_npu: dict[str, Demand], obstacle: Obstacle) -> None:
    for op in graph.ops:
        if op.name in onto_npu and (why := obstacle(op)) is not None:
            raise PartitionError(
                f"{onto_npu[op.name].because} puts {op.name!r} ({op.kind}) on the NPU, but {why}",
                where=op.where or op.module or graph.name,
                todo="narrow the pattern",
            )


def _whole(graph: MixedGraph, policy: str, obstacle: Obstacle) -> dict[str, Demand]:
    """`npu-all` takes all that the NPU can run, `cpu-all` everything, `cost` nothing."""
    if policy == "cost":
        return {}
    because = f"partition={policy!r}"
    if policy == "cpu-all":
        return {op.name: Demand(Side.CPU, because) for op in graph.ops}
    return {op.name: Demand(Side.NPU, because) for op in graph.ops if obstacle(op) is None}


def _obstacles(graph: MixedGraph, obstacle: Obstacle) -> str:
    """The commonest reasons: `no kernel of ours runs softmax (4 ops), ...`."""
    counts: dict[str, int] = {}
    for op in graph.ops:
        why = obstacle(op) if op.kind is not OpKind.VIEW else None
        if why is not None:
            counts[why] = counts.get(why, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{why} ({n} op{'s' if n > 1 else ''})" for why, n in ranked) or "it has none"
