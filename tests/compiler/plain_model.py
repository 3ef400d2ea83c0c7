"""A model that the command line takes as `plain_model:build`."""

import torch
from small_models import Mlp


def build() -> tuple[Mlp, tuple[torch.Tensor]]:
    """The module and its example input."""
    return Mlp(64, 128).eval(), (torch.randn(1, 50, 64),)
