"""Access patterns against a plain enumeration of their bytes."""

import random

import numpy as np
import pytest

from aiec.runtime.sim.array.access import access, linear


def enumerated(sizes, strides, itemsize, base):
    addresses = []
    for index in np.ndindex(*sizes):
        start = base + sum(i * s for i, s in zip(index, strides, strict=True)) * itemsize
        addresses += range(start, start + itemsize)
    return np.array(addresses)


@pytest.mark.parametrize("seed", range(40))
def test_any_range_moves_as_enumerated(seed):
    rng = random.Random(seed)
    data = np.random.default_rng(seed).integers(0, 256, 4096).astype(np.uint8)
    for _ in range(20):
        rank, itemsize = rng.randint(1, 4), rng.choice([1, 2, 4, 8])
        sizes = tuple(rng.randint(1, 5) for _ in range(rank))
        strides = tuple(rng.randint(0, 9) for _ in range(rank))
        base = rng.randint(0, 8) * rng.choice([1, 2, 4, 16])
        where = enumerated(sizes, strides, itemsize, base)
        start = rng.randrange(len(where))
        count = rng.randint(1, len(where) - start)
        pattern = access(sizes, strides, itemsize)
        assert pattern.nbytes == len(where)
        assert base + pattern.reach - 1 == where.max()
        got = pattern.gather(data, base, start, count)
        assert np.array_equal(got, data[where[start : start + count]])
        if len(set(where.tolist())) == len(where):
            chunk = np.arange(count).astype(np.uint8)
            expected, written = data.copy(), data.copy()
            expected[where[start : start + count]] = chunk
            pattern.scatter(written, base, start, chunk)
            assert np.array_equal(written, expected)


def test_neighbours_that_follow_on_are_one_run():
    assert access((2, 3, 4), (12, 4, 1), 2) == linear(48)
    assert access((1, 3, 4), (99, 8, 1), 2).dims == ((3, 16), (8, 1))
