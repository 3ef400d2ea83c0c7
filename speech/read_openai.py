"""Reader of openai-whisper checkpoints: one `.pt` file with `dims` and `model_state_dict`.

Where it stands: one of the readers behind `weights.py`. Our parameters are named as theirs, so
nothing is renamed. Refuses files that torch cannot read as plain tensors, and foreign contents.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from aiec.ir.errors import ModelError
from aiec.speech.checkpoint import Checkpoint, Wanted
from aiec.speech.whisper import Dims

KEYS = {"dims", "model_state_dict"}  # Source: whisper/__init__.py, load_model, release 20250625


def read(path: Path, wanted: Wanted) -> Checkpoint:
    """Read the `wanted` parameters of the checkpoint `path`.

    Raises:
        ModelError: the file is damaged or not an openai-whisper checkpoint.
    """
    content = load_tensors(path)
    if not isinstance(content, dict) or not set(content) >= KEYS:
        raise _foreign(path, f"it has no {' or '.join(sorted(KEYS))}")
    try:
        dims = Dims(**content["dims"])
    except TypeError:
        raise _foreign(path, f"its dims are {content['dims']}") from None
    state = content["model_state_dict"]
    return Checkpoint(path, dims, {k: v.float() for k, v in state.items() if wanted(k)})


def load_tensors(path: Path) -> Any:
    """What torch saved in `path`; only tensors and plain containers are let in.

    Raises:
        ModelError: the file is missing, or damaged, or holds other objects.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from None
    except (RuntimeError, EOFError, ValueError, pickle.UnpicklingError):
        what = f"{path} is damaged: torch cannot read it as saved tensors"
        raise ModelError(what, expected="a checkpoint", todo="get the file again") from None


def _foreign(path: Path, what: str) -> ModelError:
    return ModelError(f"{path} is no Whisper: {what}", expected="an openai-whisper checkpoint")
