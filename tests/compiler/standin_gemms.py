"""A torch stand-in for the runtime's session, to test what the compiler does around it."""

from collections.abc import Callable

import torch
from torch import Tensor

from aiec.ir.graph import Activation
from aiec.ir.piece import Piece


class Gemms:
    """Makes calls that compute a linear layer in float32 and remember the shapes that came."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[int, ...]]] = []

    def send(self, piece: Piece, number: int) -> Callable[[Tensor], Tensor]:
        return lambda x: x

    def receive(self, value: Tensor) -> Tensor:
        return value

    def hands_over(self, producer: Piece, result: int, consumer: Piece, number: int) -> bool:
        return (1, producer.frames, producer.width) == consumer.takes(number)

    def overwrites(self, piece: Piece) -> bool:
        return False

    def run(self, piece: Piece) -> Callable[..., Tensor]:
        gemm = piece.gemm
        assert gemm is not None

        def call(x: Tensor, *others: Tensor) -> Tensor:
            residual, operands = (others[0], others[1:]) if gemm.residual else (None, others)
            weight, *bias = operands
            assert len(bias) == gemm.bias
            if piece.steps[0].turned:
                weight = weight.t()
            assert tuple(weight.shape) == (gemm.n, gemm.k)
            self.calls.append((gemm.label, tuple(x.shape)))
            out = torch.nn.functional.linear(x, weight, *bias)
            if gemm.activation is Activation.GELU:
                out = torch.nn.functional.gelu(out)
            return out if residual is None else out + residual

        return call
