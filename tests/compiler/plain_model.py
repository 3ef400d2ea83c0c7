"""A model that the command line takes as `plain_model:build`."""

import torch
from small_models import Mlp


def build() -> tuple[Mlp, tuple[torch.Tensor]]:
    """The module and its example input."""
    return Mlp(64, 128).eval(), (torch.randn(1, 50, 64),)


def build_batch(batch: int) -> tuple[Mlp, tuple[torch.Tensor]]:
    """The same for a batch."""
    return Mlp(64, 128).eval(), (torch.randn(batch, 50, 64),)
