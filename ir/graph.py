"""MixedGraph: the traced model as ops that a device can run whole.

Made by `compiler/fuse.py` from an ATen FX graph, read by the partitioner and the reports. The FX
graph itself stays with the compiler; here are names, shapes and amounts. Views are absorbed into
the op that reads them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # those words are made of these
    from aiec.ir.piece import Piece


class OpKind(StrEnum):
    """What an op is, in PyTorch's words."""

    LINEAR = "linear"  # matmul with a constant weight, with bias, GELU, residual add where fused
    MATMUL = "matmul"
    ATTENTION = "attention"
    CONVOLUTION = "convolution"
    LAYER_NORM = "layer_norm"
    SOFTMAX = "softmax"
    GELU = "gelu"
    EMBEDDING = "embedding"
    ELEMENTWISE = "elementwise"
    ENCODER_BLOCK = "encoder_block"  # a stem, a layer, a final norm, keys and values across, as one
    VIEW = "view"  # metadata only: costs nothing anywhere
    OTHER = "other"


class Activation(StrEnum):
    """Pointwise function of a GEMM's epilogue. `gelu` is the exact erf form."""

    NONE = "none"
    GELU = "gelu"


@dataclass(frozen=True, slots=True, order=True)
class Gemm:
    """out[m, n] = activation(x[m, k] @ weight[n, k].T + bias[n]) + residual[m, n]."""

    m: int
    k: int
    n: int
    bias: bool = True
    activation: Activation = Activation.NONE
    residual: bool = False

    def __post_init__(self) -> None:
        assert min(self.m, self.k, self.n) > 0, self

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the product, padding not counted."""
        return self.m * self.k * self.n

    @property
    def label(self) -> str:
        """A short name usable as a symbol: `gemm_1500x384x1536_bias_gelu`."""
        flags = [f for f, on in (("bias", self.bias), ("res", self.residual)) if on]
        if self.activation is not Activation.NONE:
            flags.append(str(self.activation))
        return "_".join([f"gemm_{self.m}x{self.k}x{self.n}", *flags])


class Role(StrEnum):
    """Where a value comes from."""

    ACTIVATION = "activation"
    WEIGHT = "weight"  # a parameter or buffer: constant between calls


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor that flows between ops. A symbolic size is given by its hint, with `dynamic` set."""

    name: str  # FX node name
    shape: tuple[int, ...]
    dtype: str  # torch's name without the prefix: float32
    itemsize: int  # bytes
    role: Role
    dynamic: bool = False

    @property
    def nbytes(self) -> int:
        """Size in bytes, contiguous."""
        return math.prod(self.shape) * self.itemsize


@dataclass(frozen=True, slots=True)
class GemmOperands:
    """Names of the values that a linear op reads; x is the FX value before its flattening view.

    `turned`: the weight is (k, n), as GPT-2's Conv1D has it.
    """

    x: str
    weight: str
    bias: str | None = None
    residual: str | None = None
    turned: bool = False


@dataclass(frozen=True, slots=True)
class FusedOp:
    """Ops of the FX graph that one device runs as one.

    Attributes:
        name: the FX name of the main node (`addmm_3`), which need not be the one that makes the
            op's output.
        nodes: FX node names in execution order, absorbed views included.
        inputs, outputs: names of `Value`s.
        flop: two a MAC; zero for views.
        gemm, operands: set for `OpKind.LINEAR` alone.
        module: path of the module that traced to it (`blocks.0.mlp.0`), or "".
        where: the user's line (`model.py:120 in forward`), or "".
        piece: what the NPU would compute; None for what no block of ours is.
        parts: set for `OpKind.ENCODER_BLOCK` alone: the ops that do it where it stays on the CPU.
    """

    name: str
    kind: OpKind
    nodes: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    flop: int
    targets: tuple[str, ...] = ()  # ATen names of `nodes`
    gemm: Gemm | None = None
    operands: GemmOperands | None = None
    module: str = ""
    where: str = ""
    piece: Piece | None = None
    parts: tuple[FusedOp, ...] = ()

    def __post_init__(self) -> None:
        assert (self.gemm is None) == (self.operands is None), self.name
        assert (self.kind is OpKind.ENCODER_BLOCK) == bool(self.parts), self.name
        assert self.piece or (self.gemm is None and not self.parts), self.name
        assert self.nodes, self.name


@dataclass(frozen=True, slots=True)
class MixedGraph:
    """A whole traced graph in execution order; every input of an op is made before it."""

    name: str
    ops: tuple[FusedOp, ...]
    values: tuple[Value, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def __post_init__(self) -> None:
        known = {v.name for v in self.values}
        made = set(self.inputs)
        for op in self.ops:
            missing = [i for i in op.inputs if i not in made]
            assert not missing, f"{op.name} reads {missing} before they are made"
            assert set(op.inputs) | set(op.outputs) <= known, op.name
            made.update(op.outputs)
        assert set(self.outputs) <= made, "an output that nothing makes"

    def value(self, name: str) -> Value:
        """The value called `name`; KeyError if there is none."""
        for v in self.values:
            if v.name == name:
                return v
        raise KeyError(name)

    @property
    def flop(self) -> int:
        """Flop of all ops."""
        return sum(op.flop for op in self.ops)
