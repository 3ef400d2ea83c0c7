"""Our Whisper against openai-whisper's own module, with the same random weights."""

from dataclasses import asdict

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from aiec.ir.errors import OptionError
from aiec.speech import models


@pytest.fixture(scope="module")
def pair(small_model):
    openai = pytest.importorskip("whisper.model")
    theirs = openai.Whisper(openai.ModelDimensions(**asdict(small_model.dims)))
    theirs.load_state_dict(small_model.state_dict(), strict=True)
    return small_model, theirs.eval()


@torch.inference_mode()
def test_encoder_equals_openai(pair):
    ours, theirs = pair
    mel = torch.randn(2, 80, 3000)
    torch.testing.assert_close(ours.encoder(mel), theirs.encoder(mel))


@torch.inference_mode()
def test_prefill_and_steps_equal_openai(pair):
    ours, theirs = pair
    audio, tokens = torch.randn(2, 1500, 64), torch.randint(0, 101, (2, 7))
    expected = theirs.decoder(tokens, audio)
    logits, cross, cache = ours.decoder.prefill(tokens[:, :4], audio)
    torch.testing.assert_close(logits, expected[:, :4])
    for i in range(4, 7):
        step = ours.decoder.step(tokens[:, i : i + 1], torch.tensor([i]), cross, cache)
        torch.testing.assert_close(step, expected[:, i])


@pytest.mark.parametrize("name", models.names())
def test_every_model_has_the_known_parameter_count(name):
    # Source: the README of openai-whisper gives 39 M to 1550 M, turbo 809 M.
    millions = {"tiny": 39, "base": 74, "small": 244, "medium": 769, "large": 1550, "turbo": 809}
    size = "turbo" if "turbo" in name else name.removeprefix("whisper-").split(".")[0].split("-")[0]
    with FakeTensorMode():
        window, _ = models.build(name, "window")
        count = sum(parameter.numel() for parameter in window.parameters())
    assert count / 1e6 == pytest.approx(millions[size], rel=0.06)


def test_large_v3_runs_without_weights():
    with FakeTensorMode(), torch.inference_mode():
        encoder, inputs = models.build("whisper-large-v3")
        assert encoder(*inputs).shape == (1, 1500, 1280)
        decoder, inputs = models.build("turbo", "decoder")
        assert decoder(*inputs).shape == (1, 1, 51866)


@pytest.mark.parametrize(
    ("name", "part", "message"),
    [
        (
            "whisper-tiny-en",
            "encoder",
            "unknown model 'whisper-tiny-en'; expected 'whisper-tiny.en'?",
        ),
        ("larg-v3", "encoder", "unknown model 'larg-v3'; expected 'large-v3'?"),
        ("tiny", "encoders", "unknown part 'encoders'; expected 'encoder'?"),
    ],
)
def test_unknown_name_or_part(name, part, message):
    with pytest.raises(OptionError, match=message.replace("?", r"\?")):
        models.build(name, part)
