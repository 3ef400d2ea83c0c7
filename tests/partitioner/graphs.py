"""MixedGraphs with the structure of a Whisper encoder, for tests that need no model."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiec.ir.graph import (
    Activation,
    FusedOp,
    Gemm,
    GemmOperands,
    MixedGraph,
    OpKind,
    Role,
    Value,
)
from aiec.ir.options import Options
from aiec.ir.partition import Partition
from aiec.ir.piece import linear_piece
from aiec.ir.target import Target
from aiec.partitioner import assign as partitioner
from aiec.partitioner import cost
from aiec.partitioner.cpu_profile import CpuProfile
from aiec.partitioner.machines import npu_of_part
from aiec.plan_pieces import price_pieces


def assign(
    graph: MixedGraph,
    target: Target | None,
    options: Options,
    cpu: CpuProfile | None = None,
    **more,
) -> Partition:
    """As the compiler calls it, with the planner's prices."""
    chosen = npu_of_part(options.cpu, target) if target else None
    planner = price_pieces(graph, chosen, options.dtype)
    return partitioner.assign(graph, target, options, cpu, planner=planner, **more)


def costs_of(graph: MixedGraph, target: Target | None, cpu: CpuProfile) -> cost.Costs:
    """The costs of a graph with the planner's prices."""
    return cost.Costs(graph, target, cpu, price_pieces(graph, target))


@dataclass
class Builder:
    """Adds ops one after another; values get the name of the op that makes them."""

    ops: list[FusedOp] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)

    def input(self, name: str, shape: tuple[int, ...], role: Role = Role.ACTIVATION, dynamic=False):
        self.values[name] = Value(name, shape, "float32", 4, role, dynamic)
        self.inputs.append(name)
        return name

    def op(self, name, kind, inputs, shape, *, flop=0, targets=("aten.op.default",), module=""):
        self.values[name] = Value(name, shape, "float32", 4, Role.ACTIVATION)
        self.ops.append(
            FusedOp(name, kind, (name,), tuple(inputs), (name,), flop, targets, module=module)
        )
        return name

    def linear(self, name, x, n, *, gelu=False, residual=None, module=""):
        *lead, k = self.values[x].shape
        m = 1
        for size in lead:
            m *= size
        weight = self.input(f"{name}_weight", (n, k), Role.WEIGHT)
        activation = Activation.GELU if gelu else Activation.NONE
        gemm = Gemm(m, k, n, True, activation, residual is not None)
        dynamic = self.values[x].dynamic
        self.values[name] = Value(name, (*lead, n), "float32", 4, Role.ACTIVATION, dynamic)
        inputs = (x, weight) if residual is None else (x, weight, residual)
        targets = ["aten.view.default", "aten.addmm.default"]
        targets += ["aten.gelu.default"] * gelu + ["aten.add.Tensor"] * (residual is not None)
        operands = GemmOperands(x, weight, None, residual)
        self.ops.append(
            FusedOp(
                name,
                OpKind.LINEAR,
                tuple(f"{name}.{t}" for t in targets),
                inputs,
                (name,),
                2 * gemm.macs,
                tuple(targets),
                gemm,
                operands,
                module,
                f"model.py:{len(self.ops)} in forward",
                linear_piece(gemm, operands),
            )
        )
        return name

    def graph(self, name: str, outputs: tuple[str, ...]) -> MixedGraph:
        return MixedGraph(
            name, tuple(self.ops), tuple(self.values.values()), tuple(self.inputs), outputs
        )


def linear_graph(m=1500, k=384, n=384, *, dynamic=False, gelu=False, residual=False) -> MixedGraph:
    """One linear layer, from the graph's input to its output."""
    b = Builder()
    x = b.input("x", (m, k), dynamic=dynamic)
    b.input("skip", (m, n))
    b.linear("fc", x, n, gelu=gelu, residual="skip" if residual else None, module="mlp.0")
    return b.graph("linear", ("fc",))


def encoder(state: int, heads: int, layers: int, frames: int = 1500, mels: int = 80) -> MixedGraph:
    """A whole Whisper encoder: stem, `layers` blocks, the last norm."""
    b = Builder()
    mel = b.input("mel", (1, mels, 2 * frames))
    conv = OpKind.CONVOLUTION
    c1, c2 = 2 * 2 * frames * state * mels * 3, 2 * frames * state * state * 3
    x = b.op("conv1", conv, [mel], (1, state, 2 * frames), flop=c1, module="conv1")
    x = b.op("gelu", OpKind.GELU, [x], (1, state, 2 * frames), flop=state)
    x = b.op("conv2", conv, [x], (1, state, frames), flop=c2, module="conv2")
    x = b.op("gelu_1", OpKind.GELU, [x], (1, state, frames), flop=state)
    x = b.op("permute", OpKind.VIEW, [x], (1, frames, state))
    x = b.op("add", OpKind.ELEMENTWISE, [x], (1, frames, state), flop=frames * state)
    for layer in range(layers):
        x = _block(b, x, layer, state, heads, frames)
    x = b.op("ln_post", OpKind.LAYER_NORM, [x], (1, frames, state), flop=8, module="ln_post")
    return b.graph("whisper encoder", (x,))


def _block(b: Builder, x: str, layer: int, state: int, heads: int, frames: int) -> str:
    at, shape = f"blocks.{layer}", (1, frames, state)
    norm = b.op(f"ln_{layer}_a", OpKind.LAYER_NORM, [x], shape, flop=8, module=f"{at}.attn_ln")
    parts = [
        b.linear(f"{part}_{layer}", norm, state, module=f"{at}.attn.{part}")
        for part in ("query", "key", "value")
    ]
    per_head = (1, heads, frames, state // heads)
    views = [
        b.op(f"view_{p}", OpKind.VIEW, [p], per_head, targets=("aten.view.default",)) for p in parts
    ]
    flop = 4 * frames * frames * state
    attention = b.op(
        f"sdpa_{layer}", OpKind.ATTENTION, views, shape, flop=flop, module=f"{at}.attn"
    )
    x = b.linear(f"out_{layer}", attention, state, residual=x, module=f"{at}.attn.out")
    norm = b.op(f"ln_{layer}_b", OpKind.LAYER_NORM, [x], shape, flop=8, module=f"{at}.mlp_ln")
    up = b.linear(f"up_{layer}", norm, 4 * state, gelu=True, module=f"{at}.mlp.0")
    return b.linear(f"down_{layer}", up, state, residual=x, module=f"{at}.mlp.2")
