"""What an op costs on either device, and what a value costs to cross between them.

Fed by a MixedGraph, read by `assign.py`. All times are microseconds of one pass, predicted by
rooflines: the larger of arithmetic and DRAM traffic, plus a fixed cost a dispatch. Caches are not
modelled, so small activations cost the CPU, and the packing, somewhat less than is said here.
What no kernel of ours runs has no cost on the NPU but an obstacle, in words. Every cost carries
its error bar, its traffic and its energy; what CPU and NPU do to each other when both are busy is
in `shared_memory.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from aiec.ir.graph import Activation, FusedOp, MixedGraph, OpKind, Role, Value
from aiec.ir.partition import Cost
from aiec.ir.target import NPU1, Target
from aiec.partitioner.cpu_profile import CpuProfile
from aiec.partitioner.physics.constants import ErrorBar, load
from aiec.partitioner.piece_model import UNPLANNED, PieceCost, Planner, Refusal

_NPU_ITEMSIZE = 2  # bf16
_NPU_DTYPES = ("float32", "float16", "bfloat16")
_DRAM_PJ_PER_BYTE = NPU1.dram_pj_per_byte  # where there is no target: DDR5

# ATen ops that only change how a tensor is read; eager PyTorch moves no data for them.
_VIEWS = frozenset(
    (
        "alias",
        "detach",
        "expand",
        "permute",
        "select",
        "slice",
        "split",
        "squeeze",
        "t",
        "transpose",
        "unsqueeze",
        "view",
        "_unsafe_view",
        "reshape",
    )
)


class Costs:
    """Costs of one graph's ops and values on one pair of devices; looks values up once."""

    def __init__(
        self,
        graph: MixedGraph,
        target: Target | None,
        cpu: CpuProfile,
        planner: Planner = UNPLANNED,
    ) -> None:
        self.graph, self.target, self.cpu = graph, target, cpu
        self.values: dict[str, Value] = {value.name: value for value in graph.values}
        self.planner = planner

    def obstacle(self, op: FusedOp) -> str | None:
        """Why the NPU cannot run `op`, as the end of a sentence; None if it can."""
        priced = self._priced(op)
        return priced.why if isinstance(priced, Refusal) else None

    def on_npu(self, op: FusedOp) -> Cost | None:
        """Cost on the NPU with all neighbours on the CPU, or None where there is an obstacle.

        The array's time for each step of each window, a dispatch a window.
        """
        priced, target, piece = self._priced(op), self.target, op.piece
        if isinstance(priced, Refusal) or target is None or piece is None:
            return None
        bar = _npu_bar()
        cost = Cost(
            compute_us=priced.compute_us,
            memory_us=priced.memory_us,
            dispatch_us=piece.batch * (target.dispatch_us + target.host_us),
            transfer_us=sum(map(self.crossing_us, (*piece.inputs, *op.outputs))),
            ddr_bytes=priced.ddr_bytes,
            dispatches=piece.batch,
            resident_bytes=_NPU_ITEMSIZE
            * sum(math.prod(self.values[name].shape) for name in piece.weights),
            low=bar.low,
            high=bar.high,
        )
        return replace(cost, energy_uj=self._energy_uj(target.npu_watts, cost))

    def _priced(self, op: FusedOp) -> PieceCost | Refusal:
        """What the planner says of an op, if it is one that a device of this project may run."""
        if self.target is None:
            return Refusal("there is no NPU to decide about")
        if op.piece is None:
            read = {self.values[name].dtype for name in op.inputs}
            foreign = sorted(read - set(_NPU_DTYPES)) if op.kind is OpKind.MATMUL else ()
            if foreign:
                return Refusal(f"our kernels take no {foreign[0]}")
            return Refusal(f"no kernel of ours runs {_called(op)}")
        flowing = [self.values[name] for name in (*op.inputs, *op.outputs)]
        flowing = [value for value in flowing if value.role is Role.ACTIVATION]
        foreign = sorted({value.dtype for value in flowing} - set(_NPU_DTYPES))
        if foreign:
            return Refusal(f"our kernels take no {foreign[0]}")
        return self.planner.price(op.piece)

    def on_cpu(self, op: FusedOp) -> Cost:
        """Cost on the CPU: a roofline for the product, then a pass over DRAM for each epilogue."""
        if op.kind is OpKind.VIEW:
            return Cost(0.0, 0.0)
        if op.parts:
            return _in_sequence([self.on_cpu(part) for part in op.parts])
        traffic, passed = self._traffic_bytes(op), self._epilogue_bytes(op)
        passes_us = self.cpu.stream_us(passed)
        cost = Cost(
            compute_us=self._arithmetic_us(op) + passes_us,
            memory_us=self.cpu.stream_us(traffic) + passes_us,
            dispatch_us=self.cpu.op_us * _launches(op),
            ddr_bytes=traffic + passed,
            low=self.cpu.low,
            high=self.cpu.high,
        )
        return replace(cost, energy_uj=self._energy_uj(self.cpu.watts, cost))

    def crossing_us(self, value: str) -> float:
        """Host time to convert a value between fp32 and the NPU's bf16 buffer, either way."""
        nbytes = self.crossing_bytes(value)
        return self.cpu.stream_us(nbytes) + self.cpu.op_us if nbytes else 0.0

    def crossing_bytes(self, value: str) -> int:
        """DRAM traffic of that; none for a weight, which is packed once and stays."""
        if self.values[value].role is Role.WEIGHT:
            return 0
        elements = math.prod(self.values[value].shape)
        return elements * (self.values[value].itemsize + _NPU_ITEMSIZE)

    def upload_us(self, nbytes: int) -> float:
        """Host time to pack `nbytes` of weights that are not yet in the device's memory."""
        return self.cpu.stream_us(nbytes * (4 + _NPU_ITEMSIZE) / _NPU_ITEMSIZE) + self.cpu.op_us

    @property
    def switch_us(self) -> float:
        """Time to go from one resident design to another."""
        return self.target.switch_us if self.target else 0.0

    def _arithmetic_us(self, op: FusedOp) -> float:
        """Time of an op's arithmetic on all cores of the CPU, by the rate of its kind."""
        made = sum(math.prod(self.values[name].shape) for name in op.outputs)
        rate = self._element_rates.get(op.kind)
        if rate is not None:
            return 1e6 * made / rate
        gelu = op.gemm is not None and op.gemm.activation is Activation.GELU
        return self.cpu.gemm_us(op.flop) + (1e6 * made / self.cpu.gelu_per_s if gelu else 0.0)

    @property
    def _element_rates(self) -> dict[OpKind, float]:
        """Elements a second of the kinds that are no products."""
        return {
            OpKind.LAYER_NORM: self.cpu.norm_per_s,
            OpKind.SOFTMAX: self.cpu.softmax_per_s,
            OpKind.GELU: self.cpu.gelu_per_s,
        }

    def _energy_uj(self, watts: float, cost: Cost) -> float:
        """Energy of the busy device and of its DRAM traffic; the idle rest is not counted."""
        dram = self.target.dram_pj_per_byte if self.target else _DRAM_PJ_PER_BYTE
        return watts * max(cost.compute_us, cost.memory_us) + 1e-6 * dram * cost.ddr_bytes

    def _epilogue_bytes(self, op: FusedOp) -> int:
        """GELU reads and writes the output once more; a residual is read besides."""
        if op.gemm is None:
            return 0
        gelu = 2 if op.gemm.activation is Activation.GELU else 0
        residual = 3 if op.gemm.residual else 0
        return (gelu + residual) * self.values[op.outputs[0]].nbytes

    def _traffic_bytes(self, op: FusedOp) -> int:
        """Bytes that cross DRAM: inputs and outputs once; of an embedding the rows it reads."""
        made = sum(self.values[name].nbytes for name in set(op.outputs))
        if op.kind is OpKind.EMBEDDING:
            return 2 * made
        read = set(op.inputs)
        if op.operands and op.operands.residual:
            read.discard(op.operands.residual)  # counted with the epilogue
        return made + sum(self.values[name].nbytes for name in read)


def cost_on_cpu(op: FusedOp, graph: MixedGraph, cpu: CpuProfile) -> Cost:
    """Cost of `op` on the CPU. For one op; else use `Costs`."""
    return Costs(graph, None, cpu).on_cpu(op)


def _in_sequence(costs: Sequence[Cost]) -> Cost:
    """Ops one after another: each is bound by what binds it."""
    return Cost(
        compute_us=sum(max(cost.compute_us, cost.memory_us) for cost in costs),
        memory_us=sum(cost.memory_us for cost in costs),
        dispatch_us=sum(cost.dispatch_us for cost in costs),
        ddr_bytes=sum(cost.ddr_bytes for cost in costs),
        energy_uj=sum(cost.energy_uj for cost in costs),
        low=min(cost.low for cost in costs),
        high=max(cost.high for cost in costs),
    )


def _npu_bar() -> ErrorBar:
    """Error bar of the array's time: of published GEMMs, each predicted without its own source."""
    return load().bar("gemm")


def _called(op: FusedOp) -> str:
    """The op's kind in words, or its ATen name where the kind says nothing."""
    if op.kind is OpKind.OTHER and op.targets:
        return op.targets[0]
    return f"{op.kind.replace('_', ' ')}{' ops' if op.kind is OpKind.ELEMENTWISE else ''}"


def _launches(op: FusedOp) -> int:
    """Eager ops that move data among the op's nodes; at least one."""
    names = [target.removeprefix("aten.").split(".")[0] for target in op.targets]
    return max(1, sum(name not in _VIEWS for name in names))
