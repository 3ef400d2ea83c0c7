"""A built design on an open device, offering each of its GEMMs as a callable on torch tensors.

Stands between the compiler, which rewrites the graph to call these, and the device. Values enter
and leave as float32; packing to the layouts that the kernels read is `kernels/layout.py`'s. Weights
are packed once a tensor (again if it is written to) and stay resident.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from contextlib import ExitStack

import torch

from aiec.ir.design import Argument, Artifact, Sequence
from aiec.ir.errors import DeviceError
from aiec.ir.graph import Gemm
from aiec.kernels import layout
from aiec.runtime.buffers import DEFAULT_BUDGET_BYTES, BufferPool
from aiec.runtime.device import Buffer, Device, Run
from aiec.runtime.telemetry import Telemetry

GemmCall = Callable[
    [torch.Tensor, torch.Tensor, torch.Tensor | None, torch.Tensor | None], torch.Tensor
]


class Session:
    """One artifact loaded on one device, with its buffers and telemetry."""

    def __init__(
        self, device: Device, artifact: Artifact, budget_bytes: int = DEFAULT_BUDGET_BYTES
    ) -> None:
        self.device = device
        self.artifact = artifact
        self.telemetry = Telemetry()
        self.pool = BufferPool(device, budget_bytes)
        self._pinned_weights: dict[Hashable, torch.Tensor] = {}
        device.load(artifact)

    def gemm_op(self, gemm: Gemm) -> GemmCall:
        """Return `f(x, weight, bias, residual)` computing `gemm` on the device.

        x: (..., k) float32 with m rows in all; weight: (n, k); bias: (n,) or None; residual:
        (..., n) or None. The result is (..., n) float32 with x's leading dimensions.
        """
        sequence = self.artifact.design.sequence_for(gemm)

        def call(
            x: torch.Tensor,
            weight: torch.Tensor,
            bias: torch.Tensor | None,
            residual: torch.Tensor | None,
        ) -> torch.Tensor:
            _check_rows(gemm, x)
            return self._dispatch(sequence, x, weight, bias, residual)

        return call

    def _dispatch(
        self,
        sequence: Sequence,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        residual: torch.Tensor | None,
    ) -> torch.Tensor:
        plan, shape = self.artifact.design.plan, sequence.shape
        with ExitStack() as lent:
            buffers: dict[str, Buffer] = {}
            for argument in sequence.arguments:
                if argument.role == "weight":
                    buffers["weight"] = self._weight(argument, sequence, weight, bias)
                else:
                    buffers[argument.role] = lent.enter_context(self.pool.borrow(argument.nbytes))
            layout.pack_x(x.reshape(-1, shape.gemm.k), shape, buffers["x"].array)
            if residual is not None:
                rows = residual.reshape(-1, shape.gemm.n)
                layout.pack_residual(rows, plan, shape, buffers["residual"].array)
            self._run(sequence, tuple(buffers[a.role] for a in sequence.arguments))
            out = layout.unpack_out(buffers["out"].array, plan, shape)
        return out.reshape(*x.shape[:-1], shape.gemm.n)

    def _run(self, sequence: Sequence, buffers: tuple[Buffer, ...]) -> None:
        event = self.device.submit(Run(self.artifact, sequence.symbol, buffers))
        completion = self.device.wait(event)
        gemm = sequence.shape.gemm
        self.telemetry.record(gemm.label, gemm.macs, completion)
        for argument in sequence.arguments:
            if argument.role == "out":
                self.telemetry.bytes_out += argument.nbytes
            elif argument.role != "weight":
                self.telemetry.bytes_in += argument.nbytes

    def _weight(
        self,
        argument: Argument,
        sequence: Sequence,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
    ) -> Buffer:
        # The key holds addresses, so the tensors are kept alive: an address must not be reused.
        key = (sequence.symbol, _identity(weight), None if bias is None else _identity(bias))
        self._pinned_weights[key] = weight

        def fill(buffer: Buffer) -> None:
            packed = layout.pack_weight(weight, bias, self.artifact.design.plan, sequence.shape)
            buffer.array[:] = packed
            self.telemetry.weight_bytes += argument.nbytes

        return self.pool.resident(key, argument.nbytes, fill)


def _identity(tensor: torch.Tensor) -> Hashable:
    """Changes when the tensor is another one or was written to; inference tensors do not count."""
    version = 0 if tensor.is_inference() else tensor._version
    return tensor.data_ptr(), version, tuple(tensor.shape), tensor.stride()


def _check_rows(gemm: Gemm, x: torch.Tensor) -> None:
    rows = math.prod(x.shape[:-1])
    if rows != gemm.m or x.shape[-1] != gemm.k:
        raise DeviceError(
            f"{gemm.label} was called with an input of {tuple(x.shape)}",
            expected=f"{gemm.m} rows of {gemm.k}",
            todo="compile the model again for this shape",
        )
