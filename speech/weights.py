"""Weights of any of three formats into our one module.

Where it stands: after `find_model.py` has found a file or folder, before `transcribe.py` and
anyone who wants a Whisper in torch. Refuses what is missing, damaged or not Whisper, by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from aiec.ir.errors import ModelError
from aiec.speech import read_ctranslate2, read_huggingface, read_openai
from aiec.speech.checkpoint import Checkpoint, Wanted
from aiec.speech.whisper import Encoder, Whisper

Module = TypeVar("Module", bound=nn.Module)
FORMATS = (
    "a CTranslate2 folder (model.bin, config.json), a Hugging Face folder (config.json, "
    "model.safetensors or pytorch_model.bin) or an openai-whisper .pt file"
)


def load(path: Path) -> Whisper:
    """The whole model stored at `path`, float32, in eval mode.

    Raises:
        ModelError: nothing is there, or it is damaged, or it is not Whisper.
    """
    checkpoint = read(path, lambda name: True)
    with torch.device("meta"):
        empty = Whisper(checkpoint.dims)
    return _fill(empty, checkpoint, "")


def load_encoder(path: Path) -> Encoder:
    """Only the encoder of the model stored at `path`; the rest is not read from CTranslate2 files.

    Raises:
        ModelError: as `load`.
    """
    checkpoint = read(path, lambda name: name.startswith("encoder."))
    with torch.device("meta"):
        empty = Encoder(checkpoint.dims)
    return _fill(empty, checkpoint, "encoder.")


def read(path: Path, wanted: Wanted) -> Checkpoint:
    """Read the `wanted` parameters with the reader that fits what lies at `path`.

    Raises:
        ModelError: as `load`.
    """
    if path.is_file():
        return read_openai.read(path, wanted)
    if (path / "model.bin").exists():
        return read_ctranslate2.read(path, wanted)
    if (path / "config.json").exists():
        return read_huggingface.read(path, wanted)
    what = "holds no model" if path.is_dir() else "does not exist"
    raise ModelError(f"{path} {what}", expected=FORMATS)


def _fill(module: Module, checkpoint: Checkpoint, prefix: str) -> Module:
    """Give `module` (on the meta device) its tensors, each checked by name and shape."""
    state = {}
    for name, empty in module.state_dict().items():
        tensor = checkpoint.tensors.get(prefix + name)
        found = "nothing" if tensor is None else tuple(tensor.shape)
        if tensor is None or tensor.shape != empty.shape:
            what = f"{checkpoint.source} does not fit Whisper: {prefix}{name} is {found}"
            raise ModelError(what, expected=f"shape {tuple(empty.shape)}")
        state[name] = tensor
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)
