"""partition.json: all that a partition says, for programs. `partition.schema.json` describes it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from aiec.ir.graph import FusedOp, OpKind
from aiec.ir.partition import Cost, Decision, Outcome, Partition
from aiec.partitioner.regions import Region, chosen, obstacles, regions

SCHEMA_VERSION = 2


def to_json(partition: Partition) -> str:
    """The partition as JSON text. Times are microseconds, rounded to nanoseconds."""
    return json.dumps(document(partition), indent=1, ensure_ascii=False) + "\n"


def document(partition: Partition) -> dict[str, Any]:
    """The partition as JSON's plain types."""
    both = zip(partition.graph.ops, partition.decisions, strict=True)
    return {
        "schema_version": SCHEMA_VERSION,
        "model": partition.graph.name,
        "target": partition.target.name if partition.target else None,
        "machine": partition.target.title if partition.target else None,
        "objective": str(partition.objective),
        "unit": partition.objective.unit,
        "solver": {"name": partition.solver, "gap": partition.gap},
        "windows": partition.windows,
        "audio_s": partition.audio_s,
        "settings": dict(partition.settings),
        "totals": _totals(partition),
        "unsupported": _unsupported(partition),
        "regions": [_region(region) for region in regions(partition)],
        "ops": [_op(op, decision) for op, decision in both],
    }


def _totals(partition: Partition) -> dict[str, Any]:
    views = sum(op.kind is OpKind.VIEW for op in partition.graph.ops)
    npu = len(partition.npu_ops)
    return {
        **_outcome(partition.outcome),
        "scheduled_us": _us(partition.scheduled_us),
        "real_time_factor": _rounded(partition.real_time_factor),
        "joules_per_minute": _rounded(partition.joules_per_minute),
        "alternatives": {name: _outcome(outcome) for name, outcome in partition.alternatives},
        "flop": partition.graph.flop,
        "npu_flop_share": round(partition.npu_flop_share, 6),
        "npu_time_share": round(partition.npu_time_share, 6),
        "ops": {"npu": npu, "cpu": len(partition.graph.ops) - npu - views, "view": views},
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {key: _rounded(number) for key, number in asdict(outcome).items()}


def _unsupported(partition: Partition) -> list[dict[str, Any]]:
    """Kinds that the NPU could not run, with counts and a reason, commonest first."""
    return [{"kind": kind, "why": why, "count": n} for kind, why, n in obstacles(partition)]


def _region(region: Region) -> dict[str, Any]:
    return {
        "module": region.module,
        "kind": str(region.kind),
        "device": str(region.side),
        "gemm": region.gemm.label if region.gemm else None,
        "block": region.block.label if region.block else None,
        "ops": [op.name for op in region.ops],
        "flop": region.flop,
        "npu_us": _interval(region.npu_bar),
        "cpu_us": _interval(region.cpu_bar),
        "transfer_us": _us(region.transfer_us),
        "dram_bytes": round(region.dram_bytes),
        "dispatches": region.dispatches,
        "switches": region.switches,
        "energy_uj": _us(region.energy_uj),
        "runner_up": region.runner_up,
        "loss": _us(region.loss),
        "toss_up": region.toss_up,
        "reason": region.reason,
    }


def _op(op: FusedOp, decision: Decision) -> dict[str, Any]:
    return {
        "name": op.name,
        "kind": str(op.kind),
        "module": op.module,
        "where": op.where,
        "device": str(decision.side),
        "flop": op.flop,
        "gemm": op.gemm.label if op.gemm else None,
        "block": op.piece.label if op.piece and not op.gemm else None,
        "inputs": list(op.inputs),
        "outputs": list(op.outputs),
        "nodes": list(op.nodes),
        "predicted_us": _us(chosen(decision).device_us + decision.transfer_us),
        "cpu": _cost(decision.cpu),
        "npu": _cost(decision.npu) if decision.npu else None,
        "transfer_us": _us(decision.transfer_us),
        "switches": decision.switches,
        "resident": decision.resident,
        "loss": _us(decision.loss),
        "toss_up": decision.toss_up,
        "reason": decision.reason,
    }


def _cost(cost: Cost) -> dict[str, Any]:
    figures = {key: _rounded(number) for key, number in asdict(cost).items()}
    for key in ("device_us", "low_us", "high_us"):
        figures[key] = _us(getattr(cost, key))
    return figures


def _interval(bar: tuple[float, float, float] | None) -> dict[str, float | None] | None:
    """A predicted time with the ends of its error bar."""
    return bar and dict(zip(("low", "predicted", "high"), map(_us, bar), strict=True))


def _rounded(number: float | None) -> float | None:
    return number if number is None or isinstance(number, int) else round(number, 6)


def _us(us: float | None) -> float | None:
    return None if us is None else round(us, 3)
