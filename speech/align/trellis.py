"""The most probable places of tokens in frames: wildcards, trellis, backtracking.

Where it stands: the arithmetic under `alignment.py`; numpy arrays in and out, one segment at a
time, in float32 as WhisperX computes, so that ties and roundings fall the same way.

Source of the method: https://pytorch.org/tutorials/intermediate/forced_alignment_with_torchaudio_tutorial.html
as whisperx/alignment.py (3.8) has it: a blank is a stay, and repeats need no blank between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WILDCARD = -1  # a token that any sound may be


@dataclass(frozen=True, slots=True)
class Span:
    """The frames of one token, from `start` to before `end`, and its mean probability."""

    start: int
    end: int
    score: float


def best_spans(emission: np.ndarray, tokens: Sequence[int], blank: int) -> list[Span] | None:
    """Where each of `tokens` is heard; None where there is no path, as with too few frames.

    Args:
        emission: log probabilities (frames, vocabulary), float32.
        tokens: columns of `emission`, or WILDCARD.
        blank: the column of CTC's blank.
    """
    emission, columns = _with_wildcard(emission, np.asarray(tokens), blank)
    trellis = _trellis(emission, columns, blank)
    path = _backtrack(trellis, emission, columns, blank)
    return None if path is None else _merge(*path)


def _with_wildcard(
    emission: np.ndarray, tokens: np.ndarray, blank: int
) -> tuple[np.ndarray, np.ndarray]:
    """One column more, the best of all that is no blank, where a token is a wildcard."""
    if not (tokens == WILDCARD).any():
        return emission, tokens
    sounds = np.delete(emission, blank, axis=1).max(axis=1, keepdims=True)
    columns = np.where(tokens == WILDCARD, emission.shape[1], tokens)
    return np.concatenate([emission, sounds], axis=1), columns


def _trellis(emission: np.ndarray, columns: np.ndarray, blank: int) -> np.ndarray:
    """Best log probability (frames + 1, tokens + 1) of having said so many tokens by a frame."""
    frames, count = len(emission), len(columns)
    trellis = np.empty((frames + 1, count + 1), dtype=np.float32)
    trellis[0, 0] = 0
    trellis[1:, 0] = np.cumsum(emission[:, blank], dtype=np.float64)
    trellis[0, -count:] = -np.inf
    trellis[-count:, 0] = np.inf  # so late, the first token must have begun
    stays, changes = emission[:, blank], emission[:, columns]
    for t in range(frames):
        np.maximum(trellis[t, 1:] + stays[t], trellis[t, :-1] + changes[t], out=trellis[t + 1, 1:])
    return trellis


def _backtrack(
    trellis: np.ndarray, emission: np.ndarray, columns: np.ndarray, blank: int
) -> tuple[np.ndarray, np.ndarray, int] | None:
    """Token and probability of every frame of the best path, and its first frame."""
    last = int(np.argmax(trellis[:, -1]))
    stayed = trellis[:last, 1:] + emission[:last, blank, None]
    changed = trellis[:last, :-1] + emission[:last][:, columns]
    moves = (changed > stayed).tolist()
    token = len(columns) - 1
    tokens, moved = [], []
    for t in range(last - 1, -1, -1):
        tokens.append(token)
        moved.append(moves[t][token])
        if moved[-1]:
            token -= 1
            if token < 0:
                return _path(tokens[::-1], moved[::-1], t, emission, columns, blank)
    return None


def _path(
    tokens: list[int],
    moved: list[bool],
    first: int,
    emission: np.ndarray,
    columns: np.ndarray,
    blank: int,
) -> tuple[np.ndarray, np.ndarray, int]:
    said = np.asarray(tokens)
    read = np.where(moved, columns[said], blank)
    return said, np.exp(emission[np.arange(first, first + len(said)), read]), first


def _merge(tokens: np.ndarray, scores: np.ndarray, first: int) -> list[Span]:
    """Frames of the same token as one span, in order of the tokens."""
    starts = np.flatnonzero(np.diff(tokens, prepend=-1))
    ends = [*starts[1:].tolist(), len(tokens)]
    return [
        Span(first + a, first + b, sum(scores[a:b].tolist()) / (b - a))
        for a, b in zip(starts.tolist(), ends, strict=True)
    ]
