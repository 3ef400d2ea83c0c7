"""One layer of the sizes whose weights are in no package, in simulation, against torch in fp32.

The statistics are those of base: its residual stream after three layers on speech, with the few
channels that stand far above the rest, resampled to the width; weights of the same spread as those
of its fourth layer, norms with its gammas and betas.
"""

import pytest
import torch
from test_sim_text import DEVICES, mel

from aiec.observe import compiled_graphs
from aiec.speech import weights
from aiec.speech.find_model import find_model
from aiec.speech.whisper import EncoderBlock

pytestmark = pytest.mark.slow
WIDTHS = {"small": 768, "medium": 1024, "large-v3": 1280}
LEAST = 0.9995  # cosine of what a layer adds to the residual stream


@pytest.fixture(scope="module")
def base():
    """The encoder of base."""
    return weights.load_encoder(find_model("base"))


def resampled(layer, width, rng):
    """A layer of that width, drawn from the values of another's."""
    wide = EncoderBlock(width, width // 64).eval()
    for name, parameter in wide.named_parameters():
        source = layer.get_parameter(name)
        values = source.flatten()
        drawn = values[torch.randint(len(values), parameter.shape, generator=rng)]
        narrower = (source.shape[1] / parameter.shape[1]) ** 0.5 if source.ndim == 2 else 1.0
        parameter.copy_(drawn * narrower)
    return wide


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("size", WIDTHS)
@torch.no_grad()
def test_cosine_of_a_layer(size, device, base, clips):
    rng = torch.Generator().manual_seed(0)
    width, x = WIDTHS[size], base.stem(mel(next(iter(clips))))
    for block in base.blocks[:3]:
        x = block(x)
    x = x[..., torch.randint(x.shape[-1], (width,), generator=rng)]
    layer = resampled(base.blocks[3], width, rng)
    options = {"device": device, "partition": "npu-all"}
    compiled = torch.compile(layer, backend="aie", options=options)
    with compiled_graphs() as graphs:
        got, wanted = compiled(x), layer(x)
    assert [op.name for op in graphs[0].partition.npu_ops] == ["encoder_layer_0"]
    assert torch.cosine_similarity((got - x).flatten(), (wanted - x).flatten(), dim=0) >= LEAST
