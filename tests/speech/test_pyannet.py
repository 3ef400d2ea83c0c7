"""PyanNet is read off Lightning checkpoints without running what they name."""

import os
import sys
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

from aiec.ir.errors import ModelError
from aiec.speech.lightning import Unknown, read_lightning
from aiec.speech.pyannet import FRAME_SIZE, FRAME_STEP, SincFilters, load_pyannet

PAIRS, HALF, CONV, HIDDEN, LAYERS, LINEAR = 4, 125, 6, 5, 2, 7
MODULE = "a_trainer_that_is_not_installed"


class Problem:
    """As pyannote's enumeration: pickled as a call with its value."""

    def __init__(self, value):
        self.value = value

    def __reduce__(self):
        return (type(self), (self.value,))


class Specifications:
    """As pyannote's dataclass: pickled as attributes."""

    def __init__(self, **attributes):
        self.__dict__ = attributes


@pytest.fixture
def foreign(monkeypatch):
    """Let those classes be pickled under a module's name that nobody can import afterwards."""
    module = ModuleType(MODULE)
    for cls in (Problem, Specifications):
        monkeypatch.setattr(cls, "__module__", MODULE)
        setattr(module, cls.__name__, cls)
    monkeypatch.setitem(sys.modules, MODULE, module)
    return module


def weights(classes):
    """A state dict of a small network, with the names that pyannote gives."""
    hz = torch.linspace(0, 1500, PAIRS)[:, None]
    state = {
        "sincnet.conv1d.0.filterbank.low_hz_": hz,
        "sincnet.conv1d.0.filterbank.band_hz_": hz / 4 + 20,
        "sincnet.conv1d.0.filterbank.window_": torch.from_numpy(
            np.hamming(2 * HALF + 1)[:HALF]
        ).float(),
        "sincnet.conv1d.0.filterbank.n_": 2 * np.pi * torch.arange(-HALF, 0.0)[None] / 16000,
    }
    parts = {
        "sincnet.wav_norm1d": nn.InstanceNorm1d(1, affine=True),
        "sincnet.conv1d.1": nn.Conv1d(2 * PAIRS, CONV, 5),
        "sincnet.conv1d.2": nn.Conv1d(CONV, CONV, 5),
        "sincnet.norm1d.0": nn.InstanceNorm1d(2 * PAIRS, affine=True),
        "sincnet.norm1d.1": nn.InstanceNorm1d(CONV, affine=True),
        "sincnet.norm1d.2": nn.InstanceNorm1d(CONV, affine=True),
        "lstm": nn.LSTM(CONV, HIDDEN, LAYERS, bidirectional=True),
        "linear.0": nn.Linear(2 * HIDDEN, LINEAR),
        "classifier": nn.Linear(LINEAR, classes),
    }
    for prefix, part in parts.items():
        state |= {f"{prefix}.{name}": value for name, value in part.state_dict().items()}
    return state


@pytest.fixture
def write(tmp_path, foreign, monkeypatch):
    """Write a checkpoint; afterwards the classes that it names cannot be imported."""

    def save(problem, classes, **said):
        specifications = Specifications(
            problem=Problem(problem), classes=["a", "b", "c"], duration=10.0, **said
        )
        content = {
            "state_dict": weights(classes),
            "pyannote.audio": {"specifications": specifications},
        }
        torch.save(content, tmp_path / "model.bin")
        monkeypatch.delitem(sys.modules, MODULE)
        return tmp_path / "model.bin"

    return save


def test_sets_of_speakers_are_log_probabilities(write):
    network = load_pyannet(write(1, 7, powerset_max_classes=2))
    scores = network(torch.randn(2, 1, 16000))
    assert network.classes.sets() == ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
    assert network.classes.duration_s == 10.0
    torch.testing.assert_close(scores.exp().sum(-1), torch.ones(2, 56))
    assert len(network.lstm._all_weights) == 2 * LAYERS


def test_columns_of_speakers_are_probabilities(write):
    network = load_pyannet(write(2, 3))
    scores = network(torch.randn(1, 1, 16000))
    assert network.classes.sets() == ((0,), (1,), (2,)) and network.classes.at_once is None
    assert scores.min() > 0 and scores.max() < 1
    assert not torch.allclose(scores.sum(-1), torch.ones(1, 56))


@pytest.mark.parametrize("samples", [FRAME_SIZE + FRAME_STEP, 5 * 16000, 5 * 16000 + 269])
def test_frames_step_and_size(write, samples):
    network = load_pyannet(write(2, 3))
    frames = 1 + (samples - FRAME_SIZE) // FRAME_STEP
    assert network(torch.randn(1, 1, samples)).shape == (1, frames, 3)


def test_filters_are_windowed_band_passes(write):
    bank = load_pyannet(write(2, 3)).sincnet.conv1d[0]
    assert isinstance(bank, SincFilters)
    t = np.arange(-HALF, HALF + 1) / 16000
    window = np.hamming(2 * HALF + 1)
    low = 50 + bank.low_hz_.numpy()
    high = low + 50 + bank.band_hz_.numpy()
    ideal = 2 * high * np.sinc(2 * high * t) - 2 * low * np.sinc(2 * low * t)
    found = bank.filters()[:, 0].numpy()
    np.testing.assert_allclose(found[:PAIRS], ideal * window / (2 * (high - low)), atol=1e-5)
    np.testing.assert_allclose(found[PAIRS:], -found[PAIRS:, ::-1], atol=0)


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    class Mean:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "made"),))

    torch.save({"state_dict": {"x": torch.ones(2)}, "more": Mean()}, tmp_path / "mean.ckpt")
    content = read_lightning(tmp_path / "mean.ckpt")
    assert isinstance(content["more"], Unknown) and not (tmp_path / "made").exists()
    assert content["more"].arguments == (str(tmp_path / "made"),)
    assert torch.equal(content["state_dict"]["x"], torch.ones(2))


class Numbers(list):
    """A foreign list with attributes."""


class Names(dict):
    """A foreign mapping."""


@pytest.mark.parametrize("value", [Numbers([1, 2]), Numbers([1]), Names(a=1)])
def test_foreign_containers_are_dropped(tmp_path, value):
    torch.save({"state_dict": {}, "more": value}, tmp_path / "x.ckpt")
    assert isinstance(read_lightning(tmp_path / "x.ckpt")["more"], Unknown)


def test_missing_file(tmp_path):
    with pytest.raises(ModelError, match=r"cannot read .*none\.bin: No such file"):
        read_lightning(tmp_path / "none.bin")


def test_damaged_file(write):
    path = write(2, 3)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"model\.bin is damaged: .*get the file again"):
        load_pyannet(path)


def test_no_state(tmp_path):
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(ModelError, match=r"list\.pt has no state_dict"):
        read_lightning(tmp_path / "list.pt")


def test_no_pyannet(tmp_path):
    torch.save({"state_dict": {}}, tmp_path / "x.pt")
    with pytest.raises(ModelError, match=r"x\.pt is no PyanNet: it has no 'pyannote\.audio'"):
        load_pyannet(tmp_path / "x.pt")


def test_specifications_of_another_program(tmp_path):
    content = {"state_dict": {}, "pyannote.audio": {"specifications": {}}}
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(ModelError, match=r"its specifications are no object of pyannote's"):
        load_pyannet(tmp_path / "x.pt")


@pytest.mark.parametrize(("problem", "said"), [(4, {}), (1, {}), (2, {"powerset_max_classes": 2})])
def test_another_problem(write, problem, said):
    with pytest.raises(ModelError, match=rf"its problem is {problem}, with .* speakers at once"):
        load_pyannet(write(problem, 3, **said))


def test_columns_that_are_not_said(write):
    with pytest.raises(ModelError, match=r"it has 5 columns for 3 speakers"):
        load_pyannet(write(2, 5))
