"""Checkpoint: one model's weights in our names, whatever format they were stored in.

Made by the three readers (`read_ctranslate2`, `read_openai`, `read_huggingface`), turned into
modules by `weights.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from aiec.ir.errors import ModelError
from aiec.speech.whisper import Dims

Wanted = Callable[[str], bool]  # says of one of our parameter names whether to read it


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weights by the parameter names of `whisper.Whisper`, float32, on the CPU.

    Attributes:
        source: the file that the weights come from, for messages.
        alignment_heads: (layer, head) of the cross-attention heads that follow the speech; empty
            where the format does not say.
    """

    source: Path
    dims: Dims
    tensors: Mapping[str, Tensor]
    alignment_heads: tuple[tuple[int, int], ...] = ()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`.

    Raises:
        ModelError: there is no such file, or it is not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise ModelError(f"{path} is damaged: {error}", expected="a JSON object") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} is damaged: not an object", expected="a JSON object")
    return content


def heads_in(config: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """`alignment_heads` of a CTranslate2 or generation configuration, if it has them."""
    return tuple((int(layer), int(head)) for layer, head in config.get("alignment_heads") or ())
