"""Reader of CTranslate2 Whisper folders: `model.bin` (binary format 6) and `config.json`.

Where it stands: one of the readers behind `weights.py`. Refuses other binary versions, models that
are not Whisper, and files that end too early.

The format, little-endian: u32 version, string kind, u32 revision, u32 count of variables; each
string name, u8 rank, u32 sizes, u8 dtype, u32 bytes, data; then u32 count of aliases, each two
strings. A string is u16 length with the closing zero, then the bytes.
Source: `ModelSpec._serialize` in ctranslate2/specs/model_spec.py, release 4.8.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from aiec.ir.errors import ModelError
from aiec.speech.checkpoint import Checkpoint, Wanted, heads_in, read_json
from aiec.speech.whisper import Dims

BINARY_VERSION = 6
KIND = "WhisperSpec"
# Position in the tuple is the type's number in the file. Source: _dtype_to_type_id, same file.
DTYPES = (torch.float32, torch.int8, torch.int16, torch.int32, torch.float16, torch.bfloat16)


@dataclass(frozen=True, slots=True)
class Variable:
    """Where one tensor lies in the file."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    offset: int  # bytes from the start of the file
    nbytes: int


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A `model.bin` whose table of contents has been read and found whole."""

    path: Path
    data: np.ndarray  # uint8, memory-mapped
    variables: Mapping[str, Variable]  # aliases included

    def tensor(self, name: str) -> Tensor:
        """Variable `name` as float32; weights in int8 are divided by their rows' scales."""
        found = self._stored(name)
        if f"{name}_scale" not in self.variables:
            return found.float()
        scale = self._stored(f"{name}_scale").float()  # a number for int16, one a row for int8
        return found.float() / scale.reshape(-1, *[1] * (found.dim() - 1))

    def shape(self, name: str, rank: int) -> tuple[int, ...]:
        """Sizes of variable `name`."""
        found = self.place(name).shape
        if len(found) != rank:
            raise _damaged(self.path, f"variable {name!r} has shape {found}", f"rank {rank}")
        return found

    def _stored(self, name: str) -> Tensor:
        at = self.place(name)
        raw = torch.from_numpy(self.data[at.offset : at.offset + at.nbytes].copy())
        return raw.view(at.dtype).reshape(at.shape)

    def place(self, name: str) -> Variable:
        """Where variable `name` lies; a ModelError if it lies nowhere."""
        if name not in self.variables:
            raise _damaged(self.path, f"it has no variable {name!r}", "a complete Whisper model")
        return self.variables[name]


class _Cursor:
    """Reads forwards through the table of contents; a read past the end is a ModelError."""

    def __init__(self, path: Path, data: np.ndarray) -> None:
        self.path, self.data, self.at = path, data, 0

    def skip(self, nbytes: int) -> int:
        """Step over `nbytes`; returns where they begin."""
        start, self.at = self.at, self.at + nbytes
        if self.at > self.data.size:
            what = f"it ends after {self.data.size} bytes"
            raise _damaged(self.path, what, f"at least {self.at} bytes")
        return start

    def number(self, code: str) -> int:
        start = self.skip(struct.calcsize(code))
        return int(struct.unpack(f"<{code}", bytes(self.data[start : self.at]))[0])

    def string(self) -> str:
        length = self.number("H")
        start = self.skip(length)
        return bytes(self.data[start : start + max(0, length - 1)]).decode("utf-8", "replace")


def open_model(folder: Path) -> ModelFile:
    """Read the table of contents of `folder/model.bin`, and nothing else yet.

    Raises:
        ModelError: the file is missing, truncated, of another version or not Whisper.
    """
    path = folder / "model.bin"
    try:
        data = np.memmap(path, dtype=np.uint8, mode="r")
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        raise _damaged(path, "it is empty", "a CTranslate2 Whisper model") from None
    cursor = _Cursor(path, data)
    _check_head(cursor)
    variables = dict(_variable(cursor) for _ in range(cursor.number("I")))
    model = ModelFile(path, data, variables)
    aliases = [(cursor.string(), cursor.string()) for _ in range(cursor.number("I"))]
    variables.update({alias: model.place(name) for alias, name in aliases})
    return model


def _check_head(cursor: _Cursor) -> None:
    version = cursor.number("I")
    if version != BINARY_VERSION:
        what = f"it does not begin as CTranslate2's binary format {BINARY_VERSION} does"
        raise _damaged(cursor.path, what, "a CTranslate2 Whisper model")
    kind = cursor.string()
    if kind != KIND:
        raise ModelError(f"{cursor.path} holds a {kind!r} model", expected=f"a {KIND!r} model")
    cursor.number("I")  # revision of the kind: all that exist name their variables alike


def _variable(cursor: _Cursor) -> tuple[str, Variable]:
    name = cursor.string()
    shape = tuple(cursor.number("I") for _ in range(cursor.number("B")))
    code, nbytes = cursor.number("B"), cursor.number("I")
    if code >= len(DTYPES) or nbytes != math.prod(shape) * DTYPES[code].itemsize:
        what = f"variable {name!r} has {nbytes} bytes of type {code} for shape {shape}"
        raise _damaged(cursor.path, what, "sizes that agree")
    return name, Variable(shape, DTYPES[code], cursor.skip(nbytes), nbytes)


def _damaged(path: Path, what: str, expected: str) -> ModelError:
    todo = "get the file again"
    return ModelError(f"{path} is damaged: {what}", expected=expected, todo=todo)


def read(folder: Path, wanted: Wanted) -> Checkpoint:
    """Read the `wanted` parameters of the CTranslate2 Whisper model in `folder`.

    Raises:
        ModelError: a file is missing, damaged or of another kind of model.
    """
    model = open_model(folder)
    heads = heads_in(read_json(folder / "config.json"))
    dims = _dims(model)
    tensors = {ours: _tensor(model, place) for ours, place in _places(dims) if wanted(ours)}
    return Checkpoint(model.path, dims, tensors, heads)


def _dims(model: ModelFile) -> Dims:
    width, n_mels, _ = model.shape("encoder/conv1/weight", rank=3)
    audio_positions, _ = model.shape("encoder/position_encodings/encodings", rank=2)
    n_vocab, text_width = model.shape("decoder/embeddings/weight", rank=2)
    text_positions, _ = model.shape("decoder/position_encodings/encodings", rank=2)
    heads = [int(model.tensor(f"{part}/num_heads")) for part in ("encoder", "decoder")]
    layers = [_layers(model, part) for part in ("encoder", "decoder")]
    audio = (audio_positions, width, heads[0], layers[0])
    return Dims(n_mels, *audio, n_vocab, text_positions, text_width, heads[1], layers[1])


def _layers(model: ModelFile, part: str) -> int:
    found = (re.match(rf"{part}/layer_(\d+)/", name) for name in model.variables)
    return len({match[1] for match in found if match})


@dataclass(frozen=True, slots=True)
class Place:
    """Piece `piece` of `pieces` equal row blocks of a variable (fused projections have 2 or 3)."""

    name: str
    piece: int = 0
    pieces: int = 1


def _tensor(model: ModelFile, place: Place) -> Tensor:
    return model.tensor(place.name).chunk(place.pieces)[place.piece].contiguous()


def _places(dims: Dims) -> Iterator[tuple[str, Place]]:
    """Our parameter names, and where CTranslate2 keeps each."""
    for conv in ("conv1", "conv2"):
        yield from _affine(f"encoder.{conv}", f"encoder/{conv}")
    yield from _norm("encoder.ln_post", "encoder/layer_norm")
    yield from _norm("decoder.ln", "decoder/layer_norm")
    yield "decoder.token_embedding.weight", Place("decoder/embeddings/weight")
    for part, layers in (("encoder", dims.n_audio_layer), ("decoder", dims.n_text_layer)):
        yield f"{part}.positional_embedding", Place(f"{part}/position_encodings/encodings")
        for i in range(layers):
            yield from _block(f"{part}.blocks.{i}", f"{part}/layer_{i}")
    for i in range(dims.n_text_layer):
        yield from _cross_attention(f"decoder.blocks.{i}", f"decoder/layer_{i}/attention")


def _block(ours: str, theirs: str) -> Iterator[tuple[str, Place]]:
    attention = f"{theirs}/self_attention"
    yield from _norm(f"{ours}.attn_ln", f"{attention}/layer_norm")
    yield from _affine(f"{ours}.attn.query", f"{attention}/linear_0", 0, 3)
    yield f"{ours}.attn.key.weight", Place(f"{attention}/linear_0/weight", 1, 3)
    yield from _affine(f"{ours}.attn.value", f"{attention}/linear_0", 2, 3)
    yield from _affine(f"{ours}.attn.out", f"{attention}/linear_1")
    yield from _norm(f"{ours}.mlp_ln", f"{theirs}/ffn/layer_norm")
    yield from _affine(f"{ours}.mlp.0", f"{theirs}/ffn/linear_0")
    yield from _affine(f"{ours}.mlp.2", f"{theirs}/ffn/linear_1")


def _cross_attention(ours: str, theirs: str) -> Iterator[tuple[str, Place]]:
    yield from _norm(f"{ours}.cross_attn_ln", f"{theirs}/layer_norm")
    yield from _affine(f"{ours}.cross_attn.query", f"{theirs}/linear_0")
    yield f"{ours}.cross_attn.key.weight", Place(f"{theirs}/linear_1/weight", 0, 2)
    yield from _affine(f"{ours}.cross_attn.value", f"{theirs}/linear_1", 1, 2)
    yield from _affine(f"{ours}.cross_attn.out", f"{theirs}/linear_2")


def _norm(ours: str, theirs: str) -> Iterator[tuple[str, Place]]:
    yield f"{ours}.weight", Place(f"{theirs}/gamma")
    yield f"{ours}.bias", Place(f"{theirs}/beta")


def _affine(ours: str, theirs: str, piece: int = 0, of: int = 1) -> Iterator[tuple[str, Place]]:
    yield f"{ours}.weight", Place(f"{theirs}/weight", piece, of)
    yield f"{ours}.bias", Place(f"{theirs}/bias", piece, of)
