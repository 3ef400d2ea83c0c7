"""The sounds of a file as speakers.

Where it stands: between `embed.py` and `stitch.py`. Vectors of sounds that are long enough are
joined by average linkage of their angles. Each stretch then goes to the speaker it is nearest to: a
short one with all that its window's speaker says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from aiec.ir.errors import OptionError
from aiec.speech.diarize.embed import Voices

# Chosen on joined clips of one to four speakers and a telephone call; see docs/speakers.md.
THRESHOLD = 0.6  # cosine distance within which two groups of sounds are one speaker
ENOUGH_S = 1.0  # seconds from which on a sound may found a speaker
SURE_S = 0.75  # seconds from which on a stretch says by itself whose it is
MIN_S, MIN_SHARE = 3.0, 0.05  # a speaker says as much as one of these, or is a stray


@dataclass(frozen=True, slots=True)
class Count:
    """How many speakers there may be.

    Raises:
        OptionError: bounds that no number fits.
    """

    least: int = 1
    most: int | None = None

    def __post_init__(self) -> None:
        if self.least < 1 or (self.most is not None and self.most < self.least):
            most = "any number" if self.most is None else self.most
            what = f"speakers cannot be at least {self.least} and at most {most}"
            raise OptionError(what, expected="1 <= min_speakers <= max_speakers")

    def nearest(self, number: int) -> int:
        """The allowed number that is nearest to `number`."""
        return max(self.least, number if self.most is None else min(number, self.most))


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who the stretches' voices are.

    Attributes:
        of_stretch: the number of each stretch's speaker; None where too little was heard.
        vectors: (speakers, size), of length 1.
    """

    of_stretch: tuple[int | None, ...]
    vectors: np.ndarray


def group(voices: Voices, count: Count) -> Speakers:
    """Find the speakers behind `voices`, as many as `count` allows."""
    founding = voices.seconds >= ENOUGH_S
    if founding.sum() < count.least:
        founding[:] = True
    vectors, seconds = voices.vectors[founding], voices.seconds[founding]
    if not len(vectors):
        return Speakers((None,) * len(voices.stretches), vectors)
    labels = _joined(vectors, seconds, count)
    weighted = vectors * seconds[:, None]
    sums = np.stack([weighted[labels == label].sum(0) for label in range(labels.max() + 1)])
    speakers = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return Speakers(_assigned(voices, speakers), speakers)


def _joined(vectors: np.ndarray, seconds: np.ndarray, count: Count) -> np.ndarray:
    """A number for each vector, from 0 on; -1 for those in groups too small to be a speaker."""
    if len(vectors) == 1:
        return np.zeros(1, int)
    tree = linkage(vectors, "average", metric="cosine")
    labels = _without_strays(fcluster(tree, THRESHOLD, "distance"), seconds)
    wanted = count.nearest(labels.max() + 1)
    for groups in range(wanted, len(vectors) + 1):  # strays are groups, too, so try more of them
        if labels.max() + 1 == wanted:
            return labels
        labels = _without_strays(fcluster(tree, groups, "maxclust"), seconds)
    return fcluster(tree, wanted, "maxclust") - 1


def _without_strays(groups: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Renumber from 0 on the groups (numbered from 1 on) that say enough; -1 for the others."""
    said = np.bincount(groups, seconds)
    kept = np.flatnonzero(said >= min(MIN_S, MIN_SHARE * said.sum(), said.max()))
    numbers = np.full(len(said), -1)
    numbers[kept[kept > 0]] = np.arange((kept > 0).sum())
    return numbers[groups]


def _assigned(voices: Voices, speakers: np.ndarray) -> tuple[int | None, ...]:
    """The speaker nearest to each stretch."""
    weighted = voices.vectors * voices.seconds[:, None]
    together: dict[tuple[int, int], np.ndarray] = {}  # all that a window's speaker says
    for stretch in voices.stretches:
        if stretch.sound is not None:
            own = (stretch.window, stretch.speaker)
            together[own] = together.get(own, 0) + weighted[stretch.sound]
    found: list[int | None] = []
    for stretch in voices.stretches:
        vector = together.get((stretch.window, stretch.speaker))
        if stretch.sound is not None and voices.seconds[stretch.sound] >= SURE_S:
            vector = weighted[stretch.sound]
        found.append(None if vector is None else int((speakers @ vector).argmax()))
    return tuple(found)
