"""From a graph's costs to the numbers of a `Problem`.

Between `cost.py` and `case.py`. What the cost model says of an op becomes a `Work`, of a value a
crossing, and what both devices share becomes a `Machine`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from aiec.ir.graph import Role
from aiec.ir.partition import Cost
from aiec.ir.target import Target
from aiec.partitioner.cost import Costs
from aiec.partitioner.problem import Machine, Work
from aiec.partitioner.shared_memory import slowdowns

# What flows while neither device is busy, the screen not counted: board, disk, DRAM's refresh.
# Inferred from laptops that idle at 4 to 6 W with the screen on.
IDLE_WATTS = 4.0

_NPU_ITEMSIZE = 2  # bf16
_US = 1e-6


def machine(costs: Costs, works: Sequence[Work], memory_bytes: float) -> Machine:
    """What ops share, with `memory_bytes` of device buffers."""
    if costs.target is None:
        return Machine(memory_bytes=memory_bytes, idle_watts=IDLE_WATTS)
    return Machine(
        memory_bytes=memory_bytes,
        switch_us=costs.switch_us,
        switch_uj=costs.switch_us * costs.target.npu_watts,
        drag=_drag(works, costs.target),
        dram_bytes_per_us=costs.target.dram_bytes_per_s * _US,
        idle_watts=IDLE_WATTS,
    )


def _drag(works: Sequence[Work], target: Target) -> float:
    """By how much the devices hold each other up, at the mean traffic of what either runs.

    The rates are those of the assignment that puts all it can on the NPU.
    """
    npu = [work for work in works if work.capable]
    cpu = [work for work in works if not work.capable]
    npu_us, cpu_us = sum(w.npu_us for w in npu), sum(w.cpu_us for w in cpu)
    if not npu_us or not cpu_us:
        return 0.0
    npu_rate = sum(w.npu_bytes for w in npu) / (npu_us * _US)
    cpu_rate = sum(w.cpu_bytes for w in cpu) / (cpu_us * _US)
    return min(1.0, max(slowdowns(npu_rate, cpu_rate, target)) - 1.0)


def work(cpu: Cost, npu: Cost | None, costs: Costs) -> Work:
    """An op's needs on either device."""
    if npu is None:
        return Work(cpu_us=cpu.device_us, cpu_bytes=cpu.ddr_bytes, cpu_uj=cpu.energy_uj)
    upload_us = costs.upload_us(npu.resident_bytes)
    return Work(
        cpu_us=cpu.device_us,
        npu_us=npu.device_us,
        cpu_bytes=cpu.ddr_bytes,
        npu_bytes=npu.ddr_bytes,
        cpu_uj=cpu.energy_uj,
        npu_uj=npu.energy_uj,
        weight_bytes=npu.resident_bytes,
        upload_us=upload_us,
        upload_uj=host_energy_uj(upload_us, 0, costs),
        dispatches=npu.dispatches,
    )


def host_energy_uj(us: float, nbytes: int, costs: Costs) -> float:
    """Energy of the CPU's time and of DRAM traffic."""
    per_byte = costs.target.dram_pj_per_byte * _US if costs.target else 0.0
    return costs.cpu.watts * us + per_byte * nbytes


def device_bytes(value: str, costs: Costs) -> int:
    """Of a value's buffer on the NPU: bf16, its padding not counted; weights have their own."""
    known = costs.values[value]
    return 0 if known.role is Role.WEIGHT else _NPU_ITEMSIZE * math.prod(known.shape)
