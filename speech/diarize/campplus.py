"""CAM++: 192 numbers that tell who speaks, close by angle where the speaker is the same.

A ResNet over the spectrum, then densely connected time-delay layers, each weighted by what its
channels say on average over the whole stretch and over each second, then mean and deviation over
time (Wang et al. 2023, arXiv 2303.00332). Our parameters are named as in the checkpoints of
3D-Speaker, so that nothing is renamed.

Where it stands: after `fbank.py`, before `embed.py`. Refuses files that do not fit.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from aiec.ir.errors import ModelError
from aiec.speech.diarize.fbank import MELS
from aiec.speech.read_openai import load_tensors

# Source: 3D-Speaker, speakerlab/models/campplus/DTDNN.py, CAMPPlus.
PLANES, FIRST, GROWTH, BOTTLENECK = 32, 128, 32, 128  # channels
BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation of each dense block
KERNEL = 3  # frames
SECOND = 100  # frames that share one context
SIZE = 192


def normed(channels: int, *, affine: bool = True) -> nn.Sequential:
    """Batch norm and ReLU; without `affine` only the norm."""
    parts: dict[str, nn.Module] = {"batchnorm": nn.BatchNorm1d(channels, affine=affine)}
    if affine:
        parts["relu"] = nn.ReLU()
    return nn.Sequential(OrderedDict(parts))


class Residual(nn.Module):
    """Two convolutions and a way around them; `stride` along the spectrum."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(PLANES, PLANES, 3, (stride, 1), 1, bias=False)
        self.bn1 = nn.BatchNorm2d(PLANES)
        self.conv2 = nn.Conv2d(PLANES, PLANES, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(PLANES)
        around = (nn.Conv2d(PLANES, PLANES, 1, (stride, 1), bias=False), nn.BatchNorm2d(PLANES))
        self.shortcut = nn.Sequential(*(around if stride > 1 else ()))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, planes, bands, frames), with `bands` divided by the stride."""
        y = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(y)) + self.shortcut(x)).relu()


class Head(nn.Module):
    """The spectrum's ResNet: eight times fewer bands."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, PLANES, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(PLANES)
        self.layer1 = nn.Sequential(Residual(2), Residual(1))
        self.layer2 = nn.Sequential(Residual(2), Residual(1))
        self.conv2 = nn.Conv2d(PLANES, PLANES, 3, (2, 1), 1, bias=False)
        self.bn2 = nn.BatchNorm2d(PLANES)

    def forward(self, mels: Tensor) -> Tensor:
        """(batch, bands, frames) to (batch, planes * bands / 8, frames)."""
        x = self.bn1(self.conv1(mels[:, None])).relu()
        x = self.layer2(self.layer1(x))
        return self.bn2(self.conv2(x)).relu().flatten(1, 2)


class Context(nn.Module):
    """A convolution, each channel weighted by what the stretch and its second are like."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        reach = (KERNEL - 1) // 2 * dilation
        self.linear_local = nn.Conv1d(
            BOTTLENECK, GROWTH, KERNEL, padding=reach, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(BOTTLENECK, BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(BOTTLENECK // 2, GROWTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, bottleneck, frames) to (batch, growth, frames)."""
        frames = x.shape[-1]
        seconds = functional.avg_pool1d(x, SECOND, SECOND, ceil_mode=True)
        context = x.mean(-1, keepdim=True) + seconds.repeat_interleave(SECOND, -1)[..., :frames]
        return self.linear_local(x) * self.linear2(self.linear1(context).relu()).sigmoid()


class Layer(nn.Module):
    """One layer of a dense block: all channels so far to `GROWTH` more."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = normed(channels)
        self.linear1 = nn.Conv1d(channels, BOTTLENECK, 1, bias=False)
        self.nonlinear2 = normed(BOTTLENECK)
        self.cam_layer = Context(dilation)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, channels + growth, frames)."""
        y = self.nonlinear2(self.linear1(self.nonlinear1(x)))
        return torch.cat((x, self.cam_layer(y)), 1)


class Transit(nn.Module):
    """Half the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.nonlinear = normed(channels)
        self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, channels / 2, frames)."""
        return self.linear(self.nonlinear(x))


class Dense(nn.Module):
    """A convolution and its norm: the first layer (ReLU) and the last (none)."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, *, affine: bool) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, out, kernel, stride, kernel // 2, bias=False)
        self.nonlinear = normed(out, affine=affine)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, out, frames / stride)."""
        return self.nonlinear(self.linear(x))


class Pooling(nn.Module):
    """Mean and deviation of each channel over time."""

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, 2 * channels, 1); there must be two frames."""
        return torch.cat((x.mean(-1, keepdim=True), x.std(-1, keepdim=True)), 1)


class CamPlus(nn.Module):
    """The whole network."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        width = PLANES * MELS // 8
        parts: dict[str, nn.Module] = {"tdnn": Dense(width, FIRST, 5, 2, affine=True)}
        channels = FIRST
        for number, (layers, dilation) in enumerate(BLOCKS, start=1):
            block: dict[str, nn.Module] = {}
            for layer in range(1, layers + 1):
                block[f"tdnnd{layer}"] = Layer(channels, dilation)
                channels += GROWTH
            parts[f"block{number}"] = nn.Sequential(OrderedDict(block))
            parts[f"transit{number}"] = Transit(channels)
            channels //= 2
        parts["out_nonlinear"] = normed(channels)
        parts["stats"] = Pooling()
        parts["dense"] = Dense(2 * channels, SIZE, 1, 1, affine=False)
        self.xvector = nn.Sequential(OrderedDict(parts))

    def forward(self, mels: Tensor) -> Tensor:
        """Speaker vectors, (batch, 192), of log mel powers (batch, frames, 80), at least 4 frames.

        The mean over time of each band must have been taken off.
        """
        return self.xvector(self.head(mels.transpose(1, 2)))[..., 0]


def load_campplus(path: Path) -> CamPlus:
    """The network whose weights are in `path`, float32, in eval mode.

    Raises:
        ModelError: nothing is there, or it is damaged, or it is no CAM++.
    """
    state = load_tensors(path)
    with torch.device("meta"):
        network = CamPlus()
    try:
        network.load_state_dict(state, assign=True)
    except (AttributeError, RuntimeError, TypeError) as error:
        what = f"{path} is no CAM++: {' '.join(str(error).splitlines()[:2])}"
        raise ModelError(what, expected="a checkpoint of 3D-Speaker's CAM++") from None
    return network.eval().requires_grad_(False)
