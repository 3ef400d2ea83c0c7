"""Spectra are Kaldi's, CAM++'s parts are what their definition says, foreign files are refused."""

import numpy as np
import pytest
import torch

from aiec.ir.errors import ModelError
from aiec.speech.diarize.campplus import CamPlus, Context, load_campplus
from aiec.speech.diarize.fbank import fbank


def by_hand(samples):
    """One frame's log mel powers, as Kaldi's documentation has them, in float64."""
    x = samples - samples.mean()
    x = x - 0.97 * np.concatenate((x[:1], x[:-1]))
    x = x * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)) ** 0.85
    power = np.abs(np.fft.rfft(x, 512)) ** 2
    mel = lambda hz: 1127 * np.log(1 + hz / 700)  # noqa: E731
    edges = np.linspace(mel(20), mel(8000), 82)
    bins = mel(np.arange(257) * 16000 / 512)
    bands = [np.interp(bins, edges[m : m + 3], [0, 1, 0]) for m in range(80)]
    return np.log(np.maximum(np.array(bands) @ power, np.finfo(np.float32).eps))


def test_fbank_is_kaldis():
    samples = torch.rand(400 + 5 * 160, generator=torch.Generator().manual_seed(0)) - 0.5
    frames = fbank(samples)
    assert frames.shape == (6, 80)
    np.testing.assert_allclose(frames[3], by_hand(samples[480:880].double().numpy()), atol=1e-3)


def test_fbank_of_silence_and_of_next_to_nothing():
    assert fbank(torch.zeros(400)).unique().tolist() == [pytest.approx(np.log(2.0**-23))]
    assert fbank(torch.zeros(399)).shape == (0, 80)


def test_context_is_of_the_stretch_and_of_its_second():
    layer = Context(2).eval()
    x = torch.randn(1, 128, 150)
    contexts = []
    layer.linear1.register_forward_pre_hook(lambda _, args: contexts.append(args[0]))
    assert layer(x).shape == (1, 32, 150)
    torch.testing.assert_close(contexts[0][0, :, 0], x[0].mean(1) + x[0, :, :100].mean(1))
    torch.testing.assert_close(contexts[0][0, :, 149], x[0].mean(1) + x[0, :, 100:].mean(1))


@pytest.fixture(scope="module")
def random_file(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("campplus") / "campplus.pt"
    torch.save(CamPlus().state_dict(), path)
    return path


def test_load(random_file):
    network = load_campplus(random_file)
    assert network(torch.randn(2, 30, 80)).shape == (2, 192)
    assert sum(p.numel() for p in network.parameters()) == 6_848_544


def test_another_networks_file(tmp_path):
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(ModelError, match=r"other\.pt is no CAM\+\+: .*[Mm]issing key"):
        load_campplus(tmp_path / "other.pt")


def test_no_state_at_all(tmp_path):
    torch.save([1], tmp_path / "list.pt")
    with pytest.raises(ModelError, match=r"list\.pt is no CAM\+\+"):
        load_campplus(tmp_path / "list.pt")
