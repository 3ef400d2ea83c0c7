"""A built design on an open device: values cross to the NPU, GEMMs run there, values come back.

Stands between the compiler, which rewrites the graph to call these, and the device. Crossings are
calls of their own, as in the partition's costs: a value that several ops read is packed once, and
what one op leaves on the device another reads there. Weights are packed once a tensor (again if it
is written to) and stay resident. The layouts are `kernels/layout.py`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import repeat

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
    """A matrix in device buffers: bf16, row-major, zero padded; the buffers are freed with it.

    Attributes:
        buffers: each with the next `at_a_time` rows, the last with what is left.
        leading: the dimensions before the last, as the user's tensor has them.
        columns: size of the last dimension, padding not counted.
        padded: (rows, columns) in a buffer.
    """

    __slots__ = ("__weakref__", "at_a_time", "buffers", "columns", "leading", "padded")

    def __init__(
        self,
        buffers: tuple[Buffer, ...],
        at_a_time: int,
        leading: tuple[int, ...],
        columns: int,
        padded: tuple[int, int],
    ) -> None:
        self.buffers, self.at_a_time, self.padded = buffers, at_a_time, padded
        self.leading, self.columns = leading, columns

    @property
    def rows(self) -> tuple[int, ...]:
        """How many rows each buffer holds."""
        left, held = math.prod(self.leading), self.at_a_time
        return tuple(min(held, left - held * i) for i in range(len(self.buffers)))


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
        """Return `f(x)`, which packs x (..., k), any number of rows, as `gemm`'s operand."""
        shape = self.design.sequence_for(gemm).shape

        def call(x: torch.Tensor) -> OnNpu:
            _check_columns(gemm, x.shape)
            value = self._on_npu(gemm, tuple(x.shape[:-1]), gemm.k, (shape.mp, shape.kp))
            parts = x.reshape(-1, gemm.k).split(gemm.m)
            for rows, buffer in zip(parts, value.buffers, strict=True):
                layout.pack_x(rows, shape, buffer.array)
                self.telemetry.moved(bytes_in=buffer.nbytes)
            return value

        return call

    def run(self, gemm: Gemm) -> GemmCall:
        """Return `f(x, weight, bias, residual)` computing `gemm` on the device, m rows at a time.

        weight: (n, k); bias: (n,) or None; residual: (..., n) or None, floats in host memory.
        The result stays on the device.
        """
        sequence = self.design.sequence_for(gemm)
        padded = sequence.shape.mp, sequence.shape.np

        def call(
            x: OnNpu,
            weight: torch.Tensor,
            bias: torch.Tensor | None,
            residual: torch.Tensor | None,
        ) -> OnNpu:
            _check_columns(gemm, (*x.leading, x.columns))
            out = self._on_npu(gemm, x.leading, gemm.n, padded)
            packed = self._weight(sequence, weight, bias)
            added: Iterable[torch.Tensor | None] = repeat(None)
            if residual is not None:
                added = residual.reshape(-1, gemm.n).split(gemm.m)
            pieces = zip(x.buffers, out.buffers, out.rows, added, strict=False)
            for source, result, rows, addend in pieces:
                by_role = {"x": source, "weight": packed, "out": result}
                self._dispatch(sequence, by_role, rows, addend)
            return out

        return call

    def receive(self, value: OnNpu) -> torch.Tensor:
        """Bring a value back: (..., columns) float32."""
        self.telemetry.moved(bytes_out=sum(buffer.nbytes for buffer in value.buffers))
        parts = [
            layout.unpack(buffer.array, value.padded, rows, value.columns)
            for buffer, rows in zip(value.buffers, value.rows, strict=True)
        ]
        out = parts[0] if len(parts) == 1 else torch.cat(parts)
        return out.reshape(*value.leading, value.columns)

    def hands_over(self, producer: Gemm, consumer: Gemm) -> bool:
        """Whether `consumer` can read `producer`'s output where it lies: same size and padding."""
        made = self.design.sequence_for(producer).shape
        read = self.design.sequence_for(consumer).shape
        same_rows = producer.m == consumer.m
        return same_rows and (producer.n, made.mp, made.np) == (consumer.k, read.mp, read.kp)

    def overwrites(self, gemm: Gemm) -> bool:
        """A GEMM's x is as it was."""
        return False

    def _on_npu(
        self, gemm: Gemm, leading: tuple[int, ...], columns: int, padded: tuple[int, int]
    ) -> OnNpu:
        pieces = max(1, -(-math.prod(leading) // gemm.m))
        buffers = tuple(self.pool.lease(2 * padded[0] * padded[1]) for _ in range(pieces))
        value = OnNpu(buffers, gemm.m, leading, columns, padded)
        for buffer in buffers:
            self.pool.give_back_with(value, buffer)
        return value

    def _dispatch(
        self,
        sequence: Sequence,
        by_role: dict[str, Buffer],
        rows: int,
        residual: torch.Tensor | None,
    ) -> None:
        gemm = sequence.shape.gemm
        with ExitStack() as lent:
            if residual is not None:
                buffer = lent.enter_context(
                    self.pool.borrow(_argument(sequence, "residual").nbytes)
                )
                layout.pack_residual(residual, self.design.plan, sequence.shape, buffer.array)
                self.telemetry.moved(bytes_in=buffer.nbytes)
                by_role["residual"] = buffer
            buffers = tuple(by_role[argument.role] for argument in sequence.arguments)
            completion = self.pool.queue.run(Run(self.artifact, sequence.symbol, buffers))
        self.telemetry.record(gemm.label, rows * gemm.k * gemm.n, completion)

    def _weight(
        self, sequence: Sequence, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> Buffer:
        tensors = (weight,) if bias is None else (weight, bias)
        nbytes = _argument(sequence, "weight").nbytes

        def fill(buffer: Buffer) -> None:
            packed = layout.pack_weight(weight, bias, self.design.plan, sequence.shape)
            buffer.array[:] = packed
            self.telemetry.moved(weight_bytes=nbytes)

        return self._weights.buffer((sequence.symbol,), tensors, nbytes, fill)


def _argument(sequence: Sequence, role: str) -> Argument:
    (found,) = (argument for argument in sequence.arguments if argument.role == role)
    return found


def _check_columns(gemm: Gemm, shape: tuple[int, ...]) -> None:
    if shape[-1] != gemm.k:
        raise DeviceError(
            f"{gemm.label} was called with an input of {tuple(shape)}",
            expected=f"rows of {gemm.k}",
            todo="compile the model again for this shape",
        )
