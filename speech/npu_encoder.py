"""The encoder compiled for the NPU, and the facts about its run.

Where it stands: between `weights.py` and `speech_model.py`. Everything about devices is the
backend's; this only asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from aiec.ir.errors import PartitionError
from aiec.ir.options import Options
from aiec.runtime.open_device import npu_target
from aiec.speech import weights
from aiec.speech.speech_model import EncoderCall


def wants_npu(options: Options) -> bool:
    """Whether `options` bring an NPU, real or simulated, into play on this machine.

    Raises:
        DeviceError: a device was named that is not here.
        PartitionError: an NPU is required, and the device has none.
    """
    if npu_target(options) is not None:
        return True
    if options.require_npu:
        what = f"require_npu: device {options.device!r} has no NPU on this machine"
        raise PartitionError(what, expected="npu1, npu2, sim:npu1 or sim:npu2")
    return False


def compile_encoder(path: Path, given: Mapping[str, Any]) -> EncoderCall:
    """The encoder of the model at `path`, compiled with the backend's options `given`.

    Raises:
        ModelError: the weights cannot be read.
        AiecError: whatever the backend refuses, at the first window.
    """
    encoder = weights.load_encoder(path)
    return torch.compile(encoder, backend="aie", dynamic=False, options=dict(given))


class NpuEncoder:
    """A compiled encoder that counts its windows.

    Args:
        folder: a Whisper model in any format that `weights.py` reads.
        given: the backend's options, as `torch.compile` takes them.
        device: the device's name, for the facts.
    """

    def __init__(self, folder: Path, given: Mapping[str, Any], device: str) -> None:
        self.device = device
        self.windows = 0
        self._compiled = compile_encoder(folder, given)

    def __call__(self, mel: torch.Tensor) -> torch.Tensor:
        """Encode one window, (1, n_mels, 3000) to (1, 1500, width)."""
        self.windows += 1
        return self._compiled(mel)

    def facts(self, wall_s: float) -> str:
        """One line: what ran where, and for how long."""
        return f"encoder on {self.device}: {self.windows} windows, wall time {wall_s:.1f} s"
