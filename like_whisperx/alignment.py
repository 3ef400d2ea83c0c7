"""WhisperX's `whisperx.alignment`: both functions are those of `aiec.speech.align`.

Only devices are read differently: a script's `cuda` is the CPU where torch has none, and so are the
names of NPUs, which do not align.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from aiec.speech import align as ours
from aiec.speech.align.languages import HUB as DEFAULT_ALIGN_MODELS_HF
from aiec.speech.align.languages import TORCHAUDIO as DEFAULT_ALIGN_MODELS_TORCH

__all__ = ["DEFAULT_ALIGN_MODELS_HF", "DEFAULT_ALIGN_MODELS_TORCH", "align", "load_align_model"]


def load_align_model(
    language_code: str,
    device: str = "cpu",
    model_name: str | None = None,
    model_dir: str | Path | None = None,
    model_cache_only: bool = False,
) -> tuple[Any, dict[str, Any]]:
    """As `aiec.speech.align.load_align_model`, on the device that there is."""
    place = torch_device(device)
    return ours.load_align_model(language_code, place, model_name, model_dir, model_cache_only)


def align(
    transcript: Any, model: Any, align_model_metadata: Any, audio: Any, device: str, **more: Any
) -> dict[str, Any]:
    """As `aiec.speech.align.align`, on the device that there is."""
    place = torch_device(device)
    return ours.align(transcript, model, align_model_metadata, audio, place, **more)


def torch_device(name: str | torch.device) -> str:
    """The device of torch that `name` can mean here.

    `cuda:1` is itself on a machine that has it, else `cpu`, as `auto` and `sim:npu2` are.
    """
    kind = str(name).partition(":")[0]
    return str(name) if kind == "cuda" and torch.cuda.is_available() else "cpu"
