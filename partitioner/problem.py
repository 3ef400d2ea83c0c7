"""An assignment as numbers: what each op needs on either device, what values cross, what is scarce.

Between `case.py`, which fills it from a graph's costs, and `evaluate.py`, `mincut.py`, `milp.py`
and `heft.py`, which know nothing else. Times are microseconds and energies microjoules of one pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeVar

from aiec.ir.partition import Side


@dataclass(frozen=True, slots=True)
class Work:
    """One op. `npu_us` is infinite where no kernel of ours runs it.

    Attributes:
        cpu_us, npu_us: busy time of the device that it takes; dispatch included, transfers not.
        host_us: busy time of the CPU if the op is on the NPU: laying out its residual.
        cpu_bytes, npu_bytes: bytes through DRAM on that device; the NPU's with those of `host_us`.
        cpu_uj, npu_uj: energy above what flows anyway, DRAM's included; the same holds.
        weight_bytes: device memory of its packed weights.
        upload_us, upload_uj: of the CPU to pack and sync them, due each pass if not resident.
        dispatches: submissions if on the NPU.
        design: the array configuration that it runs in; a change of it is a switch.
    """

    cpu_us: float
    npu_us: float = math.inf
    host_us: float = 0.0
    cpu_bytes: float = 0.0
    npu_bytes: float = 0.0
    cpu_uj: float = 0.0
    npu_uj: float = 0.0
    weight_bytes: int = 0
    upload_us: float = 0.0
    upload_uj: float = 0.0
    dispatches: int = 1
    design: int = 0

    @property
    def capable(self) -> bool:
        """Whether the NPU can run it."""
        return self.npu_us < math.inf


@dataclass(frozen=True, slots=True)
class Flow:
    """A value: who makes it, who reads it, and what it costs to cross.

    Attributes:
        maker: an op's index, or None for the graph's inputs, which are on the CPU.
        readers: indices of ops.
        host_reads: the host reads it in any case, as the graph's outputs and residuals.
        crossing_us, crossing_bytes, crossing_uj: of the CPU and of DRAM, once however many read it.
        device_bytes: of its buffer on the NPU.
    """

    maker: int | None
    readers: tuple[int, ...]
    host_reads: bool
    crossing_us: float
    crossing_bytes: float = 0.0
    crossing_uj: float = 0.0
    device_bytes: int = 0

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last op in whose time the buffer is needed; None if no op touches it."""
        touching = self.readers if self.maker is None else (self.maker, *self.readers)
        return (min(touching), max(touching)) if touching else None


@dataclass(frozen=True, slots=True)
class Machine:
    """What ops share.

    Attributes:
        memory_bytes: device buffers that may exist at once.
        switch_us, switch_uj: from one resident design to another; the NPU's time.
        drag: microseconds by which one of work on either device holds up the other while both are
            busy; 0 is free overlap, 1 none.
        dram_bytes_per_us: what both devices share.
        idle_watts: what flows all the time.
    """

    memory_bytes: float = math.inf
    switch_us: float = 0.0
    switch_uj: float = 0.0
    drag: float = 0.0
    dram_bytes_per_us: float = math.inf
    idle_watts: float = 0.0

    def __post_init__(self) -> None:
        assert 0.0 <= self.drag <= 1.0, self


@dataclass(frozen=True, slots=True)
class Problem:
    """Ops in execution order, the values between them, and the machine."""

    works: tuple[Work, ...]
    flows: tuple[Flow, ...]
    machine: Machine = Machine()

    @property
    def capable(self) -> tuple[int, ...]:
        """Ops that the NPU can run, in execution order."""
        return tuple(i for i, work in enumerate(self.works) if work.capable)

    @property
    def designs(self) -> tuple[int, ...]:
        """Array configurations that any op could need."""
        return tuple(sorted({work.design for work in self.works if work.capable}))

    def in_units(self, us: float) -> Problem:
        """The problem with times in units of `us` microseconds, energies of `us` microjoules."""
        machine = _scaled(self.machine, 1 / us, ("switch_us", "switch_uj"))
        machine = _scaled(machine, us, ("dram_bytes_per_us",))
        amounts = ("cpu_us", "npu_us", "host_us", "upload_us", "cpu_uj", "npu_uj", "upload_uj")
        works = (_scaled(work, 1 / us, amounts) for work in self.works)
        flows = (_scaled(flow, 1 / us, ("crossing_us", "crossing_uj")) for flow in self.flows)
        return Problem(tuple(works), tuple(flows), machine)


@dataclass(frozen=True, slots=True)
class Plan:
    """An assignment: a side for each op, which weights stay on the device, passes in flight."""

    sides: tuple[Side, ...]
    streamed: frozenset[int] = frozenset()  # ops on the NPU whose weights come anew each pass
    in_flight: int = 1

    @property
    def npu(self) -> tuple[int, ...]:
        """Ops on the NPU, in execution order."""
        return tuple(i for i, side in enumerate(self.sides) if side is Side.NPU)


def crosses(flow: Flow, sides: tuple[Side, ...]) -> bool:
    """Whether the value must be moved, given each op's side."""
    made = Side.CPU if flow.maker is None else sides[flow.maker]
    if made is Side.NPU and flow.host_reads:
        return True
    return any(sides[reader] is not made for reader in flow.readers)


def on_device(flow: Flow, sides: tuple[Side, ...]) -> bool:
    """Whether the value has a buffer on the NPU, given each op's side."""
    touching = flow.readers if flow.maker is None else (flow.maker, *flow.readers)
    return any(sides[op] is Side.NPU for op in touching)


Part = TypeVar("Part", Work, Flow, Machine)


def _scaled(part: Part, by: float, names: tuple[str, ...]) -> Part:
    return replace(part, **{name: by * getattr(part, name) for name in names})
