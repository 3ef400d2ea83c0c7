"""Reader of `.hama` weight files, as the PyPI package `hama` carries them.

Where it stands: below `hama_acoustic.py` and `hama_g2p.py`. Refuses files that end too early.

A file is the magic `HAMAPK`, version u8, kind u8, tensors u32; for each tensor u16 name bytes,
name, dtype u8 (0 is float32, 1 is float16), rank u8, rank x u32 sizes, u64 offset, u64 bytes; then,
from the next multiple of 16, the data, to which the offsets are relative. All little endian.
Source: tools/hama_pack.py of https://github.com/hamanlp/hama.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from aiec.ir.errors import ModelError

MAGIC, ALIGNMENT = b"HAMAPK", 16
DTYPES = (np.dtype("<f4"), np.dtype("<f2"))


def read_hama(path: Path) -> dict[str, Tensor]:
    """Every tensor in `path` by its name, as float32.

    Raises:
        ModelError: the file is missing, damaged or of another format.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from None
    try:
        return _tensors(data)
    except (struct.error, ValueError, IndexError):
        what = f"{path} is damaged: not a whole .hama file"
        raise ModelError(what, expected="weights of hama", todo="get the file again") from None


def _tensors(data: bytes) -> dict[str, Tensor]:
    if data[:6] != MAGIC:
        raise ValueError("no .hama file")
    (count,), at = struct.unpack_from("<I", data, 8), 12
    entries: dict[str, tuple[np.dtype, tuple[int, ...], int]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        rank = data[at + 1]
        shape = struct.unpack_from(f"<{rank}I", data, at + 2)
        (offset,) = struct.unpack_from("<Q", data, at + 2 + 4 * rank)
        entries[name] = (DTYPES[data[at]], shape, offset)
        at += 2 + 4 * rank + 16
    start = -(-at // ALIGNMENT) * ALIGNMENT
    return {name: _tensor(data, start, *entry) for name, entry in entries.items()}


def _tensor(data: bytes, start: int, dtype: np.dtype, shape: tuple[int, ...], at: int) -> Tensor:
    flat = np.frombuffer(data, dtype, count=int(np.prod(shape)), offset=start + at)
    return torch.from_numpy(flat.astype(np.float32).reshape(shape))


def numbered(tensors: Mapping[str, Tensor], prefix: str) -> list[Tensor]:
    """Tensors that an ONNX export named `prefix` and a number, in the order of these numbers."""
    names = [name for name in tensors if name.startswith(prefix)]
    return [tensors[name] for name in sorted(names, key=lambda name: int(name[len(prefix) :]))]
