"""What the option `dtype` makes of an encoder on npu2, simulated with the kernels' own C++."""

from typing import Any

import pytest
import torch
from encoders import mel, own
from torch import Tensor, nn

from aiec.ir.errors import OptionError
from aiec.observe import compiled_graphs
from aiec.speech.whisper import Encoder, EncoderBlock


@torch.no_grad()
def error(model: nn.Module, x: Tensor, **options: Any) -> float:
    """1 - cosine of an encoder's features on a simulated NPU to fp32's."""
    options = {"partition": "npu-all", **options}
    with compiled_graphs() as graphs:
        out = torch.compile(model, backend="aie", dynamic=False, options=options)(x)
    assert graphs[0].partition.npu_flop_share == 1.0
    exact = model(x).flatten().double()
    return 1 - torch.cosine_similarity(out.flatten().double(), exact, 0).item()


def uneven() -> nn.Module:
    """An encoder whose residual stream has channels much larger than others, as trained ones have.

    The norms make little of them.
    """
    torch.manual_seed(0)
    model = own()
    assert isinstance(model, Encoder)
    large = torch.arange(model.positional_embedding.shape[1]) % 11 == 0
    model.positional_embedding[:, large] *= 40
    for block in model.blocks:
        assert isinstance(block, EncoderBlock)
        for norm in (block.attn_ln, block.mlp_ln):
            norm.weight.data[large] /= 40
    model.ln_post.weight.data[large] /= 40
    return model


def test_bf16_keeps_small_channels_beside_large_ones() -> None:
    model, x = uneven(), mel(1)
    by_dtype = {}
    for dtype in ("bf16", "bfp16"):
        torch._dynamo.reset()
        by_dtype[dtype] = error(model, x, device="sim:npu2", dtype=dtype)
    assert by_dtype["bf16"] < by_dtype["bfp16"] / 4


def test_a_dtype_that_the_target_does_not_have() -> None:
    with pytest.raises(OptionError, match=r"npu1 has no products of bfp16; expected dtype"):
        error(own(), mel(1), device="sim:npu1", dtype="bfp16")
