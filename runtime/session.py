"""A built design on an open device: values cross to the NPU, GEMMs run there, values come back.

Stands between the compiler, which rewrites the graph to call these, and the device. Crossings are
calls of their own, as in the partition's costs: a value that several ops read is packed once, and
what one op leaves on the device another reads there. Weights are packed once a tensor (again if it
is written to) and stay resident. The layouts are `kernels/layout.py`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack

import torch

from aiec.ir.design import Argument, Artifact, Design, Sequence
from aiec.ir.errors import DeviceError
from aiec.ir.graph import Gemm
from aiec.kernels import layout
from aiec.runtime.buffers import BufferPool
from aiec.runtime.device import Buffer, Run
from aiec.runtime.packed_weights import PackedWeights
from aiec.runtime.telemetry import Telemetry


class OnNpu:
    """A matrix in a device buffer: bf16, row-major, zero padded; the buffer is freed with it.

    Attributes:
        leading: the dimensions before the last, as the user's tensor has them.
        columns: size of the last dimension, padding not counted.
        padded: (rows, columns) in the buffer.
    """

    __slots__ = ("__weakref__", "buffer", "columns", "leading", "padded")

    def __init__(
        self, buffer: Buffer, leading: tuple[int, ...], columns: int, padded: tuple[int, int]
    ) -> None:
        self.buffer, self.leading, self.columns, self.padded = buffer, leading, columns, padded


Send = Callable[[torch.Tensor], OnNpu]
GemmCall = Callable[[OnNpu, torch.Tensor, torch.Tensor | None, torch.Tensor | None], OnNpu]
Receive = Callable[[OnNpu], torch.Tensor]


class Session:
    """One artifact loaded on one device, with its buffers and telemetry."""

    def __init__(
        self,
        pool: BufferPool,
        artifact: Artifact,
        telemetry: Telemetry | None = None,
        *,
        check_contents: bool = True,
    ) -> None:
        assert isinstance(artifact.design, Design), "an encoder's design has sessions of its own"
        self.artifact = artifact
        self.design = artifact.design
        self.pool = pool
        self.telemetry = telemetry or Telemetry()
        self._weights = PackedWeights(pool, check_contents=check_contents)
        pool.queue.load(artifact)

    def send(self, gemm: Gemm) -> Send:
        """Return `f(x)`, which packs x (..., k) float32 with m rows in all as `gemm`'s operand."""
        shape = self.design.sequence_for(gemm).shape

        def call(x: torch.Tensor) -> OnNpu:
            _check_rows(gemm, x.shape)
            value = self._on_npu(tuple(x.shape[:-1]), gemm.k, (shape.mp, shape.kp))
            layout.pack_x(x.reshape(-1, gemm.k), shape, value.buffer.array)
            self.telemetry.moved(bytes_in=value.buffer.nbytes)
            return value

        return call

    def run(self, gemm: Gemm) -> GemmCall:
        """Return `f(x, weight, bias, residual)` computing `gemm` on the device.

        weight: (n, k); bias: (n,) or None; residual: (..., n) or None, float32 in host memory.
        The result stays on the device.
        """
        sequence = self.design.sequence_for(gemm)

        def call(
            x: OnNpu,
            weight: torch.Tensor,
            bias: torch.Tensor | None,
            residual: torch.Tensor | None,
        ) -> OnNpu:
            _check_rows(gemm, (*x.leading, x.columns))
            return self._dispatch(sequence, x, weight, bias, residual)

        return call

    def receive(self, value: OnNpu) -> torch.Tensor:
        """Bring a value back: (..., columns) float32."""
        rows = math.prod(value.leading)
        self.telemetry.moved(bytes_out=value.buffer.nbytes)
        out = layout.unpack(value.buffer.array, value.padded, rows, value.columns)
        return out.reshape(*value.leading, value.columns)

    def hands_over(self, producer: Gemm, consumer: Gemm) -> bool:
        """Whether `consumer` can read `producer`'s output where it lies: same size and padding."""
        made = self.design.sequence_for(producer).shape
        read = self.design.sequence_for(consumer).shape
        return (producer.n, made.mp, made.np) == (consumer.k, read.mp, read.kp)

    def overwrites(self, gemm: Gemm) -> bool:
        """A GEMM's x is as it was."""
        return False

    def _on_npu(self, leading: tuple[int, ...], columns: int, padded: tuple[int, int]) -> OnNpu:
        buffer = self.pool.lease(2 * padded[0] * padded[1])
        value = OnNpu(buffer, leading, columns, padded)
        self.pool.give_back_with(value, buffer)
        return value

    def _dispatch(
        self,
        sequence: Sequence,
        x: OnNpu,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        residual: torch.Tensor | None,
    ) -> OnNpu:
        plan, shape = self.design.plan, sequence.shape
        out = self._on_npu(x.leading, shape.gemm.n, (shape.mp, shape.np))
        buffers = {"x": x.buffer, "out": out.buffer}
        with ExitStack() as lent:
            for argument in sequence.arguments:
                if argument.role == "weight":
                    buffers["weight"] = self._weight(argument, sequence, weight, bias)
                if argument.role == "residual":
                    assert residual is not None, sequence.symbol
                    buffer = lent.enter_context(self.pool.borrow(argument.nbytes))
                    rows = residual.reshape(-1, shape.gemm.n)
                    layout.pack_residual(rows, plan, shape, buffer.array)
                    self.telemetry.moved(bytes_in=argument.nbytes)
                    buffers["residual"] = buffer
            self._run(sequence, tuple(buffers[a.role] for a in sequence.arguments))
        return out

    def _run(self, sequence: Sequence, buffers: tuple[Buffer, ...]) -> None:
        completion = self.pool.queue.run(Run(self.artifact, sequence.symbol, buffers))
        self.telemetry.record(sequence.shape.gemm.label, sequence.shape.gemm.macs, completion)

    def _weight(
        self,
        argument: Argument,
        sequence: Sequence,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
    ) -> Buffer:
        tensors = (weight,) if bias is None else (weight, bias)

        def fill(buffer: Buffer) -> None:
            packed = layout.pack_weight(weight, bias, self.design.plan, sequence.shape)
            buffer.array[:] = packed
            self.telemetry.moved(weight_bytes=argument.nbytes)

        return self._weights.buffer((sequence.symbol,), tensors, argument.nbytes, fill)


def _check_rows(gemm: Gemm, shape: tuple[int, ...]) -> None:
    if math.prod(shape[:-1]) != gemm.m or shape[-1] != gemm.k:
        raise DeviceError(
            f"{gemm.label} was called with an input of {tuple(shape)}",
            expected=f"{gemm.m} rows of {gemm.k}",
            todo="compile the model again for this shape",
        )
