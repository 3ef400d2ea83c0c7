"""One plain sentence that says why an op is where it is. Read by people, in every report."""

from __future__ import annotations

from aiec.ir.partition import Cost, Decision, Objective, Side
from aiec.partitioner.demands import Demand

_COSTS = {
    Objective.LATENCY: "cost {} more",
    Objective.THROUGHPUT: "lengthen the interval between passes by {}",
    Objective.ENERGY: "take {} more",
}


def reason(
    decision: Decision, obstacle: str | None, demand: Demand | None, objective: Objective
) -> str:
    """`NPU: 412 us against 1540 us on the CPU; moving it alone would cost 1128 us more`."""
    side = decision.side.upper()
    if decision.npu is None:
        return f"{side}: {obstacle}"
    compared = _compared(decision, decision.npu)
    if demand is not None:
        return f"{side}: {demand.because}; {compared}"
    doubt = "; a toss-up within the error bars" if decision.toss_up else ""
    return f"{side}: {compared}; {_runner_up(decision, objective)}{doubt}"


def _compared(decision: Decision, npu: Cost) -> str:
    cpu_us, transfer_us = decision.cpu.device_us, decision.transfer_us
    if decision.side is Side.NPU:
        npu_us = npu.device_us + transfer_us
        return f"{npu_us:.0f} us ({_parts(npu, transfer_us)}) against {cpu_us:.0f} us on the CPU"
    parts = _parts(npu, npu.transfer_us)
    return f"{cpu_us:.0f} us against {npu.total_us:.0f} us on the NPU ({parts})"


def _parts(npu: Cost, transfer_us: float) -> str:
    bound = "array" if npu.compute_us >= npu.memory_us else "DDR"
    busy_us = max(npu.compute_us, npu.memory_us)
    return f"{bound} {busy_us:.0f}, dispatch {npu.dispatch_us:.0f}, transfers {transfer_us:.0f}"


def _runner_up(decision: Decision, objective: Objective) -> str:
    other = "CPU" if decision.side is Side.NPU else "NPU"
    if decision.loss is None:
        return f"the {other} has no memory for it"
    costs = _COSTS[objective].format(objective.amount(decision.loss))
    return f"moving it alone to the {other} would {costs}"
