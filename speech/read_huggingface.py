"""Reader of Hugging Face Whisper folders: `config.json` and safetensors or `pytorch_model.bin`.

Where it stands: one of the readers behind `weights.py`. Shards are read through their index file.
Refuses other model types, and files that end too early.

A safetensors file is u64 header bytes, a JSON header {name: {dtype, shape, data_offsets}}, data.
Source: https://github.com/huggingface/safetensors, section Format.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aiec.ir.errors import ModelError
from aiec.speech.checkpoint import Checkpoint, Wanted, heads_in, read_json
from aiec.speech.read_openai import load_tensors
from aiec.speech.whisper import Dims

SINGLE = ("model.safetensors", "pytorch_model.bin")
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

# Their words and ours, in the order they are replaced. Source: modeling_whisper.py of transformers
# and whisper/model.py, read side by side.
RENAMES = (
    ("model.", ""),
    ("layers.", "blocks."),
    ("embed_tokens.", "token_embedding."),
    ("embed_positions.weight", "positional_embedding"),
    ("encoder_attn_layer_norm.", "cross_attn_ln."),
    ("encoder_attn.", "cross_attn."),
    ("self_attn_layer_norm.", "attn_ln."),
    ("self_attn.", "attn."),
    ("q_proj.", "query."),
    ("k_proj.", "key."),
    ("v_proj.", "value."),
    ("out_proj.", "out."),
    ("final_layer_norm.", "mlp_ln."),
    ("fc1.", "mlp.0."),
    ("fc2.", "mlp.2."),
    ("encoder.layer_norm.", "encoder.ln_post."),
    ("decoder.layer_norm.", "decoder.ln."),
)


def read(folder: Path, wanted: Wanted) -> Checkpoint:
    """Read the `wanted` parameters of the Hugging Face Whisper model in `folder`.

    Raises:
        ModelError: a file is missing, damaged or of another kind of model.
    """
    dims = _dims(folder / "config.json")
    generation = folder / "generation_config.json"
    heads = heads_in(read_json(generation)) if generation.exists() else ()
    tensors = {}
    for path in files(folder):
        tensors |= {our_name(n): t.float() for n, t in stored(path) if wanted(our_name(n))}
    return Checkpoint(folder, dims, tensors, heads)


def _dims(path: Path) -> Dims:
    config = read_json(path)
    if config.get("model_type") != "whisper":
        what = f"{path} describes a {config.get('model_type')!r} model"
        raise ModelError(what, expected="model_type 'whisper'")
    width = config["d_model"]
    encoder, decoder = (
        (width, config[f"{part}_attention_heads"], config[f"{part}_layers"])
        for part in ("encoder", "decoder")
    )
    audio = (config["num_mel_bins"], config["max_source_positions"], *encoder)
    return Dims(*audio, config["vocab_size"], config["max_target_positions"], *decoder)


def files(folder: Path) -> list[Path]:
    """The file of weights in `folder`, or the shards that its index names.

    Raises:
        ModelError: there are none.
    """
    for name in SINGLE:
        if (folder / name).exists():
            return [folder / name]
        index = folder / f"{name}.index.json"
        if index.exists():
            return [
                folder / shard for shard in sorted(set(read_json(index)["weight_map"].values()))
            ]
    raise ModelError(f"{folder} has no weights", expected=" or ".join(SINGLE))


def our_name(theirs: str) -> str:
    """Our name of their parameter: `model.decoder.layer_norm.bias` is `decoder.ln.bias`."""
    for old, new in RENAMES:
        theirs = theirs.replace(old, new)
    return theirs


def stored(path: Path) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of one file by the name it was stored under.

    Raises:
        ModelError: the file is missing or damaged.
    """
    if path.suffix == ".safetensors":
        return _safetensors(path)
    return iter(load_tensors(path).items())


def _safetensors(path: Path) -> Iterator[tuple[str, Tensor]]:
    try:
        data = np.memmap(path, dtype=np.uint8, mode="r")
        start = 8 + int(data[:8].view("<u8")[0])
        header: dict[str, Any] = json.loads(bytes(data[8:start]))
        header.pop("__metadata__", None)
        for name, entry in header.items():
            yield name, _slice(data[start:], entry)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RuntimeError, IndexError):
        what = f"{path} is damaged: not a whole safetensors file"
        raise ModelError(what, expected="a Whisper model", todo="get the file again") from None


def _slice(data: np.ndarray, entry: dict[str, Any]) -> Tensor:
    begin, end = entry["data_offsets"]
    raw = torch.from_numpy(data[begin:end].copy())
    return raw.view(DTYPES[entry["dtype"]]).reshape(entry["shape"])
