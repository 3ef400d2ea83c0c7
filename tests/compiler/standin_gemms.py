"""A torch stand-in for the runtime's GEMM, to test what the compiler does around it."""

from collections.abc import Callable

import torch
from torch import Tensor

from aiec.ir.graph import Activation, Gemm


class Gemms:
    """Makes calls that compute a GEMM in float32 and remember the shapes that came."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[int, ...]]] = []

    def send(self, gemm: Gemm) -> Callable[[Tensor], Tensor]:
        return lambda x: x

    def receive(self, value: Tensor) -> Tensor:
        return value

    def hands_over(self, producer: Gemm, consumer: Gemm) -> bool:
        return producer.n == consumer.k

    def overwrites(self, gemm: Gemm) -> bool:
        return False

    def run(self, gemm: Gemm) -> Callable[..., Tensor]:
        def call(x: Tensor, weight: Tensor, bias: Tensor | None, residual: Tensor | None) -> Tensor:
            assert (bias is not None, residual is not None) == (gemm.bias, gemm.residual)
            assert tuple(weight.shape) == (gemm.n, gemm.k)
            self.calls.append((gemm.label, tuple(x.shape)))
            out = torch.nn.functional.linear(x, weight, bias)
            if gemm.activation is Activation.GELU:
                out = torch.nn.functional.gelu(out)
            return out if residual is None else out + residual

        return call
