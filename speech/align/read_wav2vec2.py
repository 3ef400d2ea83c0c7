"""Readers of wav2vec2 checkpoints: torchaudio's state dicts and Hugging Face's folders.

Where it stands: between files and `wav2vec2.py`. Sizes are read off the tensors, and off
`config.json` where there is one. Refuses other models, and what is missing or of another shape.

Source of the names: torchaudio/models/wav2vec2 and transformers' modeling_wav2vec2.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from aiec.ir.errors import ModelError
from aiec.speech.align.languages import Bundle
from aiec.speech.align.wav2vec2 import KERNELS, STRIDES, Wav2Vec2, Wav2Vec2Dims
from aiec.speech.checkpoint import read_json
from aiec.speech.read_huggingface import files, stored
from aiec.speech.read_openai import load_tensors

HEAD_WIDTH = 64  # of torchaudio's models, which do not store the number of heads
RENAMES = (
    ("wav2vec2.", ""),
    ("encoder.feature_projection.", "feature_projection."),
    ("encoder.transformer.", "encoder."),
    ("aux.", "lm_head."),
    ("conv.parametrizations.weight.original0", "conv.weight_g"),
    ("conv.parametrizations.weight.original1", "conv.weight_v"),
)
POSITIONS = "encoder.pos_conv_embed.conv"
UNUSED = ("masked_spec_embed", "mask_generator.mask_embedding", "mask_embedding")


def read_torchaudio(path: Path, bundle: Bundle) -> Wav2Vec2:
    """The model whose state dict torchaudio stored in `path`, float32, in eval mode.

    Raises:
        ModelError: the file is damaged or holds another model.
    """
    tensors = _ours(load_tensors(path))
    for name in [name for name in tensors if name.startswith("lm_head.")]:
        kept = [row for row in range(len(tensors[name])) if row not in bundle.unused]
        tensors[name] = tensors[name][kept]
    model = _filled(path, tensors, {})
    model.normalize = bundle.normalize
    return model


def read_folder(folder: Path) -> tuple[Wav2Vec2, dict[str, int]]:
    """The model of a Hugging Face folder and its dictionary, characters in lower case.

    Raises:
        ModelError: a file is missing, damaged or of another kind of model.
    """
    config = read_json(folder / "config.json")
    kind = config.get("model_type")
    odd = [
        n for n in ("conv_kernel", "conv_stride") if tuple(config.get(n, _USUAL[n])) != _USUAL[n]
    ]
    if kind != "wav2vec2" or odd:
        what = f"{folder} describes a {kind!r} model" + "".join(f" with another {n}" for n in odd)
        raise ModelError(what, expected="model_type 'wav2vec2'")
    tensors = {name: t for path in files(folder) for name, t in stored(path)}
    return _filled(folder, _ours(tensors), config), _dictionary(folder)


_USUAL = {"conv_kernel": KERNELS, "conv_stride": STRIDES}


def _dictionary(folder: Path) -> dict[str, int]:
    added = folder / "added_tokens.json"
    known = read_json(folder / "vocab.json") | (read_json(added) if added.exists() else {})
    if not all(isinstance(id, int) for id in known.values()):
        what = f"{folder / 'vocab.json'} holds the vocabularies of several languages"
        raise ModelError(what, expected="characters and their ids")
    return {char.lower(): id for char, id in known.items()}


def _ours(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    found = {}
    for name, tensor in tensors.items():
        for theirs, ours in RENAMES:
            name = name.replace(theirs, ours)
        if name not in UNUSED:
            found[name] = tensor.float()
    gain, direction = (found.pop(f"{POSITIONS}.weight_{part}", None) for part in "gv")
    if gain is not None and direction is not None:  # a norm for each place of the kernel
        norm = torch.linalg.vector_norm(direction, dim=(0, 1), keepdim=True)
        found[f"{POSITIONS}.weight"] = gain * direction / norm
    return found


def _filled(source: Path, tensors: dict[str, Tensor], config: Mapping[str, Any]) -> Wav2Vec2:
    try:
        model = Wav2Vec2(_dims(tensors, config)).eval().requires_grad_(False)
        model.load_state_dict(tensors)
    except (KeyError, RuntimeError) as error:
        what = f"{source} is not a wav2vec2 with a CTC head: {_first(error)}"
        raise ModelError(what, expected="Wav2Vec2ForCTC, or an ASR model of torchaudio") from None
    return model


def _first(error: Exception) -> str:
    """The telling line of torch's message, or the name that is missing."""
    lines = str(error).splitlines()
    return f"no {error}" if isinstance(error, KeyError) else lines[min(1, len(lines) - 1)].strip()


def _dims(tensors: Mapping[str, Tensor], config: Mapping[str, Any]) -> Wav2Vec2Dims:
    vocabulary, width = tensors["lm_head.weight"].shape
    layer_norms = "feature_extractor.conv_layers.1.layer_norm.weight" in tensors
    layers = {name.split(".")[2] for name in tensors if name.startswith("encoder.layers.")}
    return Wav2Vec2Dims(
        width=width,
        heads=config.get("num_attention_heads", width // HEAD_WIDTH),
        layers=len(layers),
        inner=len(tensors["encoder.layers.0.feed_forward.intermediate_dense.bias"]),
        vocabulary=vocabulary,
        norm_first=config.get("do_stable_layer_norm", layer_norms),
        layer_norms=layer_norms,
        conv_bias="feature_extractor.conv_layers.0.conv.bias" in tensors,
        channels=len(tensors["feature_projection.layer_norm.weight"]),
    )
