"""All that a partition says about one op or module, for `aiec partition --explain`.

Refuses, with an `OptionError`, a name that is no op's, node's, value's or module's.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from aiec.ir.errors import OptionError, nearest
from aiec.ir.graph import FusedOp, OpKind
from aiec.ir.partition import Cost, Decision, Objective, Partition, Side

_MOST = 8  # ops that are shown in full


def explanation(partition: Partition, name: str) -> RenderableType:
    """Every op that `name` means: by op, FX node, value or module, globs allowed."""
    pairs = list(zip(partition.graph.ops, partition.decisions, strict=True))
    found = [pair for pair in pairs if any(fnmatchcase(n, name) for n in _names(pair[0]))]
    if not found:
        every = [one for op in partition.graph.ops for one in (op, *op.parts)]
        known = {n for op in every for n in (op.name, op.module) if n}
        raise OptionError(
            f"nothing of {partition.graph.name} is called {name!r}",
            expected=nearest(name, known).split(" (one of ")[0][:200],
        )
    makers = {value: op for op in partition.graph.ops for value in op.outputs}
    blocks: list[RenderableType] = []
    for op, decision in found[:_MOST]:
        blocks += [_one(op, decision, partition, makers), Text()]
    if len(found) > _MOST:
        blocks.append(Text(f"and {len(found) - _MOST} more; partition.json has them all"))
    return Group(*blocks)


def _names(op: FusedOp) -> tuple[str, ...]:
    """What an op is called; a block also as its parts are."""
    parts = (name for part in op.parts for name in _names(part))
    return (op.name, op.module, *op.nodes, *op.outputs, *parts)


def _one(
    op: FusedOp, decision: Decision, partition: Partition, makers: dict[str, FusedOp]
) -> RenderableType:
    lines = [f"{op.name}: {op.module or op.kind}" + (f" ({op.where})" if op.where else "")]
    shape = f", {op.piece.label}" if op.piece else ""
    lines += [f"{op.kind.replace('_', ' ')}{shape}, {op.flop / 1e6:.1f} MFLOP", decision.reason]
    if op.parts:
        inside = dict.fromkeys(part.module or part.name for part in op.parts)
        lines += [f"consists of {', '.join(inside)}"]
    if op.kind is OpKind.VIEW:
        return Group(*map(Text, lines))
    lines += [_moved(decision, partition.objective)] if decision.loss is not None else []
    where = {d.op: d.side for d in partition.decisions}
    read = [f"{v} ({where[makers[v].name].upper()})" if v in makers else v for v in op.inputs]
    after = [o for o in partition.graph.ops if set(op.outputs) & set(o.inputs)]
    lines += [f"reads {', '.join(read)}"]
    lines += [
        f"read by {', '.join(f'{o.name} ({where[o.name].upper()})' for o in after) or 'nobody'}"
    ]
    return Group(*map(Text, lines), _costs(decision))


def _moved(decision: Decision, objective: Objective) -> str:
    other = "CPU" if decision.side is Side.NPU else "NPU"
    loss = decision.loss or 0.0
    does = "saves" if loss < 0 else "costs"
    doubt = ", a toss-up within the error bars" if decision.toss_up else ""
    return f"alone on the {other} it {does} {objective.amount(abs(loss))}{doubt}"


def _costs(decision: Decision) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "NPU", "CPU"):
        table.add_column(heading, justify="left" if not heading else "right")
    npu, cpu = decision.npu, decision.cpu
    sent_us = decision.transfer_us if decision.side is Side.NPU else npu.transfer_us if npu else 0.0
    for name in ("compute_us", "memory_us", "dispatch_us"):
        table.add_row(name, _number(npu, name), _number(cpu, name))
    table.add_row("transfer_us", f"{sent_us:.1f}" if npu else "-", "-")
    for name in ("device_us", "low_us", "high_us", "ddr_bytes", "energy_uj", "dispatches"):
        table.add_row(name, _number(npu, name), _number(cpu, name))
    table.add_row("resident_bytes", _number(npu, "resident_bytes"), "-")
    return table


def _number(cost: Cost | None, name: str) -> str:
    if cost is None:
        return "-"
    number = getattr(cost, name)
    return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"
