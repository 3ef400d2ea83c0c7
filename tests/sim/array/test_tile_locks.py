"""The hardware's lock semantics."""

import pytest

from aiec.ir.errors import SimulationError
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.tile_locks import Lock


def lock(value=0):
    engine = Engine()
    return engine, Lock(engine, "0 of tile (0, 2)", 63, value)


def test_acquire_greater_equal_takes_its_value_off():
    _, it = lock(3)
    assert it.acquire(2, False, lambda: None)
    assert it.value == 1


def test_acquire_equal_leaves_the_value():
    _, it = lock(1)
    assert it.acquire(1, True, lambda: None)
    assert it.value == 1
    it.release(1)
    assert not it.acquire(1, True, lambda: None)


def test_a_waiter_is_served_when_the_value_allows():
    engine, it = lock(0)
    woken = []
    assert not it.acquire(2, False, lambda: woken.append(engine.now))
    it.release(1)
    engine.run()
    assert woken == []
    it.set(2)
    engine.run()
    assert woken == [0]
    assert it.value == 0


def test_a_value_that_six_bits_cannot_hold_is_refused():
    _, it = lock(63)
    with pytest.raises(SimulationError, match=r"lock 0 of tile \(0, 2\) would hold 64"):
        it.release(1)
