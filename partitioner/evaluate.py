"""What an assignment amounts to, by the definition that every solver is held to.

A pass runs op after op, as the executor does. Weights that are not resident are brought by the CPU
while the NPU runs the op before, if that is on the NPU; what does not fit into that time is waited
for. With two passes or more in flight, one is on the CPU while another is on the NPU: then the
busier device sets the interval, held up by the other, which drags at it through the DRAM.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import accumulate, pairwise

from aiec.ir.partition import Outcome, Side
from aiec.partitioner.problem import Flow, Plan, Problem, crosses, on_device


def evaluate(problem: Problem, plan: Plan, *, weigh: bool = True) -> Outcome:
    """The plan's figures; infinite times where an op is where it cannot run or memory is short.

    Without `weigh` memory is not looked at, for a caller who knows that it suffices.
    """
    machine = problem.machine
    works = [problem.works[i] for i in plan.npu]
    crossing = [flow for flow in problem.flows if crosses(flow, plan.sides)]
    switches = len(switches_at(problem, plan))
    transfer_us = sum(f.crossing_us for f in crossing) + sum(w.host_us for w in works)
    upload_us = sum(problem.works[i].upload_us for i in plan.streamed)
    npu_us = sum(w.npu_us for w in works) + switches * machine.switch_us
    on_cpu = [w for w, side in zip(problem.works, plan.sides, strict=True) if side is Side.CPU]
    cpu_us = sum(w.cpu_us for w in on_cpu) + transfer_us + upload_us
    waited_us = sum(waits_us(problem, plan).values())
    moved = (
        sum(w.npu_bytes for w in works)
        + sum(w.cpu_bytes for w in on_cpu)
        + sum(f.crossing_bytes for f in crossing)
    )
    device_bytes = device_memory(problem, plan) if weigh else 0
    fits = device_bytes <= machine.memory_bytes
    latency_us = npu_us + cpu_us - upload_us + waited_us if fits else math.inf
    interval_us = latency_us
    if plan.in_flight > 1 and fits:
        interval_us = _overlapped_us(problem, npu_us, cpu_us, moved)
    return Outcome(
        latency_us=latency_us,
        interval_us=interval_us,
        energy_uj=_busy_uj(problem, plan, crossing, switches) + machine.idle_watts * interval_us,
        npu_us=npu_us,
        cpu_us=cpu_us,
        transfer_us=transfer_us,
        upload_us=upload_us,
        waited_us=waited_us,
        dispatches=sum(w.dispatches for w in works),
        switches=switches,
        dram_bytes=moved,
        device_bytes=device_bytes,
        in_flight=plan.in_flight,
    )


def _overlapped_us(problem: Problem, npu_us: float, cpu_us: float, moved: float) -> float:
    """Interval between passes when both devices work at once."""
    machine = problem.machine
    shorter, longer = sorted((npu_us, cpu_us))
    return max(longer + machine.drag * shorter, moved / machine.dram_bytes_per_us)


def _busy_uj(problem: Problem, plan: Plan, crossing: list[Flow], switches: int) -> float:
    """Energy of one pass above what flows anyway."""
    works = zip(problem.works, plan.sides, strict=True)
    ran = sum(work.npu_uj if side is Side.NPU else work.cpu_uj for work, side in works)
    uploads = sum(problem.works[op].upload_uj for op in plan.streamed)
    moved = sum(flow.crossing_uj for flow in crossing)
    return ran + uploads + moved + switches * problem.machine.switch_uj


def device_memory(problem: Problem, plan: Plan) -> int:
    """Bytes on the device at most: resident weights, two staging buffers, values of each pass."""
    resident = sum(problem.works[i].weight_bytes for i in plan.npu if i not in plan.streamed)
    staged = max((problem.works[i].weight_bytes for i in plan.streamed), default=0)
    return resident + 2 * staged + plan.in_flight * _live_bytes(problem, plan.sides)


def memory_is_short(problem: Problem, in_flight: int) -> bool:
    """Whether any plan could need more memory than there is."""
    sides = tuple(Side.NPU if work.capable else Side.CPU for work in problem.works)
    return device_memory(problem, Plan(sides, in_flight=in_flight)) > problem.machine.memory_bytes


def least_memory(problem: Problem, fixed: Mapping[int, Side]) -> int:
    """Bytes on the device that no plan with these fixed sides can be below."""
    return device_memory(problem, least_plan(problem, fixed))


def least_plan(problem: Problem, fixed: Mapping[int, Side], in_flight: int = 1) -> Plan:
    """The plan of least memory: only what is fixed there on the NPU, no weights resident."""
    sides = tuple(fixed.get(op, Side.CPU) for op in range(len(problem.works)))
    return Plan(sides, frozenset(Plan(sides).npu), in_flight)


def _live_bytes(problem: Problem, sides: tuple[Side, ...]) -> int:
    """Bytes of values that are on the device at once, in the op where they are most."""
    change = [0] * (len(problem.works) + 1)
    for flow in problem.flows:
        if flow.span and on_device(flow, sides):
            change[flow.span[0]] += flow.device_bytes
            change[flow.span[1] + 1] -= flow.device_bytes
    return max(accumulate(change), default=0)


def switches_at(problem: Problem, plan: Plan) -> tuple[int, ...]:
    """Ops on the NPU that find another design loaded; the first follows the last pass's last."""
    npu = plan.npu
    before = (*npu[-1:], *npu[:-1])
    pairs = zip(before, npu, strict=True)
    return tuple(b for a, b in pairs if problem.works[a].design != problem.works[b].design)


def waits_us(problem: Problem, plan: Plan) -> dict[int, float]:
    """What a pass alone waits for uploads, by the op whose weights they are."""
    if not plan.streamed:
        return {}
    before = {op: previous for previous, op in pairwise(problem.capable)}
    waits: dict[int, float] = {}
    for op in plan.streamed:
        previous = before.get(op)
        hidden = previous is not None and plan.sides[previous] is Side.NPU
        cover_us = problem.works[previous].npu_us if hidden and previous is not None else 0.0
        waits[op] = max(0.0, problem.works[op].upload_us - cover_us)
    return waits
