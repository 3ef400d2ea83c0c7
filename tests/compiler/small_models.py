"""Small models that the compiler's tests trace."""

import torch
from torch import nn


class Mlp(nn.Module):
    """x + down(gelu(up(norm(x))))"""

    def __init__(self, width: int = 16, inner: int = 32) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.down(nn.functional.gelu(self.up(self.norm(x))))


class Stem(nn.Module):
    """A convolution, and a buffer that is added."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(4, 16, 3, padding=1)
        self.positions = nn.Buffer(torch.randn(10, 16))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.gelu(self.conv(x)).permute(0, 2, 1) + self.positions
