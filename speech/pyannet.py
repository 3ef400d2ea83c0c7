"""PyanNet: who of a few speakers talks in which frame of a short stretch of sound.

The network of pyannote's segmentation models and of WhisperX's voice activity detector, whose sizes
and activation are read off the checkpoint: band-pass filters that were learned (SincNet, Ravanelli
and Bengio 2018, arXiv 1808.00158), bidirectional LSTMs, linear layers (Bredin and Laurent 2021,
arXiv 2104.04045). `segmentation-3.0` says with one class for each set of speakers who talk at once
(Plaquet and Bredin 2023, arXiv 2310.13025); older models have one column a speaker.

Where it stands: after `lightning.py`; speakers and voice activity are found with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from aiec.ir.errors import ModelError
from aiec.speech.lightning import Unknown, read_lightning

STRIDE = 10  # samples; pyannote.audio PyanNet.SINCNET_DEFAULTS, and what the checkpoints say
POOL = 3  # after each of the three convolutions
FRAME_STEP = STRIDE * POOL**3  # 270 samples, 16.875 ms at 16 kHz
# Samples that one frame sees: 251 of a filter, then 2 steps a pool and 4 a convolution of 5.
FRAME_SIZE = 251 + 2 * STRIDE + (4 + 2) * STRIDE * POOL + (4 + 2) * STRIDE * POOL**2  # 991
MIN_LOW_HZ, MIN_BAND_HZ, MAX_HZ = 50.0, 50.0, 8000.0  # pyannote.audio SincNet; half of 16 kHz
# How a checkpoint says what its columns are. Source: pyannote.audio.core.task.Problem, 4.0.7.
YES_OR_NO, ONE_OF_MANY, ANY_OF_MANY = 0, 1, 2
FILTERS = "sincnet.conv1d.0.filterbank."


@dataclass(frozen=True, slots=True)
class Classes:
    """What the columns of the network's output mean.

    Attributes:
        speakers: how many speakers it tells apart within one stretch.
        at_once: how many of them may talk at once, one column a set of speakers; None: one column
            a speaker.
        duration_s: the length of the stretches it was trained on.
    """

    speakers: int
    at_once: int | None
    duration_s: float

    def sets(self) -> tuple[tuple[int, ...], ...]:
        """The speakers of each column: (), (0,), (1,), ..., (0, 1), ... or (0,), (1,), ..."""
        numbers = range(self.speakers)
        if self.at_once is None:
            return tuple((number,) for number in numbers)
        return tuple(c for size in range(self.at_once + 1) for c in combinations(numbers, size))


class SincFilters(nn.Module):
    """Band-pass filters in pairs, even and odd, given by lower edge and width in Hz."""

    low_hz_: Tensor
    band_hz_: Tensor
    window_: Tensor
    n_: Tensor

    def __init__(self, pairs: int, half: int) -> None:
        super().__init__()
        self.low_hz_ = nn.Parameter(torch.empty(pairs, 1))
        self.band_hz_ = nn.Parameter(torch.empty(pairs, 1))
        self.register_buffer("window_", torch.empty(half))
        self.register_buffer("n_", torch.empty(1, half))  # 2 pi t, in seconds before the middle

    def filters(self) -> Tensor:
        """(2 * pairs, 1, 2 * half + 1): the even filters, then the odd ones.

        An ideal band-pass from l to h Hz is (sin 2 pi h t - sin 2 pi l t) / (pi t), and 2 (h - l)
        at t = 0. It is windowed and divided by that middle value; cosines make the odd ones.
        """
        low = MIN_LOW_HZ + self.low_hz_.abs()
        high = (low + MIN_BAND_HZ + self.band_hz_.abs()).clamp(MIN_LOW_HZ, MAX_HZ)
        lower, upper, scale = low * self.n_, high * self.n_, self.window_ / (self.n_ * (high - low))
        even = (upper.sin() - lower.sin()) * scale
        odd = (lower.cos() - upper.cos()) * scale
        middle = torch.ones_like(low)
        return torch.cat(
            (
                torch.cat((even, middle, even.flip(1)), 1),
                torch.cat((odd, 0 * middle, -odd.flip(1)), 1),
            )
        )[:, None]

    def forward(self, samples: Tensor) -> Tensor:
        """(batch, 1, samples) to (batch, 2 * pairs, frames)."""
        return functional.conv1d(samples, self.filters(), stride=STRIDE)


class SincNet(nn.Module):
    """Filters and two convolutions, each pooled by three and normed over the stretch."""

    def __init__(self, shapes: Mapping[str, torch.Size]) -> None:
        super().__init__()
        pairs, half = shapes[FILTERS + "low_hz_"][0], shapes[FILTERS + "n_"][1]
        self.wav_norm1d = nn.InstanceNorm1d(1, affine=True)
        convolutions = [
            nn.Conv1d(shapes[name][1], shapes[name][0], shapes[name][2])
            for name in ("sincnet.conv1d.1.weight", "sincnet.conv1d.2.weight")
        ]
        self.conv1d = nn.ModuleList([SincFilters(pairs, half), *convolutions])
        widths = (2 * pairs, *(c.out_channels for c in convolutions))
        self.norm1d = nn.ModuleList(nn.InstanceNorm1d(width, affine=True) for width in widths)

    def forward(self, samples: Tensor) -> Tensor:
        """(batch, 1, samples) to (batch, width, frames)."""
        x = self.wav_norm1d(samples)
        for number, (convolution, norm) in enumerate(zip(self.conv1d, self.norm1d, strict=True)):
            x = convolution(x)
            x = functional.max_pool1d(x.abs() if number == 0 else x, POOL)
            x = functional.leaky_relu(norm(x))
        return x


class PyanNet(nn.Module):
    """SincNet, LSTMs, linear layers and one output a class.

    Attributes:
        classes: what the output's columns mean.
    """

    def __init__(self, shapes: Mapping[str, torch.Size], classes: Classes) -> None:
        super().__init__()
        self.classes = classes
        self.sincnet = SincNet(shapes)
        self.lstm = nn.LSTM(
            shapes["lstm.weight_ih_l0"][1],
            shapes["lstm.weight_hh_l0"][1],
            num_layers=_count(shapes, "lstm.weight_ih_l{}"),
            bidirectional="lstm.weight_ih_l0_reverse" in shapes,
            batch_first=True,
        )
        layers = range(_count(shapes, "linear.{}.weight"))
        weights = [shapes[f"linear.{layer}.weight"] for layer in layers]
        self.linear = nn.ModuleList(nn.Linear(shape[1], shape[0]) for shape in weights)
        out, width = shapes["classifier.weight"]
        self.classifier = nn.Linear(width, out)
        if out != len(classes.sets()):
            raise ValueError(f"it has {out} columns for {classes.speakers} speakers")

    def forward(self, samples: Tensor) -> Tensor:
        """Scores of `samples`, (batch, 1, samples) float32 at 16 kHz, as (batch, frames, classes).

        Probabilities where each column is a speaker; logarithms of probabilities that sum to one
        where each column is a set of speakers. Frame i sees samples [i * FRAME_STEP,
        i * FRAME_STEP + FRAME_SIZE), and by the LSTMs the whole stretch; there must be two frames.
        """
        x, _ = self.lstm(self.sincnet(samples).transpose(1, 2))
        for linear in self.linear:
            x = functional.leaky_relu(linear(x))
        x = self.classifier(x)
        return x.sigmoid() if self.classes.at_once is None else x.log_softmax(-1)


def load_pyannet(path: Path) -> PyanNet:
    """The network in the Lightning checkpoint `path`, float32, in eval mode.

    Raises:
        ModelError: nothing is there, or it is damaged, or it is no PyanNet.
    """
    content = read_lightning(path)
    state = content["state_dict"]
    try:
        classes = _classes(content)
        with torch.device("meta"):
            network = PyanNet({name: tensor.shape for name, tensor in state.items()}, classes)
        renamed = {name.replace("0.filterbank.", "0."): value for name, value in state.items()}
        network.load_state_dict(renamed, assign=True)
    except (KeyError, IndexError, AttributeError, ValueError, RuntimeError) as error:
        what = f"{path} is no PyanNet: {_first_line(error)}"
        raise ModelError(what, expected="a checkpoint of pyannote's segmentation") from None
    return network.eval().requires_grad_(False)


def _classes(content: Mapping[str, Any]) -> Classes:
    """What a checkpoint says of its columns, in its `specifications` (an object of pyannote)."""
    said = content["pyannote.audio"]["specifications"]
    if not isinstance(said, Unknown):
        raise ValueError("its specifications are no object of pyannote's")
    problem = said.state["problem"].arguments[0]
    at_once = said.state.get("powerset_max_classes")
    known = problem in (YES_OR_NO, ONE_OF_MANY, ANY_OF_MANY)
    if not known or (problem == ONE_OF_MANY) != bool(at_once):
        raise ValueError(f"its problem is {problem}, with {at_once} speakers at once")
    return Classes(len(said.state["classes"]), at_once, float(said.state["duration"]))


def _count(shapes: Mapping[str, torch.Size], name: str) -> int:
    """How many layers there are whose weights are called `name`, numbered from 0."""
    number = 0
    while name.format(number) in shapes:
        number += 1
    return number


def _first_line(error: Exception) -> str:
    """The first line of a message; of a missing key, the key."""
    return f"it has no {error}" if isinstance(error, KeyError) else str(error).splitlines()[0]
