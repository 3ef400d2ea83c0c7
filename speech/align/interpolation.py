"""Times that no sound gave, from their neighbours', as pandas and so WhisperX fill them.

Where it stands: used by `sentences_of` in `alignment.py`, for words without a character that could
be aligned and sentences of such words. Refuses unknown methods.
"""

from __future__ import annotations

import numpy as np

from aiec.ir.errors import OptionError, nearest

METHODS = ("nearest", "linear", "ignore")  # whisperx/__main__.py, --interpolate_method


def checked_method(method: str) -> str:
    """`method` itself.

    Raises:
        OptionError: it is none of METHODS.
    """
    if method not in METHODS:
        raise OptionError(f"unknown interpolation {method!r}", expected=nearest(method, METHODS))
    return method


def fill(times: np.ndarray, method: str) -> np.ndarray:
    """`times` (n,) with its NaN filled by `method`; as they are with `ignore` or all NaN.

    `nearest` takes the time of the nearest known neighbour, the earlier one of two as near;
    `linear` lies on the line between both. Before the first and after the last, and where only
    one time is known, that one is taken.
    """
    known = np.flatnonzero(~np.isnan(times))
    if method == "ignore" or not len(known):
        return times
    places = np.arange(len(times))
    if method == "linear":
        return np.interp(places, known, times[known])
    after = np.searchsorted(known, places).clip(max=len(known) - 1)
    before = (after - 1).clip(min=0)
    closer = places - known[before] <= known[after] - places
    return times[known[np.where(closer, before, after)]]
