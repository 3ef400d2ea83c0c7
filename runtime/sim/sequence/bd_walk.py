"""How a descriptor that registers hold walks through memory.

After bd_words.py, which decodes it. The last dimension has no size: it goes on until the length is
moved. Source: AM025.
"""

from __future__ import annotations

from dataclasses import replace

from aiec.runtime.sim.array.access import Access, access
from aiec.runtime.sim.array.channels import Pattern
from aiec.runtime.sim.array.limits import WORD_BYTES
from aiec.runtime.sim.array.pad import Padded
from aiec.runtime.sim.sequence.bd_words import RawBd


def walk_of(raw: RawBd) -> Access:
    """The words of memory that a descriptor touches, padding left out."""
    sizes = _sizes(raw)
    strides = [stride + 1 for stride in raw.strides[: len(sizes)]]
    return access(tuple(sizes[::-1]), tuple(strides[::-1]), WORD_BYTES)


def pattern_of(raw: RawBd, walk: Access) -> Pattern:
    """What it moves: its length of `walk`, or with the padding that a mem tile adds."""
    if not raw.pads:
        return replace(walk, nbytes=raw.length * WORD_BYTES)
    sizes = _sizes(raw)[::-1]
    pads = [raw.pads[i] if i < len(raw.pads) else (0, 0) for i in range(len(sizes))]
    return Padded(walk, tuple(sizes), tuple(pads[::-1]), WORD_BYTES, 0)


def _sizes(raw: RawBd) -> list[int]:
    """Steps of each dimension, innermost first, until the length is moved."""
    sizes: list[int] = []
    padded, remaining = 1, raw.length
    for place in range(len(raw.strides)):
        wrap = raw.sizes[place] if place < len(raw.sizes) else 0
        before, after = raw.pads[place] if place < len(raw.pads) else (0, 0)
        size = wrap or max(1, remaining - before - after)
        sizes.append(size)
        padded *= size + before + after
        remaining = -(-raw.length // padded)
        if remaining <= 1:
            break
    return sizes
